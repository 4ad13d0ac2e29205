"""Which sentences an answer quotes, and what it never says twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.composing.quotes import choose, quote_all, rows_asked_for, says_the_same, with_context, with_the_number
from tests.making import ISLE, documents, passage, sentence

LAMP = passage("The lamp was lit in 1904.", "It burned oil.", "A keeper lived there.", "Nobody lives there today.")


def said(*places: tuple[int, float]) -> list[str]:
    """The quotes of the sentences of `LAMP` with some logits, best first."""
    chosen = choose([sentence(LAMP, index, logit) for index, logit in places])
    return [s.text for s in quote_all(chosen, documents(LAMP))]


def test_a_sentence_that_refers_back_brings_the_one_before_it_once() -> None:
    assert said((1, 9.0), (0, 8.9)) == ["The lamp was lit in 1904. It burned oil.", "The lamp was lit in 1904."]
    assert said((0, 9.0), (1, 8.9)) == ["The lamp was lit in 1904.", "It burned oil."]


def test_the_first_sentence_of_a_passage_has_nothing_before_it() -> None:
    place = passage("It burned oil.", "This was costly.")
    assert with_context(place, place.sentences[0]) == place.sentences[0]
    assert with_context(place, place.sentences[1]).start == 0


def test_a_sentence_more_than_three_log_odds_behind_the_best_is_left_out() -> None:
    assert said((0, 9.0), (2, 6.0), (3, 5.9)) == ["The lamp was lit in 1904.", "A keeper lived there."]


def test_only_the_rows_that_hold_most_of_the_question_are_chosen() -> None:
    rows = passage("Pier: West 8 | Depth: 20", "Pier: West 7 | Depth: 31", "The water is deep at West 9.")
    read = [sentence(rows, index, 5.0) for index in range(3)]
    assert rows_asked_for(read, "How deep is the water at pier West 7?") == [read[1], read[2]]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Which isle keeps 71300 sheep?", [1]),
        ("Which isle keeps 71,300 sheep?", [1]),
        ("Which isle keeps 99,999 sheep?", [1, 0, 2]),
        ("Which isle keeps 12 400 sheep?", [0]),
        ("Which isle kept sheep in 1904?", [1, 0, 2]),
    ],
)
def test_a_number_that_is_asked_for_stands_in_all_that_is_chosen(question: str, kept: list[int]) -> None:
    isles = passage("Ardo keeps 12 400 sheep.", "Belo keeps 71 300 sheep in 1904.", "Cardo keeps 1,23,456 sheep.")
    read = [sentence(isles, index, 5.0) for index in (1, 0, 2)]
    assert [isles.sentences.index(s.span) for s in with_the_number(read, question)] == kept


def test_three_sentences_are_quoted_at_most() -> None:
    many = [sentence(passage(f"Pier {name} has a {name}.", number=i), logit=5.0) for i, name in enumerate("bcdefg")]
    assert len(choose(many)) == 3
    assert len(choose(many, most=5)) == 5


def test_what_is_said_already_is_not_said_again() -> None:
    again = sentence(passage("In 1904 the lamp was lit, it is said.", number=2), logit=8.0)
    year = sentence(passage("In 1908 the lamp was lit, it is said.", number=3), logit=7.0)
    assert [s.text[:7] for s in choose([sentence(LAMP, 0, 9.0), again, year])] == ["The lam", "In 1908"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("The lamp was lit in 1904.", "In 1904 the lamp was lit, it is said.", True),
        ("The lamp was lit in 1904.", "The lamp was lit.", True),
        ("The lamp was lit in 1904.", "The lamp was lit in 1908.", False),
        ("The lamp cost 5 crowns.", "The lamp cost 6 crowns.", False),
        ("The lamp was lit in 1904.", "The keeper left in 1950.", False),
        ("Dogs are allowed in the garden room.", "Dogs are not allowed in the garden room.", False),
    ],
)
def test_sentences_are_compared_by_words_and_figures(one: str, other: str, alike: bool) -> None:
    assert says_the_same(one, other) is alike
    assert says_the_same(other, one) is alike


NOTE = passage("Our note says that the lamp was lit.", number=5, kind="notes")


@pytest.mark.parametrize(("logit", "kind"), [(8.0, "full text"), (7.9, "notes"), (9.5, "full text")])
def test_a_sources_own_words_take_the_place_of_our_note_unless_they_answer_less_surely(logit: float, kind: str) -> None:
    own = sentence(LAMP, 0, logit)
    first, *_ = choose(sorted([sentence(NOTE, 0, 9.0), own], key=lambda s: -s.logit))
    assert first.passage.text_kind == kind


def test_another_sources_words_do_not_take_the_place_of_our_note() -> None:
    other = passage("The lamp was lit in 1904.", source=replace(ISLE, id="elsewhere"))
    assert choose([sentence(NOTE, 0, 9.0), sentence(other, 0, 8.9)])[0].passage == NOTE


def test_every_quote_is_a_slice_of_its_document_and_is_verified() -> None:
    held = documents(LAMP)
    for quoted in quote_all([sentence(LAMP, index) for index in range(4)], held):
        (citation,) = quoted.citations
        assert held[citation.doc_id].text[citation.start : citation.end] == citation.quote
        assert (citation.status, quoted.status, citation.attribution.origin) == ("verified", "supported", "Isle Press")
