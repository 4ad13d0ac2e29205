"""Find tables in the lines of a PDF page by their columns, and write each row with the names of its columns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.loading.pdf_lines import GUTTER, Gap, Line, Row, across, gaps, is_level, row_of
from rag.loading.tables import WIDEST, row_lines

_ROWS = 3
"""Rows of a table at the least, the one that names the columns too."""
_NEAR = 3
"""Distance of two rows, in heights of the type, up to which they may be of one table."""
_ALIGNED = 0.5
"""How far the edges or the middles of a column's cells may stand from each other, in heights of the type."""


_TIGHT = 0.8
"""Distance of the lines within a cell at the most, in that of the table's rows."""
_MOST = 200
"""Rows that are looked at for a table, so that a page takes linear time."""
_PAGE = 1_000
"""What is wider than a page, in heights of the type."""
Cells = list[Line | None]
"""What a row has in each column; None where that is empty."""


def with_tables(rows: list[Row]) -> list[Line]:
    """Return lines in which each row of a table is a line with the names of its columns.

    The rest stays as it is, and so does a table that leaves a doubt: where nothing shows that
    the first row names the columns, by figures below it or by bold type, or where cells stand
    out of line, as those do that are merged.
    """
    groups = _levels(rows)
    merged = [row_of([word for _, words in group for word in words]) if group[1:] else group[0] for group in groups]
    lines: list[Line] = []
    start = 0
    while start < len(groups):
        table = _table(merged, start)
        whole = _whole(table)
        said = named(
            [[cell for cell in row if cell is not None] for row in whole],
            [["" if cell is None else cell.text for cell in row] for row in whole],
        )
        lines += said or [line for line, _ in groups[start]]
        start += len(table) if said else 1
    return lines


def _levels(rows: list[Row]) -> list[list[Row]]:
    """Return neighbours that stand on one level together, however wide the gap between them is."""
    groups: list[list[Row]] = []
    for row in rows:
        last = groups[-1][-1][0] if groups else None
        if last is not None and is_level(last, row[0]) and row[0].left > last.right:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _table(rows: list[Row], start: int) -> list[Cells]:
    """Return the rows of the table that starts at a row, cell by cell; none where none does."""
    words = rows[start][1]
    size = statistics.median(word.size for word in words)
    gutters = [gap for gap in gaps(words) if gap[1] - gap[0] >= GUTTER * size]
    if not gutters:
        return []
    # What stands at the left of the names is a column without one.
    left = min(word.left for word in words)
    gutters.insert(0, (left - _PAGE * size, left))
    end = start + 1
    while end < min(len(rows), start + _MOST) and (shared := _shared(rows, end, gutters, size)):
        gutters, end = shared, end + 1
    if end - start < _ROWS:
        return []
    table = [_cells(words, gutters) for _, words in rows[start:end]]
    while table and _filled(table[-1]) < 2:
        table.pop()
    if len(table) < _ROWS or not all(_is_aligned(column, size) for column in zip(*table[1:], strict=True)):
        return []
    return table if any(row[0] for row in table) else [row[1:] for row in table]


def _shared(rows: list[Row], at: int, gutters: list[Gap], size: float) -> list[Gap]:
    """Return what a row leaves of the gutters; none where it stands in one of them, or far from the row before."""
    shared: list[Gap] = []
    if 0 < rows[at - 1][0].bottom - rows[at][0].bottom < _NEAR * size:
        for gutter in gutters:
            parts = across(rows[at][1], gutter, GUTTER * size)
            if not parts:
                return []
            shared.append(parts[-1])
    return shared


def _cells(words: Sequence[Line], gutters: list[Gap]) -> Cells:
    """Return what a row has in each column."""
    edges = [(left + right) / 2 for left, right in gutters]
    columns: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for word in sorted(words, key=lambda word: word.left):
        columns[sum(edge < word.left for edge in edges)].append(word)
    return [row_of(column)[0] if column else None for column in columns]


def _filled(row: Cells) -> int:
    return sum(cell is not None for cell in row)


def _is_aligned(column: Sequence[Line | None], size: float) -> bool:
    """Return whether the cells of a column stand under each other at their left, right or middle."""
    places = [(cell.left, cell.right, (cell.left + cell.right) / 2) for cell in column if cell is not None]
    return not places or any(max(kind) - min(kind) <= _ALIGNED * size for kind in zip(*places, strict=True))


def _whole(table: list[Cells]) -> list[Cells]:
    """Return a table with the lines of a cell joined: such a line leaves columns empty and stands closer than rows."""
    bases = [max(cell.bottom for cell in row if cell is not None) for row in table]
    drops = [before - after for before, after in pairwise(bases)]
    parts = [None in row for row in table[1:]]
    full = [drop for drop, part in zip(drops, parts, strict=True) if not part]
    whole = table[:1]
    for row, drop, part in zip(table[1:], drops, parts, strict=True):
        if part and full and drop < _TIGHT * statistics.median(full):
            pairs = zip(whole[-1], row, strict=True)
            stacks = [[cell for cell in pair if cell is not None] for pair in pairs]
            whole[-1] = [row_of(stack)[0] if stack else None for stack in stacks]
        else:
            whole.append(row)
    return whole


def named(rows: Sequence[Sequence[Line]], texts: Sequence[Sequence[str]]) -> list[Line]:
    """Return the rows of a table with the names of their columns; none where it is not sure what names them.

    Args:
        rows: what stands in each row.
        texts: of each row, the text of each column.
    """
    bold = [all(cell.bold for cell in row) for row in rows]
    lines = row_lines(texts, words=1 if bold[:1] == [True] and not any(bold[1:]) else WIDEST)
    if not any(row and not text for row, text in zip(rows, lines, strict=True)):
        return []
    # More than one cell, so that the rows stay together.
    return [
        replace(row_of(list(row))[0], text=text, cells=len(texts[0]))
        for row, text in zip(rows, lines, strict=True)
        if row and text
    ]
