"""A question that asks for several things is parted into questions that each ask for one."""

from __future__ import annotations

from datetime import date

import pytest

from rag.asking.parts import Parts, part


@pytest.mark.parametrize(
    ("question", "shape", "parts"),
    [
        ("Compare deaths in 2019 and 2023", "comparison", ("deaths in 2019?", "deaths in 2023?")),
        (
            "How many deaths were there from 2019 to 2021?", "series",
            tuple(f"How many deaths were there in {year}?" for year in (2019, 2020, 2021)),
        ),
        ("How did deaths change between 2020 and 2021?", "comparison", ("deaths in 2020?", "deaths in 2021?")),
        (
            "What do Mexico and China each say?", "comparison",
            ("What do Mexico say?", "What do China say?"),
        ),
        (
            "What is the difference between Norhaven and Sudhaven in price?", "comparison",
            (
                "the Norhaven in price?", "the Sudhaven in price?",
            ),
        ),
    ],
)  # fmt: skip
def test_sides_and_years_are_asked_for_each(question: str, shape: str, parts: tuple[str, ...]) -> None:
    found = part(question)
    assert (found.shape, found.questions) == (shape, parts)


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("How many ships sailed?", "plain"),
        ("How many died in 2019?", "plain"),
        ("List the ferries of the bay", "list"),
        ("Which ports are all members?", "list"),
        ("What is the timeline of the talks?", "timeline"),
        ("What has become of the port?", "timeline"),
        ("How has the port changed the town?", "plain"),
        ("What were deaths over the years?", "timeline"),
    ],
)
def test_a_question_of_one_part_stays_as_it_is(question: str, shape: str) -> None:
    found = part(question)
    assert (found.shape, found.questions) == (shape, (question,))


def test_since_a_year_asks_for_each_year_until_now() -> None:
    this = date.today().year
    found = part(f"What has happened to the port since {this - 2}?")
    assert found.shape == "timeline"
    assert found.years == (this - 2, this - 1, this)
    assert found.questions == tuple(f"to the port in {year}?" for year in found.years)


def test_a_long_range_is_asked_for_as_one_timeline() -> None:
    assert part("deaths from 1990 to 2020") == Parts("timeline", ("deaths from 1990 to 2020",))
    assert part("deaths from 2013 to 2023").years == tuple(range(2013, 2024))


@pytest.mark.parametrize(
    "question",
    [
        "How many ships sailed each year from 2015 to 2024?",
        "ships in 2015–2024",
        f"How many ships sailed in {', '.join(map(str, range(2015, 2024)))} and 2024?",
        f"ships for {', '.join(map(str, range(2015, 2025)))}",
    ],
)
def test_ten_years_are_a_series_as_a_range_and_as_a_list(question: str) -> None:
    found = part(question)
    assert (found.shape, found.years) == ("series", tuple(range(2015, 2025)))
    assert found.questions[0].endswith("in 2015?") and len(found.questions) == 10


def test_listed_years_are_those_alone() -> None:
    assert part("How many ships sailed in 2010, 2015 and 2020?").years == (2010, 2015, 2020)


def test_a_comparison_of_names_opens_with_the_whole_question() -> None:
    assert part("What do Mexico and China each say?").opening == "What do Mexico and China each say?"
    assert part("Compare Norway and Sweden on oil").questions == ("Norway on oil", "Sweden on oil")
