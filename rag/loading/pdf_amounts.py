"""Put figures back beside what they are of, where a page draws its columns one after the other."""

from __future__ import annotations

from rag.loading.pdf_lines import Row, is_level, row_of
from rag.loading.tables import FIGURE

_ROWS = 3
"""Lines of a column of figures at the least, the one that names it too."""


def beside_words(rows: list[Row]) -> list[Row]:
    """Return the rows of a page, a column of figures on the lines of the column before it.

    Such a column is drawn after what stands at its left, and each of its figures is level with a line of that;
    running text in columns is level too, but is no figures, and stays as it is drawn.
    """
    done: list[Row] = []
    words: list[Row] = []
    """The column that figures may stand beside, with those that do."""
    for column in _columns(rows):
        places = _places(words, column)
        if len(places) < _ROWS:
            done += words
            words = column
            continue
        for at, row in zip(places, column, strict=False):
            words[at] = row_of([*words[at][1], *row[1]])
        words += column[len(places) :]
    return done + words


def _columns(rows: list[Row]) -> list[list[Row]]:
    """Return rows that are drawn one below the other; a column begins where the page goes up again."""
    columns: list[list[Row]] = []
    for row in rows:
        if columns and row[0].bottom < columns[-1][-1][0].bottom:
            columns[-1].append(row)
        else:
            columns.append([row])
    return columns


def _places(words: list[Row], column: list[Row]) -> list[int]:
    """Return which rows the figures at the top of a column, and the name above them, are level with."""
    places: list[int] = []
    start = 0
    for line, _ in column:
        at = next((at for at in range(start, len(words)) if is_level(words[at][0], line)), None)
        if at is None or words[at][0].right >= line.left or not (FIGURE.fullmatch(line.text) or not places):
            break
        places.append(at)
        start = at + 1
    return places
