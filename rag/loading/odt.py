"""Read OpenDocument texts and presentations, packed or as one flat XML file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract, known
from rag.loading.normalise import BREAK, Layout, clean_line, left_out, not_read
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
    facts["title"] = known(facts["title"], reader.layout.top(level=1))
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


@dataclass(frozen=True, slots=True)
class Looks:
    """What the styles of a document say that concerns its text, by their names."""

    rises: Mapping[str, int]
    """1 of a style that raises text, -1 of one that lowers it."""
    unseen: frozenset[str]
    """Styles that strike text out or hide it."""

    @classmethod
    def of(cls, package: Package) -> Looks:
        """Read the styles of a packed document."""
        return cls.read(*(package.xml(name) for name in ("styles.xml", "content.xml") if name in package))

    @classmethod
    def read(cls, *parts: _Element) -> Looks:
        """Read the styles of the parts of a document."""
        rises: dict[str, int] = {}
        unseen: set[str] = set()
        for told in (told for part in parts for told in part.iter("{*}text-properties")):
            name, place = attribute(told.getparent(), "name"), attribute(told, "text-position")
            if place and place[0] != "0":
                rises[name] = -1 if place.startswith(("sub", "-")) else 1
            lines = {attribute(told, f"text-line-through-{kind}") for kind in ("style", "type")}
            if lines - {"", "none"} or attribute(told, "display") == "none":
                unseen.add(name)
        return cls(rises, frozenset(unseen))

    def hide(self, element: _Element) -> bool:
        """Return whether an element is struck out or hidden."""
        return attribute(element, "style-name") in self.unseen or attribute(element, "display") == "none"


class Reader:
    """Walks one document; one use each."""

    def __init__(self, looks: Looks) -> None:
        self.layout = Layout()
        self._looks = looks
        self.left_out: list[str] = []
        """Texts that are struck out or hidden."""
        self.notes: list[str] = []

    def children(self, parent: Iterable[_Element], group: object = None) -> None:
        """Take in the blocks of a container; ``group`` is the list they stand in."""
        for element in parent:
            tag = local(element)
            if self._looks.hide(element):
                self._leave(element)
            elif tag == "h":
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
            if tag in ("p", "h") and not self._looks.hide(element):
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
        return self.line(element.iter(*tags))

    def line(self, paragraphs: Iterable[_Element]) -> str:
        """Return paragraphs on one line."""
        return clean_line(BREAK.join(filter(None, map(self._text, paragraphs))))

    def _leave(self, element: _Element) -> None:
        text = clean_line("".join(map(str, element.itertext())))
        if text:
            self.left_out.append(text)

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
            elif tag not in _SKIPPED and self._looks.hide(child):
                self._leave(child)
            elif tag not in _SKIPPED:
                yield from self._pieces(child, self._looks.rises.get(attribute(child, "style-name"), rise))
            yield child.tail or "", rise
