"""Read OpenDocument texts and presentations, packed or as one flat XML file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract, known
from rag.loading.normalise import BREAK, Layout, clean_line, not_read
from rag.loading.packages import Package, attribute, facts_in, local, parse_xml
from rag.loading.raised import on_line
from rag.loading.tables import add_table, spread

if TYPE_CHECKING:
    from lxml.etree import _Element

_MANIFEST = "META-INF/manifest.xml"
_SKIPPED = frozenset((
    "tracked-changes", "annotation", "annotation-end", "sequence-decls", "forms", "note-citation", "text-box", "",
))  # fmt: skip
_CONTAINERS = frozenset((
    "section", "index-body", "text-box", "frame", "table-of-content", "illustration-index", "g", "custom-shape", "rect",
    "ellipse", "circle", "polygon", "path", "line", "connector",
))  # fmt: skip
_FURNITURE = frozenset(("header", "footer", "date-time", "page-number"))
_UNREAD = {
    "object": "an embedded chart, formula or table", "object-ole": "an embedded file", "plugin": "a film or sound",
}  # fmt: skip
_PAYLOAD = re.compile(rb"<office:binary-data>[^<]*</office:binary-data>")


def read_odt(data: bytes) -> Extract:
    """Return the text of an OpenDocument text or presentation with its tables, frames and notes."""
    package = open_package(data)
    return _read(package.xml("content.xml"), package.xml("meta.xml") if "meta.xml" in package else None)


def read_fodt(data: bytes) -> Extract:
    """Return the text of an OpenDocument file that is one piece of XML; its pictures are not looked into."""
    root = parse_xml(_PAYLOAD.sub(b"", data), "the file")
    return _read(root, root.find("{*}meta"))


def _read(content: _Element, properties: _Element | None) -> Extract:
    reader = _Reader(_rises(content))
    body = content.find("{*}body")
    for part in body if body is not None else ():
        if local(part) == "presentation":
            for number, slide in enumerate(part.iterchildren("{*}page"), start=1):
                reader.slide(slide, number)
        else:
            reader.children(part)
    for note in reader.notes:
        reader.layout.add(note, group="notes")
    if not reader.layout.text:
        raise LoadError("empty: the document holds no text")
    facts = facts_in(properties, date="creation-date")
    warnings = not_read(_UNREAD[tag] for tag in map(local, content.iter()) if tag in _UNREAD)
    facts["title"] = known(facts["title"], reader.layout.top(level=1))
    return reader.layout.extract(facts, warnings=warnings)


def open_package(data: bytes) -> Package:
    """Open an OpenDocument file.

    Raises:
        LoadError: it is encrypted, or no sound package.
    """
    package = Package(data)
    if _MANIFEST in package and next(package.xml(_MANIFEST).iter("{*}encryption-data"), None) is not None:
        raise LoadError("encrypted: the document needs a password")
    return package


def _rises(content: _Element) -> dict[str, int]:
    """Return the styles of text that raise or lower it, by name: 1 or -1."""
    told = {
        attribute(style.getparent(), "name"): attribute(style, "text-position")
        for style in content.iter("{*}text-properties")
    }
    return {
        name: -1 if place.startswith(("sub", "-")) else 1 for name, place in told.items() if place and place[0] != "0"
    }


class _Reader:
    """Walks one document; one use each."""

    def __init__(self, rises: Mapping[str, int]) -> None:
        self.layout = Layout()
        self._rises = rises
        self.notes: list[str] = []

    def children(self, parent: Iterable[_Element], group: object = None) -> None:
        """Take in the blocks of a container; ``group`` is the list they stand in."""
        for element in parent:
            tag = local(element)
            if tag == "h":
                level = attribute(element, "outline-level")
                self.layout.add(self._text(element), level=int(level) if level.isdigit() else 1)
            elif tag == "p":
                text = self._text(element)
                self.layout.add(f"- {text}" if text and group is not None else text, group=group)
            elif tag == "list":
                for point in element:
                    self.children(point, element if group is None else group)
            elif tag == "table":
                self._table(element)
            elif tag in _CONTAINERS:
                self.children(element, group)
            if tag in ("p", "h"):
                for box in element.iter("{*}text-box"):
                    self.children(box)

    def slide(self, slide: _Element, number: int) -> None:
        """Take in a slide of a presentation: a page, its title a heading, its notes after it."""
        self.layout.begin_page(number)
        for shape in slide:
            kind = attribute(shape, "class")
            if kind == "title":
                self.layout.add(self._texts(shape, "{*}p"), level=1 if number == 1 else 2)
            elif local(shape) == "notes":
                boxes = shape.iterchildren("{*}frame")
                notes = " ".join(self._texts(box, "{*}p") for box in boxes if attribute(box, "class") == "notes")
                self.layout.add(f"Notes: {notes}" if notes.strip() else "")
            elif kind not in _FURNITURE:
                self.children((shape,))

    def _table(self, table: _Element) -> None:
        rows = [row for row in table.iter("{*}table-row") if next(row.iterancestors("{*}table"), None) is table]
        heads = sum(local(row.getparent()) == "table-header-rows" for row in rows)
        add_table(self.layout, spread(map(self._cells, rows)), table, heads=heads or None)

    def _cells(self, row: _Element) -> Iterator[tuple[str, int, int]]:
        """Yield the cells of a row with the columns and rows that they reach over."""
        for cell in row.iterchildren("{*}table-cell"):
            columns, rows = (attribute(cell, f"number-{way}-spanned") or "1" for way in ("columns", "rows"))
            yield self._texts(cell, "{*}p", "{*}h"), int(columns), int(rows)

    def _texts(self, element: _Element, *tags: str) -> str:
        """Return the elements of some tags on one line."""
        return clean_line(BREAK.join(filter(None, map(self._text, element.iter(*tags)))))

    def _text(self, element: _Element) -> str:
        return clean_line(on_line(self._pieces(element)))

    def _pieces(self, element: _Element, rise: int = 0) -> Iterator[tuple[str, int]]:
        yield element.text or "", rise
        for child in element:
            tag = local(child)
            if tag == "note":
                mark = self._texts(child, "{*}note-citation")
                self.notes.append(f"[{mark}] {self._texts(child, '{*}p')}")
                yield f"[{mark}]", 0
            elif tag == "line-break":
                yield BREAK, 0
            elif tag in ("s", "tab", "frame"):
                yield " ", 0
            elif tag not in _SKIPPED:
                yield from self._pieces(child, self._rises.get(attribute(child, "style-name"), rise))
            yield child.tail or "", rise
