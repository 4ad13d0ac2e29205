"""What is searched: a question, encoded, with its conversation folded in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from rag.indexing.encoder import FloatArray, unit_rows
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


def encode_query(
    question: str,
    encode: Callable[[str], FloatArray],
    history: Sequence[Turn] = (),
    abbreviations: Mapping[str, str] = MappingProxyType({}),
) -> Query:
    """Encode a question and fold the conversation into it, by weight and without rewriting.

    Vectors are summed by weight; a term takes the highest weight of the texts that hold it.

    Args:
        encode: gives the (dim,) unit vector of a question.
        history: earlier turns, oldest first; the last two count.
        abbreviations: what each stands for; a question with the one is searched with the other too.
    """
    earlier = list(_earlier(history))
    searched = spelled_out(question, abbreviations)
    vectors = np.stack([encode(searched), *(encode(text) for text, _ in earlier)])
    weights = np.array([1.0, *(share for _, share in earlier)], np.float32)
    weighted = dict.fromkeys(content_terms(searched), 1.0)
    for text, share in earlier:
        for term in content_terms(text):
            weighted[term] = max(weighted.get(term, 0.0), share)
    return Query(question, weighted, unit_rows((weights @ vectors).reshape(1, -1))[0])


def spelled_out(question: str, abbreviations: Mapping[str, str]) -> str:
    """Put the other form after each abbreviation and each long name: ``GAO (Government Accountability Office)``."""
    for short, full in abbreviations.items():
        for name, other in ((short, full), (full, short)):
            if name.casefold() not in question.casefold():
                continue
            found = _whole(name, 0 if name == short else re.IGNORECASE).search(question)
            if found and other not in question:
                question = f"{question[: found.end()]} ({other}){question[found.end() :]}"
                break
    return question


@lru_cache(maxsize=1024)
def _whole(name: str, flags: int) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", flags)


def _earlier(history: Sequence[Turn]) -> Iterator[tuple[str, float]]:
    """The earlier texts that count, each with its weight."""
    for share, turn in zip(PREVIOUS_QUESTIONS, reversed(history), strict=False):
        yield turn.question, share
    if history and history[-1].answer:
        yield history[-1].answer, LAST_ANSWER
