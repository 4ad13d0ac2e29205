"""Read plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.errors import LoadError
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract
from rag.loading.front_matter import cut_front_matter
from rag.loading.hyphens import Wording
from rag.loading.normalise import Layout, unwrap

HEADING_WORDS = 8
"""Words that a heading of plain text has at most."""

HEADING_LEVEL = 2
"""The level that it is given: below the title, all alike."""

_HEADING = re.compile(r"[^\W_][^.!?:;,/|=]*[^\W_]")
_WHOLE = re.compile(r"[.!?][\"'”’)\]]*(?:\s|$)")
_OPENING = re.compile(r"(?:^\s*(?:- )?[\w\"'.-]+|[)\]\w\"'])\s*:\s*(?:#.*)?$|[{(\[]\s*$|\b(?:then|do|begin)\s*$")
_STATEMENT = re.compile(
    r";\s*$|^\s*[\w.\[\]\"']+\s*(?:[-+*/|&]?=|:=)\s*\S|^\s*[}\])]+[;,]?\s*$|^\s*(?:[$>#]|//)\s*\w+[^.]*$"
)
_POINT = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s")


def read_text(data: bytes) -> Extract:
    """Return plain text in any encoding, hard-wrapped paragraphs joined.

    A short line of its own without an end, above a paragraph of whole sentences, is a heading.
    What a front matter tells of the source is given with the text.
    """
    front, text = cut_front_matter(decode_text(data))
    layout = Layout()
    layout.add(front.row)
    add_text(text, layout)
    if not layout.text:
        raise LoadError("empty: the file holds no text")
    return layout.extract(front.facts, warnings=front.warnings)


def add_text(text: str, layout: Layout) -> None:
    """Add the paragraphs, headings and listings of plain text."""
    width, wording = _wrap_width(text), Wording.of(text.split("\n"))
    blocks = [_block(block.split("\n"), width, wording) for block in re.split(r"\n(?:[^\S\n]*\n)+", text)]
    for block, below in zip(blocks, [*blocks[1:], []], strict=True):
        if isinstance(block, _Code):
            layout.add_listing(block)
            continue
        group = object()
        level = HEADING_LEVEL if _is_heading(block, below) else 0
        for paragraph in block:
            layout.add(paragraph, level=level, group=group)


class _Code(list[str]):
    """The lines of a listing."""


def is_code(lines: Sequence[str]) -> bool:
    """Return whether lines are of a program or of settings: some end as no sentence does, and the next is deeper."""
    shown = [line.expandtabs(4) for line in lines if line.strip()]
    depths = [len(line) - len(line.lstrip()) for line in shown]
    steps = zip(shown[:-1], pairwise(depths), strict=True)
    opens = (deeper > depth and _OPENING.search(line) for line, (depth, deeper) in steps)
    return any(opens) or sum(map(bool, map(_STATEMENT.search, shown))) * 2 > len(shown)


def _block(lines: list[str], width: int, wording: Wording) -> list[str]:
    return _Code(lines) if is_code(lines) else list(_paragraphs(lines, width, wording))


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


def _paragraphs(lines: list[str], width: int, wording: Wording) -> Iterator[str]:
    """Yield the paragraphs of a block: lines that fill the width run on, others stand alone."""
    held: list[str] = []
    for line in filter(str.strip, lines):
        filled = len(held[-1].rstrip()) / width if held and width else 0.0
        runs_on = filled >= 0.75 or (filled >= 0.5 and line.strip()[:1].islower())
        if held and (not runs_on or _POINT.match(line)):
            yield unwrap(held, wording)
            held = []
        held.append(line)
    if held:
        yield unwrap(held, wording)
