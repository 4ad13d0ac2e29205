"""Read Word documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.charts import add_charts
from rag.loading.docx_styles import Style, Styles, outline_level
from rag.loading.extract import Extract, known
from rag.loading.normalise import BREAK, Layout, clean_line
from rag.loading.numbering import BULLET, Lists
from rag.loading.ooxml import CORE, table_heads, table_rows, text_of, text_within, told_left_out, told_unread
from rag.loading.packages import Package, attribute, local
from rag.loading.tables import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element


def read_docx(data: bytes) -> Extract:
    """Return the text of a Word document with its tables, text boxes and notes.

    Headers and footers are left out: they repeat on every page and belong to none.
    """
    package = Package(data)
    main = package.main("word/document.xml")
    parts = {kind: name for kind, name in package.relations(main).values() if name in package}
    near = {kind: f"word/{kind}.xml" for kind in ("styles", "numbering", "footnotes", "endnotes")}
    parts = {kind: name for kind, name in near.items() if name in package} | parts
    named, numbered = (package.xml(parts[kind]) if kind in parts else None for kind in ("styles", "numbering"))
    styles = Styles(named)
    reader = _Reader(package, main, styles, Lists.read(numbered))
    root = styles.settle(package.xml(main))
    body = root.find("{*}body")
    if body is not None:
        reader.children(body)
    for kind in ("footnotes", "endnotes"):
        if kind in parts:
            reader.notes(styles.settle(package.xml(parts[kind])))
    if not reader.layout.text:
        raise LoadError("empty: the document holds no text")
    facts = package.facts(CORE, date="created")
    facts["title"] = known(facts["title"], reader.title)
    return reader.layout.extract(facts, warnings=(*told_left_out(root), *told_unread(package, main)))


class _Reader:
    """Walks one document; one use each."""

    def __init__(self, package: Package, part: str, styles: Styles, lists: Lists) -> None:
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
        style = self._styles.of(element)
        outline = attribute(element.find("{*}pPr/{*}outlineLvl"), "val")
        level = 1 if name.lower() == "title" else outline_level(outline) or style.level
        line = text_of(element)
        text = clean_line(line)
        if level == 1:
            self.title = self.title or text
        mark = self._mark(element, style) if text else ""
        if level:
            self.layout.add(f"{mark} {text}" if mark not in ("", BULLET) else text, level=level)
        elif mark or "list" in name.lower():
            self.layout.add(f"{mark or BULLET} {text}" if text else "", group="list")
        elif self._styles.is_code(element):
            self.layout.add_listing(line.split(BREAK), group="code")
        else:
            self.layout.add(text)
        for box in element.iter("{*}txbxContent"):
            if next(box.iterancestors("{*}Fallback"), None) is None:
                self.children(box)

    def _mark(self, element: _Element, style: Style) -> str:
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
