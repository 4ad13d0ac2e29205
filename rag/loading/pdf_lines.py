"""Take the lines of text off a PDF page, with where they stand and how large they are."""

from __future__ import annotations

import ctypes
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rag.loading.pdf_sheets import Sheet
from rag.loading.raised import FIGURES, FLAT, on_line, raised


@dataclass(slots=True)
class Line:
    """A line of text on a page, or a word of it; lengths in points, the origin is bottom left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    """Height of its type."""
    bold: bool
    cells: int = 1
    """Stretches that wide gaps part; more than one looks like a row of a table."""

    @property
    def height(self) -> float:
        """Distance from the lowest to the highest ink, at least one point."""
        return max(1.0, self.top - self.bottom)


_BROKEN_WORD = (0x02, 0xFFFE)
"""What pdfium puts for the hyphen of a word that goes on in the next line, in place of the line's end."""
_SMALL, _RAISED = 0.85, 0.2
"""Height below which a character is set smaller than its word, and how far its foot stands up to be raised, both in
heights of the word's type."""
_MARKED = 0.3
"""How far a note's number stands above the foot of its word, which may reach below the line, in heights of its type."""
_CELL_GAP = 1.6
"""Gap between two words, in heights of the type, from which it parts two cells."""
_FAR = 12
"""Gap between two words, in heights of the type, from which they are not of one line as drawn."""


Row = tuple[Line, list[Line]]
"""A line, and the words or other stretches that it consists of."""

Gap = tuple[float, float]
"""Where there is nothing, from left to right."""
GUTTER = 0.7
"""Width of the gap between two columns at the least, in heights of the type; words stand closer."""


def page_rows(sheet: Sheet) -> list[Row]:
    """Return the lines of a page in the order in which the file draws them.

    Pieces that stand side by side on one base line become one line.
    """
    import pypdfium2.raw as pdfium

    text_page = sheet.text_page
    rows: list[Row] = []
    codes = [pdfium.FPDFText_GetUnicode(text_page, at) for at in range(text_page.count_chars())]
    words: list[Line] = []
    start = 0
    for at, code in enumerate([*codes, 10]):
        broken = code in _BROKEN_WORD
        if broken or code in (9, 10, 13, 32, 0xA0, 0):
            if at + broken > start:
                word = _word(sheet, codes[start : at + broken], start)
                # A box that is drawn next, and begins level with the last line, has no line's end before it.
                if words and words[-1].left - word.right > _FAR * word.size:
                    add(rows, words)
                    words = []
                marks = bool(words) and _is_mark(words[-1], word)
                if marks:
                    word.text = raised(word.text)
                if marks and words[-1].text.translate(FLAT)[-1:] == words[-1].text[-1:]:  # ``pier¹ ²`` has no note 12
                    words[-1].text += word.text
                    words[-1].right = word.right
                else:
                    words.append(word)
            start = at + 1
            if (broken or code in (10, 13)) and words:
                add(rows, words)
                words = []
    return rows


def _word(sheet: Sheet, codes: Sequence[int], start: int) -> Line:
    """Return the characters from a place on as a word with its box."""
    left, bottom, right, top = sheet.box(start)
    last_left, last_bottom, last_right, last_top = sheet.box(start + len(codes) - 1)
    signs = ["-" if code in _BROKEN_WORD else chr(code if code <= sys.maxunicode else 0xFFFD) for code in codes]
    text = "".join(signs)
    if len(signs) > 1 and any(map(str.isdigit, signs)):
        text = on_line(zip(signs, _rises(sheet, start, len(signs)), strict=True))
    # The loose box follows the font as drawn, whatever the scale; ink and nominal size do not.
    _, base, _, ceiling = sheet.box(start, loose=True)
    return Line(
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        min(left, last_left),
        max(right, last_right),
        min(bottom, last_bottom),
        max(top, last_top),
        abs(ceiling - base) or 10.0,
        _is_bold(sheet.text_page, start),
    )


def _rises(sheet: Sheet, start: int, count: int) -> Iterator[int]:
    """Yield for each character of a word 1 where it is small and raised, -1 where it is small and lowered, else 0."""
    boxes = [sheet.box(at, loose=True) for at in range(start, start + count)]
    height, base = max((top - bottom, bottom) for _, bottom, _, top in boxes)
    for _, bottom, _, top in boxes:
        small, rise = top - bottom < _SMALL * height, (bottom - base) / (height or 1.0)
        yield 1 if small and rise > _RAISED else -1 if small and rise < 0 else 0


def _is_mark(last: Line, word: Line) -> bool:
    """Return whether a word is the number of a note on the one before, which a thin space may part from it."""
    small, rise = word.size < _SMALL * last.size, word.bottom - last.bottom
    near = word.left - last.right < GUTTER * last.size
    return small and near and rise > _MARKED * last.size and FIGURES.fullmatch(word.text) is not None


def _is_bold(text_page: Any, at: int) -> bool:
    """Return whether a character is set in a bold font, by its weight or its font's name."""
    import pypdfium2.raw as pdfium

    if int(pdfium.FPDFText_GetFontWeight(text_page, at)) >= 600:
        return True
    name = ctypes.create_string_buffer(128)
    size = pdfium.FPDFText_GetFontInfo(text_page, at, name, 128, None)
    return 0 < size <= 128 and any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def add(rows: list[Row], words: list[Line]) -> None:
    """Make a line of words, and join it to the last line if it stands beside that."""
    line, _ = row_of(words)
    if rows and _beside(rows[-1][0], line):
        last, before = rows.pop()
        line, words = joined([last, line], max(last.size, line.size), last.size), before + words
    rows.append((line, words))


def joined(parts: Sequence[Line], size: float, measure: float) -> Line:
    """Return pieces that stand beside each other as one line; ``measure`` is the height of type that gaps go by."""
    close = sum(after.left - before.right <= _CELL_GAP * measure for before, after in pairwise(parts))
    return Line(
        " ".join(part.text for part in parts),
        min(part.left for part in parts),
        max(part.right for part in parts),
        min(part.bottom for part in parts),
        max(part.top for part in parts),
        size,
        all(part.bold for part in parts),
        sum(part.cells for part in parts) - close,
    )


def _beside(last: Line, line: Line) -> bool:
    """Return whether a line goes on where the last one ends, on the same base line."""
    return is_level(last, line) and -0.5 * last.size < line.left - last.right < _FAR * last.size


def is_level(last: Line, line: Line) -> bool:
    """Return whether two lines stand on the same base line."""
    shared = min(last.top, line.top) - max(last.bottom, line.bottom)
    return shared > 0.5 * min(last.height, line.height)


def row_of(words: list[Line]) -> Row:
    """Return the row that words make which stand beside each other."""
    size = statistics.median(word.size for word in words)
    return joined(words, size, size), words


def gaps(words: Sequence[Line]) -> list[Gap]:
    """Return the gaps between the words of a row, from left to right."""
    placed = sorted(words, key=lambda word: word.left)
    return [(before.right, after.left) for before, after in pairwise(placed) if after.left > before.right]


def across(words: Sequence[Line], gutter: Gap, width: float) -> list[Gap]:
    """Return what a row leaves of a gutter: the parts of it that are wide enough."""
    edges = [(float("-inf"), min(w.left for w in words)), *gaps(words), (max(w.right for w in words), float("inf"))]
    left = [(max(gutter[0], gap[0]), min(gutter[1], gap[1])) for gap in edges]
    return [gap for gap in left if gap[1] - gap[0] >= width]
