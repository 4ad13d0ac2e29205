"""Read publication dates as files and pages write them, and refuse those that cannot be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from rag.records import UNKNOWN

LANGUAGES = ("en_GB", "en", "de", "fr", "es", "it", "pt")
"""Those whose names of months are known."""

_ISO = re.compile(r"(?:D:)?(?P<year>\d{4})(?:[-/.]?(?P<month>\d{2})(?:[-/.]?(?P<day>\d{2}))?)?")
_WORDED = (
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(?P<name>[^\W\d_]{3,})\.?,?\s+(?:de\s+)?(?P<year>\d{4})\b"
    ),
    re.compile(r"\b(?P<name>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})\b"),
    re.compile(r"\b(?P<name>[^\W\d_]{3,})\.?,?\s+(?P<year>\d{4})\b"),
)
_NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")


def parse_date(text: str) -> str:
    """Return a date as ISO 8601 of reduced precision, or ``unknown``.

    ``Nov. 19, 2019`` gives ``2019-11-19``, ``19/11/2019`` the same, and ``04/05/2019``
    only ``2019``, since nobody can know which part is the month. A date before 1900 or
    after tomorrow (someone's clock is a day ahead) is ``unknown``.
    """
    plausible = (_plausible(*parts) for parts in _readings(text.strip()[:80]))
    return next((found for found in plausible if found), UNKNOWN)


@cache
def months() -> dict[str, int]:
    """Return the names and abbreviations of the months in small letters."""
    from babel import Locale

    tables = [Locale.parse(name).months["format"] for name in LANGUAGES]
    names = [pair for table in tables for form in ("wide", "abbreviated") for pair in table[form].items()]
    return {name.lower().rstrip("."): number for number, name in names}


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield what a text may mean as year, month and day, the surest first; 0 is unsaid."""
    if match := _ISO.match(text):
        yield int(match["year"]), int(match["month"] or 0), int(match["day"] or 0)
    for pattern in _WORDED:
        if (match := pattern.search(text)) and (month := months().get(match["name"].lower())):
            yield int(match["year"]), month, int(match.groupdict().get("day", 0))
    if match := _NUMBERS.search(text):
        first, second, year = map(int, match.groups())
        if first > 12 >= second:
            yield year, second, first
        elif second > 12 >= first or first == second:
            yield year, first, second
        else:
            yield year, 0, 0


def _plausible(year: int, month: int, day: int) -> str:
    """Write a date, or nothing where it cannot be one of publication."""
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return ""
    if year < 1900 or first > date.today() + timedelta(days=1):
        return ""
    return first.isoformat()[: 10 if day else 7 if month else 4]
