"""The scores of words as one would write them down, a passage at a time: what the fast ones must give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise


def nearness(weights: Mapping[str, float], title: Sequence[str], sentences: Sequence[Sequence[str]]) -> float:
    """The share of the weights that the title, a sentence and the one before it hold; the best sentence counts."""
    before: set[str] = set()
    best = 0.0
    for sentence in sentences:
        found = {*title, *before, *sentence}
        best = max(best, sum(weight for term, weight in weights.items() if term in found))
        before = set(sentence)
    return best / sum(weights.values())


def bigram_share(question: Sequence[str], weights: Mapping[str, float], passage: Sequence[str]) -> float:
    """The share of the question's pairs that stand within three words of each other, each as its lighter word."""
    found = total = 0.0
    for left, right in pairwise(question):
        if left != right:
            weight = min(weights[left], weights[right])
            total += weight
            near = any(
                abs(a - b) <= 3
                for a, one in enumerate(passage)
                for b, other in enumerate(passage)
                if (one, other) == (left, right)
            )
            found += weight * near
    return found / total if total else 0.0
