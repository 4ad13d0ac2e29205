"""Join the lines of a PDF into headings and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.loading.hyphens import Wording
from rag.loading.normalise import Layout
from rag.loading.pdf_facts import folded
from rag.loading.pdf_lines import Line

_LARGE = 1.15
"""Size of a heading's type at the least, in sizes of the body's."""
SMALL = 0.92
"""Size of a note's type at the most, in sizes of the body's."""
_POINT = re.compile(r"(?:[•●▪◦‣·■–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s", re.IGNORECASE)


def lay_out(pages: list[list[Line]], marks: dict[str, int]) -> Layout:
    """Return the text with paragraphs joined, across pages too.

    Args:
        marks: levels of the headings that the outline names.
    """
    sizes = _sizes(pages)
    body = body_size(pages)
    steps = sorted({size for size in sizes if size > _LARGE * body}, reverse=True)
    layout = Layout(Wording.of(line.text for lines in pages for line in lines))
    table = 0
    previous: Line | None = None
    above = 0
    """Level of the previous line."""
    for number, lines in enumerate(pages, start=1):
        layout.begin_page(number)
        full = full_width(lines)
        for at, line in enumerate(lines):
            level = _level(line, body, steps, marks)
            if previous is not None and level == above and joins(previous, line, level, full, fresh=at == 0):
                layout.run_on(line.text)
            else:
                table += not (line.cells > 1 and previous is not None and previous.cells > 1)
                layout.add(line.text, level=level, group=table if line.cells > 1 else None)
            previous, above = line, level
    return layout


def _sizes(pages: Sequence[Sequence[Line]]) -> Counter[float]:
    sizes = Counter[float]()
    for line in (line for lines in pages for line in lines):
        sizes[round(line.size, 1)] += len(line.text)
    return sizes


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    """Return the size of type that most of a text is set in."""
    sizes = _sizes(pages)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def full_width(lines: Sequence[Line]) -> float:
    """Return the width of a full line of a page."""
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(0.9 * (len(widths) - 1))] if widths else 0.0


def _level(line: Line, body: float, steps: list[float], marks: dict[str, int]) -> int:
    """Return the level of a heading, 0 for text."""
    letters = sum(char.isalpha() for char in line.text)
    if len(line.text) > 150 or letters < 3 or line.cells > 1:
        return 0
    if level := marks.get(folded(line.text), 0):
        return min(level, 6)
    if line.size > _LARGE * body and letters >= 0.5 * len(line.text.replace(" ", "")):
        return min(1 + sum(size > line.size * 1.05 for size in steps), 4)
    ended = line.text.endswith((".", ",", ";", ":"))
    if line.bold and not ended and len(line.text) <= 100 and line.size > 0.95 * body and not _POINT.match(line.text):
        return min(len(steps) + 2, 5)
    return 0


def joins(previous: Line, line: Line, level: int, full: float, *, fresh: bool) -> bool:
    """Return whether a line goes on with the heading or the paragraph of the one before.

    Args:
        full: width of a full line of the page.
        fresh: whether the line is the first of its page.
    """
    drop = previous.bottom - line.bottom
    if level:
        return 0 < drop < 1.25 * line.size and abs(previous.size - line.size) < 0.05 * line.size
    if previous.cells > 1 or line.cells > 1 or _POINT.match(line.text):
        return False
    if abs(previous.size - line.size) > 0.12 * previous.size:
        return False
    ended = previous.text.endswith((".", "!", "?", ":", "”"))
    lower = line.text[:1].islower()
    width = previous.right - previous.left
    aside = line.left > previous.right or line.right < previous.left
    if fresh or aside or drop < 0 or drop > 20 * line.size:
        return lower or (not ended and width > 0.8 * full)
    if drop > 1.9 * max(previous.size, line.size, line.height):
        return False
    short = width < 0.75 * full and previous.right < line.right - 2 * line.size
    indented = 0.8 * line.size < line.left - previous.left < 6 * line.size
    return not (ended and (short or indented)) and not (short and not lower and len(previous.text) < 60)
