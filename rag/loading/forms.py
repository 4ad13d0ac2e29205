"""Write what the fields of forms show that hold no text of their own."""

from __future__ import annotations

from collections.abc import Sequence


def ticked(on: bool) -> str:
    """Return a box as it is shown, ticked or not."""
    return "☒" if on else "☐"


def chosen(entries: Sequence[str], number: str) -> str:
    """Return the entry of a list that is chosen, by its number from 0; the first where none is told."""
    at = int(number) if number.isdecimal() else 0
    return entries[at] if at < len(entries) else ""
