"""An exported embedding model: what `rag.indexing.exporting` wrote, run without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from rag.digests import file_digest
from rag.indexing.encoder import FloatArray, offsets, unit_rows, untruncated
from rag.inference import TextModel


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of an exported model; kept beside it as ``card.json``."""

    digest: str
    """Of the original's weights."""
    dim: int
    window: int
    longest: int
    """Tokens of one input, with prompt and special tokens."""
    languages: tuple[str, ...]
    query_prompt: str
    text_prompt: str
    precision: Literal["int8", "float32"]
    mean_cosine: float
    """With the original's vectors, over a sample."""
    worst_cosine: float
    files: dict[str, str]
    """SHA-256 of each file."""


class ExportedEmbedder:
    """A model that `export` wrote: neither PyTorch nor transformers is imported. Safe to share between threads.

    Args:
        name: as in the settings.
        folder: holds the model, its tokenizer and its card.
        languages: ISO 639-1 codes that it knows; by default those of the card.

    Raises:
        OSError, ValueError: the folder does not hold what `export` writes.
    """

    def __init__(self, name: str, folder: Path, languages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.folder = folder
        self.card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        for file, digest in self.card.files.items():
            if file_digest(folder / file) != digest:
                raise ValueError(f"{folder / file} does not match its digest")
        self.digest = self.card.digest
        self.dim = self.card.dim
        self.window = self.card.window
        self.languages = languages or self.card.languages
        self.runtime = (
            f"ONNX Runtime, {self.card.precision}; cosine with the original: "
            f"mean {self.card.mean_cosine:.4f}, worst {self.card.worst_cosine:.4f}"
        )

    @cached_property
    def _model(self) -> TextModel:
        return TextModel(
            self.folder / "model.onnx",
            self.folder / "tokenizer.json",
            longest=self.card.longest,
        )

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return self._encoded(self.card.text_prompt, texts)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._encoded(self.card.query_prompt, texts)

    def _encoded(self, prompt: str, texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return unit_rows(np.stack(self._model.run_all([(prompt + text,) for text in texts])))

    @cached_property
    def _counter(self) -> Any:
        return untruncated((self.folder / "tokenizer.json").read_text(encoding="utf-8"))

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return offsets(self._counter, text)
