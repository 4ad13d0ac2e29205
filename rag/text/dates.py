"""Dates of reduced precision: ``2023``, ``2023-08``, ``2023-08-14``, or ``unknown``."""

from __future__ import annotations

import calendar
import re
from datetime import date

from rag.errors import ConfigError
from rag.records import UNKNOWN
from rag.text.words import YEAR

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_FORM = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def bounds(text: str) -> tuple[date, date] | None:
    """Give the first and the last day that a date may mean; None for ``unknown``.

    ``2023-02`` gives 1 and 28 February 2023.

    Raises:
        ConfigError: the text is no such date.
    """
    if text == UNKNOWN:
        return None
    match = _FORM.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else 0 for part in match.groups())
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return date(year, month or 1, day or 1), date(year, last_month, last_day)
    except (ValueError, calendar.IllegalMonthError):
        raise ConfigError(f"{text!r} is not a date; expected YYYY, YYYY-MM, YYYY-MM-DD or {UNKNOWN!r}") from None


def overlaps(text: str, since: str, until: str) -> bool:
    """Say whether a date may lie in a range; an empty end is open, ``unknown`` lies in none but the open one.

    ``2023`` overlaps since ``2023-06``, because it may mean a day in July.
    """
    if not since and not until:
        return True
    span = bounds(text)
    if span is None:
        return False
    first = bounds(since) if since else None
    last = bounds(until) if until else None
    return (first is None or span[1] >= first[0]) and (last is None or span[0] <= last[1])


def years_of(text: str, dated: str) -> frozenset[int]:
    """Give the years that a text names, else the one that it is dated with, if it is."""
    named = frozenset(map(int, YEAR.findall(text)))
    return named or (frozenset({int(dated[:4])}) if bounds(dated) else frozenset())


def readable(text: str) -> str:
    """Write a date for a reader: ``14 August 2023``, ``August 2023``, ``2023``, ``date unknown``.

    ``2023-10/2024-09`` gives ``October 2023 to September 2024``.
    """
    if "/" in text:
        return " to ".join(map(readable, text.split("/")))
    span = bounds(text)
    if span is None:
        return "date unknown"
    first = span[0]
    month = MONTHS[first.month - 1].capitalize()
    return {4: f"{first.year}", 7: f"{month} {first.year}"}.get(len(text), f"{first.day} {month} {first.year}")
