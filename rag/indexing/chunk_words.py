"""The words of a chunk as numbers, by sentence and with those of its title first, so that ranking reads no text.

A word is told by a checksum of its term: two of a library's words share one about once in 4·10^9 pairs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]

TELLING = re.compile(
    r"\w*\d(?:[\w.,/-]*\w)?|\b[A-Z]\w*|\b(?:not|no|never|none|nor|neither|without|cannot)\b|\w+n['’]t\b"
)
"""Figures, dates, words with a capital and negations: a copy has the same, in the same number."""


@lru_cache(maxsize=1 << 16)
def number_of(term: str) -> int:
    """Give the number of a term."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """The words of a chunk, stop words included."""

    telling: int
    """A checksum of what a copy of the chunk has too, whatever the order."""
    lengths: Numbers
    """(stretches,): how many words the title has, and then each sentence."""
    numbers: Numbers
    """(words,): the number of each word, in order."""

    @classmethod
    def of(cls, text: str, *stretches: Sequence[str]) -> ChunkWords:
        """Number the terms of a chunk, given as those of its title and of each sentence."""
        return cls(
            number_of(" ".join(sorted(TELLING.findall(text)))),
            np.array([len(stretch) for stretch in stretches], "<u4"),
            np.array([number_of(term) for term in chain.from_iterable(stretches)], "<u4"),
        )

    def pack(self) -> bytes:
        """Write them as a row of a table."""
        head = np.array([self.telling, len(self.lengths)], "<u4")
        return np.concatenate([head, self.lengths, self.numbers]).tobytes()

    @classmethod
    def unpack(cls, row: bytes) -> ChunkWords:
        """Read a row that `pack` wrote."""
        numbers = np.frombuffer(row, "<u4")
        first = 2 + int(numbers[1])
        return cls(int(numbers[0]), numbers[2:first], numbers[first:])

    @property
    def said(self) -> frozenset[int]:
        """The numbers of the words of its sentences."""
        return frozenset(self.numbers[int(self.lengths[0]) :].tolist())
