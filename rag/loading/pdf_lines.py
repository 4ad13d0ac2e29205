"""Take the lines of text off a PDF page, with where they stand and how large they are."""

from __future__ import annotations

import ctypes
import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(slots=True)
class Line:
    """A line of text on a page; lengths in points, the origin is bottom left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    """Height of its type."""
    bold: bool = False
    cells: int = 1
    """Stretches that wide gaps part; more than one looks like a row of a table."""

    @property
    def height(self) -> float:
        """Distance from the lowest to the highest ink, at least one point."""
        return max(1.0, self.top - self.bottom)


@dataclass(slots=True)
class _Word:
    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool


_BROKEN_WORD = (0x02, 0xFFFE)
"""What pdfium puts for the hyphen of a word that goes on in the next line, in place of the line's end."""
_CELL_GAP = 1.6
"""Gap between two words, in heights of the type, from which it parts two cells."""


def page_lines(text_page: Any) -> list[Line]:
    """Return the lines of a page in the order in which the file draws them.

    Pieces that stand side by side on one base line become one line.
    """
    import pypdfium2.raw as pdfium

    lines: list[Line] = []
    handle = text_page.raw
    codes = [pdfium.FPDFText_GetUnicode(handle, at) for at in range(pdfium.FPDFText_CountChars(handle))]
    words: list[_Word] = []
    start = 0
    for at in range(len(codes) + 1):
        code = codes[at] if at < len(codes) else 10
        broken = code in _BROKEN_WORD
        if broken or code in (9, 10, 13, 32, 0xA0, 0):
            if at + broken > start:
                words.append(_word(pdfium, handle, codes, start, at + broken))
            start = at + 1
            if (broken or code in (10, 13)) and words:
                _add(lines, words)
                words = []
    return lines


def _word(pdfium: Any, handle: Any, codes: list[int], start: int, end: int) -> _Word:
    """Return the characters from start to end as a word with its box."""
    first, last = _box(pdfium, handle, start), _box(pdfium, handle, end - 1)
    text = "".join(map(chr, codes[start:end]))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for mark in _BROKEN_WORD:
        text = text.replace(chr(mark), "-")
    # The loose box follows the font as drawn, whatever the scale; ink and nominal size do not.
    loose = pdfium.FS_RECTF()
    drawn = pdfium.FPDFText_GetLooseCharBox(handle, start, loose)
    size = abs(float(loose.top - loose.bottom)) if drawn else first[3] - first[2]
    return _Word(
        text,
        min(first[0], last[0]),
        max(first[1], last[1]),
        min(first[2], last[2]),
        max(first[3], last[3]),
        size or 10.0,
        _is_bold(pdfium, handle, start),
    )


def _is_bold(pdfium: Any, handle: Any, at: int) -> bool:
    """Return whether a character is set in a bold font, by its weight or its font's name."""
    if int(pdfium.FPDFText_GetFontWeight(handle, at)) >= 600:
        return True
    name = ctypes.create_string_buffer(128)
    size = pdfium.FPDFText_GetFontInfo(handle, at, name, 128, None)
    return 0 < size <= 128 and any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def _box(pdfium: Any, handle: Any, at: int) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of a character's loose box."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(handle, at, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def _add(lines: list[Line], words: list[_Word]) -> None:
    """Make a line of words, and join it to the last line if it stands beside that."""
    line = _line(words)
    if lines and _beside(lines[-1], line):
        last = lines[-1]
        gap = line.left - last.right
        wide = gap > _CELL_GAP * last.size
        lines[-1] = Line(
            f"{last.text} {line.text}",
            last.left,
            max(last.right, line.right),
            min(last.bottom, line.bottom),
            max(last.top, line.top),
            max(last.size, line.size),
            last.bold and line.bold,
            last.cells + line.cells - (0 if wide else 1),
        )
    else:
        lines.append(line)


def _line(words: list[_Word]) -> Line:
    size = statistics.median(word.size for word in words)
    parts, cells = [words[0].text], 1
    for before, word in pairwise(words):
        apart = word.left - before.right > _CELL_GAP * size
        cells += apart
        parts.append(word.text)
    return Line(
        " ".join(parts),
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.bottom for word in words),
        max(word.top for word in words),
        size,
        all(word.bold for word in words),
        cells,
    )


def _beside(last: Line, line: Line) -> bool:
    """Return whether a line goes on where the last one ends, on the same base line."""
    shared = min(last.top, line.top) - max(last.bottom, line.bottom)
    level = shared > 0.5 * min(last.height, line.height)
    return level and -0.5 * last.size < line.left - last.right < 12 * last.size
