"""Faults that libraries like this one are known for, each with what happens here instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.errors import IndexDamagedError, IndexMismatchError
from rag.indexing.generation import Generation
from rag.indexing.sentences import split_sentences
from rag.indexing.store import Store
from rag.interfaces import cli
from rag.testing import HashingEmbedder
from tests.conftest import Place

FERRY = "The night ferry was cancelled in 2022 after a storm."


def put(place: Place, name: str, text: str | bytes = FERRY) -> Path:
    """Add a file to the library."""
    path = place.corpus.parent / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return place.library.add(path)


def test_vectors_of_another_generation_beside_these_texts_are_refused(place: Place) -> None:
    store = Store(place.settings.index)
    old = place.library.build().generation
    put(place, "night.txt")
    new = place.library.build().generation
    shutil.copyfile(store.segment(old) / "chunks.faiss", store.segment(new) / "chunks.faiss")
    with pytest.raises(
        IndexDamagedError, match=r"chunks\.faiss does not match its digest; run `rag build`, or `rag rollback` "
    ):
        place.open()


@pytest.mark.parametrize("dim", [32, 64])
def test_another_embedding_model_is_refused_before_it_answers_wrongly(place: Place, dim: int) -> None:
    place.library.build()
    other = HashingEmbedder(dim=dim)
    other.digest = "0" * 64
    with pytest.raises(IndexMismatchError, match=r"^index was built with embedding digest='.*; run `rag build`$"):
        Generation.open(place.settings, other)


def test_a_removed_source_is_neither_found_nor_cited(place: Place) -> None:
    put(place, "night.txt")
    place.library.build()
    question = "Why was the night ferry cancelled?"
    assert "night" in {c.source_id for c in place.open().ask(question).citations}
    place.library.remove("night")
    place.library.build()
    answer = place.open().ask(question)
    assert "night" not in {c.source_id for c in answer.citations} | {p.source.id for p in answer.passages}
    assert place.library.doctor() == []


def test_adding_the_same_file_again_changes_nothing(place: Place) -> None:
    put(place, "night.txt")
    before = place.library.build()
    put(place, "night.txt")
    after = place.library.build()
    assert (after.swapped, after.generation, after.embedded) == (False, before.generation, 0)
    assert [path.name for path in (place.corpus / "documents").glob("night*")] == ["night.txt"]


def test_one_broken_file_stops_no_other_and_is_never_reported_as_a_success(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place, "night.txt")
    (place.corpus / "documents" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    report = place.library.build()
    assert {row.source_id: row.status for row in report.rows} == {
        "bridge-report": "added",
        "ferry-note": "added",
        "night": "added",
        "broken": "failed",
    }
    assert "night" in {c.source_id for c in place.open().ask("Why was the night ferry cancelled?").citations}
    again = place.library.build()
    assert not again.swapped and [row.source_id for row in again.failed] == ["broken"]
    monkeypatch.setattr("rag.library.library.default_embedder", lambda *_: place.embedder)
    monkeypatch.setenv("RAG_CORPUS", str(place.corpus))
    monkeypatch.setenv("RAG_INDEX", str(place.settings.index))
    assert cli.main(["build"]) == 3
    assert "broken" in capsys.readouterr().out


@pytest.mark.parametrize("token", ["<|endoftext|>", "<|im_start|>", "[CLS] [SEP] [PAD]"])
def test_a_models_own_marks_in_a_text_are_words_like_any_other(place: Place, token: str) -> None:
    put(place, "night.txt", f"{FERRY} The sign {token} hung at the pier.")
    place.library.build()
    assert token in place.open().document("night/text").text
    assert [p.source.id for p in place.open().retrieve(f"sign {token} pier", 1)] == ["night"]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Government bought two ferries in 2020.",
        "Smith et al. counted the vessels for nine years.",
        "Dr. Example of the Port Office spoke on Jan. 5 about quay No. 4.",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert len(split_sentences(f"{text} It rained.")) == 2
