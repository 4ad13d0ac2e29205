"""Read the numbers, units and dates of a sentence.

``1,500``, ``1500``, ``1.5 thousand`` and ``fifteen hundred`` are one value;
``14 August 2023``, ``August 14, 2023`` and ``2023-08-14`` are one date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.text.dates import MONTHS
from rag.text.lexicon import NUMBERS, SCALES, UNITS
from rag.text.quantities import UNIT_WORDS, money_words, unit_name
from rag.text.words import YEAR


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a sentence gives it."""

    values: frozenset[Decimal]
    """What it may stand for: the 5 of ``5 to 6 million`` is 5 or 5 million."""
    unit: str
    """A key of ``UNITS``, or an empty string."""
    bound: str
    """``>`` for more than, ``<`` for less than, else empty."""
    start: int
    end: int
    text: str

    def means(self, value: float) -> bool:
        """Say whether it may stand for a value."""
        return value in map(float, self.values)


@dataclass(frozen=True, slots=True)
class Day:
    """A date, of which any part may be missing."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    text: str


_MONTH = "(?P<month>" + "|".join(rf"{m[:3]}(?:{m[3:]})?" for m in MONTHS) + r"|sept)\.?(?!\w)"
_SHARE = r" (?:half|third|quarter|fifth|tenth)(?!\w)"
_DATES = (
    re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<number>0[1-9]|1[0-2])(?:-(?P<day>\d{2}))?(?![\w-])"),
    re.compile(rf"(?<!\w)(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? (?P<year>\d{{4}})(?!\w))?"),
    re.compile(
        rf"(?<!\w){_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\w%.,]*\d)(?!{_SHARE})"
        r"(?:,? (?P<year>\d{4})(?!\w))?"
    ),
    re.compile(rf"(?<!\w){_MONTH},? (?:of )?(?P<year>\d{{4}})(?!\w)"),
    re.compile(rf"(?:(?<=in )|(?<=since )|(?<=by )|(?<=until ))(?:early |late |mid-)?{_MONTH}"),
    re.compile(rf"(?P<year>{YEAR.pattern})"),
)
_YEAR_ALONE = len(_DATES) - 1
_CODE = re.compile(r"(?<!\w)(?!mid-|pre-|post-|usd|eur|us\$|fy)[a-z]{1,9}-?\d+(?:[-/.]?\w+)*")
_SPELLED = "|".join(sorted(NUMBERS, key=len, reverse=True))
_ONE = re.compile(r"(?<![\w-])(?:an?|one)[ -](?=(?:half|third|quarter|fifth|tenth)(?!\w))")
_WORDS = re.compile(
    rf"(?<![\w-])(?:{_SPELLED})(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )"
    rf"(?:{_SPELLED}|hundred|thousand|million|billion))*(?!\w)"
)
_UNIT = "|".join(f"(?P<u{n}>{pattern})" for n, pattern in enumerate(UNITS.values()))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<sign>(?<![\w)%-])-|minus |negative |±)?(?P<money>(?:us|c|a)?\$ ?|[€£¥] ?|usd ?|eur ?)?(?<![\w.])"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.])|\d+,\d{1,2}(?![\d,])"
    r"|\d+(?:\.\d+)?)"
    rf"(?:[ -]?(?P<scale>{_SCALE})(?![\w'-]))?"
    rf"(?:[ -]?(?:fiscal |calendar |consecutive |full )?(?:{_UNIT}|(?P<named>{money_words()}|{UNIT_WORDS}))(?![\w']))?"
)
_MORE = re.compile(
    r"(?P<less>no more than|not more than|less than|fewer than|under|below|at most|up to|nearly|almost"
    r"|as many as|as much as|not exceed|no(?:t be)? (?:long|larg|bigg|high|tall|heavi|old|warm|hott|fast)er than"
    r"|(?<!no )(?<!not be )(?:short|small|low|light|young|cold|slow|narrow|thinn)er than)$"
    r"|(?:more than|over|at least|above|exceed\w*|upwards of|greater than|no fewer than|no less than"
    r"|(?:long|larg|bigg|high|tall|heavi|old|warm|hott|fast|deep|wid)er than)$"
)
_JOIN = re.compile(r"\s*(?:-|,|,? ?and|,? ?or|,? ?to|/)\s*(?:[$€£]|about )?")
_MONEY = {
    "$": "dollars", "us$": "dollars", "usd": "dollars", "c$": "Canadian dollars", "a$": "Australian dollars",
    "€": "euros", "eur": "euros", "£": "pounds sterling", "¥": "yen",
}  # fmt: skip
_UNIT_NAMES = tuple(UNITS)


def _spell(match: re.Match[str]) -> str:
    """Write one number in digits; *one* alone may be a pronoun and stays."""
    words = [word for word in re.split(r"[ -]", match[0]) if word != "and"]
    if words == ["one"]:
        return match[0]
    total, part = 0, 0
    for word in words:
        if word in NUMBERS:
            part = part * 12 if word == "dozen" and part else part + NUMBERS[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        else:
            total, part = total + max(part, 1) * SCALES[word], 0
    return str(total + part)


def in_digits(folded: str) -> str:
    """Write the numbers of a folded text in digits: ``twenty-one`` is ``21``, ``a third`` is ``1 third``."""
    return _WORDS.sub(_spell, _ONE.sub("1 ", folded))


def figures(folded: str) -> tuple[tuple[Figure, ...], tuple[Day, ...]]:
    """Read every number and date of a folded text, in reading order.

    A number of four digits from 1500 to 2199 without a unit is a year. Codes such
    as ``gao-25-107667`` are neither. ``$1.5 trillion`` has the value
    1500000000000 and the unit ``dollars``.
    """
    text = in_digits(folded)
    days: list[Day] = []
    for order, pattern in enumerate(_DATES):
        if order == _YEAR_ALONE:
            text = _CODE.sub(lambda match: "\0" * len(match[0]), text)
        for match in list(pattern.finditer(text)):
            if order == _YEAR_ALONE and _measured(text, match):
                continue
            days.append(_day(match))
            text = text[: match.start()] + "\0" * len(match[0]) + text[match.end() :]
    return _inherit(list(_numbers(text)), text), tuple(sorted(days, key=lambda day: day.start))


def _measured(text: str, match: re.Match[str]) -> bool:
    """Say whether four digits have a scale or a unit, as in ``2000 pounds``."""
    number = _NUMBER.match(text, match.start())
    return bool(number and (number["scale"] or _unit(number)))


def _day(match: re.Match[str]) -> Day:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else None
    if parts.get("month"):
        month = next(n for n, name in enumerate(MONTHS, 1) if name[:3] == parts["month"][:3])
    year, day = parts.get("year"), parts.get("day")
    return Day(int(year) if year else None, month, int(day) if day else None, match.start(), match[0])


def _unit(match: re.Match[str]) -> str:
    if match["money"]:
        return _MONEY[match["money"].strip()]
    found = (name for n, name in enumerate(_UNIT_NAMES) if match[f"u{n}"])
    return next(found, "") or unit_name(match["named"] or "")


def _numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        digits, scale = match["digits"], match["scale"]
        if re.fullmatch(r"\d+,\d{1,2}", digits):
            digits = digits.replace(",", ".")
        if scale in ("m", "b") and not match["money"]:
            scale = None
        value = Decimal(digits.replace(",", "").replace(" ", "")) * SCALES.get(scale or "", 1)
        value = -value if match["sign"] and match["sign"] != "±" else value
        before = _MORE.search(text[max(0, match.start() - 24) : match.start()].rstrip(" $€£"))
        bound = "" if before is None else "<" if before["less"] else ">"
        bound = "±" if match["sign"] == "±" else bound
        bound = ">" if re.match(r" ?(?:or more|or higher|\+)", text[match.end() :]) else bound
        yield Figure(frozenset({value}), _unit(match), bound, match.start(), match.end(), match[0].strip())


def _inherit(found: list[Figure], text: str) -> tuple[Figure, ...]:
    """Give a number of a list or range the unit and the scale of the next: ``5 to 6 million``."""
    for at in range(len(found) - 2, -1, -1):
        figure, after = found[at], found[at + 1]
        if figure.unit or not _JOIN.fullmatch(text[figure.end : after.start]):
            continue
        values = figure.values
        scale = next((SCALES[w] for w in after.text.split() if w in SCALES), 1)
        values |= {value * scale for value in values}
        found[at] = replace(figure, unit=after.unit, values=values)
    return tuple(found)


def written(value: float) -> str:
    """Write a number for a reader: ``107,941``, ``8.2``, ``1.04 trillion``."""
    for word in ("trillion", "billion"):
        if abs(value) >= SCALES[word]:
            return f"{value / SCALES[word]:,.4g} {word}"
    return f"{value:,.10g}"
