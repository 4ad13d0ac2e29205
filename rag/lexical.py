"""BM25 over words as a reader would match them: stems, with numbers and names kept whole."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding import FloatArray

K1, B = 1.2, 0.75
"""Term saturation and length normalisation, the values of Robertson and Zaragoza (2009)."""

WORD = re.compile(
    r"\$?\d[\d,]*(?:\.\d+)?%?"  # 1,500  $1.5  6%
    r"|[^\W\d_]+(?:[.'’&-][^\W_]+)*\.?"  # U.S.  COVID-19  don't
    r"|\d*[^\W\d_]\w*"
)

STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "she",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
"""Words of questions and of grammar; a query of nothing else keeps them."""


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def tokenise(text: str) -> list[str]:
    """Split a text into the words that BM25 counts, stop words included.

    Case is folded and English words are stemmed. ``$1.5 trillion`` gives
    ``1.5 trillion``; ``1,500`` gives ``1500``; ``U.S.`` gives ``us``.
    """
    words: list[str] = []
    for match in WORD.findall(text.casefold().replace("’", "'")):
        word = match.strip("$%")
        if word[0].isdigit():
            words.append(word.replace(",", ""))
            continue
        word = word.replace(".", "").removesuffix("'s")
        words.append(_stemmer().stemWord(word))
        if "-" in word:
            words.extend(_stemmer().stemWord(part) for part in word.split("-") if part)
    return words


def query_words(query: str) -> list[str]:
    """Split a query, leaving stop words out unless it consists of nothing else."""
    words = tokenise(query)
    return [word for word in words if word not in STOP_WORDS] or words


class LexicalIndex:
    """A static BM25 index that is read through the file system's cache."""

    def __init__(self, bm25: Any, size: int) -> None:
        self._bm25 = bm25
        self._size = size

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts, numbered from 0 in their order; at least one must hold a word."""
        import bm25s

        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index([tokenise(text) for text in texts], show_progress=False)
        return cls(bm25, len(texts))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open a folder that `save` wrote."""
        import bm25s

        size = json.loads((folder / "params.index.json").read_text(encoding="utf-8"))["num_docs"]
        return cls(bm25s.BM25.load(folder, mmap=True, show_progress=False), int(size))

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        self._bm25.save(folder, show_progress=False)

    def scores(self, query: str) -> FloatArray:
        """Score every text, (n,) float32; 0 where no word of the query occurs."""
        known = [word for word in dict.fromkeys(query_words(query)) if word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def search(
        self, query: str, k: int, *, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Find the texts that share a word with the query, best first.

        Returns:
            Numbers and scores of at most k texts; a text without a shared word is no hit.
        """
        scores = self.scores(query)
        rows = np.arange(self._size, dtype=np.int64) if allowed is None else allowed
        rows = rows[scores[rows] > 0]
        order = np.lexsort((rows, -scores[rows]))[:k]
        return rows[order], scores[rows[order]]

    def document_frequency(self, word: str) -> int:
        """Count the texts that hold a word, given as `tokenise` gives it."""
        token = self._bm25.vocab_dict.get(word)
        if token is None:
            return 0
        indptr = self._bm25.scores["indptr"]
        return int(indptr[token + 1] - indptr[token])
