"""Set apart what stands at the edges of a PDF's pages: running lines go, notes no longer tear a sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from rag.loading.normalise import ordinal
from rag.loading.pdf_lines import Line
from rag.loading.pdf_paragraphs import body_size, full_width, joins

_NUMBER_LINE = re.compile(r"(?:page\s*)?[-–—\s]*(\d{1,4}|[ivxlc]{1,6})[-–—\s]*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ROMANS = {ordinal(number, "lowerRoman"): number for number in range(1, 400)}
_ROMAN = re.compile(r"^[ivxlc]+\b|\b[ivxlc]+$")
_MARGIN = 0.12
"""Share of the printed height, above and below, in which running lines stand."""
_REPEATS = 3
"""Pages on which a running line stands at the least."""
_WINDOW = 8
"""Pages among which it stands on so many; a chapter's line is on few of a book's."""
_NOTE = re.compile(r"(?:\d{1,3}|[¹²³⁰⁴-⁹]{1,3}|[*†‡§¶]{1,3}|\(\d{1,3}\)|\[\d{1,3}\])\.?\s?\S")
_SMALL = 0.92
"""Size of a note's type at the most, in sizes of the body's."""


def set_margins_apart(pages: list[list[Line]]) -> None:
    """Drop running lines, and put what tears a paragraph before it, or behind it where that began on an earlier page.

    The first of each running line stays unless it is a bare number, since a header may hold
    what stands nowhere else, as the volume and the date of a journal.
    """
    kept = _drop_running_lines(pages)
    body = body_size(pages)
    apart = [_notes(lines, body) | {id(line) for line in lines if id(line) in kept} for lines in pages]
    texts = [[line for line in lines if id(line) not in ids] for lines, ids in zip(pages, apart, strict=True)]
    for number, lines in enumerate(pages):
        before = next((text[-1] for text in reversed(texts[:number]) if text), None)
        after = next((text[0] for text in texts[number + 1 :] if text), None)
        lines[:] = _mended(lines, texts[number], before, after)


def _notes(lines: list[Line], body: float) -> set[int]:
    """Return the ids of the lines of notes: small ones from a numbered one to the foot of the page or column."""
    found: set[int] = set()
    start = 0
    """Of the note that is looked at; 0 where none is."""
    for at, line in enumerate(lines):
        small = line.size <= _SMALL * body
        last = lines[at - 1] if at else line
        if start and not small:
            if line.bottom > last.bottom:
                found |= {id(note) for note in lines[start:at]}
            start = 0
        elif not start and small and last.size > _SMALL * body and _NOTE.match(line.text):
            start = at
    return found | {id(note) for note in lines[start:]} if start else found


def _mended(lines: list[Line], text: list[Line], before: Line | None, after: Line | None) -> list[Line]:
    """Return the lines of a page with those that are no text put where no paragraph goes on.

    Args:
        before: the last line of text before the page.
        after: the first one behind it.
    """
    full = full_width(lines)
    around = [before, *text, after]

    def goes_on(at: int) -> bool:
        """Return whether a line of the text goes on with the one before it."""
        last, line = around[at], around[at + 1]
        return last is not None and line is not None and joins(last, line, 0, full, fresh=at in (0, len(text)))

    of_text = {id(line) for line in text}
    placed: dict[int, list[Line]] = defaultdict(list)
    at = 0
    for line in lines:
        if id(line) in of_text:
            at += 1
        else:
            placed[_whole(at, len(text), goes_on)].append(line)
    return [line for at in range(len(text) + 1) for line in (*placed[at], *text[at : at + 1])]


def _whole(at: int, count: int, goes_on: Callable[[int], bool]) -> int:
    """Return the nearest place before one, else behind it, at which no paragraph is torn; else the place itself."""
    back = (place for place in range(at, -1, -1) if not goes_on(place))
    ahead = (place for place in range(at, count + 1) if not goes_on(place))
    return next(back, next(ahead, at))


def _drop_running_lines(pages: list[list[Line]]) -> set[int]:
    """Drop lines that repeat at the edges of pages; return the ids of those that are kept as the first of theirs."""
    heights = [line.bottom for lines in pages for line in lines]
    margin = _MARGIN * (max(heights) - min(heights))
    high, low = max(heights) - margin, min(heights) + margin
    edges = [_edges(lines, high, low) for lines in pages]
    seen = defaultdict[str, list[int]](list)
    for number, outer in enumerate(edges):
        for key in {key for line in outer for key in _counted(line, number)}:
            seen[key].append(number)
    often = {
        key for key, at in seen.items() if any(b - a < _WINDOW for a, b in zip(at, at[_REPEATS - 1 :], strict=False))
    }
    running = {_key(line) for number, outer in enumerate(edges) for line in outer if _counted(line, number) & often}
    said: set[str] = set()
    kept: set[int] = set()
    for lines, outer in zip(pages, edges, strict=True):
        for line in outer:
            key = _key(line)
            if key in running and (key in said or key.startswith("#@")):
                lines.remove(line)
            elif key in running:
                kept.add(id(line))
            said.add(key)
    return kept


def _edges(lines: list[Line], high: float, low: float) -> list[Line]:
    """Return those of the three highest and three lowest lines of a page that stand at its edge."""
    by_height = sorted(lines, key=lambda line: line.bottom)
    outer = {id(line): line for line in (*by_height[:3], *by_height[-3:])}
    return [line for line in outer.values() if line.bottom > high or line.bottom < low]


def _key(line: Line) -> str:
    """Return a line as it compares between pages: numbers apart, place coarse."""
    text = "#" if _NUMBER_LINE.fullmatch(line.text) else _ROMAN.sub("#", _NUMBER.sub("#", line.text))
    return f"{text}@{_place(line)}"


def _counted(line: Line, page: int) -> set[str]:
    """Return a line as it is and with each number less that of the page, and its place; a bare number as the latter.

    A page's number grows with the pages, by two where a page is a picture of two, so figures that stand alone and
    rows of a table that differ in theirs have nothing in common.
    """
    if bare := _NUMBER_LINE.fullmatch(line.text):
        number = int(bare[1]) if bare[1].isdigit() else _ROMANS.get(bare[1].lower(), 0)
        return {f"#{number - step * page}by{step}@{_place(line)}" for step in (1, 2)}
    if _ROMAN.search(line.text):
        return {_key(line)}
    numbers = [number for number in _NUMBER.finditer(line.text) if len(number[0]) < 6][:16]
    counted = (f"{line.text[: n.start()]}#{int(n[0]) - page}{line.text[n.end() :]}" for n in numbers)
    return {f"{text}@{_place(line)}" for text in (line.text, *counted)}


def _place(line: Line) -> int:
    return round(line.bottom / 12)
