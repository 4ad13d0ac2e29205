"""Write the rows of a table as lines that stand by themselves: each value behind the name of its column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from rag.loading.normalise import BREAK, Layout, clean_line

CELLS = " | "
"""What stands between two cells of a row."""
LEFT = "\x1f"
"""A cell that is merged with the one at its left."""
WIDEST, DEEPEST = 200, 1_000
"""Columns and rows that a cell may reach over."""
Cell = tuple[int, int, str, int, int]
"""Row and column of a cell, its text, and the rows and columns that it reaches over."""
_LONGEST_NAME = 80
"""Characters of the longest cell that is taken for the name of a column."""
_COLUMNS = 3
"""Columns from which the first row of a table of words is taken to name them."""
FIGURE = re.compile(r"\W*\d[\d\s.,:/'’%–-]*(?:[^\W\d_]{1,3}\d?)?\W*")
_MEASURE = re.compile(r"\W{0,3}\d")
"""How a figure with a unit begins."""
_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d")


def add_table(
    layout: Layout, rows: Sequence[Sequence[str]], group: object, *, heads: int | None = None, words: int = _COLUMNS
) -> None:
    """Add the rows of a table to a text; see ``row_lines``."""
    for line in row_lines(rows, heads=heads, words=words):
        layout.add(line, group=group)


def row_lines(rows: Sequence[Sequence[str]], *, heads: int | None = None, words: int = _COLUMNS) -> list[str]:
    """Return a line for each row, as ``Pier: Tolvik | Depth (m): 20``; an empty cell keeps its place.

    The rows that name the columns have no line, since their names stand in every other, and
    none where they are repeated below. A row of one cell, such as a caption within the table,
    is that cell alone.

    Args:
        heads: rows that name the columns, below captions, or leave them without names; None where the
            format does not say, and what the cells hold decides.
        words: columns from which the first row of a table of words is taken to name them.
    """
    table = [[clean_line(cell.replace("\n", BREAK)) if cell != LEFT else LEFT for cell in row] for row in rows]
    first = next(
        (
            at
            for at, row in enumerate(table)
            if (_said(row) and _bare(row) != _said(row)[:1]) or (heads and len(row) > 1 and not any(row))
        ),
        len(table),
    )
    count = heads if heads is not None else _naming(table[first:], words=words)
    count = min(count, len(table) - first) if len(table) - first > count else 0
    names = _names(table[first : first + count])
    known = [_bare(row) for row in table[first : first + count]]
    return [
        "" if first <= at < first + count or _bare(row) in known else _line(row, names) for at, row in enumerate(table)
    ]


def row_of(facts: Mapping[str, str]) -> str:
    """Return a line for what a text says of itself, each value behind its name."""
    return CELLS.join(f"{name}: {value}" for name, value in facts.items() if value)


def spread(rows: Iterable[Iterable[tuple[str, int, int]]]) -> list[list[str]]:
    """Lay cells on a grid, each with the columns and rows that it reaches over.

    One that reaches down stands in each of its rows, one that reaches right in its first column.
    """
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    """Text of a cell that reaches down, and how many rows it has left, by column."""
    for row in rows:
        line: list[str] = []
        cells = iter(row)
        while True:
            text, left = below.pop(len(line), ("", 0))
            if left:
                pieces = [text]
            elif (cell := next(cells, None)) is not None:
                text, left = cell[0], min(cell[2], DEEPEST)
                pieces = [text, *[LEFT] * (min(cell[1], WIDEST) - 1)]
            elif any(later > len(line) for later in below):
                pieces = [""]
            else:
                break
            for piece in pieces:
                if left > 1:
                    below[len(line)] = (piece, left - 1)
                line.append(piece)
        grid.append(line)
    return grid


def gather(cells: Iterable[Cell]) -> Iterator[list[str]]:
    """Lay out the cells that a sheet holds; however many empty rows or columns lie between two, they count as one.

    One that reaches over others stands as `spread` has it, but in no row below the last that has a cell of its own.
    """
    cells = list(cells)
    last = max((row for row, *_ in cells), default=0)
    rows: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row, column, text, deep, wide in cells:
        pieces = {column: text, **dict.fromkeys(range(column + 1, column + min(wide, WIDEST)), LEFT)}
        for below in range(row, min(row + min(deep, DEEPEST) - 1, last) + 1):
            rows[below] |= pieces
    columns = {column for row in rows.values() for column in row}
    steps = (1 if column - 1 in columns else 2 for column in sorted(columns))
    places = dict(zip(sorted(columns), accumulate(steps), strict=True))
    for row in sorted(rows):
        if row - 1 not in rows:
            yield []
        line = [""] * (places[max(rows[row])] + 1)
        for column, text in rows[row].items():
            line[places[column]] = text
        yield line


def _said(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell not in ("", LEFT)]


def _bare(row: Sequence[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    end = max((at for at, cell in enumerate(row, start=1) if cell not in ("", LEFT)), default=0)
    return list(row[:end])


def _line(row: Sequence[str], names: Sequence[str]) -> str:
    said = _said(row)
    if len(said) < 2 and _bare(row) == said:
        return "".join(said)
    named = [*names, *[""] * len(row)]
    cells = [
        f"{name}: {cell}" if name and cell not in ("", LEFT) else cell for cell, name in zip(row, named, strict=False)
    ]
    return CELLS.join(_bare(cells)).replace(LEFT, "")


def _names(heads: Sequence[Sequence[str]]) -> list[str]:
    """Return the name of each column: what the rows at the top say above it, each once."""
    width = max((at for row in heads for at, cell in enumerate(row, start=1) if cell), default=0)
    names: list[dict[str, None]] = [{} for _ in range(width)]
    for row in heads:
        said = ""
        for cell, parts in zip(row, names, strict=False):
            said = said if cell == LEFT else cell
            parts |= dict.fromkeys([said] if said else [])
    return [" ".join(parts).rstrip(": ") for parts in names]


def _naming(table: Sequence[Sequence[str]], *, words: int) -> int:
    """Return how many rows at the top name the columns by what they hold: the first, and more below merged names.

    Names are short, no figures, and no two alike. They are believed above a column of
    figures; above words alone where the format or the number of columns speaks for it.
    """
    count = next((at for at, row in enumerate(table, start=1) if LEFT not in row), len(table))
    if all(row[0].endswith(":") for row in table if row):
        return 0  # keys and their values
    names, body = _names(table[:count]), table[count:]
    columns = [[row[at] for row in body if at < len(row) and row[at]] for at in range(len(names))]
    if not body or not all(names[1:]) or len(set(names)) < len(names) or max(map(len, names)) > _LONGEST_NAME:
        return 0
    if any(FIGURE.fullmatch(name) and not _is_year(name, below) for name, below in zip(names, columns, strict=True)):
        return 0
    measured = any(below and all(map(_MEASURE.match, below)) for below in columns[1:])
    return count if measured or len(names) >= words else 0


def _is_year(name: str, below: Sequence[str]) -> bool:
    """Return whether a year names a column, of which not all cells are years too."""
    return bool(_YEAR.fullmatch(name)) and not all(map(_YEAR.fullmatch, below))
