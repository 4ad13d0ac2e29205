"""An optional second opinion on the best passages: a cross-encoder, within a time budget."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelError
from rag.indexing.encoder import FloatArray

BATCH = 4
"""Passages that are scored between two looks at the clock."""


class Reranker(Protocol):
    """What the retrieval needs of a cross-encoder."""

    def scores(self, question: str, texts: Sequence[str]) -> FloatArray:
        """Score texts as answers, best candidates first.

        Returns:
            (n,) float32, higher is better, comparable within one question; n is at most
            the number of texts, fewer where time ran out.
        """


@dataclass(frozen=True)
class CrossEncoderReranker:
    """Reads question and passage together (Nogueira and Cho 2019); loads its model at first use."""

    name: str
    """Name on the Hugging Face Hub, or a local folder, of a sentence-transformers cross-encoder."""
    seconds: float
    """Time for one search, of which a question makes up to five; a batch that has begun is finished."""

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self.name, device="cpu", local_files_only=Path(self.name).is_dir())
        except Exception as error:  # the libraries below raise whatever they meet
            raise ModelError(
                f"rerank_model {self.name!r} cannot be loaded: {error}; "
                "set it to a folder that holds a cross-encoder, connect to the network once, or leave it empty"
            ) from error

    def scores(self, question: str, texts: Sequence[str]) -> FloatArray:
        model = self._model
        end = time.monotonic() + self.seconds
        found: list[FloatArray] = []
        for start in range(0, len(texts), BATCH):
            pairs = [(question, text) for text in texts[start : start + BATCH]]
            scores = np.asarray(model.predict(pairs, batch_size=BATCH, show_progress_bar=False), np.float32)
            if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
                raise ModelError(
                    f"rerank_model {self.name!r} gave scores of shape {scores.shape} for {len(pairs)} passages; "
                    "expected one finite number each; choose a cross-encoder with one label"
                )
            found.append(scores)
            if time.monotonic() >= end:
                break
        return np.concatenate(found) if found else np.zeros(0, np.float32)


def reranked(scores: FloatArray, opinion: FloatArray) -> FloatArray:
    """Order the best candidates anew by a second opinion.

    The candidates that have an opinion exchange their scores, so that the scale stays
    what it was; the rest keep theirs and stay below.

    Args:
        scores: (n,) best first.
        opinion: (m,), m at most n, of the first m.

    Returns:
        (n,) float32.
    """
    changed = scores.copy()
    changed[np.argsort(-opinion, kind="stable")] = scores[: len(opinion)]
    return changed


@lru_cache(maxsize=2)
def default_reranker(name: str, seconds: float) -> Reranker | None:
    """Open a cross-encoder once a process; None for no name."""
    return CrossEncoderReranker(name, seconds) if name else None
