"""The scores of a candidate passage, each from 0 to 1, and their weighted sum.

Every score is a cosine or a share, so one weight each holds for every library and nothing is
normalised over the candidates of a query. The weights were chosen on half 0 of seven public sets
by mean nDCG@10 and confirmed on half 1; the table is in docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.indexing.chunk_words import ChunkWords, number_of
from rag.indexing.encoder import FloatArray

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


@dataclass(frozen=True, slots=True)
class Matches:
    """Where some passages hold the terms of a query."""

    terms: tuple[str, ...]
    held: NDArray[np.bool_]
    """(stretches, terms): which terms stand in each stretch; of each passage the title comes first, then sentences."""
    titles: NDArray[np.int64]
    """(passages,): the stretch that is the title of each."""
    places: Mapping[str, NDArray[np.int64]]
    """Where each term stands, ascending, counted in words; no two passages are near each other."""
    ends: NDArray[np.int64]
    """(passages,): one past the last place of each."""

    @classmethod
    def of(cls, terms: Iterable[str], passages: Sequence[ChunkWords]) -> Matches:
        """Look for the terms of a query in passages, at least one."""
        wanted = {number_of(term): term for term in terms}
        known = np.array(sorted(wanted), np.uint32)
        names = tuple(wanted[number] for number in known.tolist())
        stretches = np.concatenate([passage.lengths for passage in passages]).astype(np.int64)
        numbers = np.concatenate([passage.numbers for passage in passages])
        titles = np.cumsum([0, *(len(passage.lengths) for passage in passages[:-1])])
        words = np.array([len(passage.numbers) for passage in passages])
        held = np.zeros((len(stretches), len(names)), bool)
        if not names:
            return cls((), held, titles, {}, np.cumsum(words))
        column = np.minimum(np.searchsorted(known, numbers), len(names) - 1)
        at = np.flatnonzero(known[column] == numbers)
        column = column[at]
        held[np.searchsorted(np.cumsum(stretches), at, "right"), column] = True
        apart = BIGRAM_REACH + 1
        spread = at + apart * np.searchsorted(np.cumsum(words), at, "right")
        places = {name: spread[column == i] for i, name in enumerate(names)}
        return cls(names, held, titles, places, np.cumsum(words + apart))


def nearness(weights: Mapping[str, float], matches: Matches) -> FloatArray:
    """Give the share of the query's weight that each title and two neighbouring sentences hold, (passages,) float32.

    With weights {a: 3, b: 1}, the title (b) and the sentences (c) and (a) it is 1.

    Args:
        weights: each term's weight times its idf.
    """
    held, titles = matches.held, matches.titles
    before = np.zeros_like(held)
    before[1:] = held[:-1]
    before[titles] = False
    owner = np.searchsorted(titles, np.arange(len(held)), "right") - 1
    found = held | before | held[titles][owner]
    shares = found @ np.array([weights[term] for term in matches.terms], np.float64)
    return np.asarray(np.maximum.reduceat(shares, titles) / max(sum(weights.values()), 1e-9), np.float32)


def bigram_share(question: Sequence[str], weights: Mapping[str, float], matches: Matches) -> FloatArray:
    """Give the share of the question's neighbouring word pairs that stand near each other, (passages,) float32.

    A pair weighs as its lighter word. 0 if the question has no pair.

    Args:
        question: terms of the question in order, stop words left out.
        weights: each term's weight times its idf.
    """
    found, total = np.zeros(len(matches.ends)), 0.0
    for left, right in pairwise(question):
        if left == right:
            continue
        weight = min(weights[left], weights[right])
        total += weight
        ours, theirs = matches.places[left], matches.places[right]
        if len(ours) and len(theirs):
            after = np.searchsorted(theirs, ours)
            gaps = [theirs[np.minimum(after, len(theirs) - 1)] - ours, ours - theirs[np.maximum(after - 1, 0)]]
            near = np.min(np.abs(gaps), axis=0) <= BIGRAM_REACH
            found[np.unique(np.searchsorted(matches.ends, ours[near], "right"))] += weight
    return np.asarray(found / total if total else found, np.float32)


def title_share(idfs: Mapping[str, float], matches: Matches, totals: FloatArray) -> FloatArray:
    """Give the share of each title's weight that the query names, (passages,) float32; 0 without a title.

    Args:
        idfs: of each term of the query, 0 for a stop word.
        totals: the idf of all terms of each title together, stop words left out.
    """
    named = matches.held[matches.titles] @ np.array([idfs[term] for term in matches.terms], np.float64)
    return np.asarray(np.divide(named, totals, out=np.zeros(len(totals)), where=totals > 0), np.float32)
