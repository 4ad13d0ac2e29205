"""With a full text added, answers cite it beside the notes; every quote is a slice of what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.records import Filters
from rag.testing import OverlapReader
from tests.conftest import Place

REPORT = """The Harbour Bridge

Opening

The Harbour Bridge was opened by the mayor on 4 May 2021. It had taken nine years to build. Divers found an anchor
of bronze below the western pylon.

Cost

The council had hoped to pay 250 million crowns. In the end the bridge cost 310 million crowns, because the ground
was softer than the survey had said.
"""

QUESTIONS = (
    "Who opened the Harbour Bridge in 2021?",
    "What did divers find below the western pylon?",
    "Why did the bridge cost 310 million crowns?",
    "How many vehicles crossed the Harbour Bridge each day in 2021?",
    "What did a ferry ticket across the bay cost in 2019?",
)


@pytest.fixture
def both(place: Place, tmp_path: Path) -> Assistant:
    """The notes of two sources, and the whole text of one of them."""
    text = tmp_path / "bridge.txt"
    text.write_text(REPORT, encoding="utf-8")
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    return place.open(OverlapReader())


def test_what_only_the_full_text_says_is_cited_from_it(both: Assistant) -> None:
    answer = both.ask("What did divers find below the western pylon?")
    assert answer.sentences[0].text == "Divers found an anchor of bronze below the western pylon."
    assert [(c.doc_id, c.title, c.attribution.seen_at.publisher) for c in answer.citations[:1]] == [
        ("bridge-report/text", "The Harbour Bridge", "Port Office")
    ]


def test_notes_and_full_text_are_searched_together(both: Assistant) -> None:
    found = both.retrieve("Harbour Bridge opened 4 May 2021", 20, filters=Filters(sources=("bridge-report",)))
    assert {p.text_kind for p in found} == {"notes", "full text"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_a_slice_of_its_document(both: Assistant, question: str) -> None:
    citations = both.ask(question).citations
    assert citations
    for citation in citations:
        assert both.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
        assert citation.status == "verified"
