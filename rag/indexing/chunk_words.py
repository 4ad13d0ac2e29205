"""The words of a chunk as numbers, by sentence and with those of its title first, so that ranking reads no text.

A word is told by a checksum of its term: two of a library's words share one about once in 4·10^9 pairs.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]


@lru_cache(maxsize=1 << 16)
def number_of(term: str) -> int:
    """Give the number of a term."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def pack(title: Sequence[str], sentences: Sequence[Sequence[str]]) -> bytes:
    """Write the terms of a chunk as a row of a table, stop words included."""
    stretches = [title, *sentences]
    head = [len(stretches), *map(len, stretches)]
    return np.array([*head, *map(number_of, chain.from_iterable(stretches))], "<u4").tobytes()


def unpack(row: bytes) -> tuple[Numbers, Numbers]:
    """Read a row that `pack` wrote; gives how many words title and sentences have each, and their numbers in order."""
    numbers = np.frombuffer(row, "<u4")
    count = int(numbers[0])
    return numbers[1 : count + 1], numbers[count + 1 :]
