"""A file is digested anew only where its stamp changed, and a memo that cannot be used is done without."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from rag import digests
from rag.digests import Digests
from tests.conftest import Place


def remembered_digest(path: Path, memo: Path) -> str:
    with Digests(memo) as known:
        return known.of(path)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are digested; stamps are trusted at once."""
    names: list[str] = []
    digest = digests.file_digest

    def noting(path: Path) -> str:
        names.append(path.name)
        return digest(path)

    monkeypatch.setattr(digests, "file_digest", noting)
    monkeypatch.setattr(digests, "SETTLED", -60.0)
    return names


def test_a_file_is_digested_once_until_it_changes(tmp_path: Path, read: list[str]) -> None:
    path, memo = tmp_path / "a", tmp_path / "memo.json"
    path.write_bytes(b"one")
    for _ in range(2):
        assert remembered_digest(path, memo) == hashlib.sha256(b"one").hexdigest()
    assert read == ["a"]
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert remembered_digest(path, memo) == hashlib.sha256(b"two").hexdigest()
    with Digests(memo, thorough=True) as known:
        known.of(path)
    assert read == ["a", "a", "a"]


def test_a_stamp_is_not_trusted_while_a_change_might_not_show_in_it(tmp_path: Path, read: list[str]) -> None:
    digests.SETTLED = 60.0
    (tmp_path / "a").write_bytes(b"one")
    for _ in range(2):
        remembered_digest(tmp_path / "a", tmp_path / "memo.json")
    assert read == ["a", "a"]


@pytest.mark.parametrize("memo", [b"[1, 2]", b"\xff", b'{"a": 3}', None], ids=["list", "bytes", "number", "folder"])
def test_a_memo_that_is_none_is_done_without(tmp_path: Path, read: list[str], memo: bytes | None) -> None:
    path = tmp_path / "memo.json"
    (tmp_path / "a").write_bytes(b"one")
    if memo is None:
        path.mkdir()
    else:
        path.write_bytes(memo)
    assert remembered_digest(tmp_path / "a", path) == hashlib.sha256(b"one").hexdigest()
    assert not path.with_name("memo.json.new").exists()


def test_what_is_gone_is_forgotten(tmp_path: Path, read: list[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"one")
        remembered_digest(tmp_path / name, tmp_path / "memo.json")
        (tmp_path / "a").unlink(missing_ok=True)
    assert '/a"' not in (tmp_path / "memo.json").read_text(encoding="utf-8")


def test_unchanged_files_are_not_read_by_the_next_build_nor_when_the_index_is_opened(
    place: Place, read: list[str]
) -> None:
    place.library.build()
    place.open()
    read.clear()
    assert not place.library.build().swapped
    place.open()
    assert read == []
    notes = place.corpus / "notes" / "ferry-note.md"
    notes.write_text(notes.read_text(encoding="utf-8") + "- The ferry was green.\n", encoding="utf-8")
    place.library.build()
    assert "ferry-note.md" in read and "bridge-report.md" not in read


def test_doctor_finds_a_change_that_no_stamp_shows(
    place: Place, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "_stamp", lambda path: [1, 1, 1, 1])
    place.library.build()
    notes = place.corpus / "notes" / "ferry-note.md"
    notes.write_text(notes.read_text(encoding="utf-8").replace("four crowns", "nine crowns"), encoding="utf-8")
    assert not place.library.build().swapped
    findings = [(f.severity, f.text, f.command) for f in place.library.doctor()]
    assert findings == [("warning", "notes/ferry-note.md has changed since it was indexed", "rag build")]
    assert place.library.build().swapped
