"""Query in, passages out: two channels choose the candidates, and their words rank them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType

import numpy as np

from rag.indexing.chunk_words import ChunkWords
from rag.indexing.chunking import above
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import Generation
from rag.indexing.parts import Rows
from rag.records import Copy, Filters, Passage, Turn, source_and_kind
from rag.retrieval.duplicates import say_the_same
from rag.retrieval.filters import allowed_chunks
from rag.retrieval.query import Query, encode_query
from rag.retrieval.ranking import CHANNELS, WEIGHTS, Matches, bigram_share, fuse, nearness, title_share
from rag.text.words import STOP_WORDS, content_terms, counted_terms

RANKED = 24
"""Candidates whose words are looked at, at least; more where more passages are wanted. Of nq-qed, xquad-en, squad2
and clapnq the first eight passages are the same with 16 as with 50."""

QUESTIONS_KEPT = 256
"""Questions whose vectors are kept."""

WORDS_KEPT = 1 << 12
"""Chunks whose words are kept at hand, about 6 MB."""

TITLES_KEPT = 1 << 16
"""Chunks of which the weight of title and headings is kept."""


class Retriever:
    """Searches one generation of the index with one embedding model. Safe to share between threads.

    Args:
        candidates: chunks that each channel gives, at least.
        abbreviations: see `rag.retrieval.query.encode_query`.
    """

    def __init__(
        self,
        generation: Generation,
        embedder: Embedder,
        *,
        candidates: int,
        abbreviations: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.generation = generation
        self.vector = lru_cache(QUESTIONS_KEPT)(lambda question: embedder.encode_queries([question])[0])
        """Gives the (dim,) unit vector of a question; several steps of one answer ask for it."""
        self._words = lru_cache(WORDS_KEPT)(generation.words_at)
        self._title_weight = lru_cache(TITLES_KEPT)(self._title_weight_of)
        self._depth = candidates
        self._abbreviations = abbreviations

    def query(self, question: str, history: Sequence[Turn] = ()) -> Query:
        """Encode a question with its conversation; see `rag.retrieval.query.encode_query`."""
        return encode_query(question, self.vector, history, self._abbreviations)

    def search(
        self, query: Query, k: int, filters: Filters | None = None, *, duplicates: bool = False
    ) -> list[Passage]:
        """Find the passages that fit a query, best first.

        Args:
            k: most passages to return.
            filters: what to search in; applied before ranking.
            duplicates: keep copies of a better passage, which are otherwise listed in its `also_in`.

        Returns:
            At most k passages, numbered from 1, equal scores by chunk id; none where nothing is
            left to search.
        """
        allowed = allowed_chunks(self.generation, filters or Filters())
        if not len(allowed):
            return []
        candidates, scores = self._candidates(query, allowed, k)
        rows = candidates.tolist()
        words = [self._words(row) for row in rows]
        scores |= self._word_scores(query, rows, words)
        fused = fuse(scores, WEIGHTS)
        found: list[Passage] = []
        kept: list[ChunkWords] = []
        for place in self._ordered(rows, fused):
            row, own = rows[place], words[place]
            twin = None if duplicates else next((i for i, w in enumerate(kept) if say_the_same(w, own)), None)
            if twin is not None:
                also_in = (*found[twin].also_in, _copy(self.passage(row)))
                found[twin] = replace(found[twin], also_in=also_in)
            elif len(found) < k:
                told = {name: float(values[place]) for name, values in scores.items()}
                near = self.generation.noted.nearest(row, self.generation.statements_at(row), query.vector)
                found.append(self.passage(row, len(found) + 1, float(fused[place]), told, near))
                kept.append(own)
        return found

    def passage(
        self,
        row: int,
        number: int = 0,
        score: float = 0.0,
        scores: Mapping[str, float] | None = None,
        near: tuple[str, ...] = (),
    ) -> Passage:
        """Make the passage of a chunk."""
        chunk = self.generation.chunks[row]
        return Passage(
            number=number,
            source=self.generation.source_at(row),
            doc_id=chunk.doc_id,
            text_kind=source_and_kind(chunk.doc_id)[1],
            chunk_id=chunk.chunk_id,
            start=chunk.start,
            end=chunk.end,
            text=self.generation.text_at(row),
            heading=chunk.heading,
            page=chunk.page,
            attribution=chunk.attribution,
            score=score,
            scores=dict(scores or {}),
            sentences=chunk.sentences,
            statements=self.generation.statements_at(row),
            near=near,
        )

    def passages_of(self, doc_id: str, filters: Filters) -> list[Passage]:
        """Give every passage of a document that the filters leave, in text order."""
        rows = np.intersect1d(self.generation.rows_of(doc_id), allowed_chunks(self.generation, filters))
        return [self.passage(row, number) for number, row in enumerate(rows.tolist(), start=1)]

    def _candidates(self, query: Query, allowed: Rows, k: int) -> tuple[Rows, dict[str, FloatArray]]:
        """The best chunks of both channels together, as many as are ranked by their words, and their scores there."""
        generation, depth = self.generation, max(self._depth, k)
        within = None if allowed is generation.rows else allowed
        dense, _ = generation.dense.search(query.vector, depth, allowed=within)
        lexical, _ = generation.lexical.search(query.terms, depth, allowed=within)
        noted = generation.noted.search(query.vector, depth, allowed=within)
        rows = np.unique(np.concatenate([dense, lexical, noted]))
        scores = self._channel_scores(query, rows)
        best = np.sort(np.argsort(-fuse(scores, CHANNELS), kind="stable")[: max(RANKED, 2 * k)])
        return rows[best], {name: values[best] for name, values in scores.items()}

    def _channel_scores(self, query: Query, rows: Rows) -> dict[str, FloatArray]:
        dense = self.generation.dense.scores(query.vector, rows)
        noted = self.generation.noted.cosines(query.vector, rows)
        lexical = self.generation.lexical.scores(query.terms, rows)
        return {"dense": dense, "meaning": np.maximum(dense, noted), "bm25": lexical}

    def _word_scores(self, query: Query, rows: Sequence[int], words: Sequence[ChunkWords]) -> dict[str, FloatArray]:
        """What the words of chunks, at least one, are worth, (n,) float32 each."""
        lexical = self.generation.lexical
        idfs = {term: lexical.idf(term) for term in query.terms}
        weights = {term: weight * idfs[term] for term, weight in query.terms.items()}
        matches = Matches.of(query.terms, words)
        return {
            "nearness": nearness(weights, matches),
            "bigrams": bigram_share(content_terms(query.text), weights, matches),
            "title": title_share(
                {term: idf * (term not in STOP_WORDS) for term, idf in idfs.items()},
                matches,
                np.array([self._title_weight(row) for row in rows], np.float32),
            ),
        }

    def _title_weight_of(self, row: int) -> float:
        """The idf of the terms of a chunk's title and headings."""
        title = above(self.generation.chunks[row], self.generation.source_at(row))
        return sum(map(self.generation.lexical.idf, set(counted_terms(title))))

    def _ordered(self, rows: Sequence[int], scores: FloatArray) -> Iterator[int]:
        """Give the places of rows, best first, equal scores by chunk id."""
        for _, equal in groupby(np.argsort(-scores, kind="stable").tolist(), key=scores.__getitem__):
            places = list(equal)
            if len(places) > 1:
                places.sort(key=lambda place: self.generation.chunks[rows[place]].chunk_id)
            yield from places


def _copy(passage: Passage) -> Copy:
    return Copy(passage.source.id, passage.doc_id, passage.start, passage.end, passage.attribution)
