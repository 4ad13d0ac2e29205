"""What is searched: a question, encoded, with its conversation folded in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.indexing.encoder import Embedder, FloatArray, unit_rows
from rag.records import Turn
from rag.text.words import content_terms

PREVIOUS_QUESTIONS = (0.4, 0.2)
"""Weight in a follow-up of the last and the last but one question."""

LAST_ANSWER = 0.1
"""Weight in a follow-up of the assistant's last answer."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched."""

    text: str
    """The question itself."""
    terms: Mapping[str, float]
    """Weight of each term, 1 for a term of the question itself."""
    vector: FloatArray
    """(dim,) unit length."""


def encode_query(question: str, embedder: Embedder, history: Sequence[Turn] = ()) -> Query:
    """Encode a question and fold the conversation into it, by weight and without rewriting.

    Vectors are summed by weight; a term takes the highest weight of the texts that hold it.

    Args:
        history: earlier turns, oldest first; the last two count.
    """
    earlier = list(_earlier(history))
    vectors = embedder.encode_queries([question, *(text for text, _ in earlier)])
    weights = np.array([1.0, *(share for _, share in earlier)], np.float32)
    weighted = dict.fromkeys(content_terms(question), 1.0)
    for text, share in earlier:
        for term in content_terms(text):
            weighted[term] = max(weighted.get(term, 0.0), share)
    return Query(question, weighted, unit_rows((weights @ vectors).reshape(1, -1))[0])


def _earlier(history: Sequence[Turn]) -> Iterator[tuple[str, float]]:
    """The earlier texts that count, each with its weight."""
    for share, turn in zip(PREVIOUS_QUESTIONS, reversed(history), strict=False):
        yield turn.question, share
    if history and history[-1].answer:
        yield history[-1].answer, LAST_ANSWER
