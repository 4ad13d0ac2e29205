"""Query in, passages out: two channels choose the candidates, and their words rank them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import Generation, above
from rag.indexing.parts import Rows
from rag.records import Copy, Filters, Passage, Turn, source_and_kind
from rag.retrieval.duplicates import Words
from rag.retrieval.filters import allowed_chunks
from rag.retrieval.query import Query, encode_query
from rag.retrieval.ranking import CHANNELS, WEIGHTS, bigram_share, fuse, nearness, title_share
from rag.text.words import content_terms, tokenise

RANKED = 50
"""Candidates whose words are looked at, at least; more where more passages are wanted."""

QUESTIONS_KEPT = 256
"""Questions whose vectors are kept."""


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
        self._candidates = candidates
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
        rows = self._candidate_rows(query, allowed, k)
        scores = self._scores(query, rows)
        fused = fuse(scores, WEIGHTS)
        ids = [self.generation.chunks[row].chunk_id for row in rows.tolist()]
        found: list[Passage] = []
        words: list[Words] = []
        for place in sorted(range(len(rows)), key=lambda i: (-fused[i], ids[i])):
            own = {name: float(values[place]) for name, values in scores.items()}
            row = int(rows[place])
            passage = self.passage(row, len(found) + 1, float(fused[place]), own)
            near = self.generation.noted.nearest(row, passage.statements, query.vector)
            passage = replace(passage, near=near)
            own_words = Words.of(passage.text)
            twin = None if duplicates else next((i for i, w in enumerate(words) if w.say_the_same(own_words)), None)
            if twin is not None:
                found[twin] = replace(found[twin], also_in=(*found[twin].also_in, _copy(passage)))
            elif len(found) < k:
                found.append(passage)
                words.append(own_words)
        return found

    def passage(self, row: int, number: int, score: float = 0.0, scores: Mapping[str, float] | None = None) -> Passage:
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
        )

    def passages_of(self, doc_id: str, filters: Filters) -> list[Passage]:
        """Give every passage of a document that the filters leave, in text order."""
        rows = np.intersect1d(self.generation.rows_of(doc_id), allowed_chunks(self.generation, filters))
        return [self.passage(row, number) for number, row in enumerate(rows.tolist(), start=1)]

    def _candidate_rows(self, query: Query, allowed: Rows, k: int) -> Rows:
        """The best chunks of both channels together, as many as are ranked by their words."""
        generation, depth = self.generation, max(self._candidates, k)
        within = None if allowed is generation.rows else allowed
        dense, _ = generation.dense.search(query.vector, depth, allowed=within)
        lexical, _ = generation.lexical.search(query.terms, depth, allowed=within)
        noted = generation.noted.search(query.vector, depth, allowed=within)
        rows = np.unique(np.concatenate([dense, lexical, noted]))
        fused = fuse(self._channel_scores(query, rows), CHANNELS)
        return np.asarray(rows[np.sort(np.argsort(-fused, kind="stable")[: max(RANKED, 2 * k)])])

    def _channel_scores(self, query: Query, rows: Rows) -> dict[str, FloatArray]:
        dense = self.generation.dense.scores(query.vector, rows)
        noted = self.generation.noted.cosines(query.vector, rows)
        lexical = self.generation.lexical.scores(query.terms, rows)
        return {"dense": dense, "meaning": np.maximum(dense, noted), "bm25": lexical}

    def _scores(self, query: Query, rows: Rows) -> dict[str, FloatArray]:
        """Every score of every candidate, (n,) float32 each."""
        lexical = self.generation.lexical
        weights = {term: weight * lexical.idf(term) for term, weight in query.terms.items()}
        asked = content_terms(query.text)
        words: dict[str, list[float]] = {"nearness": [], "bigrams": [], "title": []}
        for row in rows.tolist():
            chunk, text = self.generation.chunks[row], self.generation.text_at(row)
            title = tokenise(above(chunk, self.generation.source_at(row)))
            sentences = [tokenise(text[s.start - chunk.start : s.end - chunk.start]) for s in chunk.sentences]
            words["nearness"].append(nearness(weights, title, sentences))
            words["bigrams"].append(bigram_share(asked, weights, [*title, *(t for s in sentences for t in s)]))
            words["title"].append(title_share(query.terms, title, lexical))
        return self._channel_scores(query, rows) | {name: np.array(v, np.float32) for name, v in words.items()}


def _copy(passage: Passage) -> Copy:
    return Copy(passage.source.id, passage.doc_id, passage.start, passage.end, passage.attribution)
