"""Read spreadsheets: every sheet under its name, every table row with the names of its columns."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
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
from rag.loading.packages import Package, attribute, facts_in
from rag.loading.raised import on_line
from rag.loading.tables import LEFT, WIDEST, add_table, spread

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNCOUNTED = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula in a sheet of XLSX whose value nobody has stored."""
_REPEATED = 1_000
"""Rows that one row of an OpenDocument sheet stands for at most."""


def read_xlsx(data: bytes) -> Extract:
    """Return the text of an Excel workbook: values as shown, formulas by their last results."""
    import openpyxl

    package = Package(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of what it would lose by writing the file anew
        book = openpyxl.load_workbook(package.file(), data_only=True, rich_text=True)
    layout = Layout()
    hidden: list[str] = []
    drawings = _drawings(package)
    unread: list[str] = []
    for sheet in (book[name] for name in book.sheetnames):
        if sheet.sheet_state != "visible":
            hidden.append(f"sheet {sheet.title}")
            continue
        rows = _xlsx_rows(sheet, hidden) if sheet in book.worksheets else iter(())
        _add_sheet(layout, sheet.title, rows, alone=len(book.sheetnames) == 1)
        for drawing in drawings.get(sheet.title, ()):
            add_charts(layout, package, drawing)
            unread += told_unread(package, drawing)
    uncounted = sum(
        len(_UNCOUNTED.findall(package.data(name))) for name in package if name.startswith("xl/worksheets/")
    )
    told = (f"Formulas without a stored value: {uncounted}; open it in a spreadsheet program and save it.",)
    facts = package.facts(CORE, date="created")
    return _extract(layout, facts, (*left_out(hidden), *unread, *(told if uncounted else ())))


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
            _add_sheet(layout, name, _ods_rows(sheet, reader, hidden), alone=len(sheets) == 1)
    return _extract(layout, facts, left_out([*hidden, *reader.left_out]))


def _extract(layout: Layout, facts: dict[str, str], warnings: tuple[str, ...]) -> Extract:
    if not layout.text:
        raise LoadError("empty: the sheets hold no text")
    return layout.extract(facts, warnings=warnings)


def _add_sheet(layout: Layout, name: str, rows: Iterator[Sequence[str]], *, alone: bool) -> None:
    """Add a sheet, a table for each stretch of rows between empty ones, without the columns left empty before it."""
    tables: list[list[Sequence[str]]] = [[]]
    for row in rows:
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


def _xlsx_rows(sheet: Any, hidden: list[str]) -> Iterator[list[str]]:
    """Yield the rows of a sheet of XLSX as shown; what is hidden is named in a list instead."""
    from openpyxl.utils import get_column_letter

    merged = {
        place: LEFT if place[1] > area.min_col else _xlsx_cell(sheet.cell(area.min_row, area.min_col), hidden)
        for area in sheet.merged_cells.ranges
        for place in area.cells
    }
    unseen = {
        column
        for size in sheet.column_dimensions.values()
        if size.hidden
        for column in range(size.min or 0, min(size.max or 0, sheet.max_column) + 1)
    }
    if unseen:
        hidden.append(f"column {get_column_letter(min(unseen))} of sheet {sheet.title}")
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if sheet.row_dimensions[number].hidden:
            hidden.append(f"row {number} of sheet {sheet.title}")
            continue
        seen, told = (cell for cell in row if cell.column not in unseen), len(hidden)
        cells = [merged.get((number, cell.column)) or _xlsx_cell(cell, hidden) for cell in seen]
        if any(cells) or len(hidden) == told:  # a row that is struck out parts no table as an empty one does
            yield cells


def _xlsx_cell(cell: Any, hidden: list[str]) -> str:
    """Return a cell as shown, with the note that hangs at it; what is struck out is named in a list instead."""
    from openpyxl.cell.rich_text import CellRichText

    pieces = [_xlsx_run(run) for run in cell.value] if isinstance(cell.value, CellRichText) else []
    text = on_line((said, rise) for said, rise, struck in pieces if not struck)
    text = text if pieces else shown(cell.value, cell.number_format)
    hidden += [said for said, _, struck in pieces if struck]
    if text and cell.font.strike:
        hidden.append(text)
        text = ""
    return f"{text} [{cell.comment.text}]" if cell.comment else text


def _xlsx_run(run: Any) -> tuple[str, int, bool]:
    """Return the text of a stretch of a cell, whether it is raised or lowered, and whether it is struck out."""
    if isinstance(run, str):
        return run, 0, False
    return run.text, {"superscript": 1, "subscript": -1}.get(run.font.vertAlign, 0), bool(run.font.strike)


def _ods_rows(sheet: _Element, reader: Reader, hidden: list[str]) -> Iterator[list[str]]:
    """Yield the rows of a sheet of OpenDocument as shown; what is hidden is named in a list instead."""
    rows: list[list[tuple[str, int, int]]] = []
    for row in sheet.iter("{*}table-row"):
        told = len(reader.left_out)
        cells = list(_ods_cells(row, reader))
        said = any(text for text, _, _ in cells)
        if attribute(row, "visibility") in ("collapse", "filter"):
            hidden.append(f"row {len(rows) + 1} of sheet {attribute(sheet, 'name')}")
        elif said or len(reader.left_out) == told:
            most = _REPEATED if said else 1
            rows += [cells] * min(_number(row, "number-rows-repeated"), most)
    yield from spread(rows)


def _ods_cells(row: _Element, reader: Reader) -> Iterator[tuple[str, int, int]]:
    """Yield the cells of a row with the columns and rows that they reach over."""
    for cell in row.iterchildren("{*}table-cell"):
        text = reader.cell(cell)
        for _ in range(min(_number(cell, "number-columns-repeated"), WIDEST)):
            yield text, _number(cell, "number-columns-spanned"), _number(cell, "number-rows-spanned")


def _number(element: _Element, name: str) -> int:
    told = attribute(element, name)
    return int(told) if told.isdigit() else 1
