"""What is made of a question before it is searched: follow-ups, typing errors, scope, notices, language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.asking.followups import needs_history, resolve
from rag.asking.notices import match_notices
from rag.asking.scope import find_scope, without_source
from rag.asking.spelling import Correction, correct
from rag.records import Source, Turn
from rag.sources.declarations import NoticeRule
from rag.text.languages import foreign_language


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


def test_who_said_that_asks_for_the_source_of_the_last_answer() -> None:
    found = resolve("who said that?", [Turn("How many died in 2022?", "107,941 died.")])
    assert found.asks_who_said
    assert found.search == "How many died in 2022?"


def test_a_first_question_stands_as_it_is() -> None:
    assert resolve("and in 2023?", []).text == "and in 2023?"


@pytest.mark.parametrize(
    ("question", "needs"),
    [
        ("why?", True), ("what about it?", True), ("who said that?", True),
        ("What is the article about?", False), ("Is there an antidote?", False), ("Why did China stop?", False),
    ],
)  # fmt: skip
def test_a_question_that_points_to_nothing_is_told(question: str, needs: bool) -> None:
    assert needs_history(question) is needs


WORDS = {"fentanyl": 90, "precursor": 40, "precursors": 12, "coalition": 30, "harbor": 2, "harbour": 2, "nitazene": 1}


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("What is fentanil?", "What is fentanyl?"),
        ("Fetnanyl", "Fentanyl"),
        ("the coaliton", "the coalition"),
        ("fentanyl", "fentanyl"),
        ("a harbur", "a harbur"),
        ("nitazen", "nitazen"),
        ("a cat", "a cat"),
        ("FENTANIL", "FENTANIL"),
        ("preposition", "preposition"),
    ],
)
def test_a_word_is_mended_only_into_one_the_library_holds(typed: str, searched: str) -> None:
    found, changes = correct(typed, WORDS, lambda word: word == "preposition")
    assert found == searched
    assert (changes == ()) is (typed == searched)


def test_what_was_mended_is_said() -> None:
    assert correct("fentanil", WORDS, lambda _: False)[1] == (Correction("fentanil", "fentanyl"),)


MAIN = replace(Source.unnamed("main", "Drugs and Distant Shores"), author="Ada B. Lovell")
OTHER = replace(Source.unnamed("other", "A Report on Harbours"), author="Port Office, Survey Team")


@pytest.mark.parametrize(
    ("question", "source", "aspect"),
    [
        ("Who wrote the article?", "main", "author"),
        ("When roughly was this published?", "main", "date"),
        ("Which magazine published it?", "main", "publisher"),
        ("What is this about?", "main", "overview"),
        ("Summarise A Report on Harbours", "other", "overview"),
        ("Why does Lovell doubt the coalition?", "main", ""),
        ("What does that author say about sanctions?", "main", ""),
        ("How many ships were lost?", None, ""),
    ],
)
def test_the_source_that_is_meant_and_what_is_asked_of_it(question: str, source: str | None, aspect: str) -> None:
    found = find_scope(question, [MAIN, OTHER], MAIN)
    assert (found.source.id if found.source else None, found.aspect) == (source, aspect)


def test_an_overview_of_a_part_names_its_topic() -> None:
    assert find_scope("Give an overview of: the sanctions", [MAIN], MAIN).topic == "sanctions"
    assert find_scope("Give me an overview of the report", [MAIN], MAIN).topic == ""


RULES = (
    NoticeRule("emergency", "Call\nfor help.", ("overdosing",)),
    NoticeRule("decline", "No recipes.", (r"\bsynthesi[sz]e\b",)),
)


@pytest.mark.parametrize(
    ("question", "notices", "declined"),
    [
        ("My friend is OVERDOSING", ["Call for help."], ""),
        ("How do I synthesize it?", [], "No recipes."),
        ("Who won?", [], ""),
    ],
)
def test_notices_are_called_up_by_pattern(question: str, notices: list[str], declined: str) -> None:
    shown, refusal = match_notices(question, RULES)
    assert [notice.text for notice in shown] == notices
    assert refusal == declined


@pytest.mark.parametrize(
    ("question", "understood", "language"),
    [
        ("Wie viele Länder waren beim Auftakt ungefähr dabei?", ("en",), "German"),
        ("芬太尼是什么?", ("en",), "Chinese"),
        ("How many countries took part in the launch?", ("en",), None),
        ("Wie viele Länder waren dabei?", (), None),
        ("fentanyl", ("en",), None),
    ],
)
def test_a_language_that_is_not_understood_is_named(
    question: str, understood: tuple[str, ...], language: str | None
) -> None:
    assert foreign_language(question, understood) == language


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("What does the article say about sanctions?", "What about sanctions?"),
        ("According to the article, why is China slow?", "why is China slow?"),
        ("Do Americans agree on demand, per the piece?", "Do Americans agree on demand?"),
        ("What does the author add to the mix?", "What does the author add to the mix?"),
        ("Is mail opened in the post office?", "Is mail opened in the post office?"),
        ("What does the article say?", "What does the article say?"),
    ],
)
def test_words_that_only_name_the_source_are_not_searched(question: str, searched: str) -> None:
    assert without_source(question) == searched
