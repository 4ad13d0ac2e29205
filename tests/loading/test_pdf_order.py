"""Boxes of a page are read from top to bottom, whatever the order in which they are drawn."""

from __future__ import annotations

import random

import pytest

from rag.loading.pdf import read_pdf
from tests.loading import files

Drawn = tuple[int, int, int, str]
WALL = ["The wall of the dock was", "raised by two feet in 1911."]
GATE = ["Its gate was hung anew in", "the spring of 1912, and the"]
LOCK = ["lock was dug out by forty", "men with spades and carts."]
SIDE = ["Tolls are paid to the", "keeper, who lives here."]
TITLE = "The dock at Selby"


def box(lines: list[str], x: int, top: int) -> list[Drawn]:
    return [(x, top - 14 * row, 12, line) for row, line in enumerate(lines)]


TALL = [(box(WALL, 72, 600)), box(GATE, 72, 550), box(LOCK, 72, 514), box(SIDE, 400, 560)]
TEXTS = [" ".join(WALL), f"{' '.join(GATE)} {' '.join(LOCK)}", " ".join(SIDE)]


@pytest.mark.parametrize("order", [(3, 0, 2, 1), (0, 2, 3, 1), (1, 0, 3, 2), (1, 3, 2, 0), (2, 3, 1, 0), (3, 2, 1, 0)])
def test_a_title_paragraphs_and_a_sidebar_are_read_in_order(order: tuple[int, ...]) -> None:
    drawn = [line for at in order for line in TALL[at]]
    found = read_pdf(files.pdf([[*drawn, (72, 660, 20, TITLE)]])).text.split("\n\n")
    assert [text for text in found if text != TEXTS[2]] == [TITLE, *TEXTS[:2]]
    assert TEXTS[2] in found


def test_columns_whose_boxes_are_drawn_out_of_order_are_read_from_left_to_right() -> None:
    left = [box(WALL, 72, 600), box(GATE, 72, 550)]
    right = [box(LOCK, 330, 600), box(SIDE, 330, 550)]
    drawn = [*right[0], *left[1], *left[0], *right[1], (72, 660, 20, TITLE)]
    assert read_pdf(files.pdf([drawn])).text.split("\n\n") == [TITLE, *TEXTS]


def test_lines_drawn_in_any_order_are_read_from_the_top() -> None:
    lines = [(72, 700 - 14 * row, 12, line) for row, line in enumerate(WALL + GATE + LOCK + SIDE)]
    for seed in range(8):
        random.Random(seed).shuffle(lines)
        assert read_pdf(files.pdf([lines])).text.split() == " ".join(WALL + GATE + LOCK + SIDE).split()


def test_columns_that_are_drawn_in_order_stay_so_with_a_head_drawn_last() -> None:
    wide = ["A line that is wider than its column, as a formula."]
    drawn = [*box(GATE, 72, 600), *box(wide, 72, 540), *box(WALL, 330, 620), *box(SIDE, 330, 500)]
    text = read_pdf(
        files.pdf([[*drawn, (72, 760, 12, "Papers of the port, set in two columns of one width and more")]])
    )
    assert [paragraph.split()[0] for paragraph in text.text.split("\n\n")] == ["Papers", "Its", "A", "The", "Tolls"]


def test_a_box_at_the_side_is_a_paragraph_of_its_own_wherever_it_is_drawn() -> None:
    assert read_pdf(files.pdf([[*TALL[0], *TALL[3], *TALL[1], *TALL[2]]])).text.split("\n\n") == [
        TEXTS[0], TEXTS[2], TEXTS[1]
    ]  # fmt: skip
