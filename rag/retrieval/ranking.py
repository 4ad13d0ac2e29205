"""The scores of a candidate passage, each from 0 to 1, and their weighted sum.

Every score is a cosine or a share, so one weight each holds for every library and nothing is
normalised over the candidates of a query. The weights were chosen on half 0 of seven public sets
by mean nDCG@10 and confirmed on half 1; the table is in docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from rag.indexing.bm25 import LexicalIndex
from rag.indexing.encoder import FloatArray
from rag.text.words import STOP_WORDS

CHANNELS: Mapping[str, float] = {"meaning": 1.4, "bm25": 0.9}
"""Weights of the two channels where they choose the candidates. The meaning of a passage is as near as the
nearer of its own vector and those of the questions noted in it: without these an answer is among the first
three for 0.73 instead of 0.77 of 60 plain questions by outsiders, for 0.84 instead of 0.87 of 55 others."""

WEIGHTS: Mapping[str, float] = {"meaning": 1.4, "bm25": 0.6, "nearness": 0.5, "bigrams": 0.2, "title": 0.2}
"""Weights of all scores where the candidates are ranked."""

BIGRAM_REACH = 3
"""Two words that neighbour in the question count if the text holds them this near."""


def fuse(scores: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Sum scores by weight, (n,) float32, higher is better.

    Scores are kept rather than ranks because a channel that is sure should count for
    more than one that is not. Scores (0.5, 0.2) and (1, 0) with weights 2 and 0.1
    give (1.1, 0.4).

    Raises:
        KeyError: a weight names a score that is not given.
    """
    return np.asarray(sum(np.float32(weight) * scores[name] for name, weight in weights.items()), np.float32)


def nearness(weights: Mapping[str, float], title: Collection[str], sentences: Sequence[Sequence[str]]) -> float:
    """Give the share of the query's weight that the title and two neighbouring sentences hold.

    With weights {a: 3, b: 1}, the title (b) and the sentences (c) and (a) it is 1.

    Args:
        weights: each term's weight times its idf.
    """
    above, before, best = set(title), set[str](), 0.0
    for sentence in sentences:
        here = set(sentence)
        found = here | before | above
        best = max(best, sum(weight for term, weight in weights.items() if term in found))
        before = here
    return best / max(sum(weights.values()), 1e-9)


def bigram_share(question: Sequence[str], weights: Mapping[str, float], passage: Sequence[str]) -> float:
    """Give the share of the question's neighbouring word pairs that stand near each other in a passage.

    A pair weighs as its lighter word. 0 if the question has no pair.

    Args:
        question: terms of the question in order, stop words left out.
        weights: each term's weight times its idf.
        passage: terms of title and text in order, stop words included.
    """
    places: dict[str, list[int]] = {}
    for place, term in enumerate(passage):
        if term in weights:
            places.setdefault(term, []).append(place)
    found = total = 0.0
    for left, right in pairwise(question):
        if left == right:
            continue
        weight = min(weights[left], weights[right])
        total += weight
        if any(abs(a - b) <= BIGRAM_REACH for a in places.get(left, ()) for b in places.get(right, ())):
            found += weight
    return found / total if total else 0.0


def title_share(terms: Collection[str], title: Iterable[str], lexical: LexicalIndex) -> float:
    """Give the share of a title's weight, in idf, that the query names; 0 without a title."""
    weights = {term: lexical.idf(term) for term in title if term not in STOP_WORDS}
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0
