"""How sure the assistant is that an answer is right: three signals and a logistic regression.

Twelve more were tried (the next sentence's log-odds, the lead, the other scores of the passage,
words of the question that it lacks, the question's length); none raised the AUC on the held half
by 0.01. The coefficients stand in ``confidence.toml``; `rag fit` writes them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.reading.reading import ReadSentence
from rag.text.names import unmatched
from rag.text.words import YEAR

SIGNALS: Mapping[str, str] = {
    "logit": "log-odds that the first sentence answers, as the reader gives them",
    "cosine": "cosine of the question with the passage that holds it",
    "missing": "names and years of the question that none of the first three sentences holds",
}
"""What confidence is judged by, in order, and what each says."""

UNREAD_SIGNALS: Mapping[str, str] = {name: SIGNALS[name] for name in ("cosine", "missing")}
"""The same where no reading model is used."""

JUDGED = 3
"""Sentences of which one is to answer."""


@dataclass(frozen=True, slots=True)
class Model:
    """The fitted numbers of `confidence.toml`."""

    weights: Mapping[str, float]
    bias: float
    answer_from: float
    """Confidence from which an answer is given without a caution."""
    abstain_below: float
    """Confidence below which the assistant abstains."""


@lru_cache(maxsize=2)
def model(*, read: bool) -> Model:
    """Read the coefficients, once.

    Args:
        read: those for answers that a reading model read, or for the others.

    Raises:
        KeyError: a signal has no coefficient.
    """
    path = Path(__file__).with_name("confidence.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))["read" if read else "unread"]
    names = SIGNALS if read else UNREAD_SIGNALS
    weights = {name: float(table[name]) for name in names}
    return Model(weights, float(table["bias"]), float(table["answer_from"]), float(table["abstain_below"]))


def signals(question: str, sentences: Sequence[ReadSentence]) -> dict[str, float]:
    """Measure what confidence is judged by.

    Args:
        sentences: best first, at least one.
    """
    first = sentences[0]
    return {
        "logit": first.logit,
        "cosine": first.passage.scores["dense"],
        "missing": float(len(missing_entities(question, sentences[:JUDGED]))),
    }


def confidence(values: Mapping[str, float], *, read: bool) -> float:
    """Give the probability that one of the first three sentences answers, 0 to 1, by logistic regression."""
    fitted = model(read=read)
    total = fitted.bias + sum(weight * values[name] for name, weight in fitted.weights.items())
    return 1 / (1 + math.exp(-total))


def missing_entities(question: str, sentences: Sequence[ReadSentence]) -> tuple[str, ...]:
    """List the names and years of a question that no sentence holds, nor what stands around it."""
    lacking = [unmatched(question, in_view(sentence)) for sentence in sentences]
    return tuple(name for name in (lacking[0] if lacking else ()) if all(name in other for other in lacking))


def in_view(sentence: ReadSentence) -> str:
    """A sentence with what its reader knows of it: title, heading and who said it; when, if it names no year."""
    source, said = sentence.passage.source, sentence.passage.attribution
    dated = "" if YEAR.search(sentence.text) else said.when
    by = (said.origin, said.release, said.seen_at.publisher)
    return ". ".join([source.title, source.author, *by, dated, sentence.passage.heading, sentence.text])
