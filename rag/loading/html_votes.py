"""Compare blocks with the text that another extractor took for the article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.loading.html_blocks import Block

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Ballot:
    """What a voter's text says about single blocks."""

    shingles: frozenset[tuple[str, ...]]
    lines: frozenset[tuple[str, ...]]

    @classmethod
    def from_text(cls, text: str) -> Ballot:
        """Read the text that a voter extracted."""
        lines = frozenset(tuple(_WORD.findall(line)) for line in text.splitlines())
        return cls(frozenset(_shingles(_WORD.findall(text))), lines)

    def share(self, block: Block) -> float:
        """Return the share of a block that the voter chose, 0 to 1."""
        words = _WORD.findall(block.text)
        if len(words) < 4:
            return float(tuple(words) in self.lines)
        shingles = _shingles(words)
        return sum(shingle in self.shingles for shingle in shingles) / len(shingles)


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + 4]) for at in range(len(words) - 3)]


def folded(text: str) -> str:
    """Return the words of a text in lower case, for comparing titles."""
    return " ".join(_WORD.findall(text.lower()))
