"""Set apart what stands at the edges of a PDF's pages: running lines go, notes no longer tear a sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from rag.loading.normalise import ordinal
from rag.loading.pdf_lines import Line
from rag.loading.pdf_paragraphs import SMALL, body_size, full_width, joins

_NUMBER_LINE = re.compile(r"(?:page\s*)?[-–—\s]*(\d{1,4}|[ivxlc]{1,6})[-–—\s]*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ROMANS = {ordinal(number, "lowerRoman"): number for number in range(1, 400)}
_ROMAN = re.compile(r"^[ivxlc]+\b|\b[ivxlc]+$")
_MARGIN = 0.12
"""Share of the printed height, above and below, in which running lines stand."""
_REPEATS = 3
"""Pages on which a line stands at the least to be dropped; on two it only tears no sentence."""
_COARSE = 12
"""Points that two places may be apart to count as one."""
_WINDOW = 8
"""Pages among which it stands on so many; a chapter's line is on few of a book's."""
_NOTE = re.compile(r"(?:\d{1,3}|[¹²³⁰⁴-⁹]{1,3}|[*†‡§¶]{1,3}|\(\d{1,3}\)|\[\d{1,3}\])\.?\s?\S")


def set_margins_apart(pages: list[list[Line]], heights: list[float]) -> None:
    """Drop running lines, and put what tears a paragraph before it, or behind it where that began on an earlier page.

    The first of each running line stays unless it is a bare number, since a header may hold
    what stands nowhere else, as the volume and the date of a journal.

    Args:
        heights: of the pages.
    """
    kept = _drop_running_lines(pages, heights)
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
        small = line.size <= SMALL * body
        last = lines[at - 1] if at else line
        if start and not small:
            if line.bottom > last.bottom:
                found |= {id(note) for note in lines[start:at]}
            start = 0
        elif not start and small and last.size > SMALL * body and _NOTE.match(line.text):
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


def _drop_running_lines(pages: list[list[Line]], heights: list[float]) -> set[int]:
    """Drop lines that repeat at the edges of pages.

    Returns:
        The ids of those that stay: the first of each, and such as stand on too few pages to be sure of.
    """
    edges = _edges(pages, heights)
    seen = defaultdict[str, list[int]](list)
    for number, outer in enumerate(edges):
        for key in {key for line, place in outer for key in _counted(line, place, number)}:
            seen[key].append(number)
    likely, sure = (
        {key for key, at in seen.items() if any(b - a < _WINDOW for a, b in zip(at, at[times - 1 :], strict=False))}
        for times in (2, _REPEATS)
    )
    running = {
        _key(line, place)
        for number, outer in enumerate(edges)
        for line, place in outer
        if _counted(line, place, number) & sure
    }
    said: set[str] = set()
    kept: set[int] = set()
    for number, (lines, outer) in enumerate(zip(pages, edges, strict=True)):
        for line, place in outer:
            key = _key(line, place)
            if key in running and (key in said or key.startswith("#@")):
                lines.remove(line)
            elif key in running or _counted(line, place, number) & likely:
                kept.add(id(line))
            said.add(key)
    return kept


def _edges(pages: list[list[Line]], heights: list[float]) -> list[list[tuple[Line, int]]]:
    """Return those of the three highest and three lowest lines of each page that stand at its edge, and where.

    The edge is that of what is printed on pages of one height. A line's place is its distance from the
    foot of the page, coarse, or below zero from the head, so that it is the same on pages of other heights.
    """
    bottoms = defaultdict[int, list[float]](list)
    for lines, height in zip(pages, heights, strict=True):
        bottoms[round(height)] += [line.bottom for line in lines]
    edges: list[list[tuple[Line, int]]] = []
    for lines, height in zip(pages, heights, strict=True):
        high, low = max(bottoms[round(height)], default=0.0), min(bottoms[round(height)], default=0.0)
        margin = _MARGIN * (high - low)
        by_height = sorted(lines, key=lambda line: line.bottom)
        outer = {id(line): line for line in (*by_height[:3], *by_height[-3:])}.values()
        at_edge = [line for line in outer if line.bottom > high - margin or line.bottom < low + margin]
        edges.append([(line, _place(line, height)) for line in at_edge])
    return edges


def _place(line: Line, height: float) -> int:
    return round((line.bottom - (height if 2 * line.bottom > height else 0)) / _COARSE)


def _key(line: Line, place: int) -> str:
    """Return a line as it compares between pages, numbers apart, and its place."""
    text = "#" if _NUMBER_LINE.fullmatch(line.text) else _ROMAN.sub("#", _NUMBER.sub("#", line.text))
    return f"{text}@{place}"


def _counted(line: Line, place: int, page: int) -> set[str]:
    """Return a line as it is and with each number less that of the page, and its place; a bare number as the latter.

    A page's number grows with the pages, by two where a page is a picture of two, so figures that stand alone and
    rows of a table that differ in theirs have nothing in common.
    """
    if bare := _NUMBER_LINE.fullmatch(line.text):
        number = int(bare[1]) if bare[1].isdigit() else _ROMANS.get(bare[1].lower(), 0)
        return {f"#{number - step * page}by{step}@{place}" for step in (1, 2)}
    if _ROMAN.search(line.text):
        return {_key(line, place)}
    numbers = [number for number in _NUMBER.finditer(line.text) if len(number[0]) < 6][:16]
    counted = (f"{line.text[: n.start()]}#{int(n[0]) - page}{line.text[n.end() :]}" for n in numbers)
    return {f"{text}@{place}" for text in (line.text, *counted)}
