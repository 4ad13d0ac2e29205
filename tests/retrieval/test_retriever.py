"""Search: what brute force would rank, exactly as many passages as asked for, within the filters."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import QuestionError, UnknownSourceError
from rag.indexing.chunking import above
from rag.indexing.generation import Generation
from rag.indexing.segment import Facet
from rag.library.library import Library
from rag.records import Filters, Source
from rag.retrieval.filters import allowed_chunks, matches
from rag.testing import HashingEmbedder
from rag.text.words import STOP_WORDS, content_terms, tokenise
from tests.conftest import Place
from tests.retrieval.plain_ranking import bigram_share, nearness

WORDS = "harbour bridge ferry pier lamp keeper storm gull anchor rope mast sail tide quay crane barrel salt net".split()
QUESTION = "Which keeper of the harbour lamp mended the ferry sail?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """250 texts of three sentences each, every one of a chunk and with a number of its own."""
    folder = tmp_path_factory.mktemp("many")
    documents = folder / "corpus" / "documents"
    documents.mkdir(parents=True)
    random = np.random.default_rng(5)
    rows = []
    for number in range(250):
        sentences = [" ".join(random.choice(WORDS, size=int(random.integers(4, 9)))) for _ in range(3)]
        text = " ".join(f"{sentence.capitalize()} {number}." for sentence in sentences)
        rows.append(json.dumps({"id": f"n{number}", "title": str(random.choice(WORDS)), "text": text}))
    (documents / "log.jsonl").write_text("\n".join(rows), encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    embedder = HashingEmbedder()
    Library(settings, embedder).build()
    return Assistant(settings, embedder)


@pytest.mark.parametrize("k", [1, 50, 200])
def test_exactly_as_many_passages_as_asked_for(library: Assistant, k: int) -> None:
    found = library.retrieve("harbour keeper", k)
    assert [p.number for p in found] == list(range(1, k + 1))
    assert len({p.chunk_id for p in found}) == k
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


@pytest.mark.parametrize("k", [0, -1, 201, True, 1.5])
def test_a_number_of_passages_out_of_range_is_refused(library: Assistant, k: int) -> None:
    message = rf"^k is {k!r}; expected a number of passages from 1 to 200$"
    with pytest.raises(QuestionError, match=message):
        library.retrieve("harbour", k)
    with pytest.raises(QuestionError, match=message):
        library.ask("harbour", k=k)


def brute_force(generation: Generation, question: str) -> dict[str, float]:
    """Score every chunk with cosine and BM25, keep the 50 best, and rank these with their words too."""
    texts = [
        above(chunk, generation.source_at(row)) + generation.text_at(row) for row, chunk in generation.chunks.items()
    ]
    embedder = HashingEmbedder()
    cosine = embedder.encode(texts) @ embedder.encode([question])[0]
    terms = [[t for t in tokenise(text) if t not in STOP_WORDS] for text in texts]
    asked = content_terms(question)
    weights = {
        term: math.log(1 + (len(terms) - n + 0.5) / (n + 0.5))
        for term in asked
        for n in [sum(term in own for own in terms)]
    }
    mean, total = sum(map(len, terms)) / len(terms), sum(weights.values())

    def bm25(own: list[str]) -> float:
        counts, norm = Counter(own), 1.2 * (0.25 + 0.75 * len(own) / mean)
        return sum(w * counts[t] / (counts[t] + norm) for t, w in weights.items()) / total

    def words(row: int) -> float:
        chunk = generation.chunks[row]
        title = tokenise(above(chunk, generation.source_at(row)))
        text = generation.documents[chunk.doc_id].text
        sentences = [tokenise(text[s.start : s.end]) for s in chunk.sentences]
        names = {t: math.log(1 + (250 - n + 0.5) / (n + 0.5)) for t in title for n in [sum(t in o for o in terms)]}
        named = sum(w for t, w in names.items() if t in asked) / sum(names.values())
        pairs = bigram_share(asked, weights, [*title, *(t for s in sentences for t in s)])
        return 0.5 * nearness(weights, title, sentences) + 0.2 * pairs + 0.2 * named

    lexical = np.array([bm25(own) for own in terms])
    best = np.argsort(-(1.4 * cosine + 0.9 * lexical))[:50]
    return {generation.chunks[row].chunk_id: 1.4 * cosine[row] + 0.6 * lexical[row] + words(row) for row in best}


@pytest.mark.parametrize("question", [QUESTION, "storm tide", "Did the gull take a barrel of salt to the quay?"])
@pytest.mark.parametrize("k", [3, 25])
def test_search_ranks_as_brute_force_over_every_chunk_does(library: Assistant, question: str, k: int) -> None:
    expected = brute_force(library._fresh().generation, question)
    found = library.retrieve(question, k)
    ranked = sorted(expected.values(), reverse=True)[:k]
    assert [p.score for p in found] == pytest.approx(ranked, abs=1e-3)
    assert {p.chunk_id: p.score for p in found} == pytest.approx(
        {p.chunk_id: expected[p.chunk_id] for p in found}, abs=1e-3
    )


FILTERS = [
    (Filters(), {"bridge-report", "ferry-note"}),
    (Filters(sources=("ferry-note",)), {"ferry-note"}),
    (Filters(kinds=("government",)), {"bridge-report"}),
    (Filters(publishers=("gazette",)), {"ferry-note"}),
    (Filters(publishers=("SURVEY",)), {"bridge-report"}),
    (Filters(since="2022"), {"bridge-report"}),
    (Filters(until="2020"), {"ferry-note"}),
    (Filters(since="2019", until="2019-12"), {"ferry-note"}),
    (Filters(sources=("ferry-note",), kinds=("government",)), set()),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "sources"), FILTERS)
def test_filters_leave_only_what_satisfies_every_one(place: Place, filters: Filters, sources: set[str]) -> None:
    place.library.build()
    assistant = place.open()
    generation = assistant._fresh().generation
    rows = allowed_chunks(generation, filters).tolist()
    left = [generation.chunks[row] for row in rows]
    assert {generation.source_at(row).id for row in rows} == sources
    found = assistant.retrieve("harbour bridge ferry", 50, filters=filters)
    assert {p.chunk_id for p in found} == {chunk.chunk_id for chunk in left}


def test_the_sources_that_filters_leave_are_counted(place: Place) -> None:
    place.library.build()
    assistant = place.open()
    assert assistant.searched(Filters()) == (2, 2)
    assert assistant.searched(Filters(until="2020")) == (1, 2)
    assert assistant.searched(Filters(sources=("bridge-report",), until="2020")) == (0, 2)


def test_a_statement_is_filtered_by_its_own_publisher_and_date(place: Place) -> None:
    place.library.build()
    found = place.open().retrieve("Harbour Bridge", 50, filters=Filters(publishers=("road survey",)))
    assert [(p.attribution.origin, p.attribution.date) for p in found] == [("Road Survey", "2022-02")]
    read_in = place.open().retrieve("Harbour Bridge", 50, filters=Filters(publishers=("daily bay",)))
    assert [p.chunk_id for p in read_in] == [p.chunk_id for p in found]


def test_a_sources_publisher_finds_it_whoever_says_so(place: Place) -> None:
    place.library.build()
    generation = place.open()._fresh().generation
    chunk, wanted = generation.chunks[0], Filters(publishers=("of Bays",))
    source = Source.unnamed("bay", "Bay report")
    assert not matches(Facet.of(chunk, source), wanted)
    assert matches(Facet.of(chunk, replace(source, publisher="Ministry of Bays")), wanted)


def test_a_publisher_that_nobody_has_is_refused_and_what_was_searched_is_told(place: Place) -> None:
    place.library.build()
    assistant = place.open()
    with pytest.raises(UnknownSourceError, match="no publisher has 'Nobody' in its name; `rag sources --json` lists"):
        assistant.ask("Who built the Harbour Bridge?", filters=Filters(publishers=("Nobody",)))
    nothing = Filters(sources=("ferry-note",), kinds=("government",))
    answer = assistant.ask("How much did the Harbour Bridge cost?", filters=nothing)
    assert answer.scope == "No source is left: kind government"
    assert answer.text == "The limits of this search leave no text to search; lift one of them and ask again."
    ferry = assistant.ask("How much did the Harbour Bridge cost?", filters=Filters(sources=("ferry-note",)))
    assert (ferry.scope, ferry.text[:40]) == ("Searched in 1 of 2 sources", "The sources that were searched do not sa")
    assert assistant.ask("How much did the Harbour Bridge cost?").scope == ""


def test_equal_scores_come_by_chunk_id(tmp_path: Path) -> None:
    documents = tmp_path / "corpus" / "documents"
    documents.mkdir(parents=True)
    rows = [json.dumps({"id": name, "title": "Log", "text": "The gull sat."}) for name in ("c", "a", "b")]
    (documents / "log.jsonl").write_text("\n".join(rows), encoding="utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    Library(settings, HashingEmbedder()).build()
    retriever = Assistant(settings, HashingEmbedder())._fresh().pipeline.retriever
    found = retriever.search(retriever.query("gull"), 5, duplicates=True)
    assert [p.chunk_id for p in found] == ["log-a/text#0", "log-b/text#0", "log-c/text#0"]
