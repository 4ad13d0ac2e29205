"""The questions noted below statements, as vectors: which of them is nearest to the one that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import FloatArray
from rag.records import Chunk, Document, Statement


def statements_of(chunk: Chunk, document: Document) -> tuple[Statement, ...]:
    """The statements of notes that begin in a chunk, in order."""
    return tuple(s for s in document.statements if chunk.start <= s.start < chunk.end)


class NotedQuestions:
    """Every noted question of a generation, by chunk and statement, in the order of the chunks.

    Args:
        statements: of each chunk, in order; a chunk of a full text has none.
        vectors: a unit row for each of their questions, in order.
    """

    def __init__(self, statements: Sequence[Sequence[Statement]], vectors: DenseIndex) -> None:
        self.vectors = vectors
        owners = [
            (row, place) for row, own in enumerate(statements) for place, s in enumerate(own) for _ in s.questions
        ]
        self._statements = statements
        self._rows = np.array([row for row, _ in owners], np.int64)
        self._places = np.array([place for _, place in owners], np.int64)
        self._texts = list(questions_of(statements))
        self._first = np.searchsorted(self._rows, np.arange(len(statements) + 1))

    def search(self, query: FloatArray, k: int) -> NDArray[np.int64]:
        """Give the chunks of the k nearest questions, ascending; none where nothing is noted."""
        nearest = np.argsort(-(self.vectors.vectors @ query), kind="stable")[:k]
        return np.unique(self._rows[nearest])

    def cosines(self, query: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
        """Give the cosine of each chosen chunk with the nearest of its questions; -1 where it has none."""
        best = np.full(len(self._statements), -1.0, np.float32)
        np.maximum.at(best, self._rows, self.vectors.vectors @ query)
        return np.asarray(best[rows], np.float32)

    def nearest(self, row: int, query: FloatArray) -> tuple[str, ...]:
        """Give the nearest question of each statement of a chunk, empty for one without questions."""
        first, last = self._first[row], self._first[row + 1]
        cosines = self.vectors.vectors[first:last] @ query
        found = [""] * len(self._statements[row])
        for at in np.argsort(cosines, kind="stable"):  # the nearest comes last and stays
            found[self._places[first + at]] = self._texts[first + at]
        return tuple(found)


def questions_of(statements: Iterable[Sequence[Statement]]) -> Iterable[str]:
    """The questions of the statements of chunks, in order."""
    return (question for own in statements for statement in own for question in statement.questions)
