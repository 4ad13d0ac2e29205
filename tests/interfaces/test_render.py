"""An answer as HTML, without a browser: what is shown of which kind of answer, and that texts stay texts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.interfaces.rendering import answer_text
from rag.interfaces.web.render import conversation
from rag.interfaces.web.scope import DateError, Scope
from rag.interfaces.web.turns import history, stored, valid
from rag.interfaces.wire import answer_json
from rag.records import Answer, AnswerSentence, Attribution, Citation, Copy, Filters, Notice, Passage, Shape, Source

GAUGE = Attribution.own("Gauge Office", "2021-05", "https://example.org/gauge")
SOURCE = Source("gauge", "The <b>Gauge</b>", "unknown", "Gauge Office", "2021-05", GAUGE.seen_at.url, "news", "ours")
QUOTE = "The river rose by two metres."
CITATION = Citation(
    1, "gauge", "gauge/text", "full text", SOURCE.title, "news", GAUGE,
    QUOTE, 0, len(QUOTE), "verified",
)  # fmt: skip
COPY = Copy("survey", "survey/notes", 7, 36, Attribution.own("Survey", "2019", ""))
PASSAGE = Passage(
    1,
    SOURCE,
    "gauge/text",
    "full text",
    "gauge/text#0",
    0,
    len(QUOTE),
    QUOTE,
    "",
    None,
    GAUGE,
    1.0,
    {},
    also_in=(COPY,),
)
ANSWER = Answer(
    "How far did it rise?", "How far did it rise?", "answer", 0.9,
    (AnswerSentence(QUOTE, (CITATION,), "supported"),), (PASSAGE,),
)  # fmt: skip
REPLY = Answer(
    "hello", "hello", "answer", 1.0, (), (), lead="Hello.", suggestions=("How far did it rise?",), shape="reply"
)
EMERGENCY = Answer("help", "help", "answer", 1.0, (), (), notices=(Notice("emergency", "Call 112."),), shape="reply")


def shown(answer: Answer) -> str:
    return conversation([answer_json(answer)])


def words(markup: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", markup).split())


def test_a_reply_is_its_text_and_what_may_be_asked() -> None:
    assert words(shown(REPLY)) == "hello Hello. Ask next How far did it rise?"
    assert answer_text(REPLY) == "Hello.\n\n  - How far did it rise?"


def test_an_emergency_is_its_notice_alone() -> None:
    assert words(shown(EMERGENCY)) == "help Call 112."
    assert answer_text(EMERGENCY) == "! Call 112."


def test_confidence_is_told_of_answers_only() -> None:
    assert "High confidence" in shown(ANSWER)
    assert "confidence" not in shown(replace(ANSWER, outcome="abstain", confidence=1.0))


@pytest.mark.parametrize(
    ("shape", "element"), [("plain", "div"), ("comparison", "div"), ("list", "ul"), ("series", "ul")]
)
def test_many_things_are_a_list(shape: Shape, element: str) -> None:
    assert f'<{element} class="said quoted">' in shown(replace(ANSWER, shape=shape))


def test_a_title_is_a_text_and_a_copy_can_be_opened() -> None:
    markup = shown(ANSWER)
    assert "<b>" not in markup and "The &lt;b&gt;Gauge&lt;/b&gt;" in markup
    assert '<button type="button" class="link" data-doc="survey/notes" data-start="7" data-end="36"' in markup
    assert "also in survey , Survey, 2019" in words(markup)


def test_what_the_browser_kept_is_shown_even_from_before_there_were_shapes() -> None:
    turn = stored(ANSWER)
    old = {name: value for name, value in turn.items() if name not in ("shape", "parts")}
    assert valid([turn, old, {"question": "?"}, 1]) == [turn, old]


def test_a_follow_up_leans_on_the_last_questions_whatever_the_page_sends() -> None:
    told = [{"question": f"q{n}", "answer": "a"} for n in range(9)]
    assert [turn.question for turn in history(told)] == ["q3", "q4", "q5", "q6", "q7", "q8"]
    assert history("nonsense") == history([1, None]) == ()


def test_what_was_searched_is_told_and_an_abstention_counts_only_that() -> None:
    searched = "Searched in 2 of 30 sources, not newer than 2019"
    told = words(conversation([stored(ANSWER, searched)]))
    assert f"{searched} ." in told and "Search all sources" not in told
    told = words(conversation([stored(replace(ANSWER, outcome="abstain", sentences=()), searched)]))
    assert "No answer in 2 of 30 sources" in told and "Search all sources" in told
    assert "Searched" not in words(shown(ANSWER))


def test_a_scope_names_the_date_that_cannot_be() -> None:
    with pytest.raises(DateError, match="'last year' is not a date") as caught:
        Scope.read({"until": "last year"})
    assert caught.value.field == "until"
    assert Scope.read({"sources": ["a"], "k": "x"}) == Scope(Filters(("a",)))
    assert Scope.read(None) == Scope(Filters())
