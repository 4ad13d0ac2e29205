"""Rows of a table in a PDF stand by themselves where it is sure what names the columns; else they stay as drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.loading import read_bytes
from tests.loading import files

COLUMNS = 72, 250, 330, 480
PIERS = [
    ["Pier", "Depth (m)", "Length (m)", "Note"],
    ["East", "40", "120", ""],
    ["West of the lock", "7", "", "closed"],
    ["North", "11", "95", "new in 2021"],
]
LINES = [
    "Pier: East | Depth (m): 40 | Length (m): 120",
    "Pier: West of the lock | Depth (m): 7 | | Note: closed",
    "Pier: North | Depth (m): 11 | Length (m): 95 | Note: new in 2021",
]


def drawn(
    rows: Sequence[Sequence[str]], columns: Sequence[int] = COLUMNS, pitches: Sequence[int] = (), bold: bool = False
) -> bytes:
    """Return a PDF of a sentence and a table below it."""
    page = [(72, 760, 12, "The harbour has three piers, and this is what the board knows of each of them today.")]
    y = 730
    for row, pitch in zip(rows, [*pitches, *[18] * len(rows)], strict=False):
        page += [(x, y, 12, text) for x, text in zip(columns, row, strict=False) if text]
        y -= pitch
    data = files.pdf(
        [[*page, (72, y, 12, "All depths are those at low water in summer, says the master of the harbour.")]]
    )
    return data.replace(b"/BaseFont/Helvetica/", b"/BaseFont/Helvetica-Bold/") if bold else data


def rows_of(data: bytes) -> list[str]:
    """Return the lines between the two sentences."""
    return read_bytes(data, name="a.pdf").text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0].split("\n")


def test_each_row_has_the_names_of_its_columns() -> None:
    assert rows_of(drawn(PIERS)) == LINES


def test_cells_far_apart_are_of_one_row() -> None:
    rows = [[row[0], row[1]] for row in PIERS]
    assert rows_of(drawn(rows, columns=(72, 400)))[1] == "Pier: West of the lock | Depth (m): 7"


def test_lines_within_a_cell_are_joined() -> None:
    rows = [*PIERS[:2], ["West of", "7", "", "closed"], ["the lock", "", "", "for good"], PIERS[3]]
    expected = [LINES[0], "Pier: West of the lock | Depth (m): 7 | | Note: closed for good", LINES[2]]
    assert rows_of(drawn(rows, pitches=[24, 24, 13, 24])) == expected


@pytest.mark.parametrize(
    "rows",
    [
        [["Pier", "Master", "Note"], ["East", "Ada", "old"], ["West", "Bo", "new"]],
        [["Made by:", "Ada"], ["Version:", "2"], ["Length:", "120"]],
        [["Pier", "Depth (m)"], ["East", "40"]],
    ],
    ids=["only words", "keys and values", "two rows"],
)
def test_a_table_without_sure_names_stays_as_it_is_drawn(rows: list[list[str]]) -> None:
    assert " ".join(rows_of(drawn(rows))) == " ".join(" ".join(row) for row in rows)


def test_a_table_with_a_merged_cell_stays_as_it_is_drawn() -> None:
    table = [["Pier", "2019", "2020"], ["East", "40", "41"], ["West", "3", "5"]]
    page = [(x, 700 - 18 * at, 12, text) for at, row in enumerate(table) for x, text in zip(COLUMNS, row, strict=False)]
    assert read_bytes(files.pdf([page]), name="a.pdf").text.startswith("Pier: East | 2019: 40 | 2020: 41")
    merged = [*page[:7], (280, 664, 12, "closed")]
    text = read_bytes(files.pdf([merged]), name="a.pdf").text
    assert text.split() == "Pier 2019 2020 East 40 41 West closed".split()


BILL = [["Goods", "Count", "Price"], ["Rope", "2", "9,50"], ["Lamp oil", "", "1.140,00"], ["Tar", "1", "7,25"],
        ["Total", "", "1.166,25"]]  # fmt: skip


def by_column(columns: Sequence[Sequence[str]]) -> str:
    """Return what is read of columns that are drawn one after the other, and a line below them."""
    drawn = [
        (x, 700 - 18 * at, 12, text)
        for x, column in zip((72, 330, 480), columns, strict=False)
        for at, text in enumerate(column)
        if text
    ]
    return read_bytes(files.pdf([[*drawn, (72, 500, 12, "Thank you for your visit.")]]), name="a.pdf").text


def test_figures_that_are_drawn_after_all_words_stand_beside_them() -> None:
    assert by_column(list(zip(*BILL, strict=True))).splitlines() == [
        "Goods: Rope | Count: 2 | Price: 9,50",
        "Goods: Lamp oil | | Price: 1.140,00",
        "Goods: Tar | Count: 1 | Price: 7,25",
        "Goods: Total | | Price: 1.166,25",
        "",
        "Thank you for your visit.",
    ]


def test_words_that_are_level_with_words_stay_as_they_are_drawn() -> None:
    columns = [
        ["The mill was", "made of oak in", "the year 1802."],
        ["It burned down", "and was built of", "1,200 bricks."],
    ]
    assert by_column(columns).startswith(f"{' '.join(columns[0])}\n\n{' '.join(columns[1])}")
