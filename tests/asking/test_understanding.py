"""A typed question becomes what is searched: follow-ups, spelling, scope and parts together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.asking.intents import QUESTION
from rag.asking.understanding import UNCLEAR, Interpreter
from rag.errors import AnswererError
from rag.indexing.encoder import FloatArray
from rag.records import Turn
from tests.conftest import Place

BRIDGE = "What did the Harbour Bridge cost in 2021?"


@pytest.fixture
def interpreter(place: Place, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """One over the small library, to which everything that is typed is a question."""
    place.library.build()
    monkeypatch.setattr("rag.asking.intents.IntentModel.classify", lambda self, vector, least=0.0: QUESTION)
    return place.open()._fresh().pipeline.interpreter


def test_a_plain_question_is_searched_as_it_stands(interpreter: Interpreter) -> None:
    found = interpreter.understand(BRIDGE, [])
    assert (found.text, found.search, found.history, found.completed) == (BRIDGE, BRIDGE, (), False)


def test_typing_errors_are_mended_in_what_is_shown_and_searched(interpreter: Interpreter) -> None:
    found = interpreter.understand("What did the Harbuor Brigde cost?", [])
    assert found.text == found.search == "What did the Harbour Bridge cost?"
    assert found.completed


@pytest.mark.parametrize("question", ["????", "x" * 300, "aaaa aaaa"])
def test_a_sign_over_and_over_is_no_emergency(interpreter: Interpreter, question: str) -> None:
    assert interpreter.understand(question, []).intent not in ("emergency", "decline", "caution")


@pytest.mark.parametrize("question", ["why?", "what about it?"])
def test_what_points_to_nothing_is_unclear_without_a_conversation(interpreter: Interpreter, question: str) -> None:
    assert interpreter.understand(question, []).intent == UNCLEAR
    assert interpreter.understand(question, [Turn(BRIDGE, "310 million.")]).intent == QUESTION


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("What is the Harbour Bridge?", QUESTION),
        ("Summarise the report", QUESTION),
        ("Who is Zorba?", "help"),
        ("help", "help"),
    ],
)
def test_what_names_a_text_or_somebody_the_library_knows_is_no_question_about_the_assistant(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch, typed: str, told: str
) -> None:
    monkeypatch.setattr("rag.asking.intents.IntentModel.classify", lambda self, vector, least=0.0: "help")
    assert interpreter.understand(typed, []).intent == told


def test_the_author_is_searched_by_name_and_the_source_is_found(interpreter: Interpreter) -> None:
    found = interpreter.understand("What does the author say about traffic?", [])
    assert found.scope.source is not None and found.scope.source.id == "bridge-report"
    assert "Ada Example" in found.search or "author" not in found.search


def test_an_authors_name_tells_nothing_of_what_a_person_wants(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    vector = interpreter._vector

    def recorded(text: str) -> FloatArray:
        seen.append(text)
        return vector(text)

    monkeypatch.setattr(interpreter, "_vector", recorded)
    found = interpreter.understand("What does Ada Example recommend?", [])
    assert seen[0] == "What does the author recommend?"
    assert "Ada Example" in found.text


def test_parts_are_parts_of_the_completed_question(interpreter: Interpreter) -> None:
    found = interpreter.understand("and in 2022?", [Turn(BRIDGE, "310 million.")])
    assert found.text == "What did the Harbour Bridge cost in 2022?"
    assert found.parts.questions == (found.text,)


class Model:
    """A model that completes questions, or fails to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.asked: list[str] = []

    def __call__(self, question: str, history: Sequence[Turn]) -> str:
        self.asked.append(question)
        if self.fails:
            raise AnswererError("no word from the model")
        return "What did the ferry cost in 2019?"


def test_a_model_completes_what_leans_on_the_conversation(interpreter: Interpreter) -> None:
    model = Model()
    found = interpreter.understand("and the ferry?", [Turn(BRIDGE, "310 million.")], model)
    assert (found.text, found.history) == ("What did the ferry cost in 2019?", ())


def test_where_the_model_fails_the_rules_complete_the_question(interpreter: Interpreter) -> None:
    history = [Turn(BRIDGE, "310 million.")]
    assert interpreter.understand("why?", history, Model(fails=True)) == interpreter.understand("why?", history)


def test_a_question_that_stands_alone_is_not_shown_to_the_model(interpreter: Interpreter) -> None:
    model = Model()
    interpreter.understand(
        "How many vehicles crossed the Harbour Bridge each day?", [Turn(BRIDGE, "310 million.")], model
    )
    assert model.asked == []
