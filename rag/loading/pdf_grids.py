"""Read the tables of a PDF page whose cells are ruled: which words stand in which cell, however they are drawn."""

from __future__ import annotations

import ctypes
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rag.loading.hyphens import ENGLISH, join
from rag.loading.pdf_lines import Line, Row, row_of
from rag.loading.pdf_sheets import Sheet
from rag.loading.pdf_tables import named
from rag.loading.tables import LEFT

_NEAR = 2
"""Points that two ends may be apart to meet, and two rules to be one."""
_SHORT = 6
"""Points below which a stroke rules no cell."""
_STROKES = 20_000
"""Strokes of a page that are looked at."""
_MOST = 300
"""Rules of one direction up to which a page is looked at for tables; a map or a chart may have any number."""

Rule = tuple[float, float, float]
"""A straight line: where it stands, and from where to where it goes."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rules that meet: the edges of the columns from left to right, and those of the rows from the foot up."""

    across: list[Rule]
    down: list[Rule]
    columns: list[float]
    rows: list[float]

    @classmethod
    def of(cls, across: list[Rule], down: list[Rule]) -> _Grid:
        return cls(across, down, _places(down), _places(across))

    def cell(self, word: Line) -> tuple[int, int] | None:
        """Return the row from the top and the column that a word stands in; None outside of the grid."""
        column = bisect(self.columns, (word.left + word.right) / 2) - 1
        row = len(self.rows) - 1 - bisect(self.rows, (word.bottom + word.top) / 2)
        inside = 0 <= column < len(self.columns) - 1 and 0 <= row < len(self.rows) - 1
        return (row, column) if inside else None

    def owner(self, row: int, column: int) -> tuple[int, int]:
        """Return the first cell of those that a place is merged with, at its left and above it."""
        top, foot = self.rows[-1 - row], self.rows[-2 - row]
        while column and not _stands(self.down, self.columns[column], (top + foot) / 2):
            column -= 1
        middle = (self.columns[column] + self.columns[column + 1]) / 2
        while row and not _stands(self.across, self.rows[-1 - row], middle):
            row -= 1
        return row, column


def with_grids(rows: list[Row], page: Any, sheet: Sheet) -> list[Row]:
    """Return the rows of a page with each row of a ruled table as a line that has the names of its columns.

    A table stays as it is drawn where it is not sure what names its columns.
    """
    for grid in _grids(*_rules(page, sheet)):
        rows = _with_grid(rows, grid)
    return rows


def _with_grid(rows: list[Row], grid: _Grid) -> list[Row]:
    """Put the lines of one table where its first word is drawn."""
    cells: dict[tuple[int, int], list[list[Line]]] = {}
    around: list[Row] = []
    place = 0
    for row in rows:
        outside = []
        for word in row[1]:
            if (at := grid.cell(word)) is None:
                outside.append(word)
                continue
            place = place if cells else len(around)
            lines = cells.setdefault(grid.owner(*at), [])
            if not lines or lines[-1][0] not in row[1]:
                lines.append([])
            lines[-1].append(word)
        if outside:
            around.append(row if len(outside) == len(row[1]) else row_of(outside))
    if not cells:
        return rows
    height, width = len(grid.rows) - 1, len(grid.columns) - 1
    owners = [[grid.owner(row, column) for column in range(width)] for row in range(height)]
    texts = [
        [LEFT if owner[1] < column else _text(cells.get(owner, [])) for column, owner in enumerate(line)]
        for line in owners
    ]
    words = [
        [word for owner in dict.fromkeys(line) for said in cells.get(owner, []) for word in said] for line in owners
    ]
    table = [(line, [line]) for line in named(words, texts)]
    return [*around[:place], *table, *around[place:]] if table else rows


def _text(lines: Sequence[Sequence[Line]]) -> str:
    """Return the lines of a cell, a word that is broken between two of them mended."""
    text = ""
    for words in lines:
        line = " ".join(word.text for word in words)
        text = join(text, line, ENGLISH) if text.endswith("-") else f"{text}\n{line}" if text else line
    return text


def _grids(across: list[Rule], down: list[Rule]) -> Iterator[_Grid]:
    """Yield the rules that meet each other and make two columns and two rows or more."""
    if max(len(across), len(down)) > _MOST:
        return
    left = list(across)
    while left:
        rows, columns = [left.pop()], list[Rule]()
        while met := [rule for rule in down if rule not in columns and any(_meet(row, rule) for row in rows)]:
            columns += met
            rows += [row for row in left if any(_meet(row, rule) for rule in met)]
            left = [row for row in left if row not in rows]
        grid = _Grid.of(rows, columns)
        if min(len(grid.rows), len(grid.columns)) > 2:
            yield grid


def _meet(across: Rule, down: Rule) -> bool:
    """Return whether two rules cross or touch."""
    return _stands([across], across[0], down[0]) and _stands([down], down[0], across[0])


def _stands(rules: Sequence[Rule], at: float, through: float) -> bool:
    """Return whether one of the rules stands at a place and goes through a point of it."""
    return any(abs(rule[0] - at) <= _NEAR and rule[1] - _NEAR <= through <= rule[2] + _NEAR for rule in rules)


def _places(rules: Sequence[Rule]) -> list[float]:
    """Return where rules stand, each place once."""
    places: list[float] = []
    for at, _, _ in sorted(rules):
        if not places or at - places[-1] > _NEAR:
            places.append(at)
    return places


def _rules(page: Any, sheet: Sheet) -> tuple[list[Rule], list[Rule]]:
    """Return the straight lines of a page that run across and down it; an edge of a box is one too."""
    import pypdfium2.raw as pdfium

    across: list[Rule] = []
    down: list[Rule] = []
    paths = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)
    for (x, y), (to_x, to_y) in islice((stroke for path in paths for stroke in _strokes(path)), _STROKES):
        left, bottom, right, top = sheet.turned((min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)))
        if right - left >= _SHORT and top - bottom <= 1:
            across.append((bottom, left, right))
        elif top - bottom >= _SHORT and right - left <= 1:
            down.append((left, bottom, top))
    return _whole(across), _whole(down)


def _strokes(path: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight strokes of a path, from point to point of the page."""
    import pypdfium2.raw as pdfium

    matrix = path.get_matrix()
    first = last = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for at in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, at)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and last is not None:
            yield last, point
        if pdfium.FPDFPathSegment_GetClose(segment) and first is not None:
            yield point, first
        last = point


def _whole(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules with those that go on where another one ends joined, and each once."""
    places = _places(rules)
    lines: list[list[Rule]] = [[] for _ in places]
    for rule in rules:
        lines[bisect(places, rule[0]) - 1].append(rule)
    whole: list[Rule] = []
    for place, pieces in zip(places, lines, strict=True):
        ends = sorted((start, end) for _, start, end in pieces)
        reach = ends[0]
        for start, end in ends[1:]:
            if start > reach[1] + _NEAR:
                whole.append((place, *reach))
                reach = start, end
            reach = reach[0], max(reach[1], end)
        whole.append((place, *reach))
    return whole
