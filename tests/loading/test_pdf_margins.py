"""What stands at the edges of pages tears no sentence; running lines go, rows of a table stay."""

from __future__ import annotations

import pytest

from rag.loading.pdf import read_pdf
from tests.loading import files

Drawn = tuple[int, int, int, str]
FIRST = [
    "The harbour was closed in the winter of the year.",
    "Its new wall was begun in May, and by the time that the",
    "first ships came back from the long summer fishing, the",
]
SECOND = ["men had laid the last stone of the mole and gone home.", "Nobody came to see it."]
NOTE = "1 The wall was paid for by the town."


def column(lines: list[str], x: int = 72, top: int = 700) -> list[Drawn]:
    return [(x, top - 14 * row, 11, line) for row, line in enumerate(lines)]


def test_a_note_does_not_tear_a_sentence_that_goes_on_overleaf() -> None:
    found = read_pdf(
        files.pdf([[*column(FIRST), (72, 60, 8, NOTE), (72, 48, 8, "It took two years.")], column(SECOND)])
    )
    assert found.text.split("\n\n") == [f"{NOTE} It took two years.", " ".join([*FIRST, *SECOND])]
    page = read_pdf(
        files.pdf([[*column(["A word before."], top=730), *column(FIRST), (72, 60, 8, NOTE)], column(SECOND)])
    )
    assert page.text.split("\n\n") == ["A word before.", NOTE, " ".join([*FIRST, *SECOND])]
    assert [(p.number, NOTE in page.text[p.start : p.end]) for p in page.pages] == [(1, True), (2, False)]


def test_a_note_does_not_tear_a_sentence_that_goes_on_in_the_next_column() -> None:
    drawn = [*column(["A word before."], top=730), *column(FIRST), (72, 60, 8, NOTE), *column(SECOND, x=400)]
    assert read_pdf(files.pdf([drawn])).text.split("\n\n") == ["A word before.", NOTE, " ".join([*FIRST, *SECOND])]


def test_small_print_above_text_is_no_note() -> None:
    drawn = [*column(FIRST[:1]), (72, 640, 8, "2 tables follow."), *column(SECOND, top=600)]
    assert [line.split()[0] for line in read_pdf(files.pdf([drawn])).text.split("\n\n")] == ["The", "2", "men"]


def test_the_first_of_a_running_line_stays_and_tears_no_sentence() -> None:
    def page(lines: list[str], number: int) -> list[Drawn]:
        return [*column(lines), (72, 30, 8, f"Port Office, report {number}")]

    found = read_pdf(files.pdf([page(FIRST, 1), page(SECOND, 2), page(["The end of it."], 3)]))
    assert found.text.split("\n\n") == ["Port Office, report 1", " ".join([*FIRST, *SECOND]), "The end of it."]


def test_running_lines_of_two_pages_tear_no_sentence() -> None:
    def page(lines: list[str], number: int) -> list[Drawn]:
        return [(72, 760, 9, f"Harbour papers {number}"), *column(lines), (72, 30, 8, "Printed by the port")]

    found = read_pdf(files.pdf([page(FIRST, 14), page(SECOND, 15)]))
    assert " ".join([*FIRST, *SECOND]) in found.text.split("\n\n")
    assert "Harbour papers 15" in found.text


RUNNING = [
    ["The harbour was closed for the winter of the year.", "It was dredged from the mole to the lock by the men of"],
    [
        "the town, who were paid by the day.", "Nobody had thought of the great chain, which lay below the",
        "wall since the war, nor of the place in the mud where it",
    ],
    [
        "had been let go in 1802.", "The divers found it on a night without a moon, and when",
        "the last of the three ships had come in from the sea they",
    ],
    ["raised it in May.", "It lies in the yard."],
]  # fmt: skip
"""What stands on four pages."""


def headed(heads: list[str], tops: list[int]) -> list[list[Drawn]]:
    return [
        [(72, top, 9, head), *column(lines, top=top - 100), (72, 90, 11, f"Plate {name}.")]
        for head, top, lines, name in zip(heads, tops, RUNNING, "ABDE", strict=True)
    ]


def test_running_lines_differ_on_odd_and_even_pages() -> None:
    pages = headed(["Harbour papers 2", "The mole of 1802 3", "Harbour papers 4", "The mole of 1802 5"], [760] * 4)
    text = read_pdf(files.pdf([page[:-1] for page in pages])).text
    assert (
        "by the men of the town, who" in text and "where it had been let" in text and "they raised it in May." in text
    )


def test_running_lines_are_known_on_a_page_that_lies_across() -> None:
    pages = headed([f"Harbour papers {number}" for number in range(14, 18)], [760, 580, 760, 760])
    first, second, third, rest = files.pdf(pages).split(b"[0 0 612 792]", 3)
    data = first + b"[0 0 612 792]" + second + b"[0 0 792 612]" + third + b"[0 0 612 792]" + rest
    assert read_pdf(data).text.count("Harbour papers") == 1


def test_each_chapter_of_a_book_has_its_own_running_line() -> None:
    pages = [
        [(72, 770, 8, f"{number + 1} Chapter {'abefghjkno'[number // 4]}"), *column(FIRST)] for number in range(40)
    ]
    assert read_pdf(files.pdf(pages)).text.count("Chapter") == 10


def test_rows_of_a_long_table_are_no_running_lines() -> None:
    pages = [
        [(72, 700 - 14 * row, 10, f"Ships {31 * at + row * row} tons {97 * at * at}") for row in range(48)]
        for at in range(4)
    ]
    assert read_pdf(files.pdf(pages)).text.count("Ships") == 4 * 48


@pytest.mark.parametrize("numbers", [["7", "8", "9", "10"], ["- vi -", "- vii -", "- viii -", "- ix -"],
                                     ["Page 1 of 4", "Page 2 of 4", "Page 3 of 4", "Page 4 of 4"],
                                     ["2", "4", "6", "8"]])  # fmt: skip
def test_numbers_that_count_the_pages_go(numbers: list[str]) -> None:
    pages = [[*column([f"Pier {name}"]), (300, 40, 11, number)] for name, number in zip("ABDE", numbers, strict=True)]
    assert read_pdf(files.pdf(pages)).text == "Pier A Pier B Pier D Pier E"


@pytest.mark.parametrize("prices", [["240", "315", "275", "198"], ["240", "240", "240", "240"]])
def test_figures_that_do_not_count_the_pages_stay(prices: list[str]) -> None:
    pages = [[*column([f"Pier {name}"]), (300, 40, 20, price)] for name, price in zip("ABDE", prices, strict=True)]
    assert [word for word in read_pdf(files.pdf(pages)).text.split() if word.isdigit()] == prices
