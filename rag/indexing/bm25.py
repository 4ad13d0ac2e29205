"""BM25 over inverted indexes, written here because fusion needs what libraries hide.

Each term of a query carries a weight of its own (a follow-up's earlier turns count
less), every score is a share of the most that the query could reach, and rarity and mean
length are those of all texts together, however many indexes they stand in. The arrays
are read-only, so readers need no lock.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.indexing.parts import Mask, Parts, Rows, best, kth_best
from rag.indexing.postings import Postings, Whole

K1, B = 1.2, 0.75
"""Term saturation and length normalisation of BM25, Robertson and Zaragoza (2009)."""

TERMS_KEPT = 1 << 16
"""Terms whose frequency is kept at hand."""


def idf(texts: int, frequency: int) -> float:
    """Weigh a term by its rarity: log(1 + (N - n + 0.5) / (n + 0.5)), never below 0.

    With N = 10 and n = 1 it is 1.99.
    """
    return math.log(1 + (texts - frequency + 0.5) / (frequency + 0.5))


class Bm25:
    """BM25 of texts that are numbered through all parts; satisfies `rag.indexing.indexes.LexicalIndex`.

    Args:
        parts: inverted indexes.
        live: of each, which of its texts count.
    """

    def __init__(self, parts: Sequence[Postings], live: Sequence[Mask]) -> None:
        self._texts = Parts([len(part.lengths) for part in parts], live)
        self._parts = parts
        self.size = self._texts.live_count
        self.frequency = lru_cache(TERMS_KEPT)(self._frequency)
        self._spans = [lru_cache(TERMS_KEPT)(part.of) for part in parts]
        self._greatest = lru_cache(TERMS_KEPT)(self._greatest_gain)

    def idf(self, term: str) -> float:
        return idf(self.size, self.frequency(term))

    def gains(self, number: int) -> FloatArray:
        """What each posting of a part gives to a text that holds its term once in a query, idf and all."""
        part = self._parts[number]
        holding = np.diff(part.starts)
        rarity = np.array([idf(self.size, count) for count in holding.tolist()], np.float32)
        return np.repeat(rarity, holding) * self._gains(number, part.texts, part.counts)

    def scores(self, terms: Mapping[str, float], rows: Rows) -> FloatArray:
        scores = np.zeros(len(rows), np.float32)
        values, most = self._values(terms)
        for number, places, own in self._texts.split(rows):
            for term, value in values.items():
                span = self._spans[number](term)
                if span is not None:
                    scores[places] += value * self._gains_in(number, span, own)
        return scores / most

    def search(self, terms: Mapping[str, float], k: int, *, allowed: Rows | None = None) -> tuple[Rows, FloatArray]:
        if k < 1:
            return best((), 0)
        values, most = self._values(terms)
        found = []
        for number, first, live in self._texts.searched(allowed):
            rows, scores = self._best(number, values, k, live)
            found.append((first + rows, scores / most))
        return best(found, k)

    def _best(
        self, number: int, values: Mapping[str, np.float32], k: int, live: Mask | None
    ) -> tuple[Rows, FloatArray]:
        """Find the k best texts of a part, or some more, without looking at all that hold a frequent word.

        Words are taken from the rarest on, until all that are left could not lift a new text over the k best so
        far; these are then looked up only in the texts that they could lift so far: MaxScore, Turtle and Flood (1995).
        """
        part = self._parts[number]
        lists = [(value, span, term) for term, value in values.items() if (span := self._spans[number](term))]
        gains = [float(value) * self._greatest(number, term) for value, _, term in lists]
        left = [*np.cumsum(gains[::-1])[::-1].tolist(), 0.0]
        scores, held = np.zeros(len(part.lengths), np.float32), np.zeros(0, np.int64)
        taken = 0
        for value, span, _ in lists:
            texts = part.texts[span]
            # Where few texts hold a word, to take them is quicker than to see whether they are needed.
            if len(texts) > len(held) and _least(scores[held], k) > left[taken]:
                break
            fresh = texts[scores[texts] == 0]
            held = np.concatenate([held, fresh if live is None else fresh[live[fresh]]])
            scores[texts] += value * self._gains(number, texts, part.counts[span])
            taken += 1
        found = scores[held]
        for place in range(taken, len(left)):
            near = found + np.float32(left[place]) >= _least(found, k)
            held, found = held[near], found[near]
            if place < len(lists):
                value, span, _ = lists[place]
                found += value * self._gains_in(number, span, held)
        return held, found

    def _values(self, terms: Mapping[str, float]) -> tuple[dict[str, np.float32], np.float32]:
        """What each term counts at most, the greatest first, and all of them together."""
        values = {term: weight * self.idf(term) for term, weight in terms.items()}
        ordered = sorted(((term, value) for term, value in values.items() if value), key=lambda item: -item[1])
        return {term: np.float32(value) for term, value in ordered}, np.float32(sum(values.values()) or 1.0)

    def _greatest_gain(self, number: int, term: str) -> float:
        """The most that a term, which a text of the part holds, gives to one without its idf."""
        part, span = self._parts[number], self._spans[number](term)
        return float(self._gains(number, part.texts[span], part.counts[span]).max())

    def _gains_in(self, number: int, span: slice, chosen: Rows) -> FloatArray:
        """BM25 of a term without its idf in chosen texts, 0 in those that lack it."""
        part = self._parts[number]
        own = chosen.astype(np.int32)  # else the term's whole list is converted to be searched
        texts = part.texts[span]
        at = np.minimum(texts.searchsorted(own), len(texts) - 1)
        held = np.flatnonzero(texts[at] == own)
        gains = np.zeros(len(own), np.float32)
        gains[held] = self._gains(number, own[held], part.counts[span][at[held]])
        return gains

    def _gains(self, number: int, texts: NDArray[np.int32], counts: Whole) -> FloatArray:
        """BM25 of a term in texts without its idf: tf / (tf + k1 (1 - b + b len / mean)), below 1."""
        often = counts.astype(np.float32)
        return np.asarray(often / (often + self._damping[number][texts]), np.float32)

    @cached_property
    def _damping(self) -> list[FloatArray]:
        """Of each text k1 (1 - b + b len / mean)."""
        lengths = [part.lengths for part in self._parts]
        total = sum(int(np.sum(own, where=live)) for own, live in zip(lengths, self._texts.live, strict=True))
        mean = max(total / max(self.size, 1), 1.0)
        return [(K1 * (1 - B + B * own / mean)).astype(np.float32) for own in lengths]

    def _frequency(self, term: str) -> int:
        """Count the texts that hold a term."""
        frequency = 0
        for number, part in enumerate(self._parts):
            span = self._spans[number](term)
            if span is not None and self._texts.whole[number]:
                frequency += span.stop - span.start
            elif span is not None:
                frequency += int(np.count_nonzero(self._texts.live[number][part.texts[span]]))
        return frequency


class WordCounts(Mapping[str, int]):
    """How often the texts hold each word, read where it is asked for.

    Args:
        parts: inverted indexes.
        live: of each, which of its texts count.
    """

    def __init__(self, parts: Sequence[Postings], live: Sequence[Mask]) -> None:
        self._parts = parts
        self._live = live

    def __getitem__(self, word: str) -> int:
        spans = ((part, live, part.of(word)) for part, live in zip(self._parts, self._live, strict=True))
        count = sum(int(part.counts[span][live[part.texts[span]]].sum()) for part, live, span in spans if span)
        if not count:
            raise KeyError(word)
        return count

    def __iter__(self) -> Iterator[str]:
        return iter(self.starting(""))

    def __len__(self) -> int:
        return len(self.starting(""))

    def starting(self, letter: str) -> dict[str, int]:
        """Count the words that start with a letter; all words where it is empty."""
        found: dict[str, int] = {}
        for part, live in zip(self._parts, self._live, strict=True):
            first, last = part.range_of(letter)
            starts = part.starts[first : last + 1]
            span = slice(int(starts[0]), int(starts[-1]))
            counts = np.where(live[part.texts[span]], part.counts[span], 0)
            totals = np.add.reduceat(counts, starts[:-1] - starts[0], dtype=np.int64) if first < last else counts
            for row, total in zip(range(first, last), totals.tolist(), strict=True):
                if total:
                    word = part.terms[row].decode()
                    found[word] = found.get(word, 0) + total
        return found


def _least(scores: FloatArray, k: int) -> float:
    """The kth best score, 0 where there are fewer."""
    return kth_best(scores, k) if len(scores) >= k else 0.0
