"""What stands in the library's folders and is no text is told, and stops nothing else."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.indexing.report import BuildReport
from rag.records import Source
from tests.conftest import Place


def told(report: BuildReport) -> dict[str, tuple[str, str]]:
    return {f"{row.source_id}: {row.text_kind}": (row.status, row.reason) for row in report.rows}


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "gone.txt")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (dangling, "odd.txt: a link to '{folder}/gone.txt', which is not there; expected a file"),
        (os.mkfifo, "odd.txt: neither a file nor a folder; expected a file"),
        (listening, "odd.txt: neither a file nor a folder; expected a file"),
        (Path.mkdir, "odd.txt: empty: the folder holds no files"),
    ],
)
def test_what_is_no_file_fails_alone(place: Place, make: Callable[[Path], None], reason: str) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    make(folder / "odd.txt")
    assert told(place.library.build()) == {
        "bridge-report: notes": ("added", ""),
        "ferry-note: notes": ("added", ""),
        "odd: full text": ("failed", reason.format(folder=folder)),
    }
    assert place.library.build().swapped is False


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "ferry-note.md: a folder; expected a file"),
        (os.mkfifo, "ferry-note.md: neither a file nor a folder; expected a file"),
    ],
)
def test_notes_that_are_no_file_fail_alone(place: Place, make: Callable[[Path], None], reason: str) -> None:
    notes = place.corpus / "notes" / "ferry-note.md"
    notes.unlink()
    make(notes)
    assert told(place.library.build()) == {
        "bridge-report: notes": ("added", ""),
        "ferry-note: notes": ("failed", reason),
    }


def test_a_change_inside_a_folder_is_seen(place: Place) -> None:
    folder = place.corpus / "documents" / "minutes"
    folder.mkdir(parents=True)
    (folder / "may.txt").write_text("The tram was withdrawn in May 1961.", encoding="utf-8")
    place.library.build()
    (folder / "june.txt").write_text("The tram came back in June 1961.", encoding="utf-8")
    assert told(place.library.build())["minutes-june-txt: full text"] == ("added", "")
    shutil.rmtree(folder)
    assert told(place.library.build())["minutes-june-txt: full text"] == ("removed", "")


def test_a_companion_goes_before_the_front_matter_and_that_before_the_text(place: Place) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    front = "---\ntitle: Night ferry\npublisher: Bay Gazette\ndate: 2022\nurl: https://example.org/f\nkind: News\n---\n"
    (folder / "night.md").write_text(f"{front}# The pier\n\nThe ferry was cancelled.", encoding="utf-8")
    (folder / "night.md.meta.json").write_text('{"publisher": "Port Office", "date": 2021}', encoding="utf-8")
    place.library.build()
    held = {row.source.id: row.source for row in place.library.sources()}
    assert held["night"] == Source(
        "night", "Night ferry", "unknown", "Port Office", "2021", "https://example.org/f", "news", "unknown"
    )
    assert place.open().document("night/text").text == "The pier\n\nThe ferry was cancelled."


def test_what_is_told_and_cannot_be_is_a_warning_and_the_text_is_read(place: Place) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    (folder / "night.md").write_text("---\ndate: soon\nkind: blog\n---\nThe ferry ran.", encoding="utf-8")
    (folder / "night.md.meta.json").write_text('{"date": "May", "author": ""}', encoding="utf-8")
    assert told(place.library.build())["night: full text"] == (
        "added",
        "night.md.meta.json: author is empty; write 'unknown' for what nobody knows; "
        "night.md.meta.json: 'May' is not a date; expected YYYY, YYYY-MM, YYYY-MM-DD or 'unknown'; "
        "its front matter says date: soon; expected a date such as 2021, 2021-05 or 2021-05-14; "
        "night.md: kind is 'blog', expected one of article, government, news, un, think-tank, journal, document",
    )
    assert place.library.build().swapped is False


def test_the_front_matter_of_a_declared_source_is_no_text_and_tells_nothing(place: Place) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    (folder / "ferry-note.md").write_text("---\npublisher: Nobody\n---\nThe ferry ran in 2019.", encoding="utf-8")
    place.library.build()
    held = {row.source.id: row.source for row in place.library.sources()}
    assert held["ferry-note"].publisher == "Bay Gazette"
    assert place.open().document("ferry-note/text").text == "The ferry ran in 2019."
