"""Which sentences an extractive answer quotes, and what it never says twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.indexing.generation import Generation
from rag.reading.candidates import Candidate, unknown_names
from rag.reading.extractive import chosen, compose, lacking, same
from rag.reading.spans import candidates
from rag.records import Answer, Attribution, Document, Passage, Source, Span
from rag.text.words import ENDED
from tests.conftest import Place

TEXT = "The lamp was lit in 1904. It burned oil. A keeper lived there.\nThe harbour\nNobody lives there today."
SOURCE = Source.unnamed("isle", "The isle")


def candidate(quote: str, preference: float) -> Candidate:
    spans = tuple(Span(TEXT.index(s), TEXT.index(s) + len(s)) for s in SENTENCES)
    passage = Passage(
        1, SOURCE, "isle/text", "full text", "isle/text#0", 0, len(TEXT), TEXT, "", None,
        Attribution("Isle Press", "2020", ""), 1.0, {}, spans,
    )  # fmt: skip
    span = spans[SENTENCES.index(quote)]
    return Candidate(passage, span, quote, preference, preference, np.zeros(0, np.float32), 0.0, ())


SENTENCES = (
    "The lamp was lit in 1904.", "It burned oil.", "A keeper lived there.", "The harbour", "Nobody lives there today.",
)  # fmt: skip
DOCUMENTS = {"isle/text": Document("isle/text", "isle", "full text", TEXT, "0" * 64)}


def said(*quotes: tuple[str, float]) -> list[str]:
    return [s.text for s in compose(chosen([candidate(*quote) for quote in quotes]), DOCUMENTS)]


def test_a_sentence_that_refers_back_brings_the_one_before_it_once() -> None:
    both = "The lamp was lit in 1904. It burned oil."
    assert said((SENTENCES[1], 9.0), (SENTENCES[0], 8.9)) == [both]
    assert said((SENTENCES[0], 9.0), (SENTENCES[1], 8.9)) == [SENTENCES[0], SENTENCES[1]]


def test_a_sentence_far_behind_the_best_is_left_out() -> None:
    assert said((SENTENCES[0], 9.0), (SENTENCES[2], 2.0)) == [SENTENCES[0]]


@pytest.mark.parametrize(
    "whole", ["It ended.", "“It ended.”", "(It did.)", "Did it?", "It ended.[3]", "It ended . ''", "终于结束了。"]
)
def test_a_whole_sentence_has_an_end(whole: str) -> None:
    assert ENDED.search(whole)


@pytest.mark.parametrize("fragment", ["The harbour", "REUTERS/A. Photographer", "a | b | 3", "as follows:"])
def test_a_heading_a_credit_and_a_row_have_none(fragment: str) -> None:
    assert not ENDED.search(fragment)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("The lamp was lit in 1904.", "In 1904 the lamp was lit, it is said.", True),
        ("The lamp was lit in 1904.", "The keeper left in 1950.", False),
        ("", "The keeper left.", False),
    ],
)
def test_sentences_are_compared_by_their_words(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is alike


def test_a_number_asked_for_is_the_number_and_not_the_word_after_it() -> None:
    sentence = "Costs in 2020 include $1.5 trillion and 40% more."
    found = [sentence[a:b] for a, b in candidates("number", sentence)]
    assert found == ["2020", "$1.5", "trillion", "40%"]


def test_the_newest_statement_comes_first_where_the_newest_is_asked_for(place: Place) -> None:
    notes = place.corpus / "notes" / "ferry-note.md"
    later = (
        "- A ferry ticket across the bay cost nine crowns in 2022, and it may double by 2050."
        " [Bay Gazette, 2022-06](<https://example.org/fares>)\n"
    )
    notes.write_text(notes.read_text(encoding="utf-8") + later, encoding="utf-8")
    place.library.build()
    plain, newest = (
        place.open().ask(f"What did a ferry ticket across the bay cost{when}?")
        for when in (" in 2019", " most recently")
    )
    assert "four crowns" in plain.sentences[0].text
    assert "nine crowns" in newest.sentences[0].text


PILOT = """Harbour pilots

The harbour pilot guides every vessel past the Skerry rocks.
The pilot boat of the bay, painted anew, is of a rusty colour, red and grey.
"""
NOTES = "- The pilot boat of the bay is painted a blue colour, the Bay Gazette reported in 2019.\n"


COLOUR = "What colour is the pilot boat of the bay painted?"


@pytest.fixture
def two_texts(place: Place, tmp_path: Path) -> Assistant:
    """A note of another source that answers `COLOUR`, and the main source's own text nearly as well."""
    notes = place.corpus / "notes" / "ferry-note.md"
    notes.write_text(notes.read_text(encoding="utf-8") + NOTES, encoding="utf-8")
    text = tmp_path / "pilots.txt"
    text.write_text(PILOT, encoding="utf-8")
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    return place.open()


def cited(answer: Answer) -> list[tuple[str, str]]:
    assert {c.status for c in answer.citations} == {"verified"}
    assert {c.number for c in answer.citations} <= {p.number for p in answer.passages}
    return [(c.source_id, c.text_kind) for c in answer.citations]


def test_the_main_sources_own_text_speaks_too(two_texts: Assistant) -> None:
    assert cited(two_texts.ask(COLOUR, k=1)) == [("ferry-note", "notes"), ("bridge-report", "full text")]


def test_a_question_about_another_source_is_answered_from_that_alone(two_texts: Assistant) -> None:
    answer = two_texts.ask("What does Ferries of the Bay say is the colour of the pilot boat?", k=1)
    assert {source for source, _ in cited(answer)} == {"ferry-note"}


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Who won the Harbour Cup?", ("Harbour Cup",)),
        ("Who paid the Port Office?", ()),
        ("Did Ada Lovell or Bo Strand sail?", ("Ada Lovell", "Bo Strand")),
        ("WHO WON THE CUP?", ()),
        ("Atlantis?", ()),
        ("What did Ørsted and Łukasz build?", ("Ørsted", "Łukasz")),
        ("What did the bridge cost? Explain briefly.", ()),
    ],
)
def test_names_that_the_library_does_not_hold_are_given_whole(
    question: str, unknown: tuple[str, ...], place: Place
) -> None:
    place.library.build()
    assert unknown_names(question, Generation.open(place.settings, place.embedder).lexical) == unknown


def test_a_sentence_about_another_year_is_not_added() -> None:
    held, other = candidate(SENTENCES[0], 9.0), candidate(SENTENCES[2], 8.9)
    assert chosen([held, replace(other, lacking=("Keeper",))]) == [held, replace(other, lacking=("Keeper",))]
    assert chosen([held, replace(other, lacking=("1904",))]) == [held]
    assert lacking([replace(held, lacking=("1904", "Oil")), replace(other, lacking=("1904",))]) == ("1904",)
