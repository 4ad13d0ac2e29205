"""Order sentences by when what they say was so: events in turn, the newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.composing.quotes import BEHIND, choose
from rag.reading.reading import UNREAD, ReadSentence
from rag.text.dates import bounds
from rag.text.figures import figures
from rag.text.folding import fold

ASKS_RECENT = re.compile(
    r"\b(?:newe(?:st|r)|latest|most recent(?:ly)?|current(?:ly)?|today|now|nowadays|still|these days"
    r"|up[- ]to[- ]date)\b",
    re.IGNORECASE,
)
"""How a question asks for what is so now."""

EVENTS = 8
"""Events in a timeline at most."""

EVENT_BEHIND = 2 * BEHIND
"""Log-odds behind the best one from which a sentence is no event of a timeline, nor what answers a part."""

Moment = tuple[int, int, int]
"""Year, month, day; 0 for what is not known."""


def said_of(sentence: ReadSentence) -> Moment:
    """Give when what a sentence says was so; zeros where nothing tells.

    That is the last of its events and of the periods of its figures where they stand as data,
    else the last date that it names and that is not to come, else its attribution's.
    """
    statement = sentence.statement
    if statement is not None and (statement.events or statement.figures):
        ends = [figure.period.rpartition("/")[2] for figure in statement.figures]
        return max(map(_moment, statement.events or ends))
    _, days = figures(fold(sentence.text).text)
    today = date.today()
    named = [(day.year, day.month or 0, day.day or 0) for day in days if day.year]
    past = [moment for moment in named if moment <= (today.year, today.month, today.day)]
    return max(past) if past else _moment(sentence.passage.attribution.when)


def date_of(sentence: ReadSentence) -> str:
    """Give the same as a date of reduced precision, ``2023-08``; an empty string where nothing tells."""
    year, month, day = said_of(sentence)
    known = [f"{year:04}", *(f"{part:02}" for part in (month, day) if part)]
    return "-".join(known) if year else ""


def tells_event(sentence: ReadSentence, year: int) -> bool:
    """Say whether a sentence tells an event of a year that stands as data."""
    return sentence.statement is not None and any(date.startswith(str(year)) for date in sentence.statement.events)


def _moment(dated: str) -> Moment:
    if bounds(dated) is None:
        return (0, 0, 0)
    year, month, day = ([int(part) for part in dated.split("-")] + [0, 0])[:3]
    return (year, month, day)


def newest_first(sentences: Sequence[ReadSentence]) -> list[ReadSentence]:
    """Put the newest of those sentences first that answer nearly as surely as the best one."""
    answers = [s for s in sentences if s.logit >= sentences[0].logit - BEHIND and s.logit != UNREAD]
    first = sorted(answers, key=said_of, reverse=True)
    kept = {id(s) for s in first}
    return [*first, *(s for s in sentences if id(s) not in kept)]


def events(sentences: Sequence[ReadSentence]) -> list[ReadSentence]:
    """Choose the events of a timeline, in the order of their dates: the best of each year, then the best of all.

    Args:
        sentences: best first; those without any date are no events.
    """
    told = [s for s in choose(sentences, most=len(sentences), behind=EVENT_BEHIND) if said_of(s)[0]]
    best_of_year = {said_of(s)[0]: s for s in reversed(told)}
    rest = [s for s in told if s not in best_of_year.values()]
    chosen = [*sorted(best_of_year.values(), key=told.index), *rest][:EVENTS]
    return sorted(chosen, key=said_of)
