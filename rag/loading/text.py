"""Read plain text and tables of comma-separated values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from rag.errors import LoadError
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract
from rag.loading.front_matter import cut_front_matter
from rag.loading.normalise import Layout, unwrap

HEADING_WORDS = 8
"""Words that a heading of plain text has at most."""

HEADING_LEVEL = 2
"""The level that it is given: below the title, all alike."""

_HEADING = re.compile(r"[^\W_][^.!?:;,/|=]*[^\W_]")
_WHOLE = re.compile(r"[.!?][\"'”’)\]]*(?:\s|$)")
_POINT = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")


def read_text(data: bytes) -> Extract:
    """Return plain text in any encoding, hard-wrapped paragraphs joined.

    A short line of its own without an end, above a paragraph of whole sentences, is a heading.
    What a front matter tells of the source is given with the text.
    """
    front, text = cut_front_matter(decode_text(data))
    layout = Layout()
    width = _wrap_width(text)
    blocks = [list(_paragraphs(block.split("\n"), width)) for block in re.split(r"\n(?:[^\S\n]*\n)+", text)]
    for number, (block, below) in enumerate(zip(blocks, [*blocks[1:], []], strict=True)):
        level = HEADING_LEVEL if _is_heading(block, below) else 0
        for paragraph in block:
            layout.add(paragraph, level=level, group=number)
    if not layout.text:
        raise LoadError("empty: the file holds no text")
    return layout.extract(front.facts, warnings=front.warnings)


def _is_heading(block: list[str], below: list[str]) -> bool:
    """Whether a block of plain text is the heading of the one below it."""
    return (
        len(block) == 1
        and len(block[0].split()) <= HEADING_WORDS
        and not block[0].strip()[:1].islower()
        and _HEADING.fullmatch(block[0].strip()) is not None
        and bool(below)
        and _WHOLE.search(below[0]) is not None
    )


def _wrap_width(text: str) -> int:
    """Return the width at which a text was hard-wrapped, 0 if it was not.

    Wrapped text has most of its lines just below one width; a text with a paragraph a
    line has some lines that are much longer than others.
    """
    lengths = sorted(len(line.rstrip()) for line in text.split("\n") if line.strip())
    if len(lengths) < 2 or lengths[-1] < 40:
        return 0
    width = lengths[int(0.95 * (len(lengths) - 1))]
    return width if 40 <= width <= 120 and lengths[-1] <= 1.6 * width else 0


def _paragraphs(lines: list[str], width: int) -> Iterator[str]:
    """Yield the paragraphs of a block: lines that fill the width run on, others stand alone."""
    held: list[str] = []
    for line in filter(str.strip, lines):
        filled = len(held[-1].rstrip()) / width if held and width else 0.0
        runs_on = filled >= 0.75 or (filled >= 0.5 and line.strip()[:1].islower())
        if held and (not runs_on or _POINT.match(line)):
            yield unwrap(held)
            held = []
        held.append(line)
    if held:
        yield unwrap(held)


def read_csv(data: bytes) -> Extract:
    """Return a table of separated values, a readable row a line."""
    text = decode_text(data)
    mark = max("\t;,", key=text[:4096].count)
    layout = Layout()
    try:
        for row in csv.reader(io.StringIO(text), delimiter=mark):
            layout.add_row(row, "table")
    except csv.Error as error:
        raise LoadError(f"damaged: not a table of separated values ({error})") from error
    return layout.extract()
