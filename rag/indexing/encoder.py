"""The embedding model: texts in, unit vectors out.

sentence-transformers loads in a few seconds, so it is imported where a model is
first opened and never at import of the package.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models import BUNDLED, locate, weights_digest

FloatArray = NDArray[np.float32]

BATCH = 16


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
        """Most tokens that one text may have, special tokens and the model's prompt not counted."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes that the model understands; empty when it takes any, or nobody says."""

    @property
    def runtime(self) -> str:
        """What runs it, and how exactly, in words."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts that are searched as (n, dim) float32 with unit rows."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Embed questions as (n, dim) float32 with unit rows."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Offsets of the tokens of a text of any length, in code points."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, from a wheel, a folder, the Hub's cache or the Hub.

    Questions and texts get the prompts that the model's authors gave it. Runs on a GPU where
    PyTorch sees one. Safe to share between threads: nothing of the model changes after loading.

    Args:
        name: as in the settings.
        languages: ISO 639-1 codes that it knows; by default what its card says.

    Raises:
        ModelError: the model is nowhere to be found, or its weights are not the published ones.
    """

    def __init__(self, name: str, languages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.stated_languages = languages
        """Those that it was given, not those of its card."""
        self._place = locate(name)

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            return SentenceTransformer(
                self._place,
                local_files_only=Path(self._place).is_dir(),
                model_kwargs={"use_safetensors": True},
            ).eval()
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
        return weights_digest(weights[0])

    @property
    def device(self) -> str:
        """What PyTorch runs it on: ``cpu``, ``cuda`` or another."""
        return str(self._model.device.type)

    @property
    def runtime(self) -> str:
        return f"PyTorch, float32, on {self.device}"

    @cached_property
    def dim(self) -> int:
        return int(self._model.get_embedding_dimension())

    @property
    def longest(self) -> int:
        """Most tokens of one input, with prompt and special tokens."""
        return int(self._model.max_seq_length)

    @cached_property
    def window(self) -> int:
        longest_prompt = max(len(self.token_offsets(prompt)) for prompt in (self.query_prompt, self.text_prompt))
        return self.longest - int(self._model.tokenizer.num_special_tokens_to_add()) - longest_prompt

    @cached_property
    def query_prompt(self) -> str:
        """What stands in front of a question; empty for most models."""
        return self._prompt("query")

    @cached_property
    def text_prompt(self) -> str:
        """What stands in front of a text that is searched; empty for most models."""
        return self._prompt("document", "passage", "corpus")

    def _prompt(self, *names: str) -> str:
        prompts: Mapping[str, str] = self._model.prompts
        chosen = next((name for name in names if name in prompts), self._model.default_prompt_name)
        return prompts.get(chosen) or ""

    @cached_property
    def languages(self) -> tuple[str, ...]:
        if self.stated_languages:
            return self.stated_languages
        if self.name.rpartition("/")[2] in BUNDLED:
            return ("en",)
        stated = self._model.model_card_data.language or _card_languages(Path(self._place) / "README.md")
        codes = [stated] if isinstance(stated, str) else list(stated or ())
        return () if any(len(code) != 2 for code in codes) else tuple(codes)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return self._encoded(self._model.encode_document, texts)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._encoded(self._model.encode_query, texts)

    def _encoded(self, encode: Callable[..., Any], texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        vectors = encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    @property
    def tokenizer_json(self) -> str:
        """The model's fast tokenizer, as its file would hold it."""
        return str(self._model.tokenizer.backend_tokenizer.to_str())

    @cached_property
    def _counter(self) -> Any:
        return untruncated(self.tokenizer_json)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return offsets(self._counter, text)

    def traceable(self, text: str) -> tuple[Any, dict[str, Any]]:
        """Give the model as a module from tensors to a vector, with the tensors of a text to trace it by."""
        import torch

        model = self._model
        inputs = dict(model.tokenizer([text], return_tensors="pt"))
        names = list(inputs)

        class Traceable(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(self, *tensors: Any) -> Any:
                return self.model(dict(zip(names, tensors, strict=True)))["sentence_embedding"]

        return Traceable().eval(), inputs


def untruncated(tokenizer_json: str) -> Any:
    """Open a tokenizer that never truncates, of its own, so that counting does not disturb encoding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def offsets(tokenizer: Any, text: str) -> list[tuple[int, int]]:
    """Give the offsets of a text's tokens, without those that stand for nothing in it."""
    return [(start, end) for start, end in tokenizer.encode(text).offsets if end > start]


def _card_languages(card: Path) -> Any:
    """What a model card says of languages; None where there is none, or it says nothing."""
    from huggingface_hub import ModelCard

    try:
        return ModelCard.load(card).data.language if card.is_file() else None
    except ValueError:
        return None


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Scale every row of (n, dim) to unit length; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
