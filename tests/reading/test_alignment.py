"""Where a source's own text says what a note says, the text is quoted, and otherwise the note."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.indexing.generation import Generation
from rag.reading.agreement import contradicts
from rag.reading.alignment import Alignment
from rag.records import Filters
from tests.conftest import Place

TEXT = """The Harbour Bridge

Painters come each spring.

The bridge cost 310 million crowns, the Port Office reported in 2021.

Gulls nest below the deck. The bridge cost 310 million crowns, the Port Office reported in 2021.
"""


@pytest.fixture
def generation(place: Place, tmp_path: Path) -> Generation:
    text = tmp_path / "bridge.txt"
    text.write_text(TEXT, encoding="utf-8")
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    return Generation.open(place.settings)


def row_of(generation: Generation, doc_id: str, start: str) -> int:
    owners = generation.sentence_owner
    return next(
        row
        for row in range(len(owners))
        if generation.chunks[owners[row]].doc_id == doc_id and generation.sentence_text(row).startswith(start)
    )


def test_a_note_is_led_to_the_sentence_that_says_the_same_though_it_stands_there_twice(generation: Generation) -> None:
    note = row_of(generation, "bridge-report/notes", "The bridge cost")
    own = Alignment(generation).own_sentence(note)
    assert own is not None
    assert generation.sentence_text(own) == "The bridge cost 310 million crowns, the Port Office reported in 2021."
    assert generation.chunks[generation.sentence_owner[own]].doc_id == "bridge-report/text"


def test_what_the_text_does_not_say_stays_a_note(generation: Generation) -> None:
    alignment = Alignment(generation)
    assert alignment.own_sentence(row_of(generation, "bridge-report/notes", "About 42,000")) is None
    assert alignment.own_sentence(row_of(generation, "ferry-note/notes", "A ferry ticket")) is None
    assert alignment.own_sentence(row_of(generation, "bridge-report/text", "Painters")) is None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("About 42,000 crossed each day in 2021.", "About 39,000 crossed each day in 2019.", True),
        ("China did not agree to pay for the bridge.", "China agreed to pay for the bridge.", True),
        ("The toll fell by 10 percent.", "The toll rose by 10 percent.", True),
        ("More than 80 countries took part.", "Ministers from more than eighty countries came.", False),
        ("In July 2023 it was set a term of 12 to 18 months.", "It is a twelve- to eighteen-month effort.", False),
    ],
)
def test_sentences_that_differ_in_what_counts_do_not_say_the_same(one: str, other: str, differ: bool) -> None:
    assert contradicts(one, other) is differ


def test_a_note_is_not_replaced_by_a_text_that_says_otherwise(place: Place, tmp_path: Path) -> None:
    text = tmp_path / "bridge.txt"
    text.write_text("The Harbour Bridge\n\nAbout 39,000 vehicles crossed the Harbour Bridge each day in 2019.\n")
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    citation = place.open().ask("How many vehicles crossed the Harbour Bridge each day in 2021?").citations[0]
    assert "42,000" in citation.quote


def test_a_filter_that_leaves_the_text_out_keeps_the_note(generation: Generation, place: Place) -> None:
    answer = place.open().ask("How many vehicles crossed the bridge each day?", filters=Filters(since="2022"))
    assert {c.doc_id for c in answer.citations} == {"bridge-report/notes"}


def test_passages_are_numbered_from_one_and_hold_every_citation(generation: Generation, place: Place) -> None:
    for answer in place.open().stream("How many crowns did the bridge cost?", k=1):
        assert [p.number for p in answer.passages] == list(range(1, len(answer.passages) + 1))
        for citation in answer.citations:
            passage = answer.passages[citation.number - 1]
            assert (passage.doc_id, passage.start <= citation.start) == (citation.doc_id, True)
        assert len(answer.passages) <= 1 + len(answer.citations)


def test_an_answer_quotes_the_text_and_what_only_the_note_says_from_the_note(
    generation: Generation, place: Place
) -> None:
    assistant = place.open()
    cost = assistant.ask("How many crowns did the bridge cost?").sentences[0].citations[0]
    traffic = assistant.ask("How many vehicles crossed the Harbour Bridge each day?").sentences[0].citations[0]
    assert (cost.doc_id, traffic.doc_id) == ("bridge-report/text", "bridge-report/notes")
