"""Stand-ins for the models, so that a library can be built and asked in milliseconds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from rag.indexing.encoder import FloatArray, unit_rows
from rag.text.words import content_terms

_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashingEmbedder:
    """Embeds each word as a fixed random direction, and a text as the mean of its words.

    Texts that share words are near each other; nothing else is. It satisfies
    `rag.indexing.encoder.Embedder`, loads nothing and gives the same vectors everywhere.

    Args:
        dim: width of a vector.
        window: most tokens that a text may have.
    """

    def __init__(self, *, dim: int = 64, window: int = 254) -> None:
        self.name = "hashing"
        self.dim = dim
        self.window = window
        self.languages = ("en",)
        self.runtime = "hashing"
        self.digest = hashlib.sha256(f"hashing {dim}".encode()).hexdigest()
        self.encoded = 0
        """Texts encoded so far, for tests that count them."""
        self._words: dict[str, FloatArray] = {}

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as (n, dim) float32 with unit rows; a text without a word is a row of its own."""
        self.encoded += len(texts)
        rows = [self._vector_of(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Embed questions as texts are."""
        return self.encode(texts)

    def _vector_of(self, text: str) -> FloatArray:
        rows = [self._vector(text[a:b].lower()) for a, b in self.token_offsets(text)[: self.window]]
        whole = np.stack(rows).mean(axis=0) if rows else self._vector("")
        row: FloatArray = unit_rows(whole.reshape(1, -1))[0]
        return row

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Offsets of the words and signs of a text."""
        return [match.span() for match in _TOKEN.finditer(text)]

    def _vector(self, word: str) -> FloatArray:
        if word not in self._words:
            seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8])
            row = np.random.default_rng(seed).standard_normal((1, self.dim)).astype(np.float32)
            self._words[word] = unit_rows(row)[0]
        return self._words[word]


class OverlapReader:
    """Reads by the words that question and text share.

    The logit is 20 · share − 10, where share is that of the question's content words that the
    text holds: 10 where it holds all of them, −10 where it holds none. It satisfies
    `rag.reading.reader.Reader`, looks at no clock and gives the same everywhere.

    Args:
        languages: ISO 639-1 codes that it claims to understand.
        each: seconds that one text is said to take, so that time can run out at a text of one's choice.
    """

    def __init__(self, *, languages: tuple[str, ...] = ("en",), each: float = 0.0) -> None:
        self.name = "overlap"
        self.languages = languages
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        """Question and texts of each call, for tests that look at what is read."""
        self._each = each

    def begin(self) -> None:
        """Nothing is to be loaded."""

    def read(self, question: str, texts: Sequence[str], *, seconds: float) -> FloatArray:
        """Score texts until the time that they are said to take is up."""
        self.asked.append((question, tuple(texts)))
        count = len(texts) if not self._each else min(len(texts), int(max(seconds, 0.0) / self._each))
        wanted = set(content_terms(question))
        shares = [len(wanted & set(content_terms(text))) / max(len(wanted), 1) for text in texts[:count]]
        return np.array([20 * share - 10 for share in shares], np.float32)
