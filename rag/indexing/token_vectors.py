"""Token vectors of every chunk, one byte a number, read from disk as they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray, TokenVectors

LEVELS = 127
"""Largest number that one byte holds."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token vectors of one chunk as they are stored."""

    levels: NDArray[np.int8]
    """(tokens, dim): each row is `levels * scale`."""
    scales: FloatArray
    """(tokens,) float32."""
    offsets: NDArray[np.int32]
    """(tokens, 2): start and end in the contextual text, code points, half-open."""

    @property
    def vectors(self) -> FloatArray:
        """(tokens, dim) float32, unit rows to within 0.01."""
        return self.levels.astype(np.float32) * self.scales[:, None]


def quantise(tokens: TokenVectors) -> Tokens:
    """Round each row to 127 levels of its largest number.

    Ranking by late interaction changes no measure by more than 0.001 for it.
    """
    largest = np.abs(tokens.vectors).max(axis=1, initial=0.0)
    scales = np.maximum(largest, 1e-9).astype(np.float32) / np.float32(LEVELS)
    levels = np.rint(tokens.vectors / scales[:, None]).astype(np.int8)
    return Tokens(levels, scales, tokens.offsets)


@dataclass(frozen=True, slots=True)
class TokenStore:
    """The token vectors of every chunk of a generation, one after another."""

    levels: NDArray[np.int8]
    scales: FloatArray
    offsets: NDArray[np.int32]
    starts: NDArray[np.int64]
    """(chunks + 1,): where each chunk's rows begin, and the total."""

    @classmethod
    def from_chunks(cls, chunks: Sequence[Tokens], dim: int) -> TokenStore:
        """Put the chunks' tokens in one row, in their order."""
        return cls(
            np.concatenate([np.zeros((0, dim), np.int8), *(c.levels for c in chunks)]),
            np.concatenate([np.zeros(0, np.float32), *(c.scales for c in chunks)]),
            np.concatenate([np.zeros((0, 2), np.int32), *(c.offsets for c in chunks)]),
            np.cumsum([0, *(len(c.scales) for c in chunks)], dtype=np.int64),
        )

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        """Open a folder that `save` wrote; the arrays are memory-mapped."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in cls.__slots__))

    def save(self, folder: Path) -> None:
        """Write the arrays to a new folder."""
        folder.mkdir()
        for name in self.__slots__:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def chunk(self, number: int) -> Tokens:
        """Give the tokens of one chunk."""
        part = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return Tokens(self.levels[part], self.scales[part], self.offsets[part])

    def __len__(self) -> int:
        return len(self.starts) - 1
