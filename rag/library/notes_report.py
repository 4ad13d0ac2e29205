"""What a library's notes are made of: who says it, where it was read, when, and how it is put."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rag.records import UNKNOWN, Document, PlaceKind, Statement
from rag.text.dates import years_of

FEWEST_WORDS, MOST_WORDS = 12, 30
"""Words of a statement that is easily quoted."""

ABOUT_ITSELF = re.compile(
    r"\b(?:these|our|the) notes\b|\b(?:copy|copies|pages?|reports?|sources?) (?:that (?:was|were) )?consulted\b"
    r"|\bcop(?:y|ies) (?:of|that) .{0,60}\b(?:read|seen|shows?)\b|\bwas not seen\b|\bnot found\b"
    r"|\bnone of the (?:reports|sources|pages)\b|\bsource \d\b",
    re.IGNORECASE,
)
"""How a statement speaks of the notes or of what was read for them, instead of what is so."""


@dataclass(frozen=True, slots=True)
class NotesReport:
    """Counts of the statements of a library's notes."""

    statements: int
    places: Mapping[PlaceKind, int]
    """By the best place where each was read."""
    without_origin: int
    undated: int
    """Neither the release nor the place has a date, and the words name no year."""
    about_themselves: tuple[str, ...]
    """Statements that speak of the notes instead of what is so."""
    unhandy: int
    """Shorter or longer than is easily quoted."""


def report_on(documents: Iterable[Document]) -> NotesReport:
    """Count what the statements of notes are made of."""
    told = [(s, document.text[s.start : s.end]) for document in documents for s in document.statements]
    return NotesReport(
        statements=len(told),
        places=dict(Counter(s.attribution.seen_at.kind for s, _ in told)),
        without_origin=sum(s.attribution.origin == UNKNOWN for s, _ in told),
        undated=sum(_undated(s, text) for s, text in told),
        about_themselves=tuple(text for _, text in told if ABOUT_ITSELF.search(text)),
        unhandy=sum(not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS for _, text in told),
    )


def _undated(statement: Statement, text: str) -> bool:
    dated = any(said.when != UNKNOWN for said in (statement.attribution, *statement.also))
    return not dated and not years_of(text, UNKNOWN)
