"""Read Word documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import Layout, clean_line
from rag.loading.ooxml import core_properties, table_rows, text_of
from rag.loading.packages import Package, attribute, local
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING_STYLE = re.compile(r"heading\s*([1-9])$", re.IGNORECASE)
_MAIN = "word/document.xml"


def read_docx(data: bytes, *, limits: Limits = LIMITS) -> Extract:
    """Return the text of a Word document with its tables, text boxes and notes.

    Headers and footers are left out: they repeat on every page and belong to none.

    Raises:
        LoadError: truncated, damaged, too large, or empty.
    """
    reader = _Reader(Package(data, limits))
    reader.read()
    layout, facts = reader.layout, core_properties(reader.package)
    if not layout.text:
        raise LoadError("empty: the document holds no text")
    title = facts["title"]
    if title == UNKNOWN and reader.title:
        title = reader.title
    return Extract(
        layout.text,
        layout.headings,
        (),
        title,
        facts["author"],
        date=facts["date"],
        language=facts["language"],
    )


class _Reader:
    """Walks one document; one use each."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.layout = Layout()
        self.title = ""
        self._levels = _heading_levels(package)
        self._table = 0

    def read(self) -> None:
        """Read the body and then the notes."""
        body = next((part for part in self.package.xml(_MAIN) if local(part) == "body"), None)
        if body is not None:
            self._children(body)
        for name in ("footnotes", "endnotes"):
            if f"word/{name}.xml" in self.package:
                self._notes(self.package.xml(f"word/{name}.xml"))

    def _children(self, parent: _Element) -> None:
        for element in parent:
            tag = local(element)
            if tag == "p":
                self._paragraph(element)
            elif tag == "tbl":
                self._rows(element)
            elif tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
                self._children(element)

    def _paragraph(self, element: _Element) -> None:
        style, numbered, outline = _paragraph_facts(element)
        level = outline or self._levels.get(style, 0)
        text = clean_line(text_of(element))
        if text and not self.title and (level == 1 or style.lower() == "title"):
            self.title = text
        if numbered and not level:
            self.layout.add(f"- {text}" if text else "", group="list")
        else:
            self.layout.add(text, level=1 if style.lower() == "title" else level)
        for box in element.iter():
            if local(box) == "txbxContent" and not any(local(above) == "Fallback" for above in box.iterancestors()):
                self._children(box)

    def _rows(self, table: _Element) -> None:
        self._table += 1
        group = f"table {self._table}"
        rows = list(table_rows(table, _cell_text))
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around paragraphs.
            for cell in (cell for row in table for cell in row if local(cell) == "tc"):
                self._children(cell)
            return
        for cells in rows:
            self.layout.add_row(cells, group)

    def _notes(self, root: _Element) -> None:
        for note in root:
            if attribute(note, "type") in ("", "normal") and local(note) in ("footnote", "endnote"):
                text = " ".join(filter(None, (clean_line(text_of(p)) for p in note.iter() if local(p) == "p")))
                if text:
                    self.layout.add(f"[{attribute(note, 'id')}] {text}", group="notes")


def _cell_text(cell: _Element) -> str:
    """Return the paragraphs of a cell and of tables inside it on one line."""
    return " ".join(filter(None, (clean_line(text_of(p)) for p in cell.iter() if local(p) == "p")))


def _paragraph_facts(element: _Element) -> tuple[str, bool, int]:
    """Return a paragraph's style id, whether it is a list point, and its own outline level."""
    style, numbered, level = "", False, 0
    for properties in (part for part in element if local(part) == "pPr"):
        for part in properties:
            if local(part) == "pStyle":
                style = attribute(part, "val")
            elif local(part) == "numPr":
                numbered = any(local(number) == "numId" and attribute(number, "val") != "0" for number in part)
            elif local(part) == "outlineLvl":
                level = _outline_level(attribute(part, "val"))
    return style, numbered or "list" in style.lower(), level


def _outline_level(value: str) -> int:
    return int(value) + 1 if value.isdigit() and int(value) < 6 else 0


def _heading_levels(package: Package) -> dict[str, int]:
    """Return the style ids that are headings, with their levels, inherited ones too."""
    if "word/styles.xml" not in package:
        return {}
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in package.xml("word/styles.xml"):
        if local(style) != "style":
            continue
        key = attribute(style, "styleId")
        for part in style.iter():
            if local(part) == "name" and (match := _HEADING_STYLE.match(attribute(part, "val"))):
                levels[key] = min(int(match[1]), 6)
            elif local(part) == "outlineLvl" and (level := _outline_level(attribute(part, "val"))):
                levels.setdefault(key, level)
            elif local(part) == "basedOn":
                parents[key] = attribute(part, "val")
    for key in parents:
        above, steps = key, 0
        while above not in levels and above in parents and steps < 20:
            above, steps = parents[above], steps + 1
        if above in levels:
            levels.setdefault(key, levels[above])
    return levels
