"""Which source a question is about, and when it is asked about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.asking.scope import find_scope, without_author, without_source
from rag.indexing.naming import Names
from rag.records import Source

MAIN = replace(Source.unnamed("main", "Drugs and Distant Shores"), author="Ada B. Lovell")
OTHER = replace(Source.unnamed("other", "A Report on Harbours"), author="Port Office, Survey Team")
NAMES = Names.of([MAIN, OTHER])


def named_in(question: str) -> list[Source]:
    return [[MAIN, OTHER][number] for number in sorted(NAMES.find(question))]


@pytest.mark.parametrize(
    ("question", "source", "aspect"),
    [
        ("Who wrote the article?", "main", "author"),
        ("Who wrote A Report on Harbours?", "other", "author"),
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
    found = find_scope(question, named_in(question), MAIN)
    assert (found.source.id if found.source else None, found.aspect) == (source, aspect)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the Iliad?",
        "Who published the Mueller report?",
        "Who wrote War and Peace?",
        "Who wrote the court's opinion?",
        "When was the Magna Carta published?",
        "Where did the Times appear?",
        "Who wrote the article about walruses?",
        "When was the article on sanctions published?",
    ],
)
def test_a_question_about_another_work_is_never_answered_from_a_sources_record(question: str) -> None:
    assert find_scope(question, named_in(question), MAIN).aspect == ""


def test_an_overview_of_a_part_names_its_topic() -> None:
    assert (
        find_scope("Give an overview of: the sanctions", named_in("Give an overview of: the sanctions"), MAIN).topic
        == "sanctions"
    )
    assert (
        find_scope("Give me an overview of the report", named_in("Give me an overview of the report"), MAIN).topic == ""
    )


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


def test_an_author_is_named_as_one_and_an_office_as_it_is() -> None:
    named = [
        without_author(question, named_in(question)) for question in ("What would Ada B. Lovell do?", "Is Lovell sure?")
    ]
    assert named == ["What would the author do?", "Is the author sure?"]
    assert (
        without_author("What does the Port Office say?", named_in("What does the Port Office say?"))
        == "What does the Port Office say?"
    )
