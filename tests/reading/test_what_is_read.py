"""What is read, in which order sentences and passages come, and what happens without time or a reader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.indexing.encoder import FloatArray
from rag.reading.reader import Reader
from rag.reading.reading import UNREAD, Reading, as_read, read
from rag.records import Attribution, Passage, Source, Turn
from rag.retrieval.query import Query
from rag.testing import OverlapReader
from rag.text.words import content_terms, tokenise
from tests.conftest import Place
from tests.making import ISLE, passage, word_index

QUESTION = "When was the lamp lit?"
"""Its content words are lamp and lit."""


def reading(
    passages: Sequence[Passage],
    reader: Reader | None,
    question: str = QUESTION,
    *,
    seconds: float = 9.0,
    most: int | None = None,
    reorder: bool = True,
    year: int | None = None,
) -> Reading:
    query = Query(question, dict.fromkeys(content_terms(question), 1.0), np.zeros(2, np.float32))
    lexical = word_index([tokenise(p.text) for p in passages])
    most_read = {} if most is None else {"most": most}
    return read(query, passages, lexical, reader, seconds=seconds, year=year, reorder=reorder, **most_read)


def texts(found: Reading) -> list[str]:
    return [s.text for s in found.sentences]


LIT = passage("A keeper lived there.", "The lamp was lit in 1904.", number=1, score=0.4)
SEEN = passage("The lamp is seen from afar.", number=2, score=0.9)


def test_a_sentence_is_ordered_by_its_logit_and_five_times_the_score_of_its_passage() -> None:
    found = reading([SEEN, LIT], OverlapReader())
    # Read with the title "The isle": lamp and lit give 10, lamp alone 0, neither -10.
    assert [(s.text, s.logit, round(s.score, 4)) for s in found.sentences] == [
        ("The lamp was lit in 1904.", 10.0, 12.0),
        ("The lamp is seen from afar.", 0.0, 4.5),
        ("A keeper lived there.", -10.0, -8.0),
    ]
    assert found.read


def test_between_equal_logits_the_passage_decides_and_then_the_text_order() -> None:
    low = passage("The lamp fell.", number=1, score=0.2)
    high = passage("The lamp rose.", "The lamp sank.", number=2, score=0.3)
    assert texts(reading([low, high], OverlapReader())) == ["The lamp rose.", "The lamp sank.", "The lamp fell."]


def test_each_country_and_year_that_the_passage_does_not_name_costs_two() -> None:
    asked = "What did Mexico and Peru buy in 2022?"
    place = passage("Mexico did buy a lamp in 2021.", score=0.0)
    (one,) = reading([place], OverlapReader(), asked).sentences
    # Peru and 2022 are not named; of mexico, peru, buy and 2022 two are held: 20 · 2 / 4 − 10 = 0.
    assert (one.logit, one.score) == (0.0, -4.0)
    heading = replace(place, heading="Peru in 2022")
    assert reading([heading], OverlapReader(), asked).sentences[0].score == 0.0


def test_another_name_costs_nothing() -> None:
    (one,) = reading(
        [passage("The lamp was lit.", score=0.0)], OverlapReader(), "When did Lovell see the lamp?"
    ).sentences
    assert one.score == one.logit


def test_without_a_reader_words_and_passage_decide_and_nothing_counts_as_read() -> None:
    found = reading([SEEN, LIT], None)
    assert found.read is False
    assert {s.logit for s in found.sentences} == {UNREAD}
    # idf of lamp (2 of 2 texts) 0.1823 and of lit (1 of 2) 0.6931; 0.9 of its own share and 0.3 of that with
    # the sentence before and the title: 0.4 + 1.2 · 1 for the lit lamp, 0.9 + 1.2 · 0.2083 for the one seen.
    assert [(s.text, round(s.score, 3)) for s in found.sentences] == [
        ("The lamp was lit in 1904.", 1.6),
        ("The lamp is seen from afar.", 1.15),
        ("A keeper lived there.", 0.4),
    ]
    assert found.passages == (SEEN, LIT)


def test_the_sentence_before_helps_to_pick_what_is_read() -> None:
    place = passage("The lamp was lit.", "It was in 1904.", "A keeper lived there.", score=0.0)
    assert [(s.text, round(s.score, 3)) for s in reading([place], None).sentences] == [
        ("The lamp was lit.", 1.2),
        ("It was in 1904.", 0.3),
        ("A keeper lived there.", 0.0),
    ]


def test_only_as_many_sentences_are_read_as_asked_for_and_twenty_four_otherwise() -> None:
    many = [passage(*(f"Lamp {n} of pier {i}." for n in range(9)), number=i) for i in range(9)]
    reader = OverlapReader()
    assert len(reading(many, reader, most=3).sentences) == 3
    assert len(reading(many, reader).sentences) == 24
    assert [len(asked) for _, asked in reader.asked] == [3, 24]


def test_twenty_passages_are_read() -> None:
    many = [passage("The lamp was lit.", number=i, score=1 - i / 50) for i in range(1, 30)]
    found = reading(many, OverlapReader())
    assert [s.passage.number for s in found.sentences] == list(range(1, 21))
    assert len(found.passages) == 29


def test_of_one_year_only_what_is_said_of_it_is_read_in_every_passage() -> None:
    dated = Attribution.own("Isle Press", "1950-03", "")
    many = [passage("The lamp was lit in 1904.", number=i, score=0.9) for i in range(1, 24)]
    last = passage("The lamp was lit in 1950.", "The lamp was lit again.", number=30, score=0.1, said=dated)
    assert texts(reading([*many, last], OverlapReader(), year=1950)) == [
        "The lamp was lit in 1950.", "The lamp was lit again.",
    ]  # fmt: skip
    assert "The lamp was lit in 1950." not in texts(reading([*many, last], OverlapReader()))


def test_fragments_are_not_read() -> None:
    place = passage("The lamp", "REUTERS/The Lamp", "The lamp was lit.", "lamp | lit | 1904", "Lamp: old | Lit: 1904")
    assert sorted(texts(reading([place], OverlapReader()))) == ["Lamp: old | Lit: 1904", "The lamp was lit."]


def test_what_time_does_not_reach_counts_as_not_read() -> None:
    found = reading([SEEN, LIT], OverlapReader(each=1.0), seconds=2.5)
    assert [(s.text, s.logit) for s in found.sentences] == [
        ("The lamp was lit in 1904.", 10.0),
        ("The lamp is seen from afar.", 0.0),
        ("A keeper lived there.", UNREAD),
    ]
    nothing = reading([SEEN, LIT], OverlapReader(each=1.0), seconds=0.5)
    assert not nothing.read and {s.logit for s in nothing.sentences} == {UNREAD}


NOTED = passage("It first shone in 1904.", number=3, score=0.4, kind="notes", questions=["Who lives there?", QUESTION])


def test_a_question_noted_for_a_sentence_counts_as_the_sentence_would() -> None:
    reader = OverlapReader()
    found = reading([SEEN, NOTED], reader)
    assert [(s.text, s.logit) for s in found.sentences] == [
        ("It first shone in 1904.", 10.0),
        ("The lamp is seen from afar.", 0.0),
    ]
    assert reader.asked[1] == (QUESTION, (QUESTION,))


def test_a_noted_question_never_lowers_what_a_sentence_got() -> None:
    held = passage("The lamp was lit in 1904.", kind="notes", questions=["Who lives there?"])
    assert reading([held], OverlapReader()).sentences[0].logit == 10.0


class Slow(OverlapReader):
    """Takes its time, and notes how much it was given."""

    def read(self, question: str, texts: Sequence[str], *, seconds: float) -> FloatArray:
        self.given = [*getattr(self, "given", []), seconds]
        time.sleep(0.05)
        return super().read(question, texts, seconds=seconds)


def test_noted_questions_get_the_time_that_is_left() -> None:
    reader = Slow()
    reading([NOTED], reader, seconds=3.0)
    first, second = reader.given
    assert first == 3.0 and second <= 2.95


def test_a_statement_of_notes_is_read_alone_and_a_sentence_of_a_text_with_its_title() -> None:
    text = passage("It burned oil.", source=replace(ISLE, title="The lamp"))
    note = replace(text, text_kind="notes")
    assert as_read(text, text.sentences[0]) == "The lamp. It burned oil."
    assert as_read(note, note.sentences[0]) == "It burned oil."


def test_passages_are_ordered_anew_by_a_twentieth_of_their_best_logit() -> None:
    # With 10 read in one and 0 in the other the second is half a point ahead of its score.
    for score, order in ((0.39, [2, 1]), (0.41, [1, 2])):
        first, last = replace(SEEN, number=2), replace(LIT, number=1, score=score)
        assert [p.number for p in reading([first, last], OverlapReader()).passages] == order


def test_with_a_conversation_passages_keep_their_order() -> None:
    better = replace(LIT, score=0.8)
    assert reading([SEEN, better], OverlapReader(), reorder=False).passages == (SEEN, better)
    assert reading([SEEN, better], OverlapReader()).passages == (better, SEEN)


def test_a_follow_up_is_read_with_the_question_before_and_orders_no_passages(place: Place) -> None:
    place.library.build()
    reader = OverlapReader()
    pipeline = place.open(reader)._fresh().pipeline
    history = [Turn("How did the ferry run?", "Every twenty minutes.")]
    found = pipeline.read("What did it cost?", history, leans=True)
    assert reader.asked[0][0] == "How did the ferry run? What did it cost?"
    scores = [p.score for p in found.passages]
    assert scores == sorted(scores, reverse=True)


def test_nothing_to_read_gives_no_sentence() -> None:
    assert reading([], OverlapReader()).sentences == ()


def test_an_answer_says_that_it_was_not_read(place: Place) -> None:
    place.library.build()
    question = "What did the Harbour Bridge cost?"
    unread = place.open().ask(question)
    assert [n.kind for n in unread.notices] == ["reader"]
    assert unread.notices[0].text.startswith(
        "No reading model is installed or set, so sentences are ordered by likeness"
    )
    assert place.open(OverlapReader()).ask(question).notices == ()


def test_a_reader_that_does_not_know_the_language_is_left_out_and_that_is_said(place: Place) -> None:
    place.library.build()
    reader = OverlapReader(languages=("de",))
    answer = place.open(reader).ask("How many vehicles crossed the Harbour Bridge each day?")
    assert reader.asked == []
    assert [n.text for n in answer.notices] == [
        "The reading model overlap does not know English, so sentences are ordered by likeness alone; "
        "set reader_model to one that does."
    ]


def test_source_and_speaker_are_no_part_of_what_is_lost() -> None:
    mexico = replace(Source.unnamed("mx", "Trade of Mexico"), publisher="Press")
    place = passage("It did buy a lamp.", source=mexico, said=Attribution.own("Peru Press", "2022", ""), score=0.0)
    (one,) = reading([place], OverlapReader(), "What did Mexico buy?").sentences
    assert one.score == one.logit
