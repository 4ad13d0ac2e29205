"""What DOCX and PPTX share: runs of text and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.loading.normalise import clean_line, left_out, not_read
from rag.loading.packages import Package, attribute, local

if TYPE_CHECKING:
    from lxml.etree import _Element

CORE = "docProps/core.xml"
"""The part that holds title, author and date."""
_SKIPPED = frozenset((
    "del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "sdtPr", "fldData", "proofErr",
    "bookmarkStart", "annotationRef", "txbxContent", "p", "tbl",
))  # fmt: skip


_UNREAD = {
    "chart": "a chart", "chartEx": "a chart", "diagramData": "a diagram", "oleObject": "an embedded file",
    "package": "an embedded file", "aFChunk": "an embedded text",
}  # fmt: skip
"""Kinds of parts that a document shows and no reader takes text from."""


def text_of(element: _Element) -> str:
    """Return the text of a paragraph: runs, links, equations; deleted text and field codes left out."""
    return "".join(_pieces(element))


def text_within(element: _Element) -> str:
    """Return all paragraphs in an element, of tables inside it too, on one line."""
    return " ".join(filter(None, (clean_line(text_of(part)) for part in element.iter("{*}p"))))


def _pieces(element: _Element) -> Iterator[str]:
    for child in element:
        tag = local(child)
        if tag == "r" and is_left_out(child):
            continue
        if tag == "t":
            yield child.text or ""
        elif tag in ("tab", "ptab", "br", "cr"):
            yield " "
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag == "sym" and attribute(child, "char"):
            yield _symbol(attribute(child, "char"))
        elif tag in ("footnoteReference", "endnoteReference"):
            yield f"[{attribute(child, 'id')}]"
        elif tag not in _SKIPPED:
            yield from _pieces(child)


def is_left_out(run: _Element) -> bool:
    """Return whether a run is struck out or hidden from readers."""
    props = run.find("{*}rPr")
    if props is None:
        return False
    if attribute(props, "strike") in ("sngStrike", "dblStrike"):
        return True
    switches = props.iterchildren("{*}strike", "{*}dstrike", "{*}vanish")
    return any(attribute(switch, "val") not in ("0", "false", "off") for switch in switches)


def told_left_out(root: _Element) -> tuple[str, ...]:
    """Return a warning where struck or hidden runs of a part were left out, with the first words of it."""
    runs = [clean_line("".join(run.itertext())) for run in root.iter("{*}r") if is_left_out(run)]
    return left_out([text for text in runs if text])


def told_unread(package: Package, part: str) -> tuple[str, ...]:
    """Return a warning for each kind of thing in a part that is not read."""
    return not_read(_UNREAD[kind] for kind, _ in package.relations(part).values() if kind in _UNREAD)


def _symbol(code: str) -> str:
    """Return a character given in hexadecimal; a symbol font's private ones say nothing."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= number <= 0xF8FF or number > 0x10FFFF else chr(number)


def table_rows(table: _Element) -> Iterator[list[str]]:
    """Yield the rows of a table as texts of cells; a cell merged from the left or above is empty."""
    for row in table.iter("{*}tr"):
        if next(row.iterancestors("{*}tbl")) is not table:
            continue
        cells = (cell for cell in row.iter("{*}tc") if next(cell.iterancestors("{*}tr")) is row)
        yield ["" if "1" in (attribute(c, "hMerge"), attribute(c, "vMerge")) else text_within(c) for c in cells]
