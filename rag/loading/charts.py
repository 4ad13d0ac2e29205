"""Read the charts of Office documents: the values that a chart keeps of what it draws, as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rag.loading.normalise import Layout, clean_line
from rag.loading.number_formats import date_of, is_date, shown
from rag.loading.packages import Package, attribute
from rag.loading.tables import WIDEST, add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST = 1_000
"""Points of a series that are read."""
_YEARS = 1_462
"""Days by which the dates of a workbook that counts from 1904 are later."""
Column = tuple[str, list[str]]
"""The name of a series, and its value at each category."""


def add_charts(layout: Layout, package: Package, part: str, within: _Element | None = None) -> None:
    """Add the charts of a part, or of an element of it; see `chart_tables`."""
    relations = package.relations(part)
    told = list(relations) if within is None else [attribute(chart, "id") for chart in within.iter("{*}chart")]
    for kind, target in dict.fromkeys(relations[key] for key in told if key in relations):
        if kind == "chart" and target in package:
            for number, rows in enumerate(chart_tables(package.xml(target))):
                add_table(layout, rows, (target, number), heads=1)


def chart_tables(chart: _Element) -> Iterator[list[list[str]]]:
    """Yield a table for the series that have the same categories, under the title of the chart.

    It has a row a category and a column a series; a chart that keeps no values yields none.
    """
    title = _words(chart.find("{*}chart/{*}title"))
    axis = next((_words(axis.find("{*}title")) for axis in chart.iter("{*}catAx", "{*}dateAx")), "")
    series = [(_points(one, "cat", "xVal"), column) for one in chart.iter("{*}ser") for column in _columns(one)]
    for categories, alike in groupby(series, key=lambda one: one[0]):
        columns = [("" if not any(categories) else axis, categories), *(column for _, column in alike)][:WIDEST]
        length = max(len(values) for _, values in columns)
        rows = [[_at(values, place) for _, values in columns] for place in range(length)]
        yield [*([[title]] if title else []), [name for name, _ in columns], *rows]


def _columns(series: _Element) -> Iterator[Column]:
    """Yield the values of a series under its name, and the sizes of its bubbles."""
    name = _words(series.find("{*}tx"))
    for said, kinds in ((name, ("val", "yVal")), (f"{name} (size)".strip(), ("bubbleSize",))):
        if any(values := _points(series, *kinds)):
            yield said, values


def _points(series: _Element, *kinds: str) -> list[str]:
    """Return the points of the first of some kinds that a series has; categories of several levels are joined."""
    known = next((found for kind in kinds if (found := series.find(f"{{*}}{kind}")) is not None), None)
    if known is None:
        return []
    levels = list(known.iter("{*}lvl")) or [known]
    form = next(known.iter("{*}formatCode"), None)
    shape = "" if form is None else form.text or ""
    columns = [_level(level, shape) for level in reversed(levels)]
    length = max(map(len, columns))
    for outer in columns[:-1]:
        outer += [""] * (length - len(outer))
        for at in range(1, length):
            outer[at] = outer[at] or outer[at - 1]
    return [" ".join(filter(None, (_at(column, at) for column in columns))) for at in range(length)]


def _level(level: _Element, form: str) -> list[str]:
    """Return the points of a series in their places, figures as their number format shows them."""
    points: list[str] = []
    since = level.getroottree().find("{*}date1904")
    later = _YEARS if since is not None and attribute(since, "val") in ("", "1", "true") else 0
    for point in level.iter("{*}pt"):
        index = attribute(point, "idx")
        if index.isdigit() and int(index) < _MOST:
            points += [""] * (int(index) + 1 - len(points))
            text = "".join(map(str, point.itertext()))
            counted = next(point.iterancestors("{*}numCache", "{*}numLit"), None) is not None
            shape = attribute(point, "formatCode") or form
            points[int(index)] = _figure(text, shape, later) if counted else clean_line(text)
    return points


def _figure(text: str, form: str, later: int) -> str:
    try:
        value = float(text)
        return shown(date_of(value + later) if is_date(form) else value, form)
    except (ValueError, OverflowError):
        return clean_line(text)


def _words(element: _Element | None) -> str:
    """Return what a title says, written there or taken from a cell."""
    return clean_line(" ".join(part.text or "" for part in element.iter("{*}t", "{*}v"))) if element is not None else ""


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""
