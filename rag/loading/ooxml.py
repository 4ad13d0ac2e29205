"""What DOCX and PPTX share: runs of text and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.loading.charts import chart_tables
from rag.loading.forms import chosen, ticked
from rag.loading.formulas import linear
from rag.loading.normalise import BREAK, clean_line, left_out, not_read
from rag.loading.packages import Package, attribute, local
from rag.loading.raised import on_line
from rag.loading.symbols import signs
from rag.loading.tables import LEFT, WIDEST

if TYPE_CHECKING:
    from lxml.etree import _Element

CORE = "docProps/core.xml"
"""The part that holds title, author and date."""
_SKIPPED = frozenset((
    "del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "sdtPr", "fldData", "proofErr",
    "bookmarkStart", "annotationRef", "txbxContent", "p", "tbl",
))  # fmt: skip
_OFF = ("0", "false", "off")

_UNREAD = {
    "chart": "a chart", "chartEx": "a chart", "diagramData": "a diagram", "oleObject": "an embedded file",
    "package": "an embedded file", "aFChunk": "an embedded text", "comments": "comments at the margin",
}  # fmt: skip
"""Kinds of parts that a document shows and no reader takes text from."""


def text_of(element: _Element) -> str:
    """Return the text of a paragraph: runs, links, equations; deleted text and field codes left out."""
    return on_line(_pieces(element))


def text_within(element: _Element) -> str:
    """Return all paragraphs in an element, of tables inside it too, on one line."""
    return clean_line(BREAK.join(filter(None, (clean_line(text_of(part)) for part in element.iter("{*}p")))))


def _pieces(element: _Element, rise: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the text of an element, each piece with whether it is raised or lowered."""
    for child in element:
        tag = local(child)
        if tag == "r" and is_left_out(child):
            continue
        if tag == "t":
            yield _shown(child), rise
        elif tag in ("tab", "ptab"):
            yield "\t", 0
        elif tag in ("br", "cr"):
            yield BREAK, 0
        elif tag == "noBreakHyphen":
            yield "-", rise
        elif tag == "sym":
            yield _symbol(child), rise
        elif tag in ("footnoteReference", "endnoteReference"):
            yield f"[{attribute(child, 'id')}]", 0
        elif tag == "oMath":
            yield linear(child), 0
        elif tag == "ffData":
            yield _filled_in(child), rise
        elif tag not in _SKIPPED:
            yield from _pieces(child, _rise(child) if tag == "r" else rise)


def _rise(run: _Element) -> int:
    """Return 1 for a raised run, -1 for a lowered one, as a document or a presentation says it."""
    shift = attribute(run.find("{*}rPr"), "baseline")
    told = attribute(run.find("{*}rPr/{*}vertAlign"), "val") or shift
    return (
        1 if told == "superscript" or shift.rstrip("0%").isdigit() else -1 if told == "subscript" or "-" in shift else 0
    )


def is_left_out(run: _Element) -> bool:
    """Return whether a run is struck out or hidden from readers."""
    props = run.find("{*}rPr")
    if props is None:
        return False
    if attribute(props, "strike") in ("sngStrike", "dblStrike"):
        return True
    switches = props.iterchildren("{*}strike", "{*}dstrike", "{*}vanish")
    return any(attribute(switch, "val") not in _OFF for switch in switches)


def told_left_out(root: _Element) -> tuple[str, ...]:
    """Return a warning where struck or hidden runs of a part were left out, with the first words of it."""
    runs = [clean_line("".join(run.itertext())) for run in root.iter("{*}r") if is_left_out(run)]
    return left_out([text for text in runs if text])


def told_unread(package: Package, part: str) -> tuple[str, ...]:
    """Return a warning for each kind of thing in a part that is not read."""
    return not_read(
        _UNREAD[kind]
        for kind, target in package.relations(part).values()
        if kind in _UNREAD and not (target in package and _is_read(kind, package, target))
    )


def _is_read(kind: str, package: Package, part: str) -> bool:
    """Return whether nothing of a part is left to tell: a chart whose values are read, or no comments."""
    if kind == "chart":
        return any(chart_tables(package.xml(part)))
    return kind == "comments" and not len(package.xml(part))


def _filled_in(field: _Element) -> str:
    """Return what a field of a form shows that writes no text of its own: the entry of a list, or a box."""
    entries, box = field.find("{*}ddList"), field.find("{*}checkBox")
    told = next(field.iterfind("*/{*}result"), next(field.iterfind("*/{*}default"), None))
    if entries is not None:
        return chosen(
            [attribute(entry, "val") for entry in entries.iterchildren("{*}listEntry")], attribute(told, "val")
        )
    told = next(field.iterfind("*/{*}checked"), told)
    return ticked(told is not None and attribute(told, "val") not in _OFF) if box is not None else ""


def _shown(text: _Element) -> str:
    """Return a piece of text as the fonts of its run show it; a presentation's second one shows private signs alone."""
    said = text.text or ""
    for prop in text.iterfind("../{*}rPr/*"):
        if local(prop) in ("rFonts", "latin"):
            said = signs(said, attribute(prop, "ascii") or attribute(prop, "typeface"))
        elif local(prop) == "sym":
            said = signs(said, attribute(prop, "typeface"), letters=False)
    return said


def _symbol(sign: _Element) -> str:
    """Return a sign that is given by its font and its code there."""
    try:
        return signs(chr(int(attribute(sign, "char"), 16)), attribute(sign, "font"))
    except (ValueError, OverflowError):
        return "\ufffd"


def table_rows(table: _Element) -> list[list[str]]:
    """Return the rows of a table as texts of cells; one that is merged downwards stands in each of its rows."""
    grid: list[list[str]] = []
    for row in _rows(table):
        line = [""] * _number(row.find("{*}trPr/{*}gridBefore"))
        for cell in (cell for cell in row.iter("{*}tc") if next(cell.iterancestors("{*}tr")) is row):
            if _merged(cell, "hMerge"):
                line.append(LEFT)
                continue
            above = grid[-1][len(line) : len(line) + 1] if grid and _merged(cell, "vMerge") else []
            text = above[0] if above else text_within(cell)
            line += [text, *[LEFT] * (_number(cell.find("{*}tcPr/{*}gridSpan")) - 1)]
        grid.append(line)
    return grid


def table_heads(table: _Element) -> int | None:
    """Return how many rows at the top are marked to stand above every page of a table; None where none is."""
    marks = [row.find("{*}trPr/{*}tblHeader") for row in _rows(table)]
    marked = [mark is not None and attribute(mark, "val") not in _OFF for mark in marks]
    return [*marked, False].index(False) or None


def _rows(table: _Element) -> list[_Element]:
    return [row for row in table.iter("{*}tr") if next(row.iterancestors("{*}tbl")) is table]


def _merged(cell: _Element, way: str) -> bool:
    """Return whether a cell goes on one at its left or above, as a presentation or as a document says it."""
    told = cell.find(f"{{*}}tcPr/{{*}}{way}")
    return attribute(cell, way) == "1" or (told is not None and attribute(told, "val") != "restart")


def _number(element: _Element | None) -> int:
    """Return a number of columns."""
    told = attribute(element, "val")
    return min(int(told), WIDEST) if told.isdigit() else 0
