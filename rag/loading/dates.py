"""Read publication dates, and refuse those that cannot be right."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rag.records import UNKNOWN

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january januar janvier enero gennaio janeiro",
            "feb february februar février febrero febbraio fevereiro",
            "mar march märz mars marzo março", "apr april avril abril aprile", "may mai mayo maggio maio",
            "jun june juni juin junio giugno junho", "jul july juli juillet julio luglio julho",
            "aug august août agosto", "sep sept september septembre septiembre settembre setembro",
            "oct october oktober octobre octubre ottobre outubro", "nov november novembre noviembre novembro",
            "dec december dezember décembre diciembre dicembre dezembro",
        ],
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"(?:D:)?(\d{4})(?:[-/.]?(\d{2})(?:[-/.]?(\d{2}))?)?")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?(\d{4})\b")
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_MONTH_YEAR = re.compile(r"\b([^\W\d_]{3,})\.?,?\s+(\d{4})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")


def parse_date(text: str, *, today: date | None = None) -> str:
    """Return a date as ISO 8601 of reduced precision, or ``unknown``.

    ``Nov. 19, 2019`` gives ``2019-11-19``, ``19/11/2019`` the same, and ``04/05/2019``
    only ``2019``, since nobody can know which part is the month. A date before 1900 or
    after tomorrow (someone's clock is a day ahead) is ``unknown``.
    """
    text = text.strip()[:80]
    latest = (today or date.today()) + timedelta(days=1)
    for parts in _readings(text):
        found = _plausible(*parts, latest)
        if found != UNKNOWN:
            return found
    return UNKNOWN


def _readings(text: str) -> list[tuple[int, int, int]]:
    """Return what a text may mean as year, month and day, the surest first; 0 is unsaid."""
    readings: list[tuple[int, int, int]] = []
    if match := _ISO.match(text):
        readings.append((int(match[1]), int(match[2] or 0), int(match[3] or 0)))
    if (match := _DAY_MONTH.search(text)) and (month := _MONTHS.get(match[2].lower())):
        readings.append((int(match[3]), month, int(match[1])))
    if (match := _MONTH_DAY.search(text)) and (month := _MONTHS.get(match[1].lower())):
        readings.append((int(match[3]), month, int(match[2])))
    if (match := _MONTH_YEAR.search(text)) and (month := _MONTHS.get(match[1].lower())):
        readings.append((int(match[2]), month, 0))
    if match := _NUMBERS.search(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 >= second:
            readings.append((year, second, first))
        elif second > 12 >= first or first == second:
            readings.append((year, first, second))
        else:
            readings.append((year, 0, 0))
    return readings


def _plausible(year: int, month: int, day: int, latest: date) -> str:
    if not 1900 <= year <= latest.year or month > 12:
        return UNKNOWN
    if not month:
        return f"{year:04}"
    try:
        known = date(year, month, day or 1)
    except ValueError:
        return UNKNOWN
    if known > latest:
        return UNKNOWN
    return known.isoformat() if day else f"{year:04}-{month:02}"
