"""Sentences in the order of what they tell: events in turn, the newest first."""

from __future__ import annotations

from datetime import date

import pytest

from rag.composing.order import ASKS_RECENT, date_of, events, newest_first, said_of
from rag.reading.reading import ReadSentence
from rag.records import Attribution
from tests.making import passage, sentence


def at(text: str, logit: float = 5.0, dated: str = "2020", number: int = 1) -> ReadSentence:
    return sentence(passage(text, number=number, said=Attribution.own("Press", dated, "")), logit=logit)


@pytest.mark.parametrize(
    ("text", "dated", "moment"),
    [
        ("The pier burnt on 4 May 2019.", "2021", (2019, 5, 4)),
        ("It burnt in May 2019 and again in 2020.", "2021", (2020, 0, 0)),
        ("The pier burnt.", "2021-05", (2021, 5, 0)),
        ("The pier burnt.", "unknown", (0, 0, 0)),
        (f"The pier of 2019 will be rebuilt by {date.today().year + 9}.", "2021", (2019, 0, 0)),
    ],
    ids=["a day", "the last of two", "its attribution", "nothing", "not one to come"],
)
def test_when_what_a_sentence_says_was_so(text: str, dated: str, moment: tuple[int, int, int]) -> None:
    assert said_of(at(text, dated=dated)) == moment
    assert date_of(at(text, dated=dated)) == "-".join(f"{part:02}" for part in moment if part)


def test_the_newest_of_those_that_answer_as_surely_comes_first() -> None:
    old, new = at("A ticket cost four crowns in 2019.", 9.0), at("A ticket cost nine crowns in 2022.", 6.0)
    behind = at("A ticket cost ten crowns in 2023.", 5.9)
    assert newest_first([old, new, behind]) == [new, old, behind]


def test_events_come_in_the_order_of_their_dates_and_those_without_one_are_none() -> None:
    found = events(
        [
            at("The pier was sold in 2021.", 5.0), at("Talks on the quay began in May 2019.", 4.0),
            at("A gull sat on the mast.", 3.9, "unknown"), at("Trams stopped in March 2019.", 3.0),
        ]
    )  # fmt: skip
    assert [s.text for s in found] == [
        "Trams stopped in March 2019.", "Talks on the quay began in May 2019.", "The pier was sold in 2021.",
    ]  # fmt: skip


def test_of_many_events_each_year_keeps_its_best() -> None:
    topics = "pier quay mast lamp rope sail crane salt tide gull".split()
    years = [2018, *[2019] * 9]
    many = [at(f"The {topic} fell in {years[n]}.", 9 - n / 4) for n, topic in enumerate(topics)]
    lonely = at("A storm came in 2011.", 4.0)
    found = [s.text for s in events([*many, lonely])]
    assert len(found) == 8
    assert found[0] == "A storm came in 2011."
    assert many[-1].text not in found and many[0].text in found


@pytest.mark.parametrize(
    ("question", "recent"),
    [("What is the latest fare?", True), ("Is it still so?", True), ("What did a ticket cost in 2019?", False)],
)
def test_a_question_for_what_is_so_now_is_told(question: str, recent: bool) -> None:
    assert bool(ASKS_RECENT.search(question)) is recent
