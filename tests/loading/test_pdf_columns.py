"""Columns that a page draws row by row are read one after the other; rows of a table stay whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.loading import read_bytes
from tests.loading import files

NORTH = [
    "The old mill was",
    "made of oak in 1802 by",
    "a family that came up",
    "the river with a barge",
    "of grain and cows.",
]
SOUTH = [
    "The new mill is of",
    "brick and has a wheel",
    "that gives light to all",
    "of the town, so that no",
    "lamp is lit with oil.",
]


def drawn(*columns: Sequence[str], gap: int = 140) -> bytes:
    rows = zip(*columns, strict=True)
    page = [
        (72 + gap * at, 700 - 14 * row, 12, text) for row, cells in enumerate(rows) for at, text in enumerate(cells)
    ]
    return files.pdf(
        [[(72, 760, 12, "Two mills stand by the river, an old one and a new one, and both of them grind."), *page]]
    )


def test_columns_drawn_row_by_row_are_read_one_after_the_other() -> None:
    expected = (
        "Two mills stand by the river, an old one and a new one, and both of them grind.\n\n"
        "The old mill was made of oak in 1802 by a family that came up the river with a barge of grain and cows.\n\n"
        "The new mill is of brick and has a wheel that gives light to all of the town, so that no lamp is lit with oil."
    )
    assert read_bytes(drawn(NORTH, SOUTH), name="a.pdf").text == expected


def test_three_columns_are_read_one_after_the_other() -> None:
    east = [
        "The third one is",
        "gone since the flood of",
        "the last winter, and its",
        "stones are in the walls",
        "of the barn behind it.",
    ]
    paragraphs = read_bytes(drawn(NORTH, SOUTH, east), name="a.pdf").text.split("\n\n")
    assert [text.split()[1] for text in paragraphs[1:]] == ["old", "new", "third"]
    assert paragraphs[3].endswith("stones are in the walls of the barn behind it.")


SIDE = ["Port Office", "Quay 7", "Open", "Mo to Fr", "8 to 12", "Room 14"]
LETTER = [
    "Dear keeper, the board has looked at the dues of",
    "your mill and at the boats that came to it in the",
    "year. There were 146 of them, which is nine fewer",
    "than in the year before. The bill will be sent by",
    "the end of June. You may say what you think of it",
    "within four weeks in a letter to the Port Office.",
]


@pytest.mark.parametrize("side_first", [True, False])
def test_a_letter_beside_a_list_is_read_by_itself(side_first: bool) -> None:
    columns = (SIDE, LETTER) if side_first else (LETTER, SIDE)
    text = read_bytes(drawn(*columns, gap=140 if side_first else 360), name="a.pdf").text
    assert " ".join(LETTER) in text
    assert " ".join(text.split()).count(" ".join(SIDE)) == 1


def test_a_table_of_terms_and_what_they_mean_stays_whole() -> None:
    terms = ["bight", "", "bollard", "", "fender", "hawser", "", "painter"]
    means = [
        "a bend in a coast or the slack part of a rope that", "hangs between two fixed ends of it",
        "a strong post on a quay or a ship to which the rope", "of a boat is made fast",
        "what keeps a hull from a wall",
        "a thick rope or a cable with which a ship is towed or", "moored to the quay", "the rope at the bow of a boat",
    ]  # fmt: skip
    page = [(72 + 140 * at, 700 - 14 * row, 12, text) for row, pair in enumerate(zip(terms, means, strict=True))
            for at, text in enumerate(pair) if text]  # fmt: skip
    lines = read_bytes(files.pdf([page]), name="a.pdf").text.splitlines()
    assert [line for line in lines if line.startswith("fender")] == ["fender what keeps a hull from a wall"]


def test_rows_of_a_table_stay_whole() -> None:
    names = ["Name of mill", "Oak mill by the ford", "Brick mill in town", "Third mill, gone", "Mill of the abbey"]
    years = ["Built", "1802", "1899", "1711", "1432"]
    lines = read_bytes(drawn(names, years), name="a.pdf").text.splitlines()
    expected = [f"Name of mill: {name} | Built: {year}" for name, year in zip(names[1:], years[1:], strict=True)]
    assert [line for line in lines if line[-1:].isdigit()] == expected
