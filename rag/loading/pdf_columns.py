"""Put columns one after the other that a page draws row by row, or that are recognised so in a scan."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from rag.loading.pdf_lines import GUTTER, Gap, Line, Row, across, row_of
from rag.loading.pdf_tables import with_tables

_ROWS = 3
"""Times that the text must go from the left column to the right one."""
_NEAR = 3
"""Distance of two rows, in heights of the type, up to which they may be of the same columns."""
_COLUMN = 6
"""Width of a column's lines, in heights of the type, below which it is one of a table."""
_RUNNING = 0.25
"""Share of lines that begin in the middle of a sentence from which columns hold running text."""
_FULL = 0.8
"""Share of its column that a line fills which goes on below."""
_ON = 0.75
"""Share of lines that go on with the one above from which a single column of running text is no table's."""
_ENDS = (".", "!", "?", ":")
_LETTERS = 0.8
"""Share of letters in running text at the least."""


def by_columns(rows: list[Row], *, gutter: float = GUTTER) -> list[Line]:
    """Return the lines of a page, those that a gutter divides column by column; a table row by row.

    Args:
        gutter: its width at the least, in heights of the type.
    """
    if not rows:
        return []
    edges = min(line.left for line, _ in rows), max(line.right for line, _ in rows)
    lines: list[Line] = []
    plain: list[Row] = []
    """Rows of no columns, which no line was made of yet."""
    start = 0
    while start < len(rows):
        end, columns = _columns(rows, start, edges, gutter)
        if columns:
            lines += with_tables(plain)
            plain = []
        for column in columns:
            lines += by_columns(column, gutter=gutter)
        if not columns:
            # A table's rows share gaps too; to look at each of them anew would take the square of the time.
            end = end if end - start > _ROWS else start + 1
            plain += rows[start:end]
        start = end
    return lines + with_tables(plain)


def _columns(rows: list[Row], start: int, edges: Gap, gutter: float) -> tuple[int, tuple[list[Row], ...]]:
    """Return where the rows end that share the gutter of a first one, and their two columns; none where none do."""
    _, words = rows[start]
    size = statistics.median(word.size for word in words)
    width = gutter * size
    room = edges[0] + _COLUMN * size, edges[1] - _COLUMN * size
    end, gutters = start, [edges]
    while end < len(rows):
        near = end == start or -size < rows[end - 1][0].bottom - rows[end][0].bottom < _NEAR * size
        shared = [gap for known in gutters for gap in across(rows[end][1], known, width) if near]
        shared = [gap for gap in shared if gap[1] > room[0] and gap[0] < room[1]]
        if not shared:
            break
        gutters, end = shared, end + 1
    for left, right in gutters:
        columns = _divided(rows[start:end], (left + right) / 2)
        if columns:
            return end, columns
    return end, ()


def _divided(rows: Sequence[Row], at: float) -> tuple[list[Row], ...]:
    """Return the rows left and right of a place, none unless they are columns that are drawn by turns.

    They are where both sides are running text; and where one is, such as the letter at a sidebar, which runs
    on from line to line beside lines of the other. A table's row is whole, and where its cell goes on below,
    the others mostly do not.
    """
    pairs = [_parts(row, at) for row in rows]
    parts = [(side, part) for pair in pairs for side, part in enumerate(pair) if part is not None]
    turns = [index for index, (before, after) in enumerate(pairwise(parts)) if before[0] < after[0]]
    if len(turns) < _ROWS:
        return ()
    judged = parts[turns[0] : turns[-1] + 2]
    running = [_runs([line for here, (line, _) in judged if here == side]) for side in (0, 1)]
    if not all(running) and not any(running[side] and _runs_on(pairs, side) for side in (0, 1)):
        return ()
    return tuple([part for here, part in parts if here == side] for side in (0, 1))


def _runs_on(pairs: Sequence[tuple[Row | None, Row | None]], side: int) -> bool:
    """Return whether the lines of a side go on with full ones above them wherever the other side has a line too."""
    placed = [(pair[side], None not in pair) for pair in pairs]
    lines = [(row[0], shared) for row, shared in placed if row is not None]
    left, right = min(line.left for line, _ in lines), max(line.right for line, _ in lines)
    going = [
        above.right - left >= _FULL * (right - left) and not above.text.endswith(_ENDS)
        for (above, _), (_, shared) in pairwise(lines)
        if shared
    ]
    return len(going) >= _ROWS and sum(going) >= _ON * len(going)


def _parts(row: Row, at: float) -> tuple[Row | None, Row | None]:
    """Return what of a row stands left and right of a place."""
    _, words = row
    left = [word for word in words if word.right <= at]
    if not left or len(left) == len(words):
        return (row, None) if left else (None, row)
    right = [word for word in words if word.right > at]
    return row_of(left), row_of(right)


def _runs(lines: Sequence[Line]) -> bool:
    """Return whether lines are running text: wide, of letters, and many of them go on with a sentence."""
    widths = [(line.right - line.left) / line.size for line in lines]
    signs = [char for line in lines for char in line.text if not char.isspace()]
    inside = sum(line.text[:1].isalpha() and not line.text[:1].isupper() for line in lines[1:])
    return (
        statistics.median(widths) >= _COLUMN
        and sum(map(str.isalpha, signs)) >= _LETTERS * len(signs)
        and inside >= _RUNNING * (len(lines) - 1)
    )
