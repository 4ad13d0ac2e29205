"""What stands beside the notes as data: where they were read, their figures and their events.

::

    corpus/pages.toml     [pages]      each address that the notes link: publisher, date, kind
    corpus/figures.toml   [[figure]]   measure, place, period, value, unit, status
    corpus/events.toml    [[event]]    date

A figure or an event names its source and some words (``says``) that stand in exactly one
statement of that source's notes; the year of an event and the value of a figure stand there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from rag.errors import ConfigError, CorpusError, LoadError
from rag.records import PLACE_KINDS, Document, FigureStatus, Measurement, Place, Statement
from rag.sources.declarations import no_others, read_toml, tables, text
from rag.text.dates import bounds
from rag.text.figures import figures
from rag.text.folding import fold

PAGES, FIGURES, EVENTS = "pages.toml", "figures.toml", "events.toml"

_FIGURE = ("measure", "place", "period", "unit", "status", "source", "says")
_EVENT = ("date", "source", "says")


@dataclass(frozen=True, slots=True)
class Anchored:
    """A figure or the date of an event, and the words of the statement that it rests on."""

    says: str
    told: Measurement | str


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that stands beside the notes of a library."""

    places: Mapping[str, Place]
    """By address."""
    anchored: Mapping[str, tuple[Anchored, ...]]
    """By the id of the source."""

    @classmethod
    def read(cls, root: Path) -> Annotations:
        """Read and check the three files, none of which has to be there.

        Raises:
            CorpusError: one is malformed.
        """
        anchored: dict[str, tuple[Anchored, ...]] = {}
        for source_id, one in (*_figures(root / FIGURES), *_events(root / EVENTS)):
            anchored[source_id] = (*anchored.get(source_id, ()), one)
        return cls(_places(root / PAGES), anchored)

    def of(self, source_id: str) -> Annotations:
        """What concerns the notes of one source: every place, and its own figures and events."""
        return Annotations(self.places, {source_id: self.anchored.get(source_id, ())})

    def annotate(self, document: Document, *, name: str) -> Document:
        """Give each statement of a source's notes its figures and events.

        Args:
            name: the notes file's name, for messages.

        Raises:
            LoadError: the words of one do not stand in exactly one statement, or its figure or year is not there.
        """
        statements = list(document.statements)
        texts = [document.text[s.start : s.end] for s in statements]
        for one in self.anchored.get(document.source_id, ()):
            held = [i for i, said in enumerate(texts) if one.says in said]
            file = EVENTS if isinstance(one.told, str) else FIGURES
            if len(held) != 1:
                raise LoadError(f"{file}: {one.says!r} stands in {len(held)} statements of {name}, expected one")
            place = held[0]
            if not _told_in(one.told, texts[place]):
                raise LoadError(f"{file}: {one.told!r} does not stand in {texts[place]!r}; mend the one or the other")
            statements[place] = _with(statements[place], one.told)
        return replace(document, statements=tuple(statements))


BARE = Annotations({}, {})
"""Of a library that has nothing beside its notes."""


def _with(statement: Statement, told: Measurement | str) -> Statement:
    if isinstance(told, str):
        return replace(statement, events=(*statement.events, told))
    return replace(statement, figures=(*statement.figures, told))


def _told_in(told: Measurement | str, said: str) -> bool:
    numbers, days = figures(fold(said).text)
    if isinstance(told, str):
        return any(day.year == int(told[:4]) for day in days)
    return any(number.means(told.value) for number in numbers)


def _places(path: Path) -> dict[str, Place]:
    table = read_toml(path)
    no_others(table, {"pages"}, path.name)
    pages = table.get("pages", {})
    if not isinstance(pages, dict):
        raise CorpusError(f"{path.name}: pages is no table; write it as [pages], an address a line")
    places = {}
    for url, row in pages.items():
        place = f"{path.name}, {url!r}"
        if not isinstance(row, dict):
            raise CorpusError(f"{place}: expected {{ publisher, date, kind }}, found {row!r}")
        publisher, date, kind = _texts(row, ("publisher", "date", "kind"), place)
        _date(date, place)
        if kind not in PLACE_KINDS:
            raise CorpusError(f"{place}: kind is {kind!r}, expected one of {', '.join(PLACE_KINDS)}")
        places[url] = Place(publisher, date, url, kind)
    return places


def _figures(path: Path) -> Iterable[tuple[str, Anchored]]:
    table = read_toml(path)
    no_others(table, {"figure"}, path.name)
    for number, row in enumerate(tables(table, "figure", path.name), start=1):
        place = f"{path.name}, figure {number}"
        value = row.get("value")
        measure, where, period, unit, status, source, says = _texts(
            {k: v for k, v in row.items() if k != "value"}, _FIGURE, place
        )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CorpusError(f"{place}: value is {value!r}, expected a number")
        if status not in get_args(FigureStatus):
            raise CorpusError(f"{place}: status is {status!r}, expected one of {', '.join(get_args(FigureStatus))}")
        for date in period.split("/"):
            _date(date, place)
        if not re.fullmatch(r"\d{4}(?:-\d\d)?|\d{4}-\d\d/\d{4}-\d\d", period):
            raise CorpusError(f"{place}: period is {period!r}, expected YYYY, YYYY-MM or YYYY-MM/YYYY-MM")
        told = Measurement(measure, where, period, float(value), unit, status)  # type: ignore[arg-type]  # checked
        yield source, Anchored(says, told)


def _events(path: Path) -> Iterable[tuple[str, Anchored]]:
    table = read_toml(path)
    no_others(table, {"event"}, path.name)
    for number, row in enumerate(tables(table, "event", path.name), start=1):
        place = f"{path.name}, event {number}"
        date, source, says = _texts(row, _EVENT, place)
        _date(date, place)
        yield source, Anchored(says, date)


def _texts(row: Mapping[str, Any], keys: tuple[str, ...], place: str) -> list[str]:
    """Give the values of a row's keys, each of which has to be there and be text."""
    no_others(row, set(keys), place)
    values = [text(row, key, place) for key in keys]
    for key, value in zip(keys, values, strict=True):
        if not value:
            raise CorpusError(f"{place} lacks {key!r}")
    return values


def _date(date: str, place: str) -> None:
    try:
        bounds(date)
    except ConfigError as error:
        raise CorpusError(f"{place}: {error}") from error
