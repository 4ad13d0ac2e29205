"""Cut an HTML tree into blocks of text, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.loading.formulas import linear
from rag.loading.normalise import BREAK, Layout, clean_line, ordinal
from rag.loading.raised import lowered, raised
from rag.loading.tables import CELLS, LEFT, row_lines, spread

if TYPE_CHECKING:
    from lxml.etree import _Element

INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "math", "nobr", "output", "q", "rb", "rp", "rt", "ruby", "samp",
    "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
"""Elements that do not break a line; everything else does."""

_LETTERS = INLINE - {"math", "sub", "sup"}
"""Elements whose text stands where that around them does."""

SKIPPED = frozenset((
    "script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object",
    "embed", "svg", "canvas", "audio", "video", "source", "track", "picture", "img", "map",
    "area", "select", "option", "datalist", "textarea", "button", "input", "progress", "meter",
    "dialog", "rp", "annotation", "annotation-xml",
))  # fmt: skip
STRUCK = ("del", "s", "strike")
LINES = ("li", "row")
"""Kinds of block that follow each other without a blank line in one list or table."""
_ORDINALS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_DEEPEST = 120
"""Blocks within each other, below which the text is taken without its structure."""
_PREFORMATTED = re.compile(r"white-space(?:-collapse)?\s*:\s*(?:pre|preserve|break-spaces)(?!-line|\w)", re.IGNORECASE)
"""A style that keeps spaces and line ends as they stand, as `pre` does."""
_LONGEST_RAISED = 20
"""Characters from which raised text is a text of its own."""


@dataclass(slots=True, eq=False)
class Block:
    """One line of a page, or a whole listing, with what helps to judge it."""

    text: str
    kind: str
    """heading, p, li, row, caption, quote, or pre."""
    level: int
    """1 to 6 for a heading, else 0."""
    link_chars: int
    """Characters of the text that stand in links."""
    ancestors: tuple[_Element, ...]
    """Elements around the block, outermost first, its own last."""
    group: object = None
    """Blocks of one table or list share it."""
    named: str | None = None
    """A row with the names of its columns; empty for the row that gives them."""

    @property
    def link_density(self) -> float:
        """Share of the text that stands in links, 0 to 1."""
        return min(1.0, self.link_chars / max(1, len(self.text)))


class _Walker:
    """Gathers blocks; one use a tree."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        """The line being gathered."""
        self._link_chars = 0
        self._trail: list[_Element] = []
        self._kind = "p"
        self._level = 0
        self._group: object = None
        self._marker = ""

    def flush(self) -> None:
        """End the line at hand."""
        text = clean_line("".join(self._parts))
        if any(char.isalnum() for char in text):
            marked = self._marker + text
            self._marker = ""
            trail = tuple(self._trail)
            self.blocks.append(Block(marked, self._kind, self._level, self._link_chars, trail, self._group))
        self._parts, self._link_chars = [], 0

    def _say(self, text: str | None, in_link: bool) -> None:
        if text:
            self._parts.append(text)
            self._link_chars += len(clean_line(text)) if in_link else 0

    def walk(self, element: _Element, in_link: bool = False) -> None:
        """Take in one element and everything under it."""
        tag = element.tag
        if not isinstance(tag, str) or (tag in (*SKIPPED, *STRUCK) and not (tag == "button" and self._level)):
            return
        if len(self._trail) > _DEEPEST:
            self._say(" ".join(map(str, element.itertext())), in_link)
            return
        if tag == "br":
            self._break()
        elif tag in ("sup", "sub"):
            self._shifted(element, in_link)
        elif tag == "math":
            self._say(linear(element), in_link)
        elif tag in INLINE or tag == "button":
            self._children(element, in_link or tag == "a")
        elif tag == "table" and is_data_table(element):
            self._table(element)
        else:
            self._block(element, tag, in_link)

    def _children(self, element: _Element, in_link: bool) -> None:
        self._say(element.text, in_link)
        for child in element:
            self.walk(child, in_link)
            self._say(child.tail, in_link)

    def _break(self) -> None:
        """Take a line break: the second in a row ends the paragraph."""
        if self._parts and self._parts[-1] == BREAK:
            self.flush()
        elif any(part.strip() for part in self._parts):
            self._parts.append(BREAK)

    def _shifted(self, element: _Element, in_link: bool) -> None:
        text = clean_line("".join(map(str, element.itertext())))
        before = "".join(self._parts[-1:])
        links = element.xpath(".//a[starts-with(@href, '#')] | ancestor::a[starts-with(@href, '#')]")
        if element.tag == "sup" and links and text.isalnum():
            self._say(f"[{text}]", in_link)
        elif len(text) > _LONGEST_RAISED or not all(inner.tag in _LETTERS for inner in element.iterdescendants()):
            self._children(element, in_link)
        elif element.tag == "sup":
            self._say(raised(text, before), in_link)
        else:
            after = "".join(map(str, element.xpath("following::text()[1]")))
            self._say(lowered(text, before, after), in_link)

    def _block(self, element: _Element, tag: str, in_link: bool) -> None:
        self.flush()
        saved = (self._kind, self._level, self._group, self._marker)
        self._trail.append(element)
        if tag in _HEADINGS:
            self._kind, self._level = "heading", _HEADINGS[tag]
        elif tag in ("figcaption", "caption"):
            self._kind = "caption"
        elif tag == "blockquote":
            self._kind = "quote"
        elif tag in ("ul", "ol", "dl"):
            self._group = element
        elif tag in ("li", "dt", "dd"):
            self._kind, self._marker = "li", _point(element) if tag == "li" else ""
        if tag == "pre" or _PREFORMATTED.search(element.get("style") or ""):
            self._listing(element)
        else:
            self._children(element, in_link)
        self.flush()
        self._trail.pop()
        used = tag != "li" and not self._marker
        self._kind, self._level, self._group, self._marker = saved
        if used:
            self._marker = ""

    def _listing(self, element: _Element) -> None:
        """Take in preformatted lines as they stand."""
        text = "".join(_lines(element)).strip("\n")
        if any(char.isalnum() for char in text):
            self.blocks.append(Block(text, "pre", 0, 0, tuple(self._trail)))

    def _table(self, table: _Element) -> None:
        """Take in a table of data, a row a block."""
        self.flush()
        self._trail.append(table)
        for caption in table.iterchildren("caption"):
            self.walk(caption)
        saved, self._kind, self._group = (self._kind, self._group), "row", table
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
        grid = spread(map(_cells, rows))
        for row, cells, named in zip(rows, grid, row_lines(grid, heads=_heads(rows)), strict=True):
            self._parts = [CELLS.join("" if cell == LEFT else cell for cell in cells).strip("| ")]
            self._link_chars = sum(len(inner_text(link)) for link in row.iter("a"))
            self.flush()
            if self.blocks and self.blocks[-1].ancestors[-1] is table and self.blocks[-1].kind == "row":
                self.blocks[-1].named = named
        self._kind, self._group = saved
        self._trail.pop()


def _lines(element: _Element) -> Iterator[str]:
    """Yield the text of preformatted lines, each block of them ended; some programs write a block for each line."""
    yield element.text or ""
    for child in element:
        ends = child.tag == "br" or child.tag not in INLINE
        if child.tag not in (*SKIPPED, *STRUCK):
            yield from _lines(child)
        yield ("\n" if ends and not (child.tail or "").startswith("\n") else "") + (child.tail or "")


def _cells(row: _Element) -> Iterator[tuple[str, int, int]]:
    """Yield the cells of a row with the columns and rows that they reach over."""
    for cell in row.iterchildren("td", "th"):
        yield inner_text(cell), _whole(cell.get("colspan"), 1), _whole(cell.get("rowspan"), 1)


def _heads(rows: list[_Element]) -> int | None:
    """Return how many rows of a table are marked as names of columns; None where no cell is marked as a name."""
    wide = [row for row in rows if len(row) > 1]
    marked = [row.getparent().tag == "thead" or row.find("td") is None for row in wide]
    count = marked.index(False) if False in marked else len(marked)
    return count if count or any(row.find("th") is not None for row in wide) else None


def _point(element: _Element) -> str:
    """Return what stands in front of a point of a list: ``- ``, or its number as a browser shows it."""
    above = element.getparent()
    if above is None or above.tag != "ol":
        return "- "
    points = list(above.iterchildren("li"))
    step = -1 if above.get("reversed") is not None else 1
    number = _whole(above.get("start"), len(points) if step < 0 else 1) - step
    for point in points[: points.index(element) + 1]:
        number = _whole(point.get("value"), number + step)
    return f"{ordinal(number, _ORDINALS.get(above.get('type') or '', 'decimal'))}. "


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,6}\s*", text) else otherwise


def inner_text(element: _Element) -> str:
    """Return the text of an element on one line, blocks inside it parted by a space."""
    walker = _Walker()
    if element.tag in INLINE:
        walker.walk(element)
    else:
        walker._children(element, False)
    walker.flush()
    return clean_line(BREAK.join(block.text for block in walker.blocks))


def is_hidden(element: _Element) -> bool:
    """Return whether the page itself hides an element from every reader."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style


def is_data_table(table: _Element) -> bool:
    """Return whether a table holds data rather than the layout of the page.

    Data: no table inside, at least two rows of two cells, and no cell that holds
    several paragraphs or more than 600 characters.
    """
    if table.find(".//table") is not None:
        return False
    if sum(len(row) > 1 for row in table.iter("tr")) < 2:
        return False
    return not any(
        len(cell.findall(".//p")) > 2 or sum(len(str(part)) for part in cell.itertext()) > 600
        for cell in table.iter("td")
    )


def cut_blocks(root: _Element) -> list[Block]:
    """Return the blocks of a tree in reading order, without what is struck out."""
    walker = _Walker()
    walker.walk(root)
    walker.flush()
    return walker.blocks


def lay_out(blocks: Iterable[Block], layout: Layout) -> None:
    """Add blocks to a text; lists and tables keep their lines together."""
    for block in blocks:
        if block.kind == "pre":
            layout.add_listing(block.text.splitlines())
            continue
        text = block.text if block.named is None else block.named
        layout.add(text, level=block.level, group=block.group if block.kind in LINES else None)
