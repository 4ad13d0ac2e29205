"""Passages that say the same: nearly the same words, and no figure, name or negation that differs."""

from __future__ import annotations

from rag.indexing.chunk_words import ChunkWords

NEAR_DUPLICATE = 0.9
"""Jaccard similarity of two passages' words from which the second may be a copy."""


def say_the_same(one: ChunkWords, other: ChunkWords) -> bool:
    """Say whether one passage is a copy of another but for wording without weight.

    ``The Bank lent 5 crowns in May.`` and ``The Bank lent 5 crowns, in May`` are copies;
    with 6 crowns, or ``did not lend``, they are two passages.
    """
    if one.telling != other.telling:
        return False
    own, theirs = one.said, other.said
    return len(own & theirs) >= NEAR_DUPLICATE * max(len(own | theirs), 1)
