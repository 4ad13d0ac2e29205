"""BM25 over a static inverted index, written here because fusion needs what libraries hide.

Each term of a query carries a weight of its own (a follow-up's earlier turns count
less), every score is a share of the most that the query could reach, and the arrays
are memory-mapped read-only, so readers need no lock.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.text.words import STOP_WORDS

K1, B = 1.2, 0.75
"""Term saturation and length normalisation of BM25, Robertson and Zaragoza (2009)."""


def idf(texts: int, frequency: int) -> float:
    """Weigh a term by its rarity: log(1 + (N - n + 0.5) / (n + 0.5)), never below 0.

    With N = 10 and n = 1 it is 1.99.
    """
    return math.log(1 + (texts - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Postings of a static set of texts in compressed rows."""

    vocabulary: Mapping[str, int]
    """Row of each term."""
    starts: NDArray[np.int64]
    """(terms + 1,): where each row begins in the two arrays below."""
    texts: NDArray[np.int32]
    """Numbers of the texts that hold the term, ascending in a row."""
    gains: FloatArray
    """BM25 of the term in that text without its idf: tf / (tf + k1 (1 - b + b len / mean)), below 1."""
    size: int
    """How many texts there are."""

    @classmethod
    def from_terms(cls, texts: Iterable[Sequence[str]]) -> LexicalIndex:
        """Index texts given as `rag.text.words.tokenise` gives them; stop words are left out here."""
        rows: dict[str, list[tuple[int, int]]] = {}
        lengths: list[int] = []
        for number, terms in enumerate(texts):
            counts = Counter(term for term in terms if term not in STOP_WORDS)
            lengths.append(counts.total())
            for term, count in counts.items():
                rows.setdefault(term, []).append((number, count))
        starts = np.cumsum([0, *(len(row) for row in rows.values())], dtype=np.int64)
        total = int(starts[-1])
        numbers = np.fromiter((n for row in rows.values() for n, _ in row), np.int32, total)
        frequency = np.fromiter((c for row in rows.values() for _, c in row), np.float64, total)
        length = np.asarray(lengths, np.float64)
        mean = max(float(length.mean()) if len(length) else 0.0, 1.0)
        gains = frequency / (frequency + K1 * (1 - B + B * length[numbers] / mean))
        vocabulary = {term: row for row, term in enumerate(rows)}
        return cls(vocabulary, starts, numbers, gains.astype(np.float32), len(lengths))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open a folder that `save` wrote; the postings are memory-mapped."""
        stored = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        starts, texts, gains = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("starts", "texts", "gains"))
        vocabulary = {term: row for row, term in enumerate(stored["terms"])}
        return cls(vocabulary, starts, texts, gains, int(stored["size"]))

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        folder.mkdir()
        stored = {"size": self.size, "terms": list(self.vocabulary)}
        (folder / "vocabulary.json").write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        for name in ("starts", "texts", "gains"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    def frequency(self, term: str) -> int:
        """Count the texts that hold a term."""
        row = self.vocabulary.get(term)
        return 0 if row is None else int(self.starts[row + 1] - self.starts[row])

    def idf(self, term: str) -> float:
        """Weigh a term by its rarity here; an unknown term weighs most."""
        return idf(self.size, self.frequency(term))

    def scores(self, terms: Mapping[str, float]) -> FloatArray:
        """Score every text by BM25 as a share of the most that the query could reach.

        Args:
            terms: weight of each term of the query; an unknown term counts as missed.

        Returns:
            (size,) float32 from 0 to 1; 0 where no term occurs.
        """
        scores = np.zeros(self.size, np.float32)
        most = 0.0
        for term, weight in terms.items():
            value = weight * self.idf(term)
            most += value
            row = self.vocabulary.get(term)
            if row is not None:
                part = slice(int(self.starts[row]), int(self.starts[row + 1]))
                scores[self.texts[part]] += np.float32(value) * self.gains[part]
        return scores / np.float32(most) if most else scores

    def search(
        self, terms: Mapping[str, float], k: int, *, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Find the texts that share a term with the query, best first, ties by number.

        Returns:
            Numbers and scores of at most k texts; a text without a shared term is no hit.
        """
        scores = self.scores(terms)
        rows = np.arange(self.size, dtype=np.int64) if allowed is None else allowed
        rows = rows[scores[rows] > 0]
        order = np.lexsort((rows, -scores[rows]))[:k]
        return rows[order], scores[rows[order]]
