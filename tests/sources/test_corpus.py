"""What stands in the library's folders and is no text is told, and stops nothing else."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.indexing.report import BuildReport
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
