"""Which sources a question names: by a title that stands in it, or by the family name of a source's one author."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.indexing.rows import Table, load_array
from rag.records import Source
from rag.text.words import counted_terms

_NAME = re.compile(r"\w+(?:[-'’.]\w+)*")
_PARTS = re.compile(r"[-'’.]")
_FAMILY = "="
"""Stands before a family name, so that it is no title."""


def family_name(source: Source) -> str:
    """The family name of a source's one author, who is a person; empty where there is none such."""
    names = source.author.split()
    person = 2 <= len(names) <= 4 and all(n[:1].isupper() for n in names) and "," not in source.author
    return names[-1] if person else ""


class Names:
    """The names of some sources, in ascending order, so that none but those of a question are looked at.

    Args:
        keys: the terms of each title that has two or more, and each family name.
        owners: (keys,): the number of the source that each names.
    """

    def __init__(self, keys: Table, owners: NDArray[Any]) -> None:
        self._keys = keys
        self._owners = owners

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Names:
        """Take the names of sources, which are numbered in their order."""
        pairs = sorted((key, number) for number, source in enumerate(sources) for key in _keys_of(source))
        return cls(Table.of(key for key, _ in pairs), np.array([number for _, number in pairs], np.int64))

    @classmethod
    def load(cls, folder: Path) -> Names:
        """Map what `save` wrote."""
        return cls(Table.load(folder / "names.rows"), load_array(folder / "named.npy"))

    def save(self, folder: Path) -> None:
        """Write the names into a folder."""
        Table.write(folder / "names.rows", self._keys)
        np.save(folder / "named.npy", self._owners)

    def find(self, question: str) -> set[int]:
        """Give the numbers of the sources that a question names.

        ``What does Field-Lund say in Lamps of the Bay?`` names the source of that title and those of that author.
        """
        found: set[int] = set()
        terms = [term.encode("utf-8", "surrogatepass") for term in counted_terms(question)]
        for first in range(len(terms) - 1):
            for last in range(first + 2, len(terms) + 1):
                key = b" ".join(terms[first:last])
                row = bisect.bisect_left(self._keys, key)
                if row == len(self._keys) or not self._keys[row].startswith(key):
                    break
                found.update(self._owners_from(row, key))
        for word in _words_in(question):
            key = (_FAMILY + word).encode("utf-8", "surrogatepass")
            found.update(self._owners_from(bisect.bisect_left(self._keys, key), key))
        return found

    def _owners_from(self, row: int, key: bytes) -> Iterator[int]:
        while row < len(self._keys) and self._keys[row] == key:
            yield int(self._owners[row])
            row += 1


def _keys_of(source: Source) -> Iterator[bytes]:
    title, family = counted_terms(source.title), family_name(source)
    if len(title) >= 2:
        yield " ".join(title).encode("utf-8", "surrogatepass")
    if family:
        yield (_FAMILY + family).encode("utf-8", "surrogatepass")


def _words_in(question: str) -> set[str]:
    """The words of a question as they stand, and the parts of compounds and possessives."""
    words = _NAME.findall(question)
    parts = (part for word in words for part in _PARTS.split(word))
    owned = (word.rpartition(mark)[0] for word in words for mark in "'’")
    return {*words, *parts, *owned}
