"""A text that nobody wrote is told from one that somebody did, in every format."""

from __future__ import annotations

import base64
import hashlib

import pytest

from rag.errors import LoadError
from rag.loading import expand_bytes, read_bytes
from tests.loading import files

QUAY = "The quay is 200 metres long and was built of granite. "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("None", "no text: it says 'None' and nothing else"),
        ("null\n\nnull", "no text: it says"),
        ("nan", "no text: it says 'nan'"),
        ("undefined | undefined", "no text: it says"),
        ("\ufffd" * 80, "no text: its letters were lost"),
        ("(cid:12)(cid:44)(cid:9)" * 9, "no text: its letters were lost"),
        ("- - - . . . - - -", "no text: it holds neither letters nor digits"),
        ("a" * 300, "no text: it is mostly the sign 'a' over and over"),
        ("........................ 1", "no text: it is mostly the sign '.' over and over"),
        ("JVBERi0xLjQKJeLjz9MKMyAwIG9iago8PC9UeXBlIC9QYWdl\n" * 9, "no text: it is coded data"),
        (
            f"{QUAY}\n" + "".join(f"{hashlib.sha256(bytes([n])).hexdigest()}\n" for n in range(20)),
            "no text: it is coded data",
        ),
        (
            "A key of the harbour office\n\n" + "MHcCAQEEIKk3nNfF9QoVZlV8eYw5mQ2sT0cRr4xUuJb7hPAtq1ZzoAoGCCqG\n" * 3,
            "no text: it is coded data",
        ),
        (
            "CafÃ© crÃ¨me costs 12 â‚¬ a cup; â€œthe best in townâ€, says the ownerâ€™s wife.",
            "wrongly encoded: it says",
        ),
        ("Ð\x9fÑ€Ð¸Ñ‡Ð°Ð» Ð´Ð»Ð¸Ð½Ð¾Ð¹ Ð´Ð²ÐµÑ�Ñ‚Ð¸ Ð¼ÐµÑ‚Ñ€Ð¾Ð²", "wrongly encoded: it says"),
        ("404 Not Found\n\nThe URL was not found on this server.", r"an error page .* \(not found\)"),
        ("# 403 Forbidden\n\nAccess denied.", r"an error page .* \(access refused\)"),
        ("429 Too Many Requests", r"an error page .* \(request refused\)"),
        ("You need to enable JavaScript to run this app.", r"an error page .* \(request refused\)"),
        ("We value your privacy\n\nAccept all", r"an error page .* \(cookie wall\)"),
        ("Traceback (most recent call last):\n  File 'x.py', line 1", r"an error page .* \(a program's error\)"),
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.docx", "a.html", "a.json"])
def test_it_is_refused_and_taken_as_it_is_where_asked(text: str, reason: str, name: str) -> None:
    if name == "a.html" and not any(map(str.isalnum, text)):
        pytest.skip("a page without letters is empty")
    lines = [line.lstrip("# ") for line in text.split("\n") if line]
    data = {
        "a.md": text.encode(),
        "a.docx": files.docx("".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)),
        "a.html": f"<html><head><meta charset='utf-8'></head><body>{''.join(f'<p>{x}</p>' for x in lines)}".encode(),
        "a.json": files.json_of(text),
    }[name]
    with pytest.raises(LoadError, match=reason):
        read_one(data, name)
    assert read_one(data, name, as_is=True)


def read_one(data: bytes, name: str, *, as_is: bool = False) -> str:
    [(_, found)] = expand_bytes(data, name=name, as_is=as_is)
    if isinstance(found, LoadError):
        raise found
    return found.text


@pytest.mark.parametrize(
    "text",
    [
        "None of the boats came back.",
        "404 boats were counted in the harbour in 1871, of which thirty were of oak.",
        "500 Days of Summer\n\nA film of 2009 about an office and a lift.",
        "The naïve guest pays 12 € a cup; “the best in town”, says the owner’s wife. Ægir, Ωmega, Łódź, İzmir.",
        "岸壁の長さは200メートルである。クレーンが二台ある。",
        "ท่าเรือยาวสองร้อยเมตร" * 9,
        "Donaudampfschifffahrtsgesellschaft",
        "harbour/quays/north_quay_of_granite/plan.txt\n" * 4,
        "harbour.quays.northern.depth_at_low_water(summer)\n" * 4,
        "https://port.example/a/very/long/address/that/is/a/source/of/its/own",
        f"{QUAY}--------------------",
        f"Sums of the discs\n\n{QUAY}\n\n"
        + "".join(f"{hashlib.sha256(bytes([n])).hexdigest()}  disc-{n}.iso\n" for n in range(20)),
        "".join(f"SHA512 (boat{n}.zip) = {hashlib.sha512(bytes([n])).hexdigest()}\n" for n in range(3)),
        "".join(f"{hashlib.sha1(bytes([n])).hexdigest()} The clerk mends the lamp.\n" for n in range(9)),
        "".join(f"north{n}.js {base64.b64encode(hashlib.sha256(bytes([n])).digest()).decode()}\n" for n in range(9)),
        ">CRAY-F1 forward primer\n" + "GGTCAACAAATCATAAAGATATTGGACCGTATGCCAGTTAACGGTCAACAAATCATAAAG\n" * 9,
        ">sp|P1 shell protein\n" + "FHLRFKCMNVNDCTPWKFKIKIQVPVRLHCWYTSQPLMNKKHGFEDCAARNDWYVTSRQP\n" * 9,
        "JQXD165NAERQWLXCP3LTRJKJW3SB  council bolt\nJ8L2XENW3SB55NAERQWLXCP3LTRJ  pier bolt",
        f"{QUAY * 20} A clerk wrote â€œ where a quote was meant.",
    ],
)
def test_what_somebody_wrote_is_taken(text: str) -> None:
    assert read_bytes(text.encode(), name="a.txt").text


@pytest.mark.parametrize(
    "text",
    [
        "SQLite format 3 is the name of a file kind.", "GIF8 is the start of a picture.", "Rar! cried the sailor.",
        "{\\rtf is how it begins.", "A file that starts with %PDF-1.4 is a document.", "ID3 tags are named here.",
        "<?xml is what the clerk typed, and went home.", "MIME-Version: 1.0 stands on the mug of the clerk.",
        "<html> is the first tag of a page.", "%!PS begins a file of PostScript.", "PK is short for a park.",
    ],
)  # fmt: skip
def test_a_text_that_begins_as_another_format_does_is_text(text: str) -> None:
    assert read_bytes(text.encode(), name="a.txt").text == text


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.xml", b"<?xml version='1.0'?><d/>", "XML; save what it says as HTML or text"),
        ("a.txt", b"<?xml version='1.0'?><d>Text</d>", "XML; save what it says as HTML or text"),
    ],
)
def test_markup_is_refused_by_name_with_what_to_do(name: str, data: bytes, what: str) -> None:
    with pytest.raises(LoadError, match=f"^{name}: no reader for {what}"):
        read_bytes(data, name=name)


def test_files_that_are_of_another_format_than_their_name_says_are_read_as_that() -> None:
    assert read_bytes(files.pdf([[(72, 700, 12, "Real text")]]), name="a.txt").text == "Real text"
    page = b"<!doctype html><html><body><p>The ferry ran in 2019.</p></body></html>"
    assert read_bytes(page, name="a.txt").text == "The ferry ran in 2019."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Das Café kostet 5 € – „gut“.".encode("cp1252"), "Das Café kostet 5 € – „gut“."),
        (b"5 \x80 a night", "5 € a night"),
        ("naïve".encode("latin-1"), "naïve"),
        ("Причал длиной двести метров".encode("cp1251"), "Причал длиной двести метров"),
        ("Причал длиной двести метров".encode("koi8-r"), "Причал длиной двести метров"),
        ("Żółta łódź kosztuje 5 złotych".encode("cp1250"), "Żółta łódź kosztuje 5 złotych"),
        ("岸壁の長さは200メートルである。".encode("shift_jis"), "岸壁の長さは200メートルである。"),
        ("码头长二百米。".encode("gb18030"), "码头长二百米。"),
        ("אורך הרציף הוא מאתיים מטר".encode("cp1255"), "אורך הרציף הוא מאתיים מטר"),
        ("Le café est bon, ".encode() + b"na\xefve, 5 \x80", "Le café est bon, naïve, 5 €"),
        (b"Prix: 5 \x80 caf\xe9, " + "prix: 5 € café".encode(), "Prix: 5 € café, prix: 5 € café"),
        ("Plain words, “quoted”".encode()[:-1], "Plain words, “quoted\ufffd"),
        ("1990\x9695, \x8012".encode(), "1990–95, €12"),
    ],
)  # fmt: skip
def test_short_and_mixed_texts_are_decoded(data: bytes, text: str) -> None:
    assert read_bytes(data, name="a.txt").text == text


def test_wrong_letters_of_a_pdf_are_told_with_what_helps_there() -> None:
    page = [(72, 700 - 14 * at, 12, "CafÃ© crÃ¨me costs 12 a cup and thÃ© Ã  la menthe 3.") for at in range(3)]
    told = "print it anew as PDF from where it came from, since its text is not what its pages show; to take it"
    with pytest.raises(LoadError, match=f"^a.pdf: wrongly encoded: it says .*; {told}"):
        read_bytes(files.pdf([page]), name="a.pdf")
