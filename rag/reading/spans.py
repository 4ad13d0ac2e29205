"""Stretches of a sentence that may be an answer: dates, numbers, names, places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.reading.answer_types import Kind

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TIME = re.compile(
    rf"\b(?:\d{{1,2}} {_MONTH}\b\.?(?:,? ?\d{{4}})?|{_MONTH}\.? \d{{1,4}}(?:, \d{{4}})?|\d{{4}}-\d\d(?:-\d\d)?"
    r"|\d+ (?:BC|AD|BCE|CE)|\d{1,2}(?:st|nd|rd|th) century|(?:\w+teenth|twentieth|twelfth|\w+ieth) century"
    rf"|1\d{{3}}s?|20\d\ds?|{_WEEKDAY}|spring|summer|autumn|winter"
    r"|\d+ (?:years?|months?|days?|weeks?|hours?|decades?|centuries))\b"
)
NUMBER = re.compile(
    r"[$€£]?\d[\d,.]*%?"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?"
    r"|millions?|billions?|trillions?|dozens?|half|third|quarter|double|twice|once|several|many)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?:\b[A-Z][\w’'.-]*(?:\s+(?:of|the|de|la|von|van|and|for)(?=\s+[A-Z]))?\s*)+")
PLACE = re.compile(
    r"\b(?:in|at|from|near|to|of|into|across|through|around|outside|within|between|on)\s+(?:the\s+)?(?=[A-Z])"
)
OPENER = re.compile(
    r"(?:The|A|An|In|On|At|It|He|She|They|This|That|These|His|Her|Their|Its|As|After|Before|When|While|During|For"
    r"|By|But|And|However|Although|Since|From|With|To|Of|If|There|Some|Many|Most|All|Both|Other|Also"
    rf"|{_WEEKDAY}|{_MONTH})"
)
"""Words with a capital that open a sentence or date it, and name nobody."""


def candidates(kind: Kind, sentence: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a sentence that could answer a question of a kind, as code points.

    Only time, number, person and place have any: for another kind every sentence will do.
    """
    if kind == "time":
        yield from (match.span() for match in TIME.finditer(sentence))
    elif kind == "number":
        yield from (match.span() for match in NUMBER.finditer(sentence))
    elif kind == "person":
        yield from _names(sentence)
    elif kind == "place":
        for match in PLACE.finditer(sentence):
            name = NAME.match(sentence, match.end())
            if name:
                yield name.span()


def _names(sentence: str) -> Iterator[tuple[int, int]]:
    """Names without the words that only open the sentence."""
    for match in NAME.finditer(sentence):
        words = list(re.finditer(r"\S+", match.group()))
        while words and OPENER.fullmatch(words[0].group().strip(".,'’")):
            del words[0]
        if words:
            yield match.start() + words[0].start(), match.start() + words[-1].end()
