"""What kind of answer a question asks for, where that bounds what may answer it."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["number", "time", "person", "place", "other"]

_OPEN = r"\b(?:what|which)(?: (?:was|is|were|are))?(?: (?:the|other|exact))* (?:\w+ )?"
NUMBER = re.compile(
    r"\bhow (?:many|much|old|far|tall|long|large|big|often|high|deep|wide|fast|heavy)\b"
    rf"|{_OPEN}(?:number|percentage|percent|proportion|share|amount|population|total|rate|cost|price|age|size)\b",
    re.IGNORECASE,
)
TIME = re.compile(rf"\bwhen\b|{_OPEN}(?:year|date|day|month|century|decade|era|period|season|time)\b", re.IGNORECASE)
PERSON = re.compile(r"^\W*(?:by |to |from |with |for )?who(?:m|se)?\b", re.IGNORECASE)
PLACE = re.compile(
    r"^\W*(?:from |to )?where\b|^\W*(?:in |at )?(?:what|which) (?:country|city|state|town|place)\b", re.IGNORECASE
)


def answer_kind(question: str) -> Kind:
    """Tell whether a question asks for a figure, a time, a person or a place: ``How many died?`` gives ``number``."""
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("number", NUMBER), ("time", TIME), ("person", PERSON), ("place", PLACE)
    )  # fmt: skip
    return next((kind for kind, pattern in kinds if pattern.search(question)), "other")
