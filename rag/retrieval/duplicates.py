"""Passages that say the same: nearly the same words, and no figure, name or negation that differs."""

from __future__ import annotations

import re

from rag.text.words import tokenise

NEAR_DUPLICATE = 0.9
"""Jaccard similarity of two passages' words from which the second may be a copy."""

TELLING = re.compile(
    r"\w*\d(?:[\w.,/-]*\w)?|\b[A-Z]\w*|\b(?:not|no|never|none|nor|neither|without|cannot)\b|\w+n['’]t\b"
)
"""Figures, dates, words with a capital and negations: a copy has the same, in the same number."""


def say_the_same(one: str, other: str) -> bool:
    """Say whether one passage is a copy of another but for wording without weight.

    ``The Bank lent 5 crowns in May.`` and ``The Bank lent 5 crowns, in May`` are copies;
    with 6 crowns, or ``did not lend``, they are two passages.
    """
    if sorted(TELLING.findall(one)) != sorted(TELLING.findall(other)):
        return False
    mine, its = set(tokenise(one)), set(tokenise(other))
    return len(mine & its) >= NEAR_DUPLICATE * max(len(mine | its), 1)
