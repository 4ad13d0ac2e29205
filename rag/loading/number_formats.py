"""Write the values of spreadsheet cells as their number formats show them; dates in ISO 8601, whatever the country."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""What parts the forms of positive numbers, negative ones and zero."""
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].'
    r"|(?P<digits>[0#?.][0#?,.]*(?:[Ee][+-]0+)?)|(?P<sign>.)"
)
_LITERALS = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]')
_PLAIN = ("", "general", "@")
_FIRST = datetime(1899, 12, 30)
"""The day that a workbook counts as 0; from March 1900 on all programs agree."""


def shown(value: object, form: str) -> str:
    """Return a value as a cell shows it: 0.125 with the form ``0.0%`` is ``12.5%``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date):
        return _date(value, form)
    if isinstance(value, time):
        return value.isoformat("auto" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return _number(value, form) if isinstance(value, int | float) else str(value)


def is_date(form: str) -> bool:
    """Return whether a form shows a number as a date or a time."""
    return re.search("[dmyhs]", _LITERALS.sub("", form).lower()) is not None


def date_of(days: float) -> datetime:
    """Return the date that a workbook counts in days.

    Raises:
        OverflowError: there is no such day.
    """
    return _FIRST + timedelta(days=days)


def _date(value: datetime | date, form: str) -> str:
    """Return a date with the parts that its form has: no day where only a month is shown."""
    parts = _LITERALS.sub("", form).lower()
    day = value.isoformat()[: 10 if "d" in parts or "y" not in parts else 7 if "m" in parts else 4]
    if not isinstance(value, datetime) or value.time() == time():
        return day
    return f"{day} {value.time().isoformat('seconds' if value.second else 'minutes')}"


def _number(value: float, form: str) -> str:
    sections = _SECTIONS.split(form)
    at = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    pieces = list(_PIECE.finditer(sections[at]))
    digits = [piece["digits"] for piece in pieces if piece["digits"]]
    if form.lower() in _PLAIN or "General" in form or len(digits) > 1 or (not digits and not at):
        return f"{value:.15g}"
    percent = sum(piece["sign"] == "%" for piece in pieces)
    text = ""
    for piece in pieces:
        if piece["digits"]:
            text += _digits(abs(Decimal(repr(value))) * 100**percent, digits[0])
        else:
            text += piece["quoted"] or piece["escaped"] or piece["currency"] or piece["sign"] or ""
    negative = value < 0 and at == 0 and any(char in "123456789" for char in text)
    return ("-" if negative else "") + text.strip()


def _digits(value: Decimal, form: str) -> str:
    """Return a number that is not negative by the places of its form, as ``#,##0.00``."""
    if "e" in form.lower():
        return f"{value:.{len(form.lower().partition('e')[0].partition('.')[2])}E}"
    whole, _, places = form.partition(".")
    value /= 1000 ** (len(form) - len(form.rstrip(",")))
    places = places.rstrip(",")
    rounded = value.quantize(Decimal(1).scaleb(-len(places)), ROUND_HALF_UP)
    text = f"{rounded:{',' if ',' in whole.rstrip(',') else ''}f}"
    if places:
        kept = len(places.rstrip("#?"))
        head, _, tail = text.partition(".")
        tail = tail[:kept] + tail[kept:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    return text.zfill(whole.count("0")) if "," not in text else text
