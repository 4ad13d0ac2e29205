"""What cannot be read is refused with the true reason, in bounded time and memory."""

from __future__ import annotations

import contextlib
import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loading import expand, expand_bytes, packages, read, read_bytes
from tests.loading import files

SOON = 30
"""Seconds; what is not bounded takes minutes or for ever."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("404 Not Found", "not found"), ("Page not found | The Paper", "not found"),
        ("403 Forbidden", "access refused"),
        ("Just a moment...", "access refused"), ("The Paper - Sign in", "login wall"),
        ("We value your privacy", "cookie wall"), ("502 Bad Gateway", "server error"),
    ],
)  # fmt: skip
def test_an_error_page_saved_as_an_article_is_refused(title: str, reason: str) -> None:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Please go back.</p></body></html>"
    with pytest.raises(LoadError, match=rf"^p\.html: an error page saved in an article's place \({reason}\)"):
        read_bytes(page.encode(), name="p.html")


def test_a_long_article_about_error_pages_is_an_article() -> None:
    prose = "".join(
        f"<p>Sentence {n} tells how error pages came to be and why they stayed with us.</p>" for n in range(40)
    )
    page = f"<html><head><title>404 and all that</title></head><body><article>{prose}</article></body></html>"
    assert "Sentence 39" in read_bytes(page.encode(), name="p.html").text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b" \n\0", "empty: the file holds nothing"),
        ("a.pdf", files.pdf([[]]), "empty: its pages are blank"),
        ("a.pdf", files.pdf([[(9, 9, 9, "Text")]])[:-200], "truncated: the PDF has no end mark"),
        ("a.docx", files.docx("<w:p/>"), "empty: the document holds no text"),
        ("a.docx", files.docx("<w:p/>")[:-40], "truncated or damaged: the zip directory"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted:"),
        ("a.doc", OLE + b"\0" * 99, "an old binary Office file; save it as DOCX"),
        ("a.odt", files.odt("", manifest="<m><encryption-data/></m>"), "encrypted: the document needs"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "no reader for a PNG picture"),
        ("a.html", b"<html><body><script>go()</script></body></html>", "empty: the page holds no text"),
    ],
)  # fmt: skip
def test_the_reason_is_the_true_one(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_bytes(data, name=name)
    assert str(caught.value).startswith(f"{name}: {reason}")


def test_a_locked_book_is_encrypted() -> None:
    lock = "<e><CipherReference URI='OEBPS/one.xhtml'/></e>"
    book = files.epub({"one.xhtml": "<p>x</p>"}, extra={"META-INF/encryption.xml": lock})
    with pytest.raises(LoadError, match=r"^a\.epub: encrypted: the book is locked"):
        read_bytes(book, name="a.epub")


def test_a_file_of_300_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "تقرير [نهائي] (1).txt"
    with path.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(LoadError, match="too large: 300 MB, limit 64 MB"):
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024
    path.write_text("نص", "utf-8")
    assert read(path).text == "نص"
    assert [name for name, _ in expand(path)] == [path.name]


def test_zip_bombs_are_refused_and_their_neighbours_read() -> None:
    bomb = files.zipped({"bomb.txt": b"\0" * 30_000_000, "fine.txt": "Fine."})
    found = dict(expand_bytes(bomb, name="z.zip"))
    assert str(found["z.zip/bomb.txt"]).startswith("z.zip/bomb.txt: looks like a zip bomb")
    assert not isinstance(found["z.zip/fine.txt"], LoadError)
    nested = b"x"
    for level in range(5):
        nested = files.zipped({f"{level}.zip" if level else "a.txt": nested})
    [(_, refused)] = expand_bytes(nested, name="z.zip")
    assert "nested too deep: archives within archives" in str(refused)
    with pytest.raises(LoadError, match="looks like a zip bomb"):
        read_bytes(files.docx("<w:p/>" + " " * 3_000_000), name="a.docx")


def test_a_member_that_lies_about_its_size_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "FILE_BYTES", 2000)
    data = bytearray(files.zipped({"a.txt": b"word " * 1000}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    [(name, found)] = expand_bytes(bytes(data), name="z.zip")
    assert name == "z.zip/a.txt"
    assert isinstance(found, LoadError) or len(found.text) <= 10


def test_an_encrypted_member_is_named() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "secret")
    data = bytearray(buffer.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    [(_, found)] = expand_bytes(bytes(data), name="z.zip")
    assert str(found) == "z.zip/a.txt: encrypted: the archive needs a password"


@pytest.mark.parametrize("tag", ["div", "b", "table"])
def test_html_nested_100_000_deep_is_refused(tag: str) -> None:
    page = f"<html><body>{f'<{tag}>' * 100_000}text{f'</{tag}>' * 100_000}".encode()
    start = time.perf_counter()
    with pytest.raises(LoadError, match="nested too deep"):
        read_bytes(page, name="a.html")
    assert time.perf_counter() - start < SOON


def test_xml_entities_are_never_expanded() -> None:
    entities = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "bbb">]>'
    body = "<w:body><w:p><w:r><w:t>x&a;&b;y</w:t></w:r></w:p></w:body>"
    part = f'{entities}<w:document xmlns:w="w">{body}</w:document>'
    found = read_bytes(files.zipped({"word/document.xml": part}), name="a.docx").text
    assert "root:" not in found and found.startswith("x")


def test_a_pdf_of_a_million_empty_objects_ends_soon() -> None:
    real = files.pdf([[(72, 700, 12, "Real text")]])
    empty = b"".join(b"%d 0 obj\n<<>>\nendobj\n" % number for number in range(10, 1_000_010))
    start = time.perf_counter()
    found = read_bytes(real[:9] + empty + real[9:], name="a.pdf")
    assert found.text == "Real text"
    assert time.perf_counter() - start < SOON


def test_nuls_and_lone_surrogates_do_no_harm() -> None:
    assert read_bytes(b"One\0 two \xed\xa0\x80 three", name="a.txt").text.startswith("One two ")
    assert read_bytes(b'{"text": "One \\ud800 two\\u0000"}', name="a.json").text == "One \ufffd two"


@pytest.mark.parametrize(
    "text",
    [
        "*a " * 50_000,
        "[" * 50_000 + "](",
        "_a" * 50_000,
        "<!--" * 50_000,
        "word\n" * 100_000,
        "> " * 50_000 + "a",
        "`a``" * 30_000,
        "<a " * 50_000,
        "- " * 20_000 + "a",
        "|a" * 20_000 + "\n" + "|-" * 20_000,
        "&a;" * 50_000,
    ],
)
def test_marks_without_end_take_bounded_time(text: str) -> None:
    start = time.perf_counter()
    with contextlib.suppress(LoadError):  # what stands in a hundred quotes or lists is no text
        read_bytes(text.encode(), name="a.md")
    assert time.perf_counter() - start < SOON


def test_a_row_of_empty_cells_takes_bounded_time() -> None:
    start = time.perf_counter()
    assert read_bytes(b"a" + b"," * 500_000 + b"b,,", name="a.csv").text.endswith("| b")
    assert time.perf_counter() - start < SOON
