"""BM25 over inverted indexes, written here because fusion needs what libraries hide.

Each term of a query carries a weight of its own (a follow-up's earlier turns count
less), every score is a share of the most that the query could reach, and rarity and mean
length are those of all texts together, however many indexes they stand in. The arrays
are read-only, so readers need no lock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.indexing.parts import Mask, Parts, Rows, best
from rag.indexing.postings import Postings, Whole
from rag.text.words import STOP_WORDS

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

    @classmethod
    def from_terms(cls, texts: Iterable[Sequence[str]]) -> Bm25:
        """Index texts given as `rag.text.words.tokenise` gives them; stop words are left out here."""
        part = Postings.from_terms([term for term in text if term not in STOP_WORDS] for text in texts)
        return cls([part], [np.ones(len(part.lengths), bool)])

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
            part, chosen = self._parts[number], own.astype(np.int32)
            for term, value in values.items():
                span = self._spans[number](term)
                if span is None:
                    continue
                texts = part.texts[span]
                at = np.minimum(np.searchsorted(texts, chosen), len(texts) - 1)
                held = texts[at] == chosen
                scores[places[held]] += value * self._gains(number, chosen[held], part.counts[span][at[held]])
        return scores / most

    def search(self, terms: Mapping[str, float], k: int, *, allowed: Rows | None = None) -> tuple[Rows, FloatArray]:
        values, _ = self._values(terms)
        found = []
        for number, first, live in self._texts.searched(allowed):
            rows = first + self._promising(number, values, k, live)
            found.append((rows, self.scores(terms, rows)))
        return best(found, k)

    def _promising(self, number: int, values: Mapping[str, np.float32], k: int, live: Mask | None) -> Rows:
        """Texts of a part among which its k best are, found without the words that could not change which these are.

        Words are looked up from the most that one can give to the least, until all that are left could not
        lift a new text over the k best so far: MaxScore, Turtle and Flood (1995).
        """
        part = self._parts[number]
        spans = [(value, span) for term, value in values.items() if (span := self._spans[number](term)) is not None]
        spans.sort(key=lambda pair: -pair[0])
        scores, held = np.zeros(len(part.lengths), np.float32), np.zeros(0, np.int64)
        least = 0.0
        for place, (value, span) in enumerate(spans):
            left = float(sum(more for more, _ in spans[place:]))
            texts = part.texts[span]
            if len(held) > k and len(texts) > len(held):  # else to look it up is quicker than to look whether to
                least = float(np.partition(scores[held], len(held) - k)[len(held) - k])
                if least > left:
                    break
            fresh = texts[scores[texts] == 0]
            held = np.concatenate([held, fresh if live is None else fresh[live[fresh]]])
            scores[texts] += value * self._gains(number, texts, part.counts[span])
        else:
            left = 0.0
            least = float(np.partition(scores[held], len(held) - k)[len(held) - k]) if len(held) > k else 0.0
        return held[scores[held] + left >= least]

    def _values(self, terms: Mapping[str, float]) -> tuple[dict[str, np.float32], np.float32]:
        """What each term counts at most, and all of them together."""
        values = {term: weight * self.idf(term) for term, weight in terms.items()}
        most = sum(values.values())
        return {term: np.float32(value) for term, value in values.items()}, np.float32(most or 1.0)

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
        return sum(counts.size for counts in _live_counts(self._parts, self._texts.live, term))


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
        count = sum(int(counts.sum()) for counts in _live_counts(self._parts, self._live, word))
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


def _live_counts(parts: Sequence[Postings], live: Sequence[Mask], term: str) -> Iterator[Whole]:
    """How often each text that counts holds a term, part by part."""
    for part, mask in zip(parts, live, strict=True):
        span = part.of(term)
        if span is not None:
            yield part.counts[span][mask[part.texts[span]]]
