"""Rows of bytes in one file, memory-mapped: what is read is what is asked for, whatever there is.

A file holds the rows, then where each begins, then how many there are.
"""

from __future__ import annotations

import bisect
import io
import mmap
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Row = TypeVar("Row")

KEPT = 512
"""Decoded records that a table keeps at hand."""

WORD_BYTES = 8

SIGNPOSTED = 64
"""Rows from one that is kept at hand, to find others by, to the next."""


class ByteRows(Protocol):
    """Rows of bytes, numbered from 0."""

    def __len__(self) -> int: ...

    def __getitem__(self, row: int) -> bytes: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def slice(self, row: int, start: int, end: int) -> bytes:
        """Give the bytes from *start* to *end* of a row."""


class Table:
    """Rows of bytes in a file; see the module."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        count = int.from_bytes(data[-WORD_BYTES:], "little")
        self._data = data
        self._starts = np.frombuffer(data, "<i8", count + 1, len(data) - WORD_BYTES * (count + 2))

    @classmethod
    def of(cls, rows: Iterable[bytes]) -> Table:
        """Hold rows in memory."""
        buffer = io.BytesIO()
        _write(buffer, rows)
        return cls(buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> Table:
        """Map a file that `write` wrote."""
        return cls(mapped(path))

    @staticmethod
    def write(path: Path, rows: Iterable[bytes]) -> None:
        """Write rows to a new file, one after the other."""
        with path.open("wb") as file:
            _write(file, rows)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, row: int) -> bytes:
        start, end = self._starts[row : row + 2].tolist()
        return self._data[start:end]

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def slice(self, row: int, start: int, end: int) -> bytes:
        first = int(self._starts[row])
        return self._data[first + start : first + end]

    def find(self, key: bytes) -> int | None:
        """Give the number of a row of a table in ascending order; None where it holds no such row."""
        after = bisect.bisect_left(self._signposts, key)
        row = bisect.bisect_left(self, key, SIGNPOSTED * max(after - 1, 0), min(SIGNPOSTED * after + 1, len(self)))
        return row if row < len(self) and self[row] == key else None

    @cached_property
    def _signposts(self) -> list[bytes]:
        """Every so many rows, at hand, since each look into the file costs a microsecond."""
        return [self[row] for row in range(0, len(self), SIGNPOSTED)]


def _write(file: BinaryIO, rows: Iterable[bytes]) -> None:
    lengths = [file.write(row) for row in rows]
    starts = np.cumsum([0, *lengths], dtype="<i8")
    file.write(bytes(-int(starts[-1]) % WORD_BYTES))
    file.write(starts.tobytes())
    file.write(len(lengths).to_bytes(WORD_BYTES, "little"))


class Records(Generic[Row]):
    """The rows of a table as records of one type, each decoded where it is asked for."""

    def __init__(self, table: ByteRows, kind: Any) -> None:
        self.table = table
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._record = lru_cache(KEPT)(lambda row: self._decode(table[row]))

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, row: int) -> Row:
        return self._record(row)  # type: ignore[no-any-return]  # what the decoder gives is of its type

    def __iter__(self) -> Iterator[Row]:
        return map(self._decode, self.table)


def mapped(path: Path) -> mmap.mmap:
    """Map a file, which stays readable where it is removed."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def encode(record: Any) -> bytes:
    """Give the bytes of a record, as `Records` decodes them."""
    return msgspec.msgpack.encode(record)


def load_array(path: Path) -> NDArray[Any]:
    """Map an array that `numpy.save` wrote."""
    return np.asarray(np.load(path, mmap_mode="r"))


def compact(values: NDArray[Any]) -> NDArray[Any]:
    """Give numbers from 0 in the smallest type that holds them."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))
