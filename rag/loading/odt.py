"""Read OpenDocument texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract, known
from rag.loading.normalise import Layout, clean_line
from rag.loading.packages import Package, attribute, local
from rag.loading.tables import add_table, spread

if TYPE_CHECKING:
    from lxml.etree import _Element

_MANIFEST = "META-INF/manifest.xml"
_SKIPPED = frozenset((
    "tracked-changes", "annotation", "annotation-end", "sequence-decls", "forms", "note-citation", "text-box", "",
))  # fmt: skip
_CONTAINERS = frozenset(("section", "index-body", "text-box", "frame", "table-of-content", "illustration-index", "g"))


def read_odt(data: bytes) -> Extract:
    """Return the text of an OpenDocument text with its tables, frames and notes."""
    package = Package(data)
    if _MANIFEST in package and next(package.xml(_MANIFEST).iter("{*}encryption-data"), None) is not None:
        raise LoadError("encrypted: the document needs a password")
    reader = _Reader()
    body = next(package.xml("content.xml").iter("{*}text"), None)
    if body is not None:
        reader.children(body)
    for note in reader.notes:
        reader.layout.add(note, group="notes")
    if not reader.layout.text:
        raise LoadError("empty: the document holds no text")
    facts = package.facts("meta.xml", date="creation-date")
    return reader.layout.extract({**facts, "title": known(facts["title"], reader.layout.top(level=1))})


class _Reader:
    """Walks one document; one use each."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.notes: list[str] = []

    def children(self, parent: _Element, group: object = None) -> None:
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
        return " ".join(filter(None, map(self._text, element.iter(*tags))))

    def _text(self, element: _Element) -> str:
        return clean_line("".join(self._pieces(element)))

    def _pieces(self, element: _Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            tag = local(child)
            if tag == "note":
                mark = self._texts(child, "{*}note-citation")
                self.notes.append(f"[{mark}] {self._texts(child, '{*}p')}")
                yield f"[{mark}]"
            elif tag in ("s", "tab", "line-break", "frame"):
                yield " "
            elif tag not in _SKIPPED:
                yield from self._pieces(child)
            yield child.tail or ""
