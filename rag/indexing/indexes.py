"""What a generation is searched by, wherever its vectors and words stand: in files, or in an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from rag.indexing.encoder import FloatArray
from rag.indexing.parts import Mask, Rows


class VectorIndex(Protocol):
    """Unit vectors, numbered from 0; inner product, higher is better."""

    @property
    def dim(self) -> int:
        """Width of a vector."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Rows) -> FloatArray:
        """Give chosen vectors, (n, dim) float32."""

    def blocks(self) -> Iterator[FloatArray]:
        """Give all vectors, some at a time."""

    def search(self, query: FloatArray, k: int, live: Mask | None) -> tuple[Rows, FloatArray]:
        """Find the nearest rows that a mask leaves, in no order: all of the k best, or nearly so where there are many.

        Returns:
            Row numbers and their cosines.
        """

    def cosines(self, query: FloatArray, rows: Rows) -> FloatArray:
        """Give the cosines of the query with chosen vectors, in their order; no row is named twice."""


class LexicalIndex(Protocol):
    """BM25 of the chunks of a generation."""

    size: int
    """Chunks that count."""

    def frequency(self, term: str) -> int:
        """Count the chunks that hold a term."""

    def idf(self, term: str) -> float:
        """Weigh a term by its rarity here; an unknown term weighs most."""

    def scores(self, terms: Mapping[str, float], rows: Rows) -> FloatArray:
        """Score chosen chunks by BM25 as a share of the most that the query could reach.

        Args:
            terms: weight of each term of the query; an unknown term counts as missed.
            rows: numbers of the chunks, in any order.

        Returns:
            (rows,) float32 from 0 to 1; 0 where no term occurs.
        """

    def search(self, terms: Mapping[str, float], k: int, *, allowed: Rows | None = None) -> tuple[Rows, FloatArray]:
        """Find the chunks that share a term with the query, best first, ties by number.

        Args:
            k: most chunks to give, at least 1.
            allowed: numbers of the chunks to search in, ascending; None searches all.

        Returns:
            Numbers and scores of at most k chunks; one without a shared term is no hit.
        """
