"""Figures that disagree: sources that give different numbers for one measure, place and period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.composing.quotes import BEHIND
from rag.reading.reading import UNREAD, ReadSentence
from rag.records import Conflict, Document, Measurement
from rag.text.attributions import attributed
from rag.text.dates import readable
from rag.text.figures import Figure, figures, in_digits, written
from rag.text.folding import fold
from rag.text.names import bounds_answer, names
from rag.text.words import counted_terms
from rag.verification.citations import cite

ALIKE = 0.5
"""Share of common words, numbers aside, from which two sentences speak of one measure."""

PROVISIONAL = re.compile(
    r"\b(?:provisional\w*|estimate[sd]?|estimated|preliminary|early count|predicted|unconfirmed)\b"
)
"""What says that a figure is not the last; searched in folded text."""
FINAL = re.compile(r"\b(?:final|revised|corrected|definitive)\b")
"""What says that it is."""


def find_conflicts(
    sentences: Sequence[ReadSentence], documents: Mapping[str, Document], years: Sequence[str] = ()
) -> tuple[Conflict, ...]:
    """Find a sentence that gives another figure than the best one for the same thing.

    Where the best one's figures stand as data, only figures of the same measure, place, period
    and unit are set against them. Else both speak of one thing if they share most of their words,
    count the same noun or unit, and name the same years and places, at least a year. They come
    from different origins or dates. A figure that is not final beside a final one is told as
    revised.

    Args:
        sentences: best first; those that answer nearly as surely as the first are compared with it.
        years: those that the question names; figures of other years differ beside the point.
    """
    if not sentences or sentences[0].logit == UNREAD:
        return ()
    best = sentences[0]
    for other in sentences[1:]:
        if other.logit < best.logit - BEHIND or _said_by(other) == _said_by(best):
            continue
        pair = _measured_otherwise(best, other, years) if best.measured else _told_otherwise(best.text, other.text)
        if pair is not None:
            return (_conflict((best, other), pair, documents),)
    return ()


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure as a sentence gives it."""

    text: str
    final: bool
    early: bool
    """Provisional or an estimate."""
    period: str
    """In words."""


def _said_by(sentence: ReadSentence) -> tuple[str, str]:
    said = sentence.passage.attribution
    return said.origin, said.date


def _conflict(
    both: tuple[ReadSentence, ReadSentence], pair: tuple[_Told, _Told], documents: Mapping[str, Document]
) -> Conflict:
    rows = list(zip(pair, both, strict=True))
    revised = pair[0].early != pair[1].early and (pair[0].final or pair[1].final)
    if revised and pair[1].early:
        rows.reverse()
    said = [f"{told.text} ({attributed(s.passage.attribution)})" for told, s in rows]
    period = pair[0].period
    text = (
        f"A provisional figure for {period} was revised: {said[0]}; later {said[1]}."
        if revised
        else f"The sources give different figures for {period}: {'; '.join(said)}."
    )
    cited = tuple(cite(s.passage, s.span, documents[s.passage.doc_id]) for _, s in rows)
    return Conflict(text, cited, tuple(told.text for told, _ in rows), revised, period)


def _measured_otherwise(one: ReadSentence, other: ReadSentence, years: Sequence[str]) -> tuple[_Told, _Told] | None:
    """The first figures of the same measure, place, period and unit that differ by more than rounding.

    None where a sentence gives both.
    """
    mine = {(m.subject, m.period): m for m in reversed(one.measured)}
    values = [{m.value for m in s.measured} for s in (one, other)]
    for its in other.measured:
        rival = mine.get((its.subject, its.period))
        if (
            rival
            and its.of_years(years)
            and not _rounded(rival.value, its.value)
            and rival.value not in values[1]
            and its.value not in values[0]
        ):
            return _measured(rival, one.text), _measured(its, other.text)
    return None


def _rounded(one: float, other: float) -> bool:
    """Whether one of two figures is the other one rounded to two digits or more: 1.5 is 1.47, 110,000 is 111,029."""
    digits = min(max(2, len(f"{value:e}".partition("e")[0].replace(".", "").rstrip("0"))) for value in (one, other))
    return f"{one:.{digits - 1}e}" == f"{other:.{digits - 1}e}"


def _measured(told: Measurement, text: str) -> _Told:
    printed = (f.text for f in figures(fold(text).text)[0] if f.means(told.value))
    shown = next(printed, f"{written(told.value)} {told.unit}").strip()
    period = readable(told.period)
    return _Told(shown, told.status == "final", told.status != "final", period)


def _told_otherwise(one: str, other: str) -> tuple[_Told, _Told] | None:
    pair = _differing(one, other)
    if pair is None:
        return None
    found = []
    period = " and ".join(sorted({str(day.year) for day in figures(fold(one).text)[1] if day.year}))
    for figure, text in zip(pair, (one, other), strict=True):
        folded = fold(text).text
        final = bool(FINAL.search(folded))
        found.append(_Told(figure.text.strip(), final, bool(PROVISIONAL.search(folded)) and not final, period))
    return found[0], found[1]


def _differing(one: str, other: str) -> tuple[Figure, Figure] | None:
    """The first pair of figures that count the same thing in the same place and period, and differ."""
    if not _alike(one, other) or _places(one) != _places(other):
        return None
    mine, days = figures(fold(one).text)
    its, other_days = figures(fold(other).text)
    years = {day.year for day in days if day.year}
    if not years or years != {day.year for day in other_days if day.year}:
        return None
    nouns = dict(_counted(other, its))
    for noun, figure in _counted(one, mine):
        rival = nouns.get(noun)
        if rival and rival.unit == figure.unit and figure.values.isdisjoint(rival.values):
            return figure, rival
    return None


def _counted(sentence: str, found: Sequence[Figure]) -> Iterator[tuple[str, Figure]]:
    """The word after each figure, which it counts, else its unit."""
    text = in_digits(fold(sentence).text)
    for figure in found:
        following = [term for term in counted_terms(text[figure.end : figure.end + 40]) if not term[0].isdigit()]
        yield (following[0] if following else figure.unit), figure


def _places(text: str) -> set[str]:
    return {name for name in names(text) if bounds_answer(name)}


def _alike(one: str, other: str) -> bool:
    a, b = ({t for t in counted_terms(text) if not t[0].isdigit()} for text in (one, other))
    return len(a & b) >= ALIKE * max(min(len(a), len(b)), 1)
