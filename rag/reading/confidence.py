"""How sure the assistant is that a sentence answers: linear weights and a calibrated probability.

The weights stand in ``coefficients.toml``, with how and on what they were fitted.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.indexing.encoder import FloatArray
from rag.reading.evidence import SENTENCE_FEATURES

CONFIDENCE_FEATURES: Mapping[str, str] = {
    "passage_score": "fused score of the passage that holds the best sentence",
    "sentence": "highest cosine of the question with a sentence of that passage",
    "cosine": "cosine of the question with the best sentence in its passage",
    "even": "MaxSim of the question with the best sentence",
    "new": "share of the best sentence's words that the question lacks",
    "lacks": "1 if the best sentence has no answer of the kind asked for",
    "score": "score of the best sentence",
    "margin": "its lead over the next",
    "length": "logarithm of the number of words in the question",
    "unheld": "share of the question's counted words that the best passage lacks",
    "unmatched": "names and years of the question that neither the best sentence nor what stands around it holds",
    "denies": "1 if a question of at most 14 words, not after a reason, and the best sentence differ in a negation",
}
"""What confidence is judged by, in order, and what each says."""


@dataclass(frozen=True, slots=True)
class Model:
    """The fitted numbers of `coefficients.toml`."""

    sentence: FloatArray
    """(features,) weights, columns as in `SENTENCE_FEATURES`."""
    confidence: Mapping[str, float]
    bias: float
    answer_from: float
    """Confidence from which an answer is given without a caution."""
    abstain_below: float
    """Confidence below which the assistant abstains."""


@lru_cache(maxsize=1)
def model() -> Model:
    """Read the coefficients, once.

    Raises:
        KeyError: a feature has no coefficient.
    """
    path = Path(__file__).with_name("coefficients.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Model(
        np.array([table["sentence"][name] for name in SENTENCE_FEATURES], np.float32),
        {name: float(table["confidence"][name]) for name in CONFIDENCE_FEATURES},
        float(table["confidence"]["bias"]),
        float(table["outcome"]["answer_from"]),
        float(table["outcome"]["abstain_below"]),
    )


FORESEEN = 5.0
"""What a cosine of 1 above `FORESEEN_FROM` with a foreseen question adds to the log-odds."""
FORESEEN_FROM = 0.5


def confidence(features: Mapping[str, float], foreseen: float) -> float:
    """Probability that the best sentence answers, by logistic regression, 0 to 1.

    Args:
        features: a value for each name of `CONFIDENCE_FEATURES`.
        foreseen: cosine of the question with the nearest one foreseen for the sentence.
    """
    fitted = model()
    total = fitted.bias + sum(weight * features[name] for name, weight in fitted.confidence.items())
    total += FORESEEN * max(0.0, foreseen - FORESEEN_FROM)
    return 1 / (1 + math.exp(-total))
