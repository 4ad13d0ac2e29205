"""Figures that disagree: sources that give different numbers for one thing, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rag.reading.candidates import Candidate
from rag.reading.extractive import overlap
from rag.records import Conflict, Document
from rag.text.dates import readable
from rag.text.figures import Figure, figures
from rag.text.folding import fold
from rag.text.words import counted_terms
from rag.verification.citations import cite

DEPTH = 8
"""Candidates that are compared with the best one."""

ALIKE = 0.4
"""Share of common words, numbers aside, from which two sentences speak of one thing."""


def find_conflicts(candidates: Sequence[Candidate], documents: Mapping[str, Document]) -> tuple[Conflict, ...]:
    """Find a sentence that gives another figure than the best one for what seems the same thing.

    Both speak of one thing if they share most of their words and a counted unit or
    noun, name no different years, and come from different publishers or dates.

    Args:
        candidates: best first.
    """
    if not candidates:
        return ()
    best = candidates[0]
    for other in candidates[1:DEPTH]:
        if other.passage.attribution == best.passage.attribution:
            continue
        pair = _differing(best.text, other.text)
        if pair is not None:
            both = (best, other)
            text = "The sources give different figures: " + "; ".join(
                f"{figure.text.strip()} according to {c.passage.attribution.publisher}"
                f" ({readable(c.passage.attribution.date)})"
                for figure, c in zip(pair, both, strict=True)
            )
            cited = tuple(cite(c.passage, c.span, documents[c.passage.doc_id]) for c in both)
            return (Conflict(f"{text}.", cited),)
    return ()


def _differing(one: str, other: str) -> tuple[Figure, Figure] | None:
    """The first pair of figures that count the same thing and differ."""
    if not _alike(one, other):
        return None
    a, days_a = figures(fold(one).text)
    b, days_b = figures(fold(other).text)
    years_a, years_b = {d.year for d in days_a if d.year}, {d.year for d in days_b if d.year}
    if years_a and years_b and years_a.isdisjoint(years_b):
        return None
    nouns_a, nouns_b = dict(_counted(fold(one).text, a)), dict(_counted(fold(other).text, b))
    for noun, figure in nouns_a.items():
        rival = nouns_b.get(noun)
        if rival and rival.unit == figure.unit and figure.values.isdisjoint(rival.values):
            return figure, rival
    return None


def _counted(text: str, found: Sequence[Figure]) -> Iterator[tuple[str, Figure]]:
    """The word after each figure, which it counts."""
    for figure in found:
        following = counted_terms(text[figure.end : figure.end + 40])
        yield (following[0] if following else figure.unit), figure


def _alike(one: str, other: str) -> bool:
    a, b = ([t for t in counted_terms(text) if not t[0].isdigit()] for text in (one, other))
    return overlap(a, b, ALIKE)
