"""One numbering through several parts: the first row of a part follows the last one of the part before."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


class Parts:
    """Rows of several parts under one numbering.

    Args:
        sizes: rows of each part.
        live: of each part, which of its rows count.

    Attributes:
        whole: of each part, whether all of its rows count.
    """

    def __init__(self, sizes: Sequence[int], live: Sequence[Mask]) -> None:
        self.live = live
        self.starts = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        counts = [int(np.count_nonzero(mask)) for mask in live]
        self.live_count = sum(counts)
        self.whole = [count == size for count, size in zip(counts, sizes, strict=True)]

    def place(self, row: int) -> tuple[int, int]:
        """Give the number of the part that holds a row, and the row's number in it."""
        number = bisect.bisect_right(self.starts, row) - 1
        if not 0 <= number < len(self.live):
            raise IndexError(row)
        return number, row - self.starts[number]

    def rows(self) -> Rows:
        """Give the numbers of all rows that count, ascending."""
        own = [start + np.flatnonzero(mask) for start, mask in zip(self.starts, self.live, strict=False)]
        return np.concatenate([np.zeros(0, np.int64), *own])

    def split(self, rows: Rows) -> Iterator[tuple[int, NDArray[np.intp], Rows]]:
        """Give for each part that holds some of the rows: its number, their places among them, their numbers in it."""
        owners = np.searchsorted(self.starts, rows, "right") - 1
        for number, start in enumerate(self.starts[:-1]):
            places = np.flatnonzero(owners == number)
            if len(places):
                yield number, places, rows[places] - start

    def searched(self, allowed: Rows | None) -> Iterator[tuple[int, int, Mask | None]]:
        """Give the number and first row of each part, and which of its rows a search may find; None for all of them.

        Args:
            allowed: ascending; None allows every row that counts.
        """
        for number, (first, last) in enumerate(zip(self.starts, self.starts[1:], strict=False)):
            if allowed is None:
                yield number, first, None if self.whole[number] else self.live[number]
                continue
            own = allowed[slice(*np.searchsorted(allowed, [first, last]))] - first
            if len(own):
                mask = np.zeros(last - first, bool)
                mask[own] = True
                yield number, first, mask


def best(found: Iterable[tuple[Rows, FloatArray]], k: int) -> tuple[Rows, FloatArray]:
    """Give the k rows of the highest scores, best first, ties by number."""
    pairs = [(np.zeros(0, np.int64), np.zeros(0, np.float32)), *found]
    rows, scores = (np.concatenate(column) for column in zip(*pairs, strict=True))
    if 0 < k < len(rows):
        among = scores >= kth_best(scores, k)
        rows, scores = rows[among], scores[among]
    order = np.lexsort((rows, -scores))[: max(k, 0)]
    return rows[order], scores[order]


def kth_best(scores: FloatArray, k: int) -> float:
    """Give the kth highest of at least k scores, k from 1."""
    # Among many equal scores NumPy takes twenty times as long to find what stands near the end.
    return -float(np.partition(-scores, k - 1)[k - 1])
