"""The questions noted below statements, as vectors: which of them is nearest to the one that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import FloatArray
from rag.indexing.indexes import VectorIndex
from rag.indexing.parts import Mask, Parts, Rows
from rag.indexing.postings import Whole
from rag.records import Chunk, Document, Statement


def statements_of(chunk: Chunk, document: Document) -> tuple[Statement, ...]:
    """The statements of notes that begin in a chunk, in order."""
    return tuple(s for s in document.statements if chunk.start <= s.start < chunk.end)


class NotedQuestions:
    """Every noted question, by its chunk; chunks are numbered through all parts.

    Args:
        owners: of each part, in which of its chunks each question is noted, ascending.
        vectors: of each part, a vector for each of these questions.
        live: of each part, which of its chunks count.
    """

    def __init__(self, owners: Sequence[Whole], vectors: Sequence[VectorIndex], live: Sequence[Mask]) -> None:
        self._owners = owners
        self._vectors = vectors
        self._chunks = Parts([len(mask) for mask in live], live)
        of_live = [mask[own] for mask, own in zip(live, owners, strict=True)]
        self._questions = Parts([len(own) for own in owners], of_live)
        self._index = DenseIndex(vectors, of_live)

    def search(self, query: FloatArray, k: int, *, allowed: Rows | None = None) -> Rows:
        """Give the chunks of the k nearest questions, ascending; none where nothing is noted.

        Args:
            allowed: numbers of the chunks to search in, ascending; None searches all.
        """
        nearest, _ = self._index.search(query, k, allowed=None if allowed is None else self._noted_in(allowed))
        chunks = [
            self._chunks.starts[number] + self._owners[number][own] for number, _, own in self._questions.split(nearest)
        ]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *chunks]))

    def cosines(self, query: FloatArray, rows: Rows) -> FloatArray:
        """Give the cosine of each chosen chunk with the nearest of its questions; -1 where it has none."""
        best = np.full(len(rows), -1.0, np.float32)
        for number, places, own in self._chunks.split(rows):
            first, last = (np.searchsorted(self._owners[number], own, side) for side in ("left", "right"))
            noted = np.flatnonzero(last > first)
            if len(noted):
                questions = np.concatenate([np.arange(first[i], last[i]) for i in noted])
                starts = np.cumsum([0, *(last - first)[noted][:-1]])
                cosines = self._vectors[number].cosines(query, questions)
                best[places[noted]] = np.maximum.reduceat(cosines, starts)
        return best

    def nearest(self, row: int, statements: Sequence[Statement], query: FloatArray) -> tuple[str, ...]:
        """Give the nearest question of each statement of a chunk, empty for one without questions."""
        number, own = self._chunks.place(row)
        first, last = (int(np.searchsorted(self._owners[number], own, side)) for side in ("left", "right"))
        cosines = self._vectors[number][np.arange(first, last)] @ query
        found, at = [], 0
        for statement in statements:
            own_cosines = cosines[at : at + len(statement.questions)]
            found.append(statement.questions[int(np.argmax(own_cosines))] if len(own_cosines) else "")
            at += len(own_cosines)
        return tuple(found)

    def _noted_in(self, chunks: Rows) -> Rows:
        """The questions of chosen chunks, ascending."""
        own = [
            first + np.flatnonzero(mask[self._owners[number]])
            for (number, _, mask), first in zip(self._chunks.searched(chunks), self._questions.starts, strict=False)
            if mask is not None
        ]
        return np.concatenate([np.zeros(0, np.int64), *own])


def questions_of(statements: Iterable[Sequence[Statement]]) -> Iterable[str]:
    """The questions of the statements of chunks, in order."""
    return (question for own in statements for statement in own for question in statement.questions)
