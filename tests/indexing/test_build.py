"""Building: nothing is lost, nothing is done twice, and a damaged index is never read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.config import Settings
from rag.errors import (
    CorpusError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    StoreError,
)
from rag.indexing.generation import Generation
from rag.indexing.store import Store
from rag.library.library import Library
from rag.testing import OverlapReader
from tests.conftest import Place


def statuses(report: object) -> dict[str, str]:
    return {row.source_id: row.status for row in report.rows}  # type: ignore[attr-defined]


def test_a_first_build_adds_every_source(place: Place) -> None:
    report = place.library.build()
    assert statuses(report) == {"bridge-report": "added", "ferry-note": "added"}
    assert report.swapped and report.failed == ()


def test_a_second_build_embeds_nothing_and_swaps_nothing(place: Place) -> None:
    first = place.library.build()
    before = place.embedder.encoded
    report = place.library.build()
    assert (report.swapped, report.embedded, report.generation) == (False, 0, first.generation)
    assert place.embedder.encoded == before
    assert set(statuses(report).values()) == {"unchanged"}


def test_only_a_new_source_is_embedded(place: Place) -> None:
    place.library.build()
    documents = place.corpus / "documents"
    documents.mkdir()
    (documents / "tram.txt").write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    report = place.library.build()
    assert statuses(report)["tram"] == "added" and report.embedded == 1  # its one chunk


def test_a_changed_title_embeds_the_source_anew(place: Place) -> None:
    place.library.build()
    sources = place.corpus / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("Ferries of the Bay", "Boats"), encoding="utf-8")
    report = place.library.build()
    assert statuses(report) == {"bridge-report": "unchanged", "ferry-note": "changed"}


def test_a_file_that_becomes_unreadable_keeps_its_text(place: Place) -> None:
    documents = place.corpus / "documents"
    documents.mkdir()
    path = documents / "tram.txt"
    path.write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    place.library.build()
    path.write_bytes(b"%PDF-1.4\n\0truncated")
    report = place.library.build()
    row = next(r for r in report.rows if r.source_id == "tram")
    assert row.status == "failed" and row.reason.endswith("(the previous version stays)")
    assert "1961" in place.open().document("tram/text").text


def test_a_removed_source_is_reported_and_kept_aside(place: Place) -> None:
    library = place.library
    source = place.corpus.parent / "tram.txt"
    source.write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    library.add(source)
    library.build()
    folder = library.remove("tram")
    assert (folder / "tram.txt").read_text(encoding="utf-8").startswith("Trams")
    assert statuses(library.build())["tram"] == "removed"


def test_an_empty_library_says_what_to_do(tmp_path: Path, place: Place) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    library = Library(Settings(corpus=empty, index=tmp_path / "other"), place.embedder)
    with pytest.raises(
        CorpusError, match=rf"^the library at {empty} holds no readable text; add one with `rag add FILE`$"
    ):
        library.build()


def test_a_missing_index_names_the_command(place: Place) -> None:
    with pytest.raises(IndexMissingError, match=rf"^no index at {place.settings.index}; run `rag build`$"):
        place.open()


def test_a_damaged_index_is_built_anew(place: Place) -> None:
    place.library.build()
    store = Store(place.settings.index)
    (store.segment(store.current().generation) / "chunks.rows").write_bytes(b"")
    assert place.library.build().swapped
    assert place.open(OverlapReader()).ask("What did the bridge cost?").citations


def test_an_index_of_other_settings_is_refused(place: Place) -> None:
    place.library.build()
    other = Settings(corpus=place.settings.corpus, index=place.settings.index, chunk_tokens=99)
    message = (
        "^index was built with chunk_tokens=220, but this run uses 99; run `rag build`, "
        "or set chunk_tokens=220 to keep it$"
    )
    with pytest.raises(IndexMismatchError, match=message):
        Generation.open(other, place.embedder)


def test_a_second_writer_is_turned_away_and_a_reader_is_not(place: Place) -> None:
    place.library.build()
    code = (
        "import sys, filelock\n"
        f"with filelock.FileLock({str(place.settings.index / '.lock')!r}):\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin and holder.stdout
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(IndexLockedError, match="another process is writing"):
            place.library.build()
        assert place.open().ask("What did the bridge cost?").passages
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_index_still_answers(place: Place) -> None:
    place.library.build()
    place.settings.index.chmod(0o555)
    try:
        assert place.open().ask("What did the bridge cost?").passages
        with pytest.raises(StoreError, match="cannot be written"):
            place.library.build(force=True)
    finally:
        place.settings.index.chmod(0o755)


def test_only_an_error_of_the_index_folder_blames_it(place: Place) -> None:
    store = Store(place.settings.index)
    with pytest.raises(OSError, match="elsewhere"), store.writing():
        raise OSError("elsewhere")
    with pytest.raises(StoreError) as caught, store.writing(), store.generation("00000001"):
        raise OSError(28, "No space left on device")
    assert str(caught.value) == (
        f"the index folder {store.root} cannot be written: No space left on device; the index is as it was"
    )
    assert not store.folder("00000001").exists()


def test_an_open_assistant_takes_a_new_generation(place: Place) -> None:
    place.library.build()
    assistant = place.open()
    path = place.corpus.parent / "tram.txt"
    path.write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    place.library.add(path)
    place.library.build()
    assert [p.source.id for p in assistant.retrieve("trams withdrawn 1961", 1)] == ["tram"]


def test_rollback_answers_from_the_generation_before(place: Place) -> None:
    place.library.build()
    path = place.corpus.parent / "tram.txt"
    path.write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    place.library.add(path)
    place.library.build()
    place.library.rollback()
    assert "tram" not in {row.source.id for row in place.open().sources()}
    assert place.library.build().swapped
    assert "tram" in {row.source.id for row in place.open().sources()}


def test_old_generations_are_pruned(place: Place) -> None:
    for number in range(6):
        place.library.build(force=True)
        assert len(Store(place.settings.index).generations()) == min(number + 1, place.settings.generations_kept)


def test_doctor_finds_nothing_wrong_with_a_fresh_index(place: Place) -> None:
    place.library.build()
    assert place.library.doctor() == []


def test_doctor_names_what_is_not_indexed_and_what_mends_it(place: Place) -> None:
    place.library.build()
    path = place.corpus.parent / "tram.txt"
    path.write_text("Trams were withdrawn from the harbour in 1961.", encoding="utf-8")
    place.library.add(path)
    findings = [(f.severity, f.text, f.command) for f in place.library.doctor()]
    assert findings == [("warning", "documents/tram.txt is not indexed", "rag build")]
