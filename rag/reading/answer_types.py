"""What kind of answer a question asks for, where that bounds what may answer it."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["number", "time", "other"]

_OPEN = r"\b(?:what|which)(?: (?:was|is|were|are))?(?: (?:the|other|exact))* (?:\w+ )?"
NUMBER = re.compile(
    r"\bhow (?:many|much|old|far|tall|long|large|big|often|high|deep|wide|fast|heavy)\b"
    rf"|{_OPEN}(?:number|percentage|percent|proportion|share|amount|population|total|rate|cost|price|age|size)\b",
    re.IGNORECASE,
)
TIME = re.compile(rf"\bwhen\b|{_OPEN}(?:year|date|day|month|century|decade|era|period|season|time)\b", re.IGNORECASE)


def answer_kind(question: str) -> Kind:
    """Tell whether a question asks for a figure or for a time: ``How many died in 2022?`` gives ``number``."""
    if NUMBER.search(question):
        return "number"
    return "time" if TIME.search(question) else "other"
