"""Attributions in words: who says so, when, and where it was read."""

from __future__ import annotations

from rag.records import UNKNOWN, Attribution, PlaceKind
from rag.text.dates import readable

READ_AT: dict[PlaceKind, str] = {
    "primary": "published by",
    "press": "as reported by",
    "copy": "from a copy at",
    "aggregator": "as collected by",
}
"""What stands between the origin and the place of reading."""


def attributed(said: Attribution) -> str:
    """Write an attribution: ``CDC, 15 May 2024, as reported by drugfree.org``.

    The place of reading is left out only where it is the origin's own, and of ``AP via WSLS`` what is
    the origin's; that neither the release nor the place has a date is told.
    """
    parts = ["author unknown" if said.origin == UNKNOWN else said.origin]
    if said.date != UNKNOWN:
        parts.append(readable(said.date))
    if said.release:
        parts.append(said.release)
    parts += _read_at(said)
    if said.seen_at.time:
        parts.append(f"at {said.seen_at.time}")
    if said.seen_at.by_ocr is not None:
        parts.append("read by OCR")
    if said.when == UNKNOWN:
        parts.append("undated page")
    return ", ".join(parts)


def _read_at(said: Attribution) -> list[str]:
    place = said.seen_at
    agency, _, outlet = place.publisher.partition(" via ")
    if said.origin in (place.publisher, outlet) or place.publisher == UNKNOWN:
        return []
    told = f"via {outlet}" if said.origin == agency else f"{READ_AT[place.kind]} {place.publisher}"
    return [told, readable(place.date)] if place.date not in (UNKNOWN, said.date) else [told]
