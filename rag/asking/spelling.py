"""Mend typing errors from the library's own words, and say what was mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.indexing.bm25 import WordCounts
from rag.text.english import is_english
from rag.text.words import SPELLED

SHORTEST = 4
"""Letters from which a word is looked at."""
TWO_ERRORS_FROM = 8
"""Letters from which two errors are mended."""
LEAST_FREQUENT = 2
"""Times that the library must hold a word before another is changed into it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as typed and as searched."""

    typed: str
    meant: str


def correct(question: str, words: WordCounts, is_word: Callable[[str], bool]) -> tuple[str, tuple[Correction, ...]]:
    """Change words that nobody knows into the one of the library that is nearest.

    A word that the library holds, in this form or another, or that English knows, is never
    changed; nor is one that has no nearest word, or several.

    Args:
        words: how often the library holds each word.
        is_word: whether the library holds another form of a word, in lower case.

    Returns:
        The question as it is searched, and what was changed.
    """
    changes: list[Correction] = []

    def mend(match: re.Match[str]) -> str:
        typed = match.group()
        lower = typed.lower()
        if len(typed) < SHORTEST or typed.isupper() or lower in words or is_word(lower) or is_english(lower):
            return typed
        meant = _nearest(lower, words)
        if meant is None:
            return typed
        meant = meant.capitalize() if typed[0].isupper() else meant
        changes.append(Correction(typed, meant))
        return meant

    return SPELLED.sub(mend, question), tuple(changes)


def _nearest(word: str, words: WordCounts) -> str | None:
    """The one word of the library that the fewest errors lead to; an inverted pair is one error."""
    from rapidfuzz.distance import OSA

    most = 2 if len(word) >= TWO_ERRORS_FROM else 1
    near: dict[int, list[str]] = {}
    counts = words.starting(word[0])
    for other, count in counts.items():
        if count >= LEAST_FREQUENT and abs(len(other) - len(word)) <= most:
            distance = OSA.distance(word, other, score_cutoff=most)
            if distance <= most:
                near.setdefault(distance, []).append(other)
    if not near:
        return None
    best = sorted(near[min(near)], key=lambda other: -counts[other])
    if len(best) > 1 and counts[best[0]] < 3 * counts[best[1]]:
        return None
    return best[0]
