"""A question that leans on the conversation is completed from it; one that stands alone is left alone."""

from __future__ import annotations

import pytest

from rag.asking.followups import Resolved, leans, needs_history, resolve
from rag.records import Turn


@pytest.mark.parametrize(
    ("last", "question", "resolved"),
    [
        ("How many deaths were there in 2022?", "and in 2023?", "How many deaths were there in 2023?"),
        ("What did Mexico promise?", "What about China?", "What did China promise?"),
        ("What's the longest it may run?", "and the shortest?", "What's the shortest it may run?"),
        ("Which is the most deadly drug?", "what about the least deadly?", "Which is the least deadly drug?"),
        ("What is said of the forest?", "and the lowest?", "What is said of the forest – and the lowest?"),
        ("Did China suspend the talks?", "why?", "Did China suspend the talks – why?"),
        ("Who leads it?", "When was it founded?", "When was it founded – asked after: Who leads it?"),
        ("Who leads it?", "How did Mexico vote in the assembly?", "How did Mexico vote in the assembly?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_completed_from_the_last_question(last: str, question: str, resolved: str) -> None:
    assert resolve(question, [Turn(last, "An answer.")]).text == resolved


def test_a_completed_question_is_searched_without_the_conversation_and_a_joined_one_with_it() -> None:
    history = [Turn("How many deaths were there in 2022?", "Many."), Turn("Who leads the port in 2019?", "Ada.")]
    swapped = "Who leads the port in 2020?"
    assert resolve("and in 2020?", history) == Resolved(swapped, swapped, ())
    joined = resolve("When was it founded?", history)
    assert (joined.search, joined.history) == ("When was it founded?", tuple(history))


def test_a_chain_of_follow_ups_keeps_only_the_last_question() -> None:
    before = Turn("When was it founded – asked after: Who leads it?", "In 1904.")
    assert resolve("why?", [before]).text == "When was it founded – why?"


def test_who_said_that_asks_for_the_source_of_the_last_answer() -> None:
    found = resolve("who said that?", [Turn("How many died in 2022?", "107,941 died.")])
    assert found.asks_who_said
    assert found.search == "How many died in 2022?"


def test_a_first_question_stands_as_it_is() -> None:
    assert resolve("and in 2023?", []) == Resolved("and in 2023?", "and in 2023?", ())


@pytest.mark.parametrize(
    ("question", "needs"),
    [
        ("why?", True), ("what about it?", True), ("who said that?", True),
        ("What is the article about?", False), ("Is there an antidote?", False), ("Why did China stop?", False),
    ],
)  # fmt: skip
def test_a_question_that_points_to_nothing_is_told(question: str, needs: bool) -> None:
    assert needs_history(question) is needs


@pytest.mark.parametrize(
    ("question", "leaning"),
    [
        ("Did it work?", True), ("and the price?", True), ("in Norhaven?", True),
        ("Does the Harbour Bridge of Norhaven carry its trams on the upper deck?", False),
        ("Which port has the deepest quay?", False), ("What does the author say of the quay?", False),
    ],
)  # fmt: skip
def test_a_question_leans_where_it_points_back_or_goes_on(question: str, leaning: bool) -> None:
    assert leans(question) is leaning
