"""Read Word documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract, known
from rag.loading.normalise import Layout, clean_line
from rag.loading.ooxml import CORE, table_rows, text_of, text_within
from rag.loading.packages import Package, attribute, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING_STYLE = re.compile(r"heading\s*([1-9])$", re.IGNORECASE)


def read_docx(data: bytes) -> Extract:
    """Return the text of a Word document with its tables, text boxes and notes.

    Headers and footers are left out: they repeat on every page and belong to none.
    """
    package = Package(data)
    reader = _Reader(_heading_levels(package))
    body = package.xml("word/document.xml").find("{*}body")
    if body is not None:
        reader.children(body)
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in package:
            reader.notes(package.xml(name))
    if not reader.layout.text:
        raise LoadError("empty: the document holds no text")
    facts = package.facts(CORE, date="created")
    return reader.layout.extract({**facts, "title": known(facts["title"], reader.title)})


class _Reader:
    """Walks one document; one use each."""

    def __init__(self, levels: dict[str, int]) -> None:
        self.layout = Layout()
        self.title = ""
        self._levels = levels
        """Levels of the styles that are headings."""

    def children(self, parent: _Element) -> None:
        """Take in the blocks of a body, cell or text box."""
        for element in parent:
            tag = local(element)
            if tag == "p":
                self._paragraph(element)
            elif tag == "tbl":
                self._table(element)
            elif tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
                self.children(element)

    def notes(self, root: _Element) -> None:
        """Take in footnotes or endnotes."""
        for note in root.iterchildren("{*}footnote", "{*}endnote"):
            text = text_within(note)
            if text and attribute(note, "type") in ("", "normal"):
                self.layout.add(f"[{attribute(note, 'id')}] {text}", group="notes")

    def _paragraph(self, element: _Element) -> None:
        style = attribute(element.find("{*}pPr/{*}pStyle"), "val")
        outline = attribute(element.find("{*}pPr/{*}outlineLvl"), "val")
        is_point = attribute(element.find("{*}pPr/{*}numPr/{*}numId"), "val") not in ("", "0")
        is_title = style.lower() == "title"
        level = 1 if is_title else _level(outline) or self._levels.get(style, 0)
        text = clean_line(text_of(element))
        if level == 1:
            self.title = self.title or text
        if text and not level and (is_point or "list" in style.lower()):
            self.layout.add(f"- {text}", group="list")
        else:
            self.layout.add(text, level=level)
        for box in element.iter("{*}txbxContent"):
            if next(box.iterancestors("{*}Fallback"), None) is None:
                self.children(box)

    def _table(self, table: _Element) -> None:
        rows = list(table_rows(table))
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around paragraphs.
            for cell in table.iterfind("{*}tr/{*}tc"):
                self.children(cell)
            return
        for cells in rows:
            self.layout.add_row(cells, table)


def _level(outline: str) -> int:
    return int(outline) + 1 if outline.isdigit() and int(outline) < 6 else 0


def _heading_levels(package: Package) -> dict[str, int]:
    """Return the style ids that are headings, with their levels, inherited ones too."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    name = "word/styles.xml"
    for style in package.xml(name).iterchildren("{*}style") if name in package else ():
        key = attribute(style, "styleId")
        named = _HEADING_STYLE.match(attribute(style.find("{*}name"), "val"))
        level = min(int(named[1]), 6) if named else _level(attribute(style.find("{*}pPr/{*}outlineLvl"), "val"))
        if level:
            levels[key] = level
        parents[key] = attribute(style.find("{*}basedOn"), "val")
    for key in parents:
        above, steps = key, 0
        while above and above not in levels and steps < 20:
            above, steps = parents.get(above, ""), steps + 1
        if above:
            levels.setdefault(key, levels.get(above, 0))
    return levels
