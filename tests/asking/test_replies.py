"""What is said to those who ask nothing of the texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.asking.parts import Parts
from rag.asking.replies import EMERGENCY, reply
from rag.asking.scope import Scope
from rag.asking.understanding import Understood
from rag.records import Notice, Source
from rag.sources.corpus import Corpus
from tests.conftest import Place

BRIDGE = replace(Source.unnamed("bridge", "The Bridge"), publisher="Port Office", date="2021-05")
FERRY = replace(Source.unnamed("ferry", "The Ferry"), publisher="Bay Gazette", date="2019")
UNDATED = replace(Source.unnamed("log", "A Log"), publisher="Keeper")


def asked(intent: str) -> Understood:
    return Understood("hm?", intent, "hm?", "hm?", (), False, False, Scope(None, "", ""), Parts("plain", ("hm?",)))


def with_notices(folder: Path) -> Corpus:
    path = folder / "corpus.toml"
    path.write_text(
        'title = "Harbour"\nexamples = ["A?", "B?", "C?", "D?"]\n'
        '[[notice]]\nkind = "decline"\ntext = "No\\nmaps."\nexamples = ["draw me a map"]\n',
        encoding="utf-8",
    )
    return Corpus.read(folder)


def held(*sources: Source) -> dict[str, Source]:
    return {source.id: source for source in sources}


@pytest.mark.parametrize("intent", ["question", "caution"])
def test_a_question_gets_no_reply(place: Place, intent: str) -> None:
    assert reply(asked(intent), Corpus.read(place.corpus), held(BRIDGE)) is None


@pytest.mark.parametrize(
    ("intent", "lead"),
    [
        (
            "greeting",
            "Hello. Ask me anything about Harbour: I answer from 3 sources, each sentence with its place.",
        ),
        (
            "sources_newest",
            "The newest source is “The Bridge” (Port Office), of May 2021. 1 of the 3 sources give no date.",
        ),
        (
            "sources_count",
            "The library holds 3 sources. The newest source is “The Bridge” (Port Office), of May 2021. "
            "1 of the 3 sources give no date.",
        ),
        (
            "sources_list",
            "The library holds 3 sources:\n“The Bridge” (Port Office, May 2021);\n“The Ferry” (Bay Gazette, 2019);\n"
            "“A Log” (Keeper, date unknown).",
        ),
    ],
)
def test_a_reply_speaks_of_the_library_as_it_is(tmp_path: Path, intent: str, lead: str) -> None:
    answer = reply(asked(intent), with_notices(tmp_path), held(BRIDGE, FERRY, UNDATED))
    assert answer is not None
    assert (answer.lead, answer.shape, answer.outcome, answer.suggestions) == (
        lead,
        "reply",
        "answer",
        ("A?", "B?", "C?"),
    )


@pytest.mark.parametrize("intent", ["greeting", "help", "identity"])
def test_no_reply_promises_quotes_where_there_may_be_notes_only(tmp_path: Path, intent: str) -> None:
    answer = reply(asked(intent), with_notices(tmp_path), held(BRIDGE))
    assert answer is not None and "quote" not in answer.lead


def test_a_library_without_dates_says_so(tmp_path: Path) -> None:
    answer = reply(asked("sources_newest"), with_notices(tmp_path), held(UNDATED))
    assert answer is not None and answer.lead == "None of the sources says when it is from."


def test_an_emergency_gets_help_and_nothing_else(tmp_path: Path) -> None:
    answer = reply(asked("emergency"), with_notices(tmp_path), held(BRIDGE))
    assert answer is not None
    assert (answer.notices, answer.lead, answer.passages) == ((Notice("emergency", EMERGENCY),), "", ())


def test_what_is_declined_is_declined_in_the_librarys_words(tmp_path: Path) -> None:
    answer = reply(asked("decline"), with_notices(tmp_path), held(BRIDGE))
    assert answer is not None
    assert (answer.outcome, answer.lead, answer.confidence) == ("abstain", "No maps.", 0.0)


def test_an_unclear_question_is_asked_back(tmp_path: Path) -> None:
    answer = reply(asked("unclear"), with_notices(tmp_path), held(BRIDGE))
    assert answer is not None
    assert (answer.outcome, answer.suggestions) == ("abstain", ("A?", "B?", "C?"))
    assert answer.lead.startswith("It is not clear what the question points to.")
