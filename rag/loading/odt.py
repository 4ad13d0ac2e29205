"""Read OpenDocument texts and presentations, packed or as one flat XML file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract, known
from rag.loading.forms import chosen, ticked
from rag.loading.normalise import BREAK, Layout, clean_line, left_out, not_read
from rag.loading.numbering import BULLET, counted
from rag.loading.odt_styles import OUTLINE, Looks
from rag.loading.packages import Package, attribute, facts_in, local, parse_xml
from rag.loading.raised import on_line
from rag.loading.symbols import signs
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
_SPACES = re.compile(r"[ \t\r\n]+")
_WIDEST = 200
"""Spaces that one element stands for at most."""
_PAYLOAD = re.compile(rb"<office:binary-data>[^<]*</office:binary-data>")


def read_odt(data: bytes) -> Extract:
    """Return the text of an OpenDocument text or presentation with its tables, frames and notes."""
    package = open_package(data)
    properties = package.xml("meta.xml") if "meta.xml" in package else None
    return _read(package.xml("content.xml"), properties, Looks.of(package))


def read_fodt(data: bytes) -> Extract:
    """Return the text of an OpenDocument file that is one piece of XML; its pictures are not looked into."""
    root = flat(data)
    return _read(root, root.find("{*}meta"), Looks.read(root))


def flat(data: bytes) -> _Element:
    """Return the root of an OpenDocument file that is one piece of XML, without its pictures."""
    return parse_xml(_PAYLOAD.sub(b"", data), "the file")


def _read(content: _Element, properties: _Element | None, looks: Looks) -> Extract:
    reader = Reader(looks)
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
    unread = not_read(_UNREAD[tag] for tag in map(local, content.iter()) if tag in _UNREAD)
    facts["title"] = known(facts["title"], reader.title or reader.layout.top(level=1))
    return reader.layout.extract(facts, warnings=(*left_out(reader.left_out), *unread))


def open_package(data: bytes) -> Package:
    """Open an OpenDocument file.

    Raises:
        LoadError: it is encrypted, or no sound package.
    """
    package = Package(data)
    if _MANIFEST in package and next(package.xml(_MANIFEST).iter("{*}encryption-data"), None) is not None:
        raise LoadError("encrypted: the document needs a password")
    return package


@dataclass(slots=True)
class _Point:
    """A point of a list, whose first paragraph has its mark in front."""

    group: object
    style: str
    depth: int
    start: str
    """Its number, where it does not follow from the one before."""
    marked: bool = False


class Reader:
    """Walks one document; one use each."""

    def __init__(self, looks: Looks) -> None:
        self.layout = Layout()
        self._looks = looks
        self.left_out: list[str] = []
        """Texts that are struck out or hidden."""
        self.notes: list[str] = []
        self.title = ""
        self._counts: defaultdict[str, list[int]] = defaultdict(list)
        """The last numbers of each list."""

    def children(self, parent: Iterable[_Element], point: _Point | None = None) -> None:
        """Take in the blocks of a container; ``point`` is the point of a list that they stand in."""
        for element in parent:
            tag = local(element)
            if self._looks.hide(element):
                self._leave(element)
            elif tag == "h":
                level = attribute(element, "outline-level")
                depth = int(level) if level.isdigit() else 1
                text = self._text(element)
                self.title = self.title or (text if depth == 1 else "")
                self.layout.add(f"{self._heading_mark(depth - 1, point)} {text}" if text else "", level=depth)
            elif tag == "p" and attribute(element, "style-name") in self._looks.code and point is None:
                self.layout.add_listing(on_line(self._pieces(element)).split(BREAK), group="code")
            elif tag == "p":
                text = self._text(element)
                mark = self._mark(point) if text and point is not None else ""
                self.layout.add(f"{mark} {text}", group=point.group if point is not None else None)
            elif tag == "list":
                self._list(element, point)
            elif tag == "table":
                self._table(element)
            elif tag in _CONTAINERS:
                self.children(element, point)
            if tag in ("p", "h") and not self._looks.hide(element):
                for box in element.iter("{*}text-box"):
                    self.children(box)

    def _list(self, element: _Element, above: _Point | None) -> None:
        style = attribute(element, "style-name") or (above.style if above is not None else "")
        depth = above.depth + 1 if above is not None else 0
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if not goes_on:
            del self._counts[style][depth:]
        for item in element:
            start = attribute(item, "start-value")
            point = _Point(above.group if above is not None else element, style, depth, start)
            point.marked = local(item) == "list-header"
            self.children(item, point)

    def _mark(self, point: _Point) -> str:
        """Return the number or bullet in front of a point; an empty string where it has it already."""
        if point.marked:
            return ""
        point.marked = True
        levels, counts = self._looks.lists.get(point.style, {}), self._counts[point.style]
        if point.depth not in levels:
            return BULLET
        if not point.start.isdigit():
            return counted(levels, counts, point.depth)
        del counts[point.depth :]
        return counted(levels, counts, point.depth, {point.depth: int(point.start)})

    def _heading_mark(self, depth: int, point: _Point | None) -> str:
        """Return the number in front of a heading: its own in a list, or that of the outline."""
        mark = self._mark(point) if point is not None else BULLET
        levels = self._looks.lists.get(OUTLINE, {})
        if mark == BULLET:
            mark = counted(levels, self._counts[OUTLINE], depth) if depth in levels else ""
        return mark

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
        return self.line(element.iter(*tags))

    def line(self, paragraphs: Iterable[_Element]) -> str:
        """Return paragraphs on one line."""
        return clean_line(BREAK.join(filter(None, map(self._seen, paragraphs))))

    def cell(self, cell: _Element) -> str:
        """Return a cell of a sheet on one line; nothing where its style strikes it out."""
        if self._looks.hide(cell):
            self._leave(cell)
            return ""
        return signs(self.line(cell.iterchildren("{*}p")), self._looks.fonts.get(attribute(cell, "style-name"), ""))

    def _seen(self, element: _Element) -> str:
        """Return an element on one line; nothing where it is struck out or hidden."""
        if self._looks.hide(element):
            self._leave(element)
            return ""
        return self._text(element)

    def _leave(self, element: _Element) -> None:
        text = clean_line("".join(map(str, element.itertext())))
        if text:
            self.left_out.append(text)

    def _text(self, element: _Element) -> str:
        return clean_line(on_line(self._pieces(element)))

    def _pieces(self, element: _Element, rise: int = 0, font: str = "") -> Iterator[tuple[str, int]]:
        font = self._looks.fonts.get(attribute(element, "style-name"), font)
        yield signs(_said(element.text), font), rise
        for child in element:
            tag = local(child)
            if tag == "note":
                mark = self._texts(child, "{*}note-citation")
                self.notes.append(f"[{mark}] {self._texts(child, '{*}p')}")
                yield f"[{mark}]", 0
            elif tag == "line-break":
                yield BREAK, 0
            elif tag == "s":
                count = attribute(child, "c")
                yield " " * min(int(count) if count.isdigit() else 1, _WIDEST), 0
            elif tag == "fieldmark":
                yield _filled_in(child), rise
            elif tag in ("tab", "frame"):
                yield "\t", 0
            elif tag not in _SKIPPED and self._looks.hide(child):
                self._leave(child)
            elif tag not in _SKIPPED:
                yield from self._pieces(child, self._looks.rises.get(attribute(child, "style-name"), rise), font)
            yield signs(_said(child.tail), font), rise


def _filled_in(field: _Element) -> str:
    """Return what a field of a form shows that writes no text of its own: the entry of a list, or a box."""
    told = [(attribute(param, "name"), attribute(param, "value")) for param in field.iterchildren("{*}param")]
    if attribute(field, "type").endswith("CHECKBOX"):
        return ticked(("Checkbox_Checked", "true") in told)
    return chosen(
        [value for name, value in told if name == "Dropdown_ListEntry"], dict(told).get("Dropdown_Selected", "")
    )


def _said(text: str | None) -> str:
    """Return text as it is meant: white space of the file is one space, and more are elements of their own."""
    return _SPACES.sub(" ", text or "")
