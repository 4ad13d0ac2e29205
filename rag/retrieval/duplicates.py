"""Passages that say the same: nearly the same words, and no figure, name or negation that differs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text.words import tokenise

NEAR_DUPLICATE = 0.9
"""Jaccard similarity of two passages' words from which the second may be a copy."""

TELLING = re.compile(
    r"\w*\d(?:[\w.,/-]*\w)?|\b[A-Z]\w*|\b(?:not|no|never|none|nor|neither|without|cannot)\b|\w+n['’]t\b"
)
"""Figures, dates, words with a capital and negations: a copy has the same, in the same number."""


@dataclass(frozen=True, slots=True)
class Words:
    """What two passages are compared by."""

    telling: tuple[str, ...]
    """What a copy has too, sorted."""
    terms: frozenset[str]

    @staticmethod
    @lru_cache(maxsize=2048)
    def of(text: str) -> Words:
        """Read the words of a passage; kept for those that questions come back to."""
        return Words(tuple(sorted(TELLING.findall(text))), frozenset(tokenise(text)))

    def say_the_same(self, other: Words) -> bool:
        """Say whether one passage is a copy of another but for wording without weight.

        ``The Bank lent 5 crowns in May.`` and ``The Bank lent 5 crowns, in May`` are copies;
        with 6 crowns, or ``did not lend``, they are two passages.
        """
        if self.telling != other.telling:
            return False
        shared, both = len(self.terms & other.terms), len(self.terms | other.terms)
        return shared >= NEAR_DUPLICATE * max(both, 1)
