"""Read signs in fonts whose letters are other signs: ``m`` set in Symbol is ``μ``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PRIVATE = 0xF000
"""Where in Unicode's private use programs put the codes of such fonts."""
_KEPT = (0xA0, 0xAD)
"""Spaces and hyphens of programs, which are those in any font."""
_UNKNOWN = re.compile("[\ue000-\uf8ff]")


@cache
def _fonts() -> Mapping[str, Mapping[int, str]]:
    """Return the signs of each font by their private codes."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        font: {_PRIVATE + code: sign for code, sign in enumerate(signs, start=0x20) if sign != "\ufffd"}
        for font, signs in told.items()
    }


def is_symbolic(font: str) -> bool:
    """Return whether the letters of a font are other signs."""
    return font.strip().lower() in _fonts()


def signs(text: str, font: str, *, letters: bool = True) -> str:
    """Return a text as its font shows it; a sign that Unicode does not have keeps its private code.

    Args:
        letters: whether letters are signs too; otherwise private codes alone are.
    """
    table = _fonts().get(font.strip().lower())
    if table is None:
        return text
    if letters:
        text = "".join(
            chr(_PRIVATE + ord(char)) if 0x20 <= ord(char) <= 0xFF and ord(char) not in _KEPT else char for char in text
        )
    return text.translate(table)


def told_unknown(text: str) -> tuple[str, ...]:
    """Return a warning where a text holds signs that only their font knows."""
    found = _UNKNOWN.findall(text)
    if not found:
        return ()
    codes = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(set(found))[:3])
    return (f"Signs that only their font knows: {len(found)} ({codes}); write them as text to have them.",)
