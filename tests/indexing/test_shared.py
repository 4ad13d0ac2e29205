"""Models, an index and its caches are shared by threads: what one gives never depends on what another does."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexDamagedError
from rag.indexing.encoder import Embedder
from rag.indexing.generation import Generation
from rag.indexing.store import Store
from rag.library.library import Library
from rag.reading.reader import OnnxReader
from rag.testing import OverlapReader
from tests.conftest import Place

WORDS = "harbour bridge ferry crown quay vessel crate winter office toll lamp storm".split()


@pytest.mark.slow
def test_cutting_encoding_and_reading_at_once_give_what_each_gives_alone(model: Embedder, reader: OnnxReader) -> None:
    """A tokenizer that is switched between cutting short and not gives other offsets or vectors now and then."""
    chance = random.Random(7)
    texts = [" ".join(chance.choices(WORDS, k=length)) for length in (5, 60, 400, 900)]
    assert max(len(model.token_offsets(text)) for text in texts) > model.window
    over = threading.Event()

    def cut(text: str) -> list[tuple[int, int]]:
        return model.token_offsets(text)

    def encoded(text: str) -> Any:
        return model.encode_queries([text]).tolist()

    def read(text: str) -> Any:
        return reader.read(WORDS[0], [text], seconds=600).tolist()

    alone = {(work, text): work(text) for work in (cut, encoded, read) for text in texts}

    def cutting() -> int:
        wrong = 0
        while not over.is_set():
            wrong += sum(cut(text) != alone[cut, text] for text in texts)
        return wrong

    with ThreadPoolExecutor(8) as pool:
        cutters = [pool.submit(cutting) for _ in range(3)]
        others = [pool.submit(work, text) for _ in range(10) for work, text in alone if work is not cut]
        wait(others)
        over.set()
        found = [future.result() for future in others]
        wrong = sum(future.result() for future in cutters)
    assert wrong == 0
    assert found == [alone[key] for _ in range(10) for key in alone if key[0] is not cut]


@pytest.mark.slow
def test_answers_under_swaps_are_those_of_one_generation_each(place: Place) -> None:
    """Many ask one assistant while the index is built anew; each answer is quoted from the generation that it names."""
    documents = place.corpus / "documents"
    documents.mkdir()
    place.library.build()
    texts: dict[str, dict[str, str]] = {}

    def hold() -> None:
        generation = Generation.open(place.settings, place.embedder)
        texts[generation.pointer.generation] = {name: one.text for name, one in generation.documents.items()}

    hold()
    assistant = place.open(OverlapReader())

    def work(number: int) -> list[tuple[str, str, int, int, str]]:
        question = ("What did the Harbour Bridge cost?", "How much was the toll?")[number % 2]
        answer = assistant.ask(question)
        return [(answer.generation, c.doc_id, c.start, c.end, c.quote) for c in answer.citations]

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(work, number) for number in range(300)]
        for number in range(10):
            (documents / "toll.txt").write_text(f"The toll was {number + 1} crowns.\n", encoding="utf-8")
            place.library.build(force=number % 3 == 0)
            hold()
        told = [quoted for future in asked for quoted in future.result()]
    assert len({generation for generation, *_ in told}) > 1
    for generation, doc_id, start, end, quote in told:
        assert texts[generation][doc_id][start:end] == quote


def test_a_generation_that_was_pruned_goes_on_answering(place: Place) -> None:
    settings = replace(place.settings, generations_kept=1)
    library = Library(settings, place.embedder)
    library.build()
    old = Generation.open(settings, place.embedder)
    library.build(force=True)
    assert not Store(settings.index).folder(old.pointer.generation).exists()
    assert [part.file for part in old.parts] == ["notes/bridge-report.md", "notes/ferry-note.md"]
    assert "310 million" in old.documents["bridge-report/notes"].text


def test_one_that_is_pruned_while_it_is_opened_gives_way_to_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(place.settings, generations_kept=1)
    library, verify = Library(settings, place.embedder), Store.verify
    library.build()

    def late(self: Store, *arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(Store, "verify", verify)
        library.build(force=True)
        return verify(self, *arguments, **named)

    monkeypatch.setattr(Store, "verify", late)
    assert Generation.open(settings, place.embedder).pointer.generation == "00000002"


def test_a_text_that_changed_on_the_disk_is_not_quoted(place: Place) -> None:
    place.library.build()
    assistant = place.open(OverlapReader())
    store = Store(place.settings.index)
    path: Path = store.segment(store.current().generation) / "texts.rows"
    with path.open("r+b") as file:  # in place, as a failing disk does: the open index sees it
        at = path.read_bytes().index(b"310 million")
        file.seek(at)
        file.write(b"910")
    with pytest.raises(IndexDamagedError, match=r"texts\.rows has a text of 'bridge-report/notes' that does not match"):
        assistant.ask("What did the Harbour Bridge cost?")
