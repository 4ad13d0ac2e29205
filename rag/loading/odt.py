"""Read OpenDocument texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import Layout, clean_line
from rag.loading.packages import Package, attribute, local
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_SKIPPED = frozenset(("tracked-changes", "annotation", "annotation-end", "sequence-decls", "forms", "note-citation"))
_CONTAINERS = frozenset(("section", "index-body", "text-box", "frame", "table-of-content", "illustration-index", "g"))


def read_odt(data: bytes, *, limits: Limits = LIMITS) -> Extract:
    """Return the text of an OpenDocument text with its tables, frames and notes.

    Raises:
        LoadError: encrypted, truncated, damaged, too large, or empty.
    """
    package = Package(data, limits)
    manifest = "META-INF/manifest.xml"
    if manifest in package and any(local(part) == "encryption-data" for part in package.xml(manifest).iter()):
        raise LoadError("encrypted: the document needs a password")
    reader = _Reader()
    for part in package.xml("content.xml").iter():
        if local(part) == "text":
            reader.children(part)
            break
    layout = reader.finish()
    if not layout.text:
        raise LoadError("empty: the document holds no text")
    title, author, day, language = _properties(package)
    if title == UNKNOWN:
        tops = [layout.text[h.start : h.end] for h in layout.headings if h.level == 1]
        title = tops[0] if tops else UNKNOWN
    return Extract(layout.text, layout.headings, (), title, author, date=day, language=language)


class _Reader:
    """Walks one document; one use each."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._notes: list[str] = []

    def finish(self) -> Layout:
        """Return the layout with the notes at its end."""
        for note in self._notes:
            self.layout.add(note, group="notes")
        return self.layout

    def children(self, parent: _Element, group: object = None) -> None:
        """Take in the blocks of a container; ``group`` is the list they stand in."""
        for element in parent:
            tag = local(element)
            if tag == "h":
                level = attribute(element, "outline-level")
                self.layout.add(self._text(element), level=int(level) if level.isdigit() else 1)
            elif tag == "p":
                text = clean_line(self._text(element))
                self.layout.add(f"- {text}" if text and group is not None else text, group=group)
            elif tag == "list":
                for point in element:
                    self.children(point, element if group is None else group)
            elif tag == "table":
                self._table(element)
            elif tag in _CONTAINERS:
                self.children(element, group)
            self._boxes(element, tag)

    def _boxes(self, element: _Element, tag: str) -> None:
        """Take in the text boxes that are anchored in a paragraph, after it."""
        if tag in ("p", "h"):
            for box in element.iter():
                if local(box) == "text-box":
                    self.children(box)

    def _table(self, table: _Element) -> None:
        for row in table.iter():
            if (
                local(row) == "table-row"
                and next((a for a in row.iterancestors() if local(a) == "table"), None) is table
            ):
                cells = [cell for cell in row if local(cell) in ("table-cell", "covered-table-cell")]
                self.layout.add_row([self._cell(cell) for cell in cells], table)

    def _cell(self, cell: _Element) -> str:
        texts = (clean_line(self._text(part)) for part in cell.iter() if local(part) in ("p", "h"))
        return " ".join(filter(None, texts))

    def _text(self, element: _Element) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: _Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            tag = local(child)
            if tag == "note":
                yield self._note(child)
            elif tag in ("s", "tab", "line-break"):
                yield " "
            elif tag not in _SKIPPED and tag not in ("text-box", "frame") and tag:
                yield from self._pieces(child)
            elif tag == "frame":
                yield " "
            yield child.tail or ""

    def _note(self, note: _Element) -> str:
        mark = next((clean_line("".join(map(str, p.itertext()))) for p in note if local(p) == "note-citation"), "")
        body = " ".join(clean_line(self._text(part)) for part in note.iter() if local(part) == "p")
        self._notes.append(f"[{mark}] {body}")
        return f"[{mark}]"


def _properties(package: Package) -> tuple[str, str, str, str]:
    """Return title, author, date and language of meta.xml."""
    told: dict[str, str] = {}
    if "meta.xml" in package:
        for part in package.xml("meta.xml").iter():
            told.setdefault(local(part), clean_line(part.text or ""))
    language = told.get("language", "")[:2].lower()
    return (
        told.get("title") or UNKNOWN,
        told.get("initial-creator") or told.get("creator") or UNKNOWN,
        parse_date(told.get("creation-date", "")),
        language if language.isalpha() and len(language) == 2 else UNKNOWN,
    )
