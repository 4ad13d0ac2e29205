"""Read spreadsheets: every sheet under its name, every table row with the names of its columns."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import LoadError
from rag.loading.charts import add_charts
from rag.loading.extract import Extract
from rag.loading.limits import CHARACTERS
from rag.loading.normalise import Layout, left_out
from rag.loading.number_formats import shown
from rag.loading.odt import Reader, flat, open_package
from rag.loading.odt_styles import Looks
from rag.loading.ooxml import CORE, told_unread
from rag.loading.packages import Package, attribute, facts_in, local
from rag.loading.raised import on_line
from rag.loading.symbols import signs
from rag.loading.tables import DEEPEST, WIDEST, Cell, add_table, gather

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNCOUNTED = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula in a sheet of XLSX whose value nobody has stored."""
_MERGED = re.compile(rb"(<(?:\w+:)?mergeCell\s+ref=[\"'])(\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)")
_REPEATED = 1_000
"""Rows that one row of an OpenDocument sheet stands for at most."""


def read_xlsx(data: bytes) -> Extract:
    """Return the text of an Excel workbook: values as shown, formulas by their last results."""
    import openpyxl

    package = Package(data)
    sheets = {name: package.data(name) for name in package if name.startswith("xl/worksheets/") and name[-4:] == ".xml"}
    sheets = {name: _MERGED.sub(_clip, part) for name, part in sheets.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of what it would lose by writing the file anew
        book = openpyxl.load_workbook(package.file(sheets), data_only=True, rich_text=True)
    layout = Layout()
    hidden: list[str] = []
    drawings = _drawings(package)
    unread: list[str] = []
    for sheet in (book[name] for name in book.sheetnames):
        if sheet.sheet_state != "visible":
            hidden.append(f"sheet {sheet.title}")
            continue
        cells = _xlsx_cells(sheet, hidden) if sheet in book.worksheets else ()
        _add_sheet(layout, sheet.title, cells, alone=len(book.sheetnames) == 1)
        for drawing in drawings.get(sheet.title, ()):
            add_charts(layout, package, drawing)
            unread += told_unread(package, drawing)
    uncounted = sum(len(_UNCOUNTED.findall(part)) for part in sheets.values())
    told = (f"Formulas without a stored value: {uncounted}; open it in a spreadsheet program and save it.",)
    facts = package.facts(CORE, date="created")
    return _extract(layout, facts, (*left_out(hidden), *unread, *(told if uncounted else ())))


def _clip(merged: re.Match[bytes]) -> bytes:
    """Return a merged area no larger than cells may reach, since the library makes every cell in it."""
    from openpyxl.utils import get_column_letter, range_boundaries

    left, top, right, bottom = range_boundaries(merged[2].decode())
    right, bottom = min(right, left + WIDEST - 1), min(bottom, top + DEEPEST - 1)
    return merged[1] + f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}".encode()


def _drawings(package: Package) -> dict[str, list[str]]:
    """Return the names of the parts that hold what is drawn on each sheet, by its name."""
    main = package.main("xl/workbook.xml")
    parts = package.relations(main)
    sheets = {
        attribute(sheet, "name"): parts.get(attribute(sheet, "id"), ("", ""))[1]
        for sheet in package.xml(main).iter("{*}sheet")
    }
    return {
        name: [target for kind, target in package.relations(part).values() if kind == "drawing" and target in package]
        for name, part in sheets.items()
    }


def read_ods(data: bytes) -> Extract:
    """Return the text of an OpenDocument spreadsheet as its cells show it."""
    package = open_package(data)
    facts = package.facts("meta.xml", date="creation-date")
    return _read_sheets(package.xml("content.xml"), facts, Reader(Looks.of(package)))


def read_fods(data: bytes) -> Extract:
    """Return the text of an OpenDocument spreadsheet that is one piece of XML."""
    root = flat(data)
    return _read_sheets(root, facts_in(root.find("{*}meta"), date="creation-date"), Reader(Looks.read(root)))


def _read_sheets(root: _Element, facts: dict[str, str], reader: Reader) -> Extract:
    unseen = {
        attribute(style, "name")
        for style in root.iter("{*}style")
        if attribute(style.find("{*}table-properties"), "display") == "false"
    }
    layout = Layout()
    hidden: list[str] = []
    body = next(root.iter("{*}spreadsheet"), None)
    sheets = list(body.iterchildren("{*}table")) if body is not None else []
    for sheet in sheets:
        name = attribute(sheet, "name")
        if attribute(sheet, "style-name") in unseen:
            hidden.append(f"sheet {name}")
        else:
            _add_sheet(layout, name, _ods_cells(sheet, reader, hidden), alone=len(sheets) == 1)
    return _extract(layout, facts, left_out([*hidden, *reader.left_out]))


def _extract(layout: Layout, facts: dict[str, str], warnings: tuple[str, ...]) -> Extract:
    if not layout.text:
        raise LoadError("empty: the sheets hold no text")
    return layout.extract(facts, warnings=warnings)


def _add_sheet(layout: Layout, name: str, cells: Iterable[Cell], *, alone: bool) -> None:
    """Add a sheet, a table for each stretch of rows between empty ones, without the columns left empty before it."""
    tables: list[list[Sequence[str]]] = [[]]
    for row in gather(cells):
        if any(row):
            tables[-1].append(row)
        elif tables[-1]:
            tables.append([])
    tables = [table for table in tables if table]
    if tables and not alone:
        layout.add(name, level=2)
    for number, table in enumerate(tables):
        first = min(next(at for at, cell in enumerate(row) if cell) for row in table)
        add_table(layout, [row[first:] for row in table], (name, number), words=1)
        if layout.length > CHARACTERS:
            raise LoadError(f"too large: more than {CHARACTERS} characters of text")


def _xlsx_cells(sheet: Any, hidden: list[str]) -> Iterator[Cell]:
    """Yield the cells that a sheet of XLSX holds, as shown; what is hidden is named in a list instead."""
    from openpyxl.utils import get_column_letter

    # Its rows would be every row down to the last cell with a format, which may be the last that there can be.
    held = sorted((place, cell) for place, cell in sheet._cells.items() if cell.value is not None or cell.comment)
    ends = {(area.min_row, area.min_col): (area.max_row, area.max_col) for area in sheet.merged_cells.ranges}
    rows = {number for number, size in sheet.row_dimensions.items() if size.hidden}
    last = max((column for (_, column), _ in held), default=0)
    sizes = [size for size in sheet.column_dimensions.values() if size.hidden]
    columns = {column for size in sizes for column in range(size.min or 0, min(size.max or 0, last) + 1)}
    unseen = sorted(columns.intersection(column for (_, column), _ in held))
    hidden += [f"column {get_column_letter(column)} of sheet {sheet.title}" for column in unseen[:1]]
    hidden += [f"row {row} of sheet {sheet.title}" for row in sorted(rows.intersection(row for (row, _), _ in held))]
    across, down = _Seen(columns), _Seen(rows)
    found: list[tuple[int, int, str, int, int]] = []
    struck = set()
    for (row, column), cell in held:
        bottom, right = ends.get((row, column), (row, column))
        if down.count(row, bottom) and across.count(column, right):
            told, text = len(hidden), _xlsx_cell(cell, hidden)
            struck |= {row} if len(hidden) > told else set()
            found += [(row, column, text, bottom, right)] if text else []
    # A row that is struck out parts no table as an empty one does.
    down = _Seen(rows | struck.difference(row for row, *_ in found))
    for row, column, text, bottom, right in found:
        yield down.at(row), across.at(column), text, down.count(row, bottom), across.count(column, right)


class _Seen:
    """Where rows or columns stand among those that are shown."""

    def __init__(self, hidden: Iterable[int]) -> None:
        self._hidden = sorted(hidden)

    def at(self, number: int) -> int:
        """Return the place of a row; of a hidden one, that of the next that is shown."""
        return number - bisect_left(self._hidden, number)

    def count(self, first: int, last: int) -> int:
        """Return how many from one row to another are shown."""
        return self.at(last + 1) - self.at(first)


def _xlsx_cell(cell: Any, hidden: list[str]) -> str:
    """Return a cell as shown, with the note that hangs at it; what is struck out is named in a list instead."""
    from openpyxl.cell.rich_text import CellRichText

    font = cell.font
    pieces = [_xlsx_run(run) for run in cell.value] if isinstance(cell.value, CellRichText) else []
    text = on_line((said, rise) for said, rise, struck in pieces if not struck)
    text = text if pieces else signs(shown(cell.value, cell.number_format), font.name or "")
    hidden += [said for said, _, struck in pieces if struck]
    if text and font.strike:
        hidden.append(text)
        text = ""
    return f"{text} [{cell.comment.text}]" if cell.comment else text


def _xlsx_run(run: Any) -> tuple[str, int, bool]:
    """Return the text of a stretch of a cell, whether it is raised or lowered, and whether it is struck out."""
    if isinstance(run, str):
        return run, 0, False
    return (
        signs(run.text, run.font.rFont or ""),
        {"superscript": 1, "subscript": -1}.get(run.font.vertAlign, 0),
        bool(run.font.strike),
    )


def _ods_cells(sheet: _Element, reader: Reader, hidden: list[str]) -> Iterator[Cell]:
    """Yield the cells that a sheet of OpenDocument holds, as shown; what is hidden is named in a list instead."""
    number = 1
    for row in sheet.iter("{*}table-row"):
        if attribute(row, "visibility") in ("collapse", "filter"):
            hidden.append(f"row {number} of sheet {attribute(sheet, 'name')}")
            continue
        told, times = len(reader.left_out), _number(row, "number-rows-repeated")
        cells = list(_row_cells(row, reader))
        if cells or len(reader.left_out) == told:  # a row that is struck out parts no table as an empty one does
            for at in range(min(times, _REPEATED)):
                yield from ((number + at, *cell) for cell in cells)
            number += times


def _row_cells(row: _Element, reader: Reader) -> Iterator[tuple[int, str, int, int]]:
    """Yield the column of each cell of a row that says something, its text and its rows and columns."""
    column = 0
    for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
        times = _number(cell, "number-columns-repeated")
        text = reader.cell(cell) if local(cell) == "table-cell" else ""
        for at in range(min(times, WIDEST) if text else 0):
            yield column + at, text, _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
        column += times


def _number(element: _Element, name: str) -> int:
    told = attribute(element, name)
    return int(told) if told.isdecimal() else 1
