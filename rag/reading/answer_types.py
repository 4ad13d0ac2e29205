"""What a question asks for: the kind of answer and the noun it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from rag.text.words import STOP_WORDS, find_words

Kind = Literal["person", "time", "place", "number", "reason", "manner", "yes-no", "thing"]
"""``thing`` is all that the others are not."""

_TIME = r"year|date|day|month|century|decade|era|period|season|time"
_PLACE = r"city|country|state|place|region|continent|town|location|area|county|province|nation|capital"
_NUMBER = r"number|percentage|percent|proportion|share|amount|population|total|rate|cost|price|age|size"
_PERSON = r"person|man|woman|actor|actress|author|writer|president|king|queen|leader|singer|director|player"
_OPEN = r"\b(?:what|which)(?: (?:was|is|were|are))?(?: (?:the|other|exact))* "

PATTERNS: Mapping[Kind, re.Pattern[str]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in cast(
        "Mapping[Kind, str]",
        {
            "number": rf"\bhow (?:many|much|old|far|tall|long|large|big|often|high|deep|wide|fast|heavy)\b"
            rf"|{_OPEN}(?:\w+ )?(?:{_NUMBER})\b",
            "time": rf"\bwhen\b|{_OPEN}(?:\w+ )?(?:{_TIME})\b",
            "person": rf"\bwho(?:m|se)?\b|{_OPEN}(?:\w+ )?(?:{_PERSON})\b",
            "place": rf"\bwhere\b|{_OPEN}(?:\w+ )?(?:{_PLACE})\b",
            "reason": r"\bwhy\b|\bhow come\b|\bwhat caused?\b"
            r"|\bwhat (?:was|is|were|are) the (?:reason|cause|purpose)s?\b",
            "manner": r"^(?:and |so |but )?how\b",
            "thing": r"\b(?:what|which)\b",
            "yes-no": r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)(?:n't)?\b",
        },
    ).items()
}
"""Kinds and how a question of each reads; the first that is found holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as analysed."""

    kind: Kind
    focus: str
    """Stem of the noun that the answer is one of, as ``drug`` in *which drug*; else empty."""


def analyse(question: str) -> Asked:
    """Tell the kind of answer that a question asks for, and its noun.

    ``Which drug are they packing?`` gives kind ``thing`` and focus ``drug``.
    """
    kind: Kind = next((kind for kind, pattern in PATTERNS.items() if pattern.search(question)), "thing")
    return Asked(kind, _focus(question))


def _focus(question: str) -> str:
    """The last word of the noun phrase right after ``what``, ``which`` or ``how many``."""
    opening = re.search(r"\b(?:what|which|how many|how much)\s+", question, re.IGNORECASE)
    if opening is None:
        return ""
    phrase: list[str] = []
    for word in find_words(question[opening.end() :]):
        if word.term in STOP_WORDS or len(phrase) == 3:
            break
        phrase.append(word.term)
    return phrase[-1] if phrase else ""
