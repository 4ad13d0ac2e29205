"""What an answer says besides its quotes: what is not said, which part, and which passages it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from rag.asking.parts import Parts
from rag.asking.scope import Scope
from rag.asking.understanding import Understood
from rag.composing.answers import CAUTION, NOTHING_LEFT, Found, compose, numbered
from rag.composing.suggestions import suggestions
from rag.indexing.generation import Generation
from rag.reading.confidence import Model
from rag.reading.reading import Reading, ReadSentence
from rag.records import (
    Answer,
    Document,
    Filters,
    Measurement,
    Outcome,
    Part,
    Passage,
    Shape,
    Statement,
    TextKind,
    Turn,
)
from rag.retrieval.query import Query
from rag.testing import OverlapReader
from rag.text.words import tokenise
from tests.conftest import Place
from tests.making import documents, passage, sentence, word_index


class Held:
    """What composing needs of a generation."""

    def __init__(self, *passages: Passage) -> None:
        self.documents: dict[str, Document] = documents(*passages)
        self.lexical = word_index([tokenise(p.text) for p in passages])


def asked(*questions: str, shape: Shape = "plain") -> Understood:
    text = questions[0]
    return Understood(text, "question", text, text, (), False, False, Scope(None, "", ""), Parts(shape, questions))


def found(sentences: Sequence[ReadSentence], outcome: Outcome = "answer", sure: float = 0.8, kept: int = 2) -> Found:
    passages = tuple(dict.fromkeys(s.passage.chunk_id for s in sentences))
    places = {s.passage.chunk_id: s.passage for s in sentences}
    query = Query("", {}, np.zeros(1, np.float32))
    return Found(Reading(query, tuple(places[id_] for id_ in passages), tuple(sentences), True), sure, outcome, kept)


LIT = passage("The lamp was lit in 1904.", number=1)
SOLD = passage("The lamp of Peru was sold in 1950.", number=2)
FAR = passage("Gulls sat on a distant mast.", number=3)
BEST = [sentence(LIT, 0, 8.0), sentence(SOLD, 0, 6.0), sentence(FAR, 0, -8.0)]
HELD = cast(Generation, Held(LIT, SOLD, FAR))


def answer_to(question: str, outcome: Outcome = "answer", *, everything: bool = True, kept: int = 2) -> Answer:
    return compose(asked(question), [found(BEST, outcome, kept=kept)], HELD, everything=everything)


def test_an_answer_quotes_what_answers_and_keeps_the_best_passages() -> None:
    answer = answer_to("When was the lamp lit?")
    assert [s.text for s in answer.sentences] == ["The lamp was lit in 1904.", "The lamp of Peru was sold in 1950."]
    assert (answer.outcome, answer.lead, answer.confidence) == ("answer", "", 0.8)
    assert [p.number for p in answer.passages] == [1, 2]
    assert [p.number for p in answer_to("When was the lamp lit?", kept=1).passages] == [1, 2]


MAY_NOT, NEAREST = "The sources may not answer this:", "The nearest passages are listed for you to judge."


@pytest.mark.parametrize(
    ("question", "outcome", "everything", "told", "lead"),
    [
        ("Who lit it?", "caution", True, "caution", CAUTION),
        ("Who was Ada Lovell?", "answer", True, "caution", f"{MAY_NOT} no source mentions “Ada Lovell”."),
        ("Who was Ada Lovell?", "answer", False, "caution", f"{MAY_NOT} what is quoted does not mention “Ada Lovell”."),
        (
            "Who was Ada Lovell?", "abstain", True, "abstain",
            f"The sources do not say: they do not mention “Ada Lovell”. {NEAREST}",
        ),
        (
            "How many were lit in Chile?", "answer", True, "abstain",
            f"The sources do not say: they do not mention “Chile”. {NEAREST}",
        ),
        ("What was done in Chile?", "answer", True, "caution", f"{MAY_NOT} no source mentions “Chile”."),
        ("Who lit it?", "abstain", True, "abstain", f"The sources do not say. {NEAREST}"),
    ],
)  # fmt: skip
def test_what_is_said_before_the_quotes(
    question: str, outcome: Outcome, everything: bool, told: Outcome, lead: str
) -> None:
    answer = answer_to(question, outcome, everything=everything)
    assert (answer.outcome, answer.lead) == (told, lead)
    assert bool(answer.sentences) is (told != "abstain")
    assert answer.passages


def test_where_limits_leave_nothing_to_search_no_passages_are_promised() -> None:
    answer = compose(asked("Who lit it?"), [found([], "abstain")], HELD, everything=False)
    assert (answer.outcome, answer.lead, answer.passages) == ("abstain", NOTHING_LEFT, ())


@pytest.mark.parametrize(
    ("question", "outcome", "sure"),
    [("When was it lit?", "answer", 0.95), ("Who was Ada Lovell?", "answer", 0.64), ("Who lit it?", "abstain", 0.4)],
    ids=["no doubt", "a doubt", "an abstention"],
)
def test_what_is_told_with_a_doubt_is_no_surer_than_a_doubt_allows(
    question: str, outcome: Outcome, sure: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.composing.answers.model", lambda *, read: Model({}, 0.0, 0.65, 0.4))
    answer = compose(asked(question), [found(BEST, outcome, sure=0.95)], HELD, everything=True)
    assert answer.confidence == sure


def test_a_name_that_the_library_holds_elsewhere_is_not_said_to_be_unknown() -> None:
    held = cast(Generation, Held(LIT, passage("Lovell, whom everybody called Ada, sat there.", number=4)))
    answer = compose(asked("When did Ada Lovell see it?"), [found([BEST[0]])], held, everything=True)
    assert answer.lead == "The sources may not answer this: what is quoted does not mention “Ada Lovell”."


QUESTIONS = ("lamp in 1904?", "lamp in 1950?", "lamp in 1999?")


def test_each_part_is_answered_and_the_one_that_is_not_is_told() -> None:
    parts = [found([BEST[0]], sure=0.9), found([BEST[1]], sure=0.7), found([BEST[0]], sure=0.8)]
    answer = compose(asked(*QUESTIONS, shape="series"), parts, HELD, everything=True)
    told = zip(QUESTIONS, (True, True, False), ("1904", "1950", "1999"), strict=True)
    assert answer.parts == tuple(Part(*one) for one in told)
    assert [s.part for s in answer.sentences] == [0, 1]
    assert answer.lead == "The sources do not say: lamp in 1999?"
    assert answer.outcome == "caution"
    assert answer.confidence == pytest.approx(0.8)
    assert [s.text for s in answer.sentences] == ["The lamp was lit in 1904.", "The lamp of Peru was sold in 1950."]
    assert [[c.number for c in s.citations] for s in answer.sentences] == [[1], [2]]


def test_a_part_of_a_year_is_answered_by_what_is_said_of_that_year() -> None:
    parts = Parts("series", QUESTIONS[:2], (1904, 1950))
    understood = replace(asked(*QUESTIONS[:2]), parts=parts)
    answer = compose(understood, [found(BEST), found(BEST)], HELD, everything=True)
    assert [s.text for s in answer.sentences] == ["The lamp was lit in 1904.", "The lamp of Peru was sold in 1950."]


def test_a_part_that_is_abstained_from_gives_nothing() -> None:
    parts = [found([BEST[0]]), found([BEST[1]], "abstain", 0.1)]
    answer = compose(asked(*QUESTIONS[:2], shape="comparison"), parts, HELD, everything=True)
    assert [part.answered for part in answer.parts] == [True, False]
    assert (answer.outcome, answer.confidence) == ("caution", 0.8)


def test_where_no_part_is_answered_the_sources_do_not_say() -> None:
    parts = [found([BEST[1]], sure=0.3), found([BEST[0]], "abstain", 0.1)]
    answer = compose(asked(*QUESTIONS[:2], shape="comparison"), parts, HELD, everything=True)
    assert (answer.outcome, answer.sentences, answer.confidence) == ("abstain", (), 0.1)
    assert answer.lead.startswith("The sources do not say") and answer.passages == (SOLD,)


def test_passages_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    answer = compose(asked("Who?"), [found([BEST[1], BEST[0]], kept=3)], HELD, everything=True)
    new = numbered(answer)
    assert [p.chunk_id for p in new.passages] == [SOLD.chunk_id, LIT.chunk_id]
    assert [[c.number for c in s.citations] for s in new.sentences] == [[1], [2]]
    assert [p.number for p in new.passages] == [1, 2]


def test_what_passages_that_are_not_cited_can_tell_is_offered() -> None:
    noted = passage("It shone.", number=2, kind="notes", questions=["What shone?", "Did it?"])
    headed = passage("It sank.", number=3, heading="Harbour > Wrecks")
    cited = passage("It burnt.", number=1, heading="Fires")
    held = cast(Generation, Held(cited, noted, headed))
    best = [sentence(cited, 0, 9.0), sentence(noted, 0, 0.0), sentence(headed, 0, 0.0)]
    answer = compose(asked("What burnt?"), [found(best, kept=3)], held, everything=True)
    assert suggestions(asked("What burnt?"), answer, ()) == ("What shone?", "Give an overview of: Wrecks")
    before = [Turn("what shone", "It shone.")]
    assert suggestions(asked("What burnt?"), answer, before) == ("Give an overview of: Wrecks",)
    assert suggestions(asked("So, what was it that shone?"), answer, ()) == ("Give an overview of: Wrecks",)
    reply = replace(answer, suggestions=("What burnt?", "What fell?"))
    assert suggestions(asked("What burnt?"), reply, ()) == ("What fell?",)


def test_what_was_asked_for_is_told_in_the_best_sentence_of_an_answer_without_doubt() -> None:
    best, *others = answer_to("When was the lamp lit?").sentences
    assert best.told is not None and best.text[best.told.start : best.told.end] == "1904"
    assert [s.told for s in others] == [None]
    assert [s.told for s in answer_to("When was the lamp lit?", "caution").sentences] == [None, None]


@pytest.mark.parametrize(
    ("kind", "text"), [("notes", "Isle Press, 2020: It shone."), ("full text", "Isle Press, 2020: “It shone.”")]
)
def test_who_said_it_is_told_and_only_the_sources_own_words_are_in_quotation_marks(kind: TextKind, text: str) -> None:
    place = passage("It shone.", kind=kind)
    who = replace(asked("Who said that?"), asks_who_said=True)
    answer = compose(who, [found([sentence(place, 0, 8.0)])], cast(Generation, Held(place)), everything=True)
    assert [s.text for s in answer.sentences] == [text]


@pytest.mark.parametrize(
    ("question", "dates"),
    [("What has happened since then?", ["1904", "1950"]), ("What has happened until now?", ["1950", "1904"])],
    ids=["in turn", "newest first"],
)
def test_a_timeline_carries_its_dates(question: str, dates: list[str]) -> None:
    answer = compose(asked(question, shape="timeline"), [found(BEST)], HELD, everything=True)
    assert [s.date for s in answer.sentences] == dates


def test_a_series_carries_its_figures_and_tells_a_year_without_one() -> None:
    counts = {year: counted(f"{value:,} ships came in {year}.", year, value) for year, value in SHIPS.items()}
    parts = Parts("series", tuple(f"ships in {year}?" for year in (2019, 2020, 2021)), (2019, 2020, 2021))
    readings = [found([counts[2019]]), found([sentence(LIT, 0, -8.0)], "abstain", 0.1), found([counts[2021]])]
    held = cast(Generation, Held(*(s.passage for s in counts.values()), LIT))
    answer = compose(replace(asked(*parts.questions), parts=parts), readings, held, everything=True)
    assert [(p.name, p.answered) for p in answer.parts] == [("2019", True), ("2020", False), ("2021", True)]
    assert [(s.part, s.figure.period, s.figure.value) for s in answer.sentences if s.figure] == [
        (0, "2019", 1500.0), (2, "2021", 90.0),
    ]  # fmt: skip
    assert [s.text[s.told.start : s.told.end] for s in answer.sentences if s.told] == ["1,500", "90"]


SHIPS = {2019: 1500, 2021: 90}


def counted(text: str, year: int, value: float) -> ReadSentence:
    place = passage(text, number=year, kind="notes")
    figure = Measurement("ships", "Norhaven", str(year), value, "ships", "final")
    statement = Statement(0, len(text), place.attribution, figures=(figure,))
    return sentence(replace(place, statements=(statement,)), 0, 8.0)


ANOTHER_YEAR = "The sources may not answer this: the first figure that is quoted is of “2021”, not of “2020”."


@pytest.mark.parametrize(
    ("question", "told", "lead"),
    [
        ("How many ships came in 2021?", "answer", ""),
        ("How many ships came in 2020?", "caution", ANOTHER_YEAR),
        ("Why did ships come in 2020?", "answer", ""),
    ],
)  # fmt: skip
def test_a_figure_that_is_data_of_another_year_is_told_to_be(question: str, told: Outcome, lead: str) -> None:
    row = counted("90 ships came in 2021, a third less than in 2020.", 2021, 90)
    other = counted("12 ferries came in 2020.", 2020, 12)
    ferries = replace(other.passage.statements[0].figures[0], measure="ferries")
    statement = replace(other.passage.statements[0], figures=(ferries,))
    rows = [row, replace(other, passage=replace(other.passage, statements=(statement,)))]
    held = cast(Generation, Held(*(s.passage for s in rows)))
    answer = compose(asked(question), [found(rows)], held, everything=True)
    assert (answer.outcome, answer.lead) == (told, lead)


PILOT = "Harbour pilots\n\nThe harbour pilot guides every vessel past the Skerry rocks of Norhaven.\n"
COLOUR = "- A harbour pilot guides vessels past the Skerry rocks of Norhaven, our note says.\n"


def test_a_full_text_is_quoted_before_our_note_on_it(place: Place, tmp_path: Path) -> None:
    notes = place.corpus / "notes" / "bridge-report.md"
    notes.write_text(notes.read_text(encoding="utf-8") + COLOUR, encoding="utf-8")
    question = "What does the harbour pilot of Norhaven guide vessels past?"
    place.library.build()
    assert place.open(OverlapReader()).ask(question).citations[0].text_kind == "notes"
    text = tmp_path / "pilots.txt"
    text.write_text(PILOT, encoding="utf-8")
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    answer = place.open(OverlapReader()).ask(question)
    assert [(c.source_id, c.text_kind) for c in answer.citations[:1]] == [("bridge-report", "full text")]
    assert answer.sentences[0].text == "The harbour pilot guides every vessel past the Skerry rocks of Norhaven."


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What did it cost?", "The lamp was lit in 1904."),
        ("What is the latest?", "The lamp of Peru was sold in 1950."),
    ],
)
def test_the_newest_statement_comes_first_where_the_newest_is_asked_for(question: str, first: str) -> None:
    assert answer_to(question).sentences[0].text == first


def test_a_source_that_is_named_is_asked_first_and_said_to_be_silent_where_it_is(place: Place) -> None:
    place.library.build()
    assistant = place.open(OverlapReader())
    own = assistant.ask("What does Ferries of the Bay say a ferry ticket across the bay cost?")
    assert {c.source_id for c in own.citations} == {"ferry-note"}


def test_a_record_is_told_only_where_the_filters_leave_its_source(place: Place) -> None:
    place.library.build()
    assistant = place.open(OverlapReader())
    question = "Who wrote The Harbour Bridge?"
    assert assistant.ask(question).shape == "record"
    for filters in (Filters(sources=("ferry-note",)), Filters(kinds=("news",)), Filters(until="2020")):
        answer = assistant.ask(question, filters=filters)
        assert answer.shape != "record" and "bridge-report" not in {p.source.id for p in answer.passages}
