"""Put the boxes of a PDF page in the order in which they are read, where they are drawn in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from rag.loading.pdf_lines import Line, Row, is_level
from rag.loading.pdf_paragraphs import SMALL, body_size

_NEAR = 1.7
"""Distance of two lines of one box at the most, in heights of the type; there is no room for another between them."""
_SHARED = 0.3
"""Share of the narrower of two boxes that must stand below the other one for it to be read after that."""
_TOUCHING = 0.3
"""How far one box may reach into another and stand above it still, in heights of the type."""
_MOST = 300
"""Boxes of a page up to which they are put in order, since each is compared with each."""


@dataclass(slots=True)
class _Box:
    """Lines that are drawn one below the other."""

    rows: list[Row]
    left: float
    right: float
    bottom: float
    top: float

    def takes(self, line: Line) -> bool:
        """Add nothing, but return whether a line goes on with this box."""
        last = self.rows[-1][0]
        if is_level(last, line):
            return line.left > last.right
        near = 0 < last.bottom - line.bottom < _NEAR * max(last.size, line.size)
        return near and line.left < self.right and line.right > self.left

    def add(self, row: Row) -> None:
        """Add a line."""
        self.rows.append(row)
        self.left, self.right = min(self.left, row[0].left), max(self.right, row[0].right)
        self.bottom, self.top = min(self.bottom, row[0].bottom), max(self.top, row[0].top)

    def is_above(self, other: _Box) -> bool:
        """Return whether the box stands above another one, in its column or over it."""
        shared = min(self.right, other.right) - max(self.left, other.left)
        narrower = min(self.right - self.left, other.right - other.left)
        reach = _TOUCHING * other.rows[0][0].size
        return shared >= _SHARED * narrower and self.bottom >= other.top - reach and self.top > other.top


def in_order(rows: list[Row]) -> list[Row]:
    """Return the rows of a page with no box before one that stands above it; notes stay as they are drawn.

    Beyond that boxes stay in the order in which they are drawn, which knows best what follows a column. Where that
    puts a paragraph before one above it, as layout programs do that write boxes as they were edited, it
    knows nothing: then columns are read from left to right.
    """
    boxes = _boxes(rows)
    if len(boxes) > _MOST:
        return rows
    small = SMALL * body_size([[line for line, _ in rows]])
    notes = {id(box) for box in boxes if box.rows[0][0].size <= small}
    wrong = [
        (first, later) for first, later in combinations(boxes, 2) if later.is_above(first) and id(first) not in notes
    ]
    if any(len(first.rows) > 1 and len(later.rows) > 1 for first, later in wrong):
        boxes.sort(key=lambda box: (box.left, -box.top))
    return [row for box in _downwards(boxes, notes) for row in box.rows] if wrong else rows


def _boxes(rows: list[Row]) -> list[_Box]:
    boxes: list[_Box] = []
    for row in rows:
        line = row[0]
        if boxes and boxes[-1].takes(line):
            boxes[-1].add(row)
        else:
            boxes.append(_Box([row], line.left, line.right, line.bottom, line.top))
    return boxes


def _downwards(boxes: list[_Box], notes: set[int]) -> Iterator[_Box]:
    """Yield boxes in their order, but before each that is no note those that stand above it."""
    waiting = list(reversed(boxes))
    seen: set[int] = set()
    done: set[int] = set()
    while waiting:
        box = waiting.pop()
        if id(box) in done:
            continue
        above = [] if id(box) in seen | notes else [b for b in boxes if id(b) not in seen and b.is_above(box)]
        seen.add(id(box))
        if above:
            waiting += [box, *reversed(above)]
        else:
            done.add(id(box))
            yield box
