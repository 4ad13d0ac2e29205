"""An inverted index of a fixed set of texts: which of them hold a term, and how often.

The postings of a term are one row of two long arrays. On disk everything is memory-mapped, so that
opening takes the same time whatever the size, and a term costs no more than its own postings.
"""

from __future__ import annotations

import bisect
import heapq
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.indexing.parts import Mask
from rag.indexing.rows import Table, compact, load_array

Whole = NDArray[Any]
"""Whole numbers of any width."""

ARRAYS = ("starts", "texts", "counts", "lengths")

BLOCK = 1 << 22
"""Postings that are moved at once in a merge, about."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Terms and their postings; terms and texts are numbered from 0, terms in the order of their bytes."""

    terms: Table
    """The terms in UTF-8, ascending."""
    starts: NDArray[np.int64]
    """(terms + 1,): where the postings of each term begin in the two arrays below."""
    texts: NDArray[np.int32]
    """Numbers of the texts that hold the term, ascending in a row."""
    counts: Whole
    """How often that text holds it."""
    lengths: Whole
    """(texts,): terms of each text."""

    @classmethod
    def from_terms(cls, texts: Iterable[Sequence[str]]) -> Postings:
        """Index texts given as their terms."""
        numbers: dict[str, int] = {}
        terms, counts, held, lengths = array("i"), array("i"), array("i"), array("i")
        for text in texts:
            found = Counter(text)
            terms.extend([numbers.setdefault(term, len(numbers)) for term in found])
            counts.extend(found.values())
            held.append(len(found))
            lengths.append(len(text))
        names = sorted(numbers)
        rank = np.empty(len(names), np.int32)
        rank[[numbers[name] for name in names]] = np.arange(len(names))
        keys = rank[np.frombuffer(terms, np.int32)] if terms else rank
        order = np.argsort(keys, kind="stable")
        owners = np.repeat(np.arange(len(held), dtype=np.int32), np.array(held, np.int32))
        return cls(
            Table.of(map(_key, names)),
            _starts(np.bincount(keys, minlength=len(names))),
            owners[order],
            compact(np.array(counts, np.int32)[order]),
            compact(np.array(lengths, np.int32)),
        )

    @classmethod
    def load(cls, folder: Path) -> Postings:
        """Open a folder that `save` wrote."""
        return cls(Table.load(folder / "terms.rows"), *(load_array(folder / f"{name}.npy") for name in ARRAYS))

    def save(self, folder: Path) -> None:
        """Write them to a new folder."""
        folder.mkdir()
        Table.write(folder / "terms.rows", self.terms)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def of(self, term: str) -> slice | None:
        """Say where the postings of a term stand; None where no text holds it."""
        row = self.terms.find(_key(term))
        return None if row is None else slice(int(self.starts[row]), int(self.starts[row + 1]))

    def range_of(self, letter: str) -> tuple[int, int]:
        """Give the first term that starts with a letter and the one after the last; all where it is empty."""
        after = _key(chr(ord(letter) + 1)) if letter else None
        last = len(self.terms) if after is None else bisect.bisect_left(self.terms, after)
        return bisect.bisect_left(self.terms, _key(letter)), last


def merged(parts: Sequence[tuple[Postings, Mask]]) -> Postings:
    """Make one of several: the texts that a mask leaves, one part's after the other's, numbered anew."""
    frequencies = [_frequencies(part, live) for part, live in parts]
    terms, places = _union([part.terms for part, _ in parts], frequencies)
    totals = np.zeros(len(terms), np.int64)
    for place, frequency in zip(places, frequencies, strict=True):
        totals[place[place >= 0]] += frequency[place >= 0]
    starts = _starts(totals)
    texts = np.empty(int(starts[-1]), np.int32)
    counts = np.empty(len(texts), np.result_type(np.uint8, *(part.counts for part, _ in parts)))
    free, offset = starts[:-1].copy(), 0
    for (part, live), place, frequency in zip(parts, places, frequencies, strict=True):
        renumbered = (np.cumsum(live) - 1 + offset).astype(np.int32)
        for rows in _blocks(part.starts):
            span = slice(int(part.starts[rows.start]), int(part.starts[rows.stop]))
            left = live[part.texts[span]]
            kept = frequency[rows]
            to = np.repeat(free[place[rows]] - np.cumsum(kept) + kept, kept) + np.arange(int(kept.sum()))
            texts[to] = renumbered[part.texts[span][left]]
            counts[to] = part.counts[span][left]
            free[place[rows][kept > 0]] += kept[kept > 0]
        offset += int(np.count_nonzero(live))
    return Postings(
        Table.of(terms), starts, texts, counts, np.concatenate([part.lengths[live] for part, live in parts])
    )


def _union(
    tables: Sequence[Table], frequencies: Sequence[NDArray[np.int64]]
) -> tuple[list[bytes], list[NDArray[np.int64]]]:
    """The terms of several tables that a text holds, ascending, and where among them each row of a table comes."""
    places = [np.full(len(table), -1, np.int64) for table in tables]
    terms: list[bytes] = []
    for term, number, row in heapq.merge(*map(_held, range(len(tables)), tables, frequencies)):
        if not terms or terms[-1] != term:
            terms.append(term)
        places[number][row] = len(terms) - 1
    return terms, places


def _key(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


def _starts(totals: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(totals)]).astype(np.int64)


def _frequencies(part: Postings, live: Mask) -> NDArray[np.int64]:
    """In how many of the texts that a mask leaves each term stands."""
    if live.all():
        return np.diff(part.starts)
    return np.add.reduceat(live[part.texts], part.starts[:-1], dtype=np.int64)


def _held(number: int, table: Table, frequency: NDArray[np.int64]) -> Iterator[tuple[bytes, int, int]]:
    """The terms of a table that a text holds, ascending, each with the table's number and its row."""
    return ((term, number, row) for row, term in enumerate(table) if frequency[row])


def _blocks(starts: NDArray[np.int64]) -> Iterator[slice]:
    """Cut the terms into stretches of about `BLOCK` postings."""
    first, terms = 0, len(starts) - 1
    while first < terms:
        last = max(int(np.searchsorted(starts, starts[first] + BLOCK, "right")) - 1, first + 1)
        yield slice(first, last)
        first = last
