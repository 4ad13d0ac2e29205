"""A ruled table of a PDF is read cell by cell, however its words are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from rag.loading.pdf import read_pdf
from tests.loading import files

EDGES = [70, 180, 260, 330, 460]
Cell = tuple[int, int, list[str]]
"""Row, column and lines of a cell."""
HEAD: list[Cell] = [(0, 0, ["Boat"]), (0, 1, ["Berths"]), (0, 2, ["Draught", "(m)"]), (0, 3, ["Kept by"])]
BODY: list[Cell] = [
    (1, 0, ["Ada"]), (1, 2, ["1.4"]), (1, 3, ["the harbour guard"]),
    (2, 0, ["Pilot cutter of the", "south-west station, re-", "built in 1911"]), (2, 1, ["6"]), (2, 2, ["2.1"]),
    (2, 3, ["the town"]), (3, 0, ["Barge"]), (3, 1, ["2"]), (3, 3, ["nobody"]),
]  # fmt: skip
LINES = [
    "Boat: Ada | | Draught (m): 1.4 | Kept by: the harbour guard",
    "Boat: Pilot cutter of the south-west station, rebuilt in 1911 | Berths: 6 | Draught (m): 2.1 | Kept by: the town",
    "Boat: Barge | Berths: 2 | | Kept by: nobody",
]


def table(
    cells: Sequence[Cell], tops: Sequence[int] = (700, 666, 648, 600, 582), *, pad: int = 12, ruled: str = "lines"
) -> list[str]:
    """Return what is read of a table between two sentences."""
    words = [(EDGES[column] + 4, tops[row] - pad - 12 * at, 10, line) for row, column, lines in cells
             for at, line in enumerate(lines)]  # fmt: skip
    page = [(70, 740, 12, "The port has three boats, each of which lies at the old quay."), *words,
            (70, 540, 12, "All of them are for sale.")]  # fmt: skip
    across = [(EDGES[0], top, EDGES[-1], top) for top in tops]
    down = [(edge, tops[-1], edge, tops[0]) for edge in EDGES]
    if ruled == "lines":
        rules = "".join(f"{x} {y} m {to_x} {to_y} l S\n" for x, y, to_x, to_y in across + down)
    elif ruled == "bars":
        rules = "".join(f"{x} {y} {to_x - x + 0.5} {to_y - y + 0.5} re f\n" for x, y, to_x, to_y in across + down)
    else:
        boxes = [(x, foot, to_x - x, top - foot) for top, foot in pairwise(tops)
                 for x, to_x in pairwise(EDGES)]  # fmt: skip
        rules = "".join(f"{x} {y} {width} {height} re S\n" for x, y, width, height in boxes)
    text = read_pdf(files.pdf([page], drawn=rules)).text
    return text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0].split("\n")


@pytest.mark.parametrize("ruled", ["lines", "bars", "boxes"])
def test_wrapped_and_empty_cells_keep_their_columns(ruled: str) -> None:
    assert table(HEAD + BODY, ruled=ruled) == LINES


def test_cells_may_be_drawn_column_by_column() -> None:
    assert table(sorted(HEAD + BODY, key=lambda cell: cell[1])) == LINES


def test_cells_may_stand_in_the_middle_of_their_rows() -> None:
    tops = (700, 660, 636, 570, 546)
    middle = {(row, column): (tops[row] - tops[row + 1] - 12 * len(lines)) // 2 for row, column, lines in HEAD + BODY}
    drawn = [(70, 740, 12, "The port has three boats, each of which lies at the old quay.")]
    drawn += [(EDGES[column] + 4, tops[row] - middle[row, column] - 9 - 12 * at, 10, line)
              for row, column, lines in HEAD + BODY for at, line in enumerate(lines)]  # fmt: skip
    rules = "".join(f"{EDGES[0]} {top} m {EDGES[-1]} {top} l S\n" for top in tops)
    rules += "".join(f"{edge} {tops[-1]} m {edge} {tops[0]} l S\n" for edge in EDGES)
    assert read_pdf(files.pdf([drawn], drawn=rules)).text.split("\n")[2:] == LINES


def test_a_cell_that_reaches_over_others_is_said_in_each_row_and_names_each_column() -> None:
    words = [("Pier", 74, 688), ("Depth (m)", 200, 688), ("2019", 184, 668), ("2020", 264, 668), ("East", 74, 638),
             ("4.5", 184, 648), ("4.7", 264, 648), ("3.5", 184, 628), ("3.7", 264, 628)]  # fmt: skip
    across = [(70, 700, 330), (180, 680, 330), (70, 660, 330), (180, 640, 330), (70, 620, 330)]
    down = [(70, 620, 700), (180, 620, 700), (260, 620, 680), (330, 620, 700)]
    rules = "".join(f"{x} {y} m {to} {y} l S\n" for x, y, to in across)
    rules += "".join(f"{x} {y} m {x} {to} l S\n" for x, y, to in down)
    text = read_pdf(files.pdf([[(x, y, 10, word) for word, x, y in words]], drawn=rules)).text
    assert text.split("\n") == [
        "Pier: East | Depth (m) 2019: 4.5 | Depth (m) 2020: 4.7",
        "Pier: East | Depth (m) 2019: 3.5 | Depth (m) 2020: 3.7",
    ]


def test_boxes_without_sure_names_stay_as_they_are_drawn() -> None:
    cells: list[Cell] = [(0, 0, ["Name"]), (0, 1, ["Ann"]), (0, 2, ["Town"]), (1, 0, ["Street"]), (1, 1, ["Quay"])]
    assert " ".join(table(cells)) == "Name Ann Town Street Quay"
