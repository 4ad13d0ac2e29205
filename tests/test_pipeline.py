"""Answers over the shipped notes with the real model: right, cited, verified, or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import QuestionError, UnknownSourceError
from rag.interfaces.wire import answer_json
from rag.records import Answer, Filters, Turn
from rag.testing import OverlapReader
from tests.conftest import Place

GOLD = Path(__file__).with_name("gold.jsonl")

FLOORS = {"source": 0.75, "fact": 0.6, "doubted": 0.7}
"""Lowest shares on the gold set: a right source is cited, the fact stands in the answer,
and what the sources do not say is abstained from or answered with a caution."""


def cited_text(answer: Answer) -> str:
    return " ".join(c.quote for c in answer.citations)


def test_every_quote_stands_in_the_stored_text(shipped: Assistant) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    seen = 0
    for row in rows:
        for citation in shipped.ask(row["question"]).citations:
            seen += 1
            text = shipped.document(citation.doc_id).text
            assert text[citation.start : citation.end] == citation.quote
            assert citation.status == "verified"
            assert citation.attribution.origin and citation.attribution.seen_at.publisher
    assert seen > len(rows)


def test_the_gold_set_stays_above_its_floors(shipped: Assistant) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    source, fact, doubted = [], [], []
    for row in rows:
        history = []
        if "after" in row:
            before = shipped.ask(row["after"])
            history = [Turn(before.resolved_question, before.text)]
        answer = shipped.ask(row["question"], history=history)
        if row["answerable"]:
            source.append(any(c.source_id in row["sources"] for c in answer.citations))
            fact.append(any(f in cited_text(answer) or f in answer.text for f in row["facts"]))
        else:
            doubted.append(answer.outcome != "answer")
    measured = {"source": source, "fact": fact, "doubted": doubted}
    shares = {name: sum(hits) / len(hits) for name, hits in measured.items()}
    assert {name: share for name, share in shares.items() if share < FLOORS[name]} == {}, shares


def test_the_cost_of_2020_is_cited_with_publisher_and_date(shipped: Assistant) -> None:
    answer = shipped.ask("How much did the opioid crisis cost the US economy in 2020?")
    assert "1.5 trillion" in cited_text(answer)
    assert {c.status for c in answer.citations} == {"verified"}


def test_the_article_is_answered_from_its_record(shipped: Assistant) -> None:
    answer = shipped.ask("Who wrote the article?")
    assert answer.sentences[0].text == (
        "“Fentanyl and Foreign Policy” is by David P. Fidler, published by Think Global Health "
        "(Council on Foreign Relations) in August 2023."
    )
    assert {c.source_id for c in answer.citations} == {"fidler-2023"}


def test_an_overview_is_what_the_notes_say_in_short(shipped: Assistant) -> None:
    answer = shipped.ask("What is the article about?")
    assert (answer.shape, len(answer.sentences)) == ("overview", 5)
    assert {c.source_id for c in answer.citations} == {"fidler-2023"}
    headings = {p.heading for p in answer.passages if any(p.start <= c.start < p.end for c in answer.citations)}
    assert headings == {"Fentanyl and Foreign Policy > In short"}
    assert "weak in practice" in answer.text


@pytest.mark.parametrize("question", ["Who wrote the Iliad?", "Who published the Mueller report?"])
def test_a_question_about_another_work_is_not_answered_from_a_sources_record(shipped: Assistant, question: str) -> None:
    answer = shipped.ask(question)
    assert answer.shape != "record" and answer.outcome != "answer"


def test_several_years_are_answered_each(shipped: Assistant) -> None:
    answer = shipped.ask("How many overdose deaths were there in the United States in 2021 and 2022?")
    assert [part.answered for part in answer.parts] == [True, True]
    assert "106,699" in cited_text(answer) and "107,941" in cited_text(answer)


def test_the_answer_grows_and_its_last_state_is_complete(shipped: Assistant) -> None:
    *before, last = shipped.stream("What is the Global Coalition to Address Synthetic Drug Threats?")
    assert [len(state.sentences) for state in before] == list(range(1, len(last.sentences)))
    assert all(last.sentences[: len(state.sentences)] == state.sentences for state in before) or before == []
    assert {c.number for c in last.citations} == set(range(1, len({c.number for c in last.citations}) + 1))


@pytest.mark.parametrize(
    "question", ["Who won the 1998 World Cup?", "What did the article say about cocaine prices in Bolivia?"]
)
def test_what_the_sources_do_not_say_is_not_answered(shipped: Assistant, question: str) -> None:
    answer = shipped.ask(question)
    assert answer.abstained and answer.sentences == () and answer.passages


def test_a_year_takes_the_place_of_a_year(shipped: Assistant) -> None:
    first = shipped.ask("How many overdose deaths were there in the United States in 2022?")
    then = shipped.ask("and in 2021?", history=[Turn(first.resolved_question, first.text)])
    assert then.resolved_question == "How many overdose deaths were there in the United States in 2021?"
    assert "106,699" in cited_text(then)


def test_a_typing_error_is_mended_and_said(shipped: Assistant) -> None:
    answer = shipped.ask("How many overdoze deaths were there in 2022?")
    assert answer.resolved_question == "How many overdose deaths were there in 2022?"


def test_danger_gets_help_first_and_amounts_are_declined(shipped: Assistant) -> None:
    danger = shipped.ask("I took fentanyl and want to die")
    assert danger.notices[0].kind == "emergency" and "988" in danger.notices[0].text
    amount = shipped.ask("How much fentanyl can I take?")
    assert amount.abstained and amount.lead.startswith("This assistant gives no amounts")


def test_another_language_is_told(shipped: Assistant) -> None:
    notice = shipped.ask("¿Cuántas personas murieron por sobredosis en 2022?").notices[0]
    assert notice.kind == "language" and "Spanish" in notice.text


def test_a_bare_why_asks_back(shipped: Assistant) -> None:
    answer = shipped.ask("why?")
    assert answer.abstained and answer.suggestions and answer.lead.startswith("It is not clear")


@pytest.mark.parametrize(
    "question", ["of the and", "FENTANYL DEATHS 2022", "4-AP", "'; DROP TABLE", "\u202e\u0000x" * 50]
)
def test_an_odd_question_gets_a_complete_answer(shipped: Assistant, question: str) -> None:
    answer = shipped.ask(question)
    assert answer.outcome in ("answer", "caution", "abstain")
    assert json.loads(json.dumps(answer_json(answer)))["question"] == answer.question


def test_filters_hold_before_ranking(shipped: Assistant) -> None:
    found = shipped.retrieve("fentanyl", 10, filters=Filters(sources=("gao-2025",)))
    assert {p.source.id for p in found} == {"gao-2025"}
    dated = shipped.retrieve("fentanyl", 20, filters=Filters(since="2025"))
    assert dated and all(p.attribution.date[:4] >= "2025" for p in dated)


def test_bad_questions_say_what_was_found(shipped: Assistant) -> None:
    with pytest.raises(QuestionError, match=r"^the question is empty; write what you want to know$"):
        shipped.ask("  ")
    with pytest.raises(QuestionError, match=r"^the question has 20,000 characters, at most 2,000 are taken; "):
        shipped.ask("x" * 20_000)
    with pytest.raises(UnknownSourceError, match=r"^no source has the id 'nowhere'; `rag sources` lists the ids$"):
        shipped.ask("fentanyl", filters=Filters(sources=("nowhere",)))


def test_many_questions_are_answered_as_each_by_itself(place: Place) -> None:
    place.library.build()
    assistant = place.open(OverlapReader())
    questions = ["How long is the bridge?", "Who wrote the ferry note?", "What is the price of salt in Lima?"] * 3
    assert assistant.ask_many(questions) == [assistant.ask(question) for question in questions]
    assert assistant.retrieve_many(questions, 2) == [assistant.retrieve(question, 2) for question in questions]
    assert assistant.ask_many([]) == []
    with pytest.raises(QuestionError, match="k is 0"):
        assistant.retrieve_many(questions, 0)


def test_a_question_is_encoded_once(place: Place) -> None:
    place.library.build()
    assistant = place.open(OverlapReader())
    assistant.ask("warm")  # fits the intents
    before = place.embedder.encoded
    assistant.ask("How long is the bridge?")
    assert place.embedder.encoded == before + 1
