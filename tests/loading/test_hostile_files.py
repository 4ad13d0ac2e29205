"""Hostile files by the public way: each is read or refused in a line, and the library stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loading import read_bytes
from rag.sources.identities import slug
from rag.testing import OverlapReader
from tests.conftest import Place
from tests.loading import files

SECONDS = 30
MEGABYTES = 700

ADDER = """
import json, sys, time
from pathlib import Path
from rag.config import Settings
from rag.errors import LoadError
from rag.library.library import Library
from rag.testing import HashingEmbedder
library = Library(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), HashingEmbedder())
began = time.perf_counter()
try:
    library.add(sys.argv[3])
    said = "added"
except LoadError as error:
    said = str(error)
library.build()
peak = 0
if Path("/proc/self/status").exists():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    peak = int(line.split()[1]) // 1024
print(json.dumps({"said": said, "seconds": time.perf_counter() - began, "peak": peak}))
"""
"""Adds a file and builds, in a process of its own, and tells the time and the most memory that took."""


def add(place: Place, path: Path) -> str:
    """Add a file and build, within bounds; gives what was said."""
    command = [sys.executable, "-c", ADDER, str(place.corpus), str(place.settings.index), str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=3 * SECONDS, check=True)
    told = json.loads(run.stdout)
    assert told["seconds"] < SECONDS
    assert told["peak"] < MEGABYTES
    return str(told["said"])


def sparse(path: Path, head: bytes = b"") -> None:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(300 * 1024 * 1024)


def bomb(path: Path) -> None:
    path.write_bytes(files.zipped({"a.txt": b"\0" * 60_000_000}))


def nested_bomb(path: Path) -> None:
    inner = b"word " * 12_000_000
    for name in ("a.txt", "1.zip", "2.zip"):
        inner = files.zipped({name: inner})
    path.write_bytes(inner)


def swarm(path: Path) -> None:
    """Many members, each too small to be a bomb by itself."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(500):
            archive.writestr(f"{number}.txt", b"word. " * 170_000)


def deep(path: Path) -> None:
    path.write_text("<html><body>" + "<div>" * 100_000 + "text", encoding="utf-8")


def crowded(path: Path) -> None:
    attributes = " ".join(f"a{number}=1" for number in range(300_000))
    path.write_text(f'<html><body><p title="a > b" {attributes}>Text.</p>', encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("a.txt", sparse, "too large: 300 MB, limit 64 MB"),
        ("a.zip", lambda path: sparse(path, b"PK\x03\x04"), "too large: 300 MB, limit 64 MB"),
        ("a.pdf", lambda path: sparse(path, b"%PDF-1.7\n"), "too large: 300 MB, limit 64 MB"),
        ("a.zip", bomb, "looks like a zip bomb"),
        ("a.zip", nested_bomb, "looks like a zip bomb"),
        ("a.zip", swarm, "looks like a zip bomb"),
        ("a.html", deep, "nested too deep"),
        ("a.html", crowded, "too large: elements of more than 20000 attributes"),
        ("a.json", lambda path: path.write_text("[" * 200_000), "is not JSON"),
    ],
    ids=["sparse text", "sparse zip", "sparse PDF", "bomb", "nested bomb", "swarm", "deep", "crowded", "deep JSON"],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_in_a_line(
    place: Place, tmp_path: Path, name: str, make: Callable[[Path], object], reason: str
) -> None:
    before = place.library.build()
    make(tmp_path / name)
    said = add(place, tmp_path / name)
    assert said.startswith(f"{name} was not added: ") and reason in said
    assert "\n" not in said and len(said) < 400
    assert list((place.corpus / "documents").iterdir()) == []
    assert place.library.build().generation == before.generation
    assert place.open(OverlapReader()).ask("What did the bridge cost?").citations


def million_objects(path: Path) -> None:
    real = files.pdf([[(72, 700, 12, "The night ferry was cancelled in 2022.")]])
    empty = b"".join(b"%d 0 obj\n<<>>\nendobj\n" % number for number in range(10, 1_000_010))
    path.write_bytes(real[:9] + empty + real[9:])


def one_line(path: Path) -> None:
    path.write_text("The night ferry was cancelled in 2022. " + "a. " * 500_000, encoding="utf-8")


def headings(path: Path) -> None:
    path.write_text("# a\n" * 50_000 + "\nThe night ferry was cancelled in 2022.", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make"), [("a.pdf", million_objects), ("a.txt", one_line), ("a.md", headings)]
)  # fmt: skip
def test_what_is_odd_but_whole_is_read(place: Place, tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    place.library.build()
    make(tmp_path / name)
    assert add(place, tmp_path / name) == "added"
    assert "cancelled in 2022" in place.open().document("a/text").text


def test_arabic_names_with_brackets_and_spaces_stay_apart(place: Place, tmp_path: Path) -> None:
    names = ["تقرير [نهائي] (1)", "رسالة (1)"]
    for name in names:
        path = tmp_path / f"{name}.txt"
        path.write_text(f"وصلت السفينة إلى الميناء. {name}", encoding="utf-8")
        assert place.library.add(path).is_file()
    place.library.build()
    held = {status.source.title: status.source.id for status in place.library.sources() if status.chunks}
    assert [held[slug(name)] for name in names] == [slug(name) for name in names]
    assert place.library.doctor() == []


@pytest.mark.parametrize("name", ["Annual Report (2024).v2", "Отчёт (2)", "???", "a" * 100, "é" * 200, "a-" * 35 + "б"])
def test_the_id_of_an_id_is_itself(name: str) -> None:
    assert slug(slug(name)) == slug(name) and len(slug(name)) <= 80


def test_nuls_and_lone_surrogates_leave_text_that_can_be_stored_and_found(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "torn.txt"
    path.write_bytes(b"The night ferry \xed\xa0\x80 was\0 cancelled in 2022. \xed\xb0\x80")
    place.library.add(path)
    place.library.build()
    text = place.open().document("torn/text").text
    assert text.startswith("The night ferry ") and "was cancelled in 2022." in text
    assert "\0" not in text and text.encode("utf-8").decode("utf-8") == text
    assert [p.source.id for p in place.open().retrieve("night ferry cancelled", 1)] == ["torn"]


def test_a_text_of_nuls_is_refused(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "nuls.txt"
    path.write_bytes(b"One\0two\0" * 1000)
    with pytest.raises(LoadError, match=r"^nuls\.txt was not added: nuls\.txt: not text: too many control characters"):
        place.library.add(path)


def test_an_archive_of_many_unreadable_members_is_refused_in_a_line(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(files.zipped({f"{number:03}.png": b"\x89PNG\r\n" for number in range(300)}))
    with pytest.raises(
        LoadError, match=r"^all\.zip was not added: all\.zip/000\.png: .*002\.png: no reader .*; and 297 more$"
    ):
        place.library.add(path)


def test_one_readable_member_is_enough_to_add_an_archive_and_the_others_are_named(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(files.zipped({"a.png": b"\x89PNG\r\n", "b.txt": "The night ferry was cancelled in 2022."}))
    place.library.add(path)
    report = place.library.build()
    assert {row.source_id: row.status for row in report.rows if row.source_id.startswith("all")} == {
        "all-a-png": "failed",
        "all-b-txt": "added",
    }


def test_values_full_of_spaces_are_not_taken_for_attributes() -> None:
    data = json.dumps({str(number): [number, "a > b"] for number in range(5000)})
    page = f"<html><body><div data-all='{data}'><p>The ferry ran.</p><img src='data:;base64,{'A' * 90_000}=='></div>"
    assert "The ferry ran." in read_bytes(page.encode(), name="a.html").text


def test_a_title_that_was_cut_within_a_letter_is_no_title() -> None:
    page = [[(72, 700, 12, "The summer menu costs 14 crowns on the quay.")]]
    found = read_bytes(files.pdf(page, info="/Title <FEFF0041D83D> /Author (Ada Example)"), name="a.pdf")
    assert (found.text, found.author) == ("The summer menu costs 14 crowns on the quay.", "Ada Example")
