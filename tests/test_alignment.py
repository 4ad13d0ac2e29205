"""Where a source's own text says what a note says, the text is quoted, and otherwise the note."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.alignment import Alignment
from rag.index import Generation
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


def test_an_answer_quotes_the_text_and_what_only_the_note_says_from_the_note(
    generation: Generation, place: Place
) -> None:
    assistant = place.open()
    cost = assistant.ask("How many crowns did the bridge cost?").sentences[0].citations[0]
    traffic = assistant.ask("How many vehicles crossed the Harbour Bridge each day?").sentences[0].citations[0]
    assert (cost.doc_id, traffic.doc_id) == ("bridge-report/text", "bridge-report/notes")
