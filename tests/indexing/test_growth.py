"""An index that grew build by build is the one that a fresh build gives, and only what is new is touched."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.digests import file_digest
from rag.indexing import segment
from rag.indexing.generation import Generation
from rag.indexing.store import Pointer, Store
from rag.library.library import Library
from rag.records import Filters
from rag.testing import HashingEmbedder
from tests.conftest import Place

WORDS = "harbour bridge ferry pier lamp keeper storm gull anchor rope mast sail tide quay crane barrel salt net".split()
QUESTIONS = (
    "harbour bridge",
    "Which keeper lit the lamp?",
    "the storm tide took the rope",
    "What did the bridge cost?",
)


def prose(seed: int, sentences: int = 12) -> str:
    """Sentences of a few words, the same for the same seed."""
    chance = random.Random(seed)
    return " ".join(f"{' '.join(chance.choices(WORDS, k=7)).capitalize()} {seed}." for _ in range(sentences))


def put(place: Place, name: str, text: str) -> None:
    documents = place.corpus / "documents"
    documents.mkdir(exist_ok=True)
    (documents / name).write_text(text, encoding="utf-8")


def put_all(place: Place, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        put(place, name, text)


def lines(*numbers: int) -> str:
    return "\n".join(json.dumps({"id": f"n{n}", "title": f"Log {n}", "text": prose(n, 3)}) for n in numbers)


def opened(place: Place) -> Generation:
    return Generation.open(place.settings, place.embedder)


def names(place: Place) -> list[str]:
    return [held.name for held in opened(place).segments]


def live_chunks(place: Place) -> list[int]:
    return [int(np.count_nonzero(held.live_chunks)) for held in opened(place).segments]


def found(assistant: Assistant) -> list[object]:
    """What is retrieved, with scores, statements and nearest questions."""
    filters = (None, Filters(since="2019"), Filters(kinds=("document",)), Filters(sources=("ferry-note", "text-3")))
    return [
        (p.chunk_id, round(p.score, 5), p.text, p.source, p.statements, p.near)
        for question in QUESTIONS
        for within in filters
        for p in assistant.retrieve(question, 40, filters=within)
    ]


CHANGES: list[Callable[[Place], object]] = [
    lambda place: put_all(place, {f"text-{n}.txt": prose(n, 40) for n in range(6)}),
    lambda place: put(place, "log.jsonl", lines(*range(100, 110))),
    lambda place: put(place, "text-2.txt", prose(77, 30) + " Über die Brücke, naïvely – 5 €. " + prose(78)),
    lambda place: put(place, "log.jsonl", lines(*range(103, 120))),
    lambda place: (place.corpus / "documents" / "text-0.txt").unlink(),
    lambda place: put(place, "late.txt", prose(500, 4)),
    lambda place: (place.corpus / "documents" / "log.jsonl").unlink(),
]


def test_an_index_that_grew_gives_what_a_fresh_one_gives(place: Place, tmp_path: Path) -> None:
    place.library.build()
    shapes = set()
    for number, change in enumerate(CHANGES):
        change(place)
        place.library.build()
        shapes.add(len(names(place)))
        fresh = Place(replace(place.settings, index=tmp_path / f"fresh-{number}"), HashingEmbedder())
        fresh.library.build()
        assert found(place.open()) == found(fresh.open())
        grown, whole = opened(place), opened(fresh)
        assert dict(grown.documents) == dict(whole.documents)
        assert list(grown.sources.items()) == list(whole.sources.items())
        assert dict(grown.words) == dict(whole.words)
        assert {c.chunk_id for c in grown.chunks.values()} == {c.chunk_id for c in whole.chunks.values()}
        assert {**grown.manifest, "segments": 0, "files": 0} == {**whole.manifest, "segments": 0, "files": 0}
        assert place.library.doctor() == []
    assert len(shapes) > 1


def test_a_fresh_build_gives_one_segment(place: Place) -> None:
    CHANGES[0](place)
    place.library.build()
    assert len(names(place)) == 1


def test_only_what_is_new_is_read_tokenised_and_encoded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    CHANGES[0](place)
    place.library.build()
    touched: list[str] = []

    def note(module: object, name: str, texts_of: Callable[..., list[str]]) -> None:
        function = getattr(module, name)

        def noting(*given: object) -> object:
            touched.extend(texts_of(*given))
            return function(*given)

        monkeypatch.setattr(module, name, noting)

    note(segment, "tokenise", lambda text: [text])
    note(segment, "spelled", lambda text: [text])
    note(HashingEmbedder, "encode", lambda _, texts: texts)
    put(place, "late.txt", prose(500, 4))
    assert place.library.build().embedded == 1
    assert len(names(place)) == 2
    new = f"late\n{prose(500, 4)}"
    assert new in touched and all(text in new for text in touched)


def test_vectors_of_texts_that_a_changed_file_held_before_are_kept(place: Place) -> None:
    put(place, "log.jsonl", lines(*range(100, 120)))
    place.library.build()
    put(place, "log.jsonl", lines(*range(101, 121)))
    assert place.library.build().embedded == 1


def test_segments_stay_few_however_many_builds_there_are(place: Place) -> None:
    place.library.build()
    for number in range(24):
        put(place, f"text-{number}.txt", prose(number, 6))
        place.library.build()
        sizes = sorted(live_chunks(place), reverse=True)
        assert all(larger > 2 * smaller for larger, smaller in pairwise(sizes))
    assert sum(sizes) == len(opened(place).chunks)


def test_a_segment_of_which_much_is_gone_is_written_anew(place: Place) -> None:
    CHANGES[0](place)
    place.library.build()
    documents = place.corpus / "documents"
    (documents / "text-1.txt").unlink()
    place.library.build()
    (held,) = opened(place).segments
    assert (held.name, len(held.gone)) == ("00000001", 1)
    for number in (2, 3):
        (documents / f"text-{number}.txt").unlink()
    place.library.build()
    (held,) = opened(place).segments
    assert (held.name, len(held.gone), len(held.ids)) == ("00000003", 0, 5)
    shutil.rmtree(documents)
    place.library.build()
    assert set(opened(place).sources) == {"bridge-report", "ferry-note"}


def test_segments_go_with_the_last_generation_that_names_them(place: Place) -> None:
    CHANGES[0](place)
    place.library.build()
    for number in range(place.settings.generations_kept + 1):
        put(place, "late.txt", prose(500 + number, 4))
        place.library.build()
        kept = {
            held["name"]
            for pointer in Store(place.settings.index).generations()
            for held in Store(place.settings.index).manifest(pointer)["segments"]
        }
        assert {path.name for path in (place.settings.index / "segments").iterdir()} == kept
    assert names(place)[0] == "00000001"


def test_an_index_of_an_earlier_form_is_built_anew(place: Place) -> None:
    place.library.build()
    store = Store(place.settings.index)
    path = store.folder(store.current().generation) / "manifest.json"
    path.write_text(json.dumps({"format": 1, "files": {}}), encoding="utf-8")
    (path.parent / "POINTER").unlink()  # of later forms only
    store.point(Pointer(path.parent.name, file_digest(path)))
    assert place.library.build().swapped
    assert Library(place.settings, place.embedder).doctor() == []
