"""What the welcome of the shipped library offers is answered without a doubt."""

from __future__ import annotations

import tomllib

import pytest

from rag.assistant import Assistant
from rag.config import HOME

ABOUT = tomllib.loads((HOME / "corpus" / "corpus.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("question", [*ABOUT["examples"], ABOUT["timeline"]])
def test_every_example_is_answered_without_a_caution_and_leads_on_to_something_new(
    shipped: Assistant, question: str
) -> None:
    answer = shipped.ask(question)
    assert (answer.outcome, answer.lead, answer.notices) == ("answer", "", ())
    assert question not in answer.suggestions


def test_the_examples_show_a_series_and_the_timeline_its_dates(shipped: Assistant) -> None:
    answers = [shipped.ask(question) for question in ABOUT["examples"]]
    series = [answer for answer in answers if answer.shape == "series"]
    assert series and all(sentence.figure for answer in series for sentence in answer.sentences)
    dates = [sentence.date for sentence in shipped.ask(ABOUT["timeline"]).sentences]
    assert len(dates) > 3 and dates == sorted(dates)
