"""Write raised and lowered signs on the line so that no figure runs into another: ``10⁶``, ``1,250³``, ``1¹⁄₂``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

_PLAIN, _RAISED, _LOWERED = "0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙ"
_UP, _DOWN = str.maketrans(_PLAIN, _RAISED), str.maketrans(_PLAIN, _LOWERED)
FLAT = str.maketrans({sign: plain for signs in (_RAISED, _LOWERED) for plain, sign in zip(_PLAIN, signs, strict=True)})
"""Raised and lowered signs, and those that they are on the line."""
FIGURES = re.compile(r"[\d+−=()n,–-]{1,20}")
"""What has raised and lowered signs of its own."""
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|ème|o|a|os|as|ª|º)\.?", re.IGNORECASE)


def raised(text: str, before: str = "") -> str:
    """Write raised text behind what stands before it; an ordinal's letters and marks such as ``®`` stay as they are."""
    if FIGURES.fullmatch(text):
        return text.translate(_UP)
    named = len(text) > 1 and text.isalpha()
    if named or (_ORDINAL.fullmatch(text) and before[-1:].isdigit()) or not any(map(str.isalnum, text)):
        return text
    return f"^{text}" if len(text) == 1 else f"^({text})"


def lowered(text: str, before: str = "", after: str = "") -> str:
    """Write lowered text: plain as in ``CO2``, but apart from other figures, as in ``log₁₀5`` and ``¹⁄₂``."""
    touches = before[-1:].isdigit() or before[-1:] in ("/", "⁄") or after[:1].isdigit()
    return text.translate(_DOWN) if touches and FIGURES.fullmatch(text) else text


def on_line(pieces: Iterable[tuple[str, int]]) -> str:
    """Write pieces of a line, each with where it stands: above 0 raised, below 0 lowered."""
    runs = [("".join(text for text, _ in run), rise) for rise, run in groupby(pieces, key=lambda piece: piece[1])]
    line = ""
    for (text, rise), (after, _) in zip(runs, [*runs[1:], ("", 0)], strict=False):
        bare = text.strip()
        said = raised(bare, line) if rise > 0 else lowered(bare, line, after) if rise < 0 else bare
        line += text.replace(bare, said, 1) if bare else text
    return line
