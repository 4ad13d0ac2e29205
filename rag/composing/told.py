"""Find in a sentence exactly what a question asks for: the number, the date, the name or the place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from rag.reading.answer_types import answer_kind
from rag.records import Measurement, Span
from rag.text.dates import readable
from rag.text.figures import Figure, figures, in_digits
from rag.text.folding import Folded, fold
from rag.text.names import name_runs
from rag.text.words import YEAR, counted_terms

AFTER = 40
"""Characters after a number in which the word stands that it counts."""

HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
"""What asks for a count: a figure in a unit that the question does not name is none."""

_BEFORE_PLACE = re.compile(r"\b(?:in|at|to|from|near) (?:the )?$")


def told(question: str, text: str, measured: Sequence[Measurement] = ()) -> Span | None:
    """Find what *question* asks for in a sentence that answers it, as a span of *text*.

    Only where exactly one thing can be meant: ``How many passengers?`` finds the 180 of ``180
    passengers and 24 cars``; of ``180 adults and 24 children`` it finds nothing.

    Args:
        measured: figures of the sentence that stand as data.
    """
    match answer_kind(question):
        case "number":
            found = _numbers(question, text, measured)
        case "time":
            found = _dates(question, text)
        case "person":
            found = _people(question, text)
        case "place":
            found = _places(question, text)
        case _:
            return None
    return found[0] if len(found) == 1 else None


def told_figure(text: str, figure: Measurement) -> Span | None:
    """Find the place where a sentence prints a figure that stands as data."""
    found = [span for span, number in _printed(text) if number.means(figure.value)]
    return found[0] if len(found) == 1 else None


def other_periods(question: str, quoted: Sequence[Sequence[Measurement]]) -> tuple[str, ...]:
    """Name the periods of the figures quoted first where a figure of another year is asked for; else none.

    Args:
        quoted: of each sentence that is quoted, its figures that stand as data.
    """
    years, first = YEAR.findall(question), quoted[0]
    measures = {figure.measure for figure in first}
    same = [figure for figure in chain.from_iterable(quoted) if figure.measure in measures]
    if answer_kind(question) != "number" or any(figure.of_years(years) for figure in same):
        return ()
    return tuple(dict.fromkeys(readable(figure.period) for figure in first))


def _numbers(question: str, text: str, measured: Sequence[Measurement]) -> list[Span]:
    asked = set(YEAR.findall(question))
    meant = [figure for figure in measured if not asked or figure.period in asked]
    if len(meant) == 1:
        place = told_figure(text, meant[0])
        return [place] if place else []
    terms = set(counted_terms(question))
    named = {number.text for _, number in _printed(question)}
    found = [
        span
        for span, number in _printed(text)
        if number.text not in named and (not HOW_MANY.search(question) or terms.issuperset(counted_terms(number.unit)))
    ]
    counted = [span for span in found if terms & set(counted_terms(text[span.end : span.end + AFTER])[:1])]
    return found if len(found) == 1 else counted


def _dates(question: str, text: str) -> list[Span]:
    folded = fold(text)
    days = figures(folded.text)[1]
    asked = set(YEAR.findall(question))
    new = [day for day in days if day.month or str(day.year) not in asked]
    spans = (_span(folded, day.start, day.text) for day in new)
    return [span for span in spans if span is not None]


def _people(question: str, text: str) -> list[Span]:
    """Names of two words and more that stand without *the* and that the question does not name."""
    return [
        span
        for span, words in _new_names(question, text)
        if words > 1 and not re.search(r"\bthe $", text[: span.start], re.IGNORECASE)
    ]


def _places(question: str, text: str) -> list[Span]:
    """Names after *in*, *at*, *to*, *from* or *near* that the question does not name."""
    return [span for span, _ in _new_names(question, text) if _BEFORE_PLACE.search(text[: span.start])]


def _new_names(question: str, text: str) -> Iterator[tuple[Span, int]]:
    asked = set(counted_terms(question))
    for run in name_runs(text):
        words = counted_terms(text[run[0].start : run[-1].end])
        if words and not set(words) & asked:
            yield Span(run[0].start, run[-1].end), len(words)


def _printed(text: str) -> Iterator[tuple[Span, Figure]]:
    """Each number of a text, dates aside, and where it stands."""
    folded = fold(text)
    for number in figures(folded.text)[0]:
        span = _span(folded, number.start, number.text)
        if span is not None:
            yield span, number


def _span(folded: Folded, start: int, printed: str) -> Span | None:
    """Where something that was read in a folded text, its numbers in digits, stands in the text itself."""
    if in_digits(folded.text) != folded.text:
        start = folded.text.find(printed) if folded.text.count(printed) == 1 else -1
    elif not folded.text.startswith(printed, start):
        start = folded.text.find(printed, start)
    if start < 0:
        return None
    return Span(folded.starts[start], folded.ends[start + len(printed) - 1])
