"""What a person wants who types something: an answer from the texts, or something else.

A logistic regression over the vectors of example utterances tells the two apart. It is fitted
with the library's own embedding model, so any model and any language that it knows will do, and
kept beside the index.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from rag.indexing.encoder import Embedder, FloatArray

QUESTION = "question"
"""The intent of what is searched."""

EMERGENCY = "emergency"
"""The intent of somebody in danger, or beside somebody who is."""

SURE = 0.7
"""Probability that it is no question, from which that is believed: of held-out utterances 0.98 of the questions
and 0.97 of emergencies and declined requests are told; at 0.5 0.96 of the questions, at 0.8 0.95 of the others."""

DOUBT = 0.5
"""Share of the likeliest intent's probability from which an emergency is believed in its place."""

STRENGTH = 10.0
"""Inverse strength of the regularisation; 10, 30 and 100 differ by less than 0.01 on held-out utterances."""


@dataclass(frozen=True, slots=True)
class IntentModel:
    """A fitted classifier of utterances."""

    names: tuple[str, ...]
    """The intents, in order."""
    weights: FloatArray
    """(intents, dim) float32."""
    bias: FloatArray
    """(intents,) float32."""

    @classmethod
    def fit(cls, examples: Mapping[str, Sequence[str]], embedder: Embedder) -> IntentModel:
        """Learn from example utterances.

        Args:
            examples: for each intent, at least three in all, what people type.
        """
        from sklearn.linear_model import LogisticRegression

        texts = [text for group in examples.values() for text in group]
        labels = [name for name, group in examples.items() for _ in group]
        model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(embedder.encode_queries(texts), labels)
        names = tuple(str(name) for name in model.classes_)
        return cls(names, model.coef_.astype(np.float32), model.intercept_.astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read a file that `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(map(str, stored["names"])), stored["weights"], stored["bias"])

    def save(self, path: Path) -> None:
        """Write the model to a file, whole or not at all."""
        scratch = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(scratch, names=np.array(self.names), weights=self.weights, bias=self.bias)
        scratch.replace(path)

    def classify(self, vector: FloatArray, *, least: float = 0.0) -> str:
        """Name the intent of an utterance; `QUESTION` where it may well be one, `EMERGENCY` where that is in doubt.

        Args:
            vector: (dim,) as the embedder encodes a question.
            least: probability of its own that another intent needs besides.
        """
        scores = self.weights @ vector + self.bias
        shares = np.exp(scores - scores.max())
        chances = dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))
        if 1 - chances.pop(QUESTION, 0.0) < SURE:
            return QUESTION
        likeliest = max(chances, key=chances.__getitem__)
        if chances[likeliest] < least:
            return QUESTION
        return EMERGENCY if chances.get(EMERGENCY, 0.0) >= DOUBT * chances[likeliest] else likeliest


def open_intents(notices: Mapping[str, Sequence[str]], embedder: Embedder, folder: Path) -> IntentModel:
    """Open the classifier for a library's notices, fitted once and kept.

    Args:
        notices: example utterances of each kind of notice that the library declares.
        folder: where it is kept; where that cannot be written, it is fitted anew.
    """
    examples = {name: list(texts) for name, texts in _utterances().items()}
    for name, texts in notices.items():
        examples[name] = [*examples.get(name, []), *texts]
    examples = {name: texts for name, texts in examples.items() if texts}
    told = json.dumps([embedder.name, embedder.digest, examples], ensure_ascii=False, sort_keys=True)
    path = folder / f"intents-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npz"
    if path.is_file():
        try:
            return IntentModel.load(path)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            pass  # a damaged file is written anew
    model = IntentModel.fit(examples, embedder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except OSError:
        pass  # nothing depends on its being kept
    return model


@lru_cache(maxsize=1)
def _utterances() -> Mapping[str, Sequence[str]]:
    text = Path(__file__).with_name("utterances.toml").read_text(encoding="utf-8")
    return {name: tuple(texts) for name, texts in tomllib.loads(text).items()}
