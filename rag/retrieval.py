"""Query in, passages out: every channel's hits, put on one scale and fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.dates import overlaps
from rag.embedding import Embedder, FloatArray
from rag.index import Generation
from rag.lexical import tokenise
from rag.records import Chunk, Filters, Hit, Passage

WEIGHTS: Mapping[str, float] = {"dense": 1.0, "sentence": 1.0, "bm25": 0.5}
"""Weight of each channel's z-score; chosen on halves of the evaluation sets."""

SENTENCE_DEPTH = 4
"""Sentences looked at for each candidate chunk that is wanted."""

NEAR_DUPLICATE = 0.9
"""Jaccard similarity of two passages' words from which the second is dropped."""


class Retriever:
    """Searches one generation of the index with one embedding model."""

    def __init__(self, generation: Generation, embedder: Embedder, *, candidates: int) -> None:
        self.generation = generation
        self._embedder = embedder
        self._candidates = candidates

    def search(
        self, query: str, k: int, filters: Filters | None = None, *, shadowed: bool = False
    ) -> list[Passage]:
        """Find the passages that fit a query, best first, near-duplicates left out.

        Args:
            query: what to look for, in words.
            k: most passages to return; clamped to what there is.
            filters: what to search in; applied before ranking.
            shadowed: leave out the notes of every source whose full text is indexed.

        Returns:
            At most k passages, numbered from 1; none where nothing is left to search.
        """
        allowed = self.allowed(filters or Filters(), shadowed=shadowed)
        if not len(allowed):
            return []
        rows, channels = self._candidate_scores(query, allowed)
        hits = fuse(rows, channels, weights=WEIGHTS, names=[c.chunk_id for c in self.generation.chunks])
        by_id = {self.generation.chunks[row].chunk_id: (row, i) for i, row in enumerate(rows)}
        passages: list[Passage] = []
        seen: list[frozenset[str]] = []
        for hit in hits:
            row, position = by_id[hit.chunk_id]
            words = frozenset(tokenise(self._text(self.generation.chunks[row])))
            if any(_jaccard(words, other) >= NEAR_DUPLICATE for other in seen):
                continue
            seen.append(words)
            scores = {name: float(values[position]) for name, values in channels.items()}
            passages.append(self._passage(row, len(passages) + 1, hit.score, scores))
            if len(passages) == k:
                break
        return passages

    def allowed(self, filters: Filters, *, shadowed: bool = False) -> NDArray[np.int64]:
        """The numbers of the chunks that the filters leave."""
        generation = self.generation
        full = {d.source_id for d in generation.documents.values() if d.text_kind == "full text"}
        wanted = [part.casefold() for part in filters.publishers]
        keep = []
        for row, chunk in enumerate(generation.chunks):
            document = generation.documents[chunk.doc_id]
            source = generation.sources[document.source_id]
            keep_it = (
                (not filters.sources or source.id in filters.sources)
                and (not filters.kinds or source.kind in filters.kinds)
                and (not wanted or any(part in chunk.attribution.publisher.casefold() for part in wanted))
                and overlaps(chunk.attribution.date, filters.since, filters.until)
                and not (shadowed and document.text_kind == "notes" and source.id in full)
            )
            if keep_it:
                keep.append(row)
        return np.array(keep, np.int64)

    def _candidate_scores(
        self, query: str, allowed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[str, FloatArray]]:
        """Collect the best chunks of every channel and score each of them in all channels."""
        generation, depth = self.generation, self._candidates
        vector = self._embedder.encode([query])[0]
        everything = len(allowed) == len(generation.chunks)
        dense, _ = generation.dense.search(vector, depth, allowed=None if everything else allowed)
        sentence_rows = None if everything else np.flatnonzero(np.isin(generation.sentence_owner, allowed))
        sentences, _ = generation.sentences.search(vector, depth * SENTENCE_DEPTH, allowed=sentence_rows)
        lexical, _ = generation.lexical.search(query, depth, allowed=allowed)
        best = list(dict.fromkeys(generation.sentence_owner[sentences].tolist()))[:depth]
        rows = np.unique(np.concatenate([dense, np.array(best, np.int64), lexical]))
        return rows, {
            "dense": generation.dense.scores(vector, rows),
            "sentence": self._best_sentences(vector, rows),
            "bm25": generation.lexical.scores(query)[rows],
        }

    def _best_sentences(self, vector: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
        """The cosine of each chunk's nearest sentence."""
        starts = self.generation.sentence_starts
        vectors = self.generation.sentences.vectors
        return np.array([np.max(vectors[starts[row] : starts[row + 1]] @ vector) for row in rows], np.float32)

    def _text(self, chunk: Chunk) -> str:
        return self.generation.documents[chunk.doc_id].text[chunk.start : chunk.end]

    def _passage(self, row: int, number: int, score: float, scores: Mapping[str, float]) -> Passage:
        chunk = self.generation.chunks[row]
        return Passage(
            number=number,
            source=self.generation.source_of(chunk),
            doc_id=chunk.doc_id,
            text_kind=self.generation.documents[chunk.doc_id].text_kind,
            chunk_id=chunk.chunk_id,
            start=chunk.start,
            end=chunk.end,
            text=self._text(chunk),
            heading=chunk.heading,
            page=chunk.page,
            attribution=chunk.attribution,
            score=score,
            scores=dict(scores),
            sentences=chunk.sentences,
        )


def fuse(
    rows: NDArray[np.int64],
    channels: Mapping[str, FloatArray],
    *,
    weights: Mapping[str, float],
    names: Sequence[str],
) -> list[Hit]:
    """Merge the channels' scores into one ranking.

    Each channel is put on one scale by its z-score over the candidates of this
    query, then summed by weight. Scores are kept rather than ranks because a
    channel that is sure should count for more than one that is not.

    With scores (3, 1, 2) a channel gives (1.22, -1.22, 0.00).

    Args:
        rows: (n,) numbers of the candidate chunks.
        channels: for each channel (n,) scores, higher is better.
        weights: weight of each channel, 0 or more.
        names: chunk ids by number.

    Returns:
        Hits best first; equal scores by chunk id, so a query has one order.

    Raises:
        ValueError: a weight is negative, or a channel is named that has no scores.
    """
    if set(weights) - set(channels) or min(weights.values()) < 0:
        raise ValueError(f"weights {dict(weights)!r} do not fit the channels {sorted(channels)}")
    total = np.zeros(len(rows))
    for name, weight in weights.items():
        total += weight * z_scores(channels[name])
    order = sorted(range(len(rows)), key=lambda i: (-total[i], names[int(rows[i])]))
    return [Hit(names[int(rows[i])], float(total[i]), rank, "fused") for rank, i in enumerate(order, start=1)]


def z_scores(scores: FloatArray) -> NDArray[np.float64]:
    """Subtract the mean and divide by the standard deviation; equal scores give zeros."""
    values = np.asarray(scores, np.float64)
    spread = values.std() if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
