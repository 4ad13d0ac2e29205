"""Read Word documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.charts import add_charts
from rag.loading.docx_lists import BULLET, Lists
from rag.loading.extract import Extract, known
from rag.loading.normalise import Layout, clean_line
from rag.loading.ooxml import CORE, table_heads, table_rows, text_of, text_within, told_left_out, told_unread
from rag.loading.packages import Package, attribute, local
from rag.loading.tables import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING_STYLE = re.compile(r"heading\s*([1-9])$", re.IGNORECASE)


def read_docx(data: bytes) -> Extract:
    """Return the text of a Word document with its tables, text boxes and notes.

    Headers and footers are left out: they repeat on every page and belong to none.
    """
    package = Package(data)
    main = package.main("word/document.xml")
    parts = {kind: name for kind, name in package.relations(main).values() if name in package}
    near = {kind: f"word/{kind}.xml" for kind in ("styles", "numbering", "footnotes", "endnotes")}
    parts = {kind: name for kind, name in near.items() if name in package} | parts
    reader = _Reader(
        package,
        main,
        _styles(package, parts.get("styles", "")),
        Lists.read(package.xml(parts["numbering"]) if "numbering" in parts else None),
    )
    root = package.xml(main)
    body = root.find("{*}body")
    if body is not None:
        reader.children(body)
    for kind in ("footnotes", "endnotes"):
        if kind in parts:
            reader.notes(package.xml(parts[kind]))
    if not reader.layout.text:
        raise LoadError("empty: the document holds no text")
    facts = package.facts(CORE, date="created")
    facts["title"] = known(facts["title"], reader.title)
    return reader.layout.extract(facts, warnings=(*told_left_out(root), *told_unread(package, main)))


class _Reader:
    """Walks one document; one use each."""

    def __init__(self, package: Package, part: str, styles: dict[str, _Style], lists: Lists) -> None:
        self.layout = Layout()
        self.title = ""
        self._package = package
        self._part = part
        self._styles = styles
        self._lists = lists

    def children(self, parent: _Element) -> None:
        """Take in the blocks of a body, cell or text box."""
        for element in parent:
            tag = local(element)
            if tag == "p":
                self._paragraph(element)
                add_charts(self.layout, self._package, self._part, element)
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
        name = attribute(element.find("{*}pPr/{*}pStyle"), "val")
        style = self._styles.get(name, _PLAIN)
        outline = attribute(element.find("{*}pPr/{*}outlineLvl"), "val")
        level = 1 if name.lower() == "title" else _level(outline) or style.level
        text = clean_line(text_of(element))
        if level == 1:
            self.title = self.title or text
        mark = self._mark(element, style) if text else ""
        if level:
            self.layout.add(f"{mark} {text}" if mark not in ("", BULLET) else text, level=level)
        elif mark or "list" in name.lower():
            self.layout.add(f"{mark or BULLET} {text}" if text else "", group="list")
        else:
            self.layout.add(text)
        for box in element.iter("{*}txbxContent"):
            if next(box.iterancestors("{*}Fallback"), None) is None:
                self.children(box)

    def _mark(self, element: _Element, style: _Style) -> str:
        """Return the number or bullet in front of a paragraph; an empty string where it is no point of a list."""
        own = element.find("{*}pPr/{*}numPr")
        list_id = attribute(own.find("{*}numId") if own is not None else None, "val") or style.list_id
        depth = attribute(own.find("{*}ilvl") if own is not None else None, "val") or style.depth
        return self._lists.mark(list_id, int(depth) if depth.isdigit() else 0) if list_id not in ("", "0") else ""

    def _table(self, table: _Element) -> None:
        rows = table_rows(table)
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around paragraphs.
            self.children(next(table.iter("{*}tc")))
            return
        add_table(self.layout, rows, table, heads=table_heads(table))
        add_charts(self.layout, self._package, self._part, table)


def _level(outline: str) -> int:
    return int(outline) + 1 if outline.isdigit() and int(outline) < 6 else 0


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph's style says that concerns its text."""

    level: int = 0
    """Of a heading; 0 of any other."""
    list_id: str = ""
    depth: str = ""
    parent: str = ""

    def under(self, parent: _Style) -> _Style:
        """Fill what it leaves unsaid from the style that it rests on."""
        if self.list_id:
            return replace(self, level=self.level or parent.level, parent=parent.parent)
        return _Style(self.level or parent.level, parent.list_id, parent.depth, parent.parent)


_PLAIN = _Style()


def _styles(package: Package, name: str) -> dict[str, _Style]:
    """Return the styles of paragraphs by id, each with what it inherits."""
    styles: dict[str, _Style] = {}
    for style in package.xml(name).iterchildren("{*}style") if name else ():
        named = _HEADING_STYLE.match(attribute(style.find("{*}name"), "val"))
        styles[attribute(style, "styleId")] = _Style(
            min(int(named[1]), 6) if named else _level(attribute(style.find("{*}pPr/{*}outlineLvl"), "val")),
            attribute(style.find("{*}pPr/{*}numPr/{*}numId"), "val"),
            attribute(style.find("{*}pPr/{*}numPr/{*}ilvl"), "val"),
            attribute(style.find("{*}basedOn"), "val"),
        )
    for key, style in styles.items():
        steps = 0
        while style.parent in styles and steps < 20:
            style, steps = style.under(styles[style.parent]), steps + 1
        styles[key] = replace(style, parent="")
    return styles
