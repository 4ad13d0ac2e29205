"""An answer as HTML, without a browser: what is shown of which kind of answer, and that texts stay texts."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from rag.composing.answers import CAUTION
from rag.indexing.report import BuildReport, ReportRow
from rag.interfaces.labels import PLACES
from rag.interfaces.rendering import answer_text, report_text
from rag.interfaces.web.panel import missing
from rag.interfaces.web.render import turn
from rag.interfaces.web.scope import DateError, Scope
from rag.interfaces.web.turns import history, stored, valid
from rag.interfaces.wire import answer_json
from rag.records import (
    Answer,
    AnswerSentence,
    Attribution,
    Citation,
    Conflict,
    Copy,
    Filters,
    Measurement,
    Notice,
    Part,
    Passage,
    PlaceKind,
    Source,
    Span,
)

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


SHIPS = [Measurement("ships", "Norhaven", "2019", 1500.0, "ships", "final")]
SHIPS.append(replace(SHIPS[0], period="2021", value=750.0, status="provisional"))
SERIES = replace(
    ANSWER,
    shape="series",
    parts=(Part("2019?", True, "2019"), Part("2020?", False, "2020"), Part("2021?", True, "2021")),
    sentences=tuple(
        replace(ANSWER.sentences[0], figure=one, part=part) for one, part in zip(SHIPS, (0, 2), strict=True)
    ),
)


def shown(answer: Answer) -> str:
    return turn(answer_json(answer), 0)


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", markup)).split())


def test_a_reply_is_its_text_and_what_may_be_asked() -> None:
    assert words(shown(REPLY)) == "hello Hello. Ask next How far did it rise?"
    assert answer_text(REPLY) == "Hello.\n\n  - How far did it rise?"


def test_an_emergency_is_its_notice_alone() -> None:
    assert words(shown(EMERGENCY)) == "help Call 112."
    assert answer_text(EMERGENCY) == "! Call 112."


def test_a_doubt_is_told_in_words_and_so_is_silence_and_an_answer_without_either_says_neither() -> None:
    assert 'class="outcome"' not in shown(ANSWER)
    assert "The nearest that they say:" in words(shown(replace(ANSWER, outcome="caution", lead=CAUTION)))
    silent = replace(ANSWER, outcome="abstain", confidence=1.0, lead="The sources do not say.", sentences=())
    assert "○ The sources do not say." in words(shown(silent))
    assert "confidence" not in shown(ANSWER) + shown(silent)


def test_only_a_sources_own_words_stand_in_quotation_marks() -> None:
    card = words(shown(ANSWER))
    assert f"“ {QUOTE} ”" in card and "Source's words" in card and "Our note" not in card
    ours = replace(CITATION, doc_id="gauge/notes", text_kind="notes")
    noted = replace(ANSWER, sentences=(AnswerSentence(QUOTE, (ours,), "supported"),))
    for answer in (noted, replace(noted, answerer="a model"), replace(noted, conflicts=(Conflict("", (ours, ours)),))):
        card = shown(answer)
        assert "“" not in card and "Source's words" not in card
        assert QUOTE in words(card) and "Our note" in card


def test_what_was_asked_for_is_bold_and_the_text_around_it_stays_a_text() -> None:
    one = AnswerSentence("<i>Two</i> metres it rose.", (CITATION,), "supported", told=Span(3, 6))
    assert "&lt;i&gt;<strong>Two</strong>&lt;/i&gt; metres it rose." in shown(replace(ANSWER, sentences=(one,)))


@pytest.mark.parametrize(("kind", "told"), [("press", "press report"), ("copy", "from a copy"), ("primary", "")])
def test_where_the_words_were_not_read_at_the_origin_is_told(kind: PlaceKind, told: str) -> None:
    said = replace(GAUGE, seen_at=replace(GAUGE.seen_at, kind=kind))
    cited = replace(CITATION, attribution=said)
    card = words(shown(replace(ANSWER, sentences=(AnswerSentence(QUOTE, (cited,), "supported"),), passages=())))
    if kind == "copy":
        elsewhere = replace(cited, attribution=replace(said, seen_at=replace(said.seen_at, publisher="A Mirror")))
        named = shown(replace(ANSWER, sentences=(AnswerSentence(QUOTE, (elsewhere,), "supported"),), passages=()))
        assert "from a copy at A Mirror" in words(named) and words(named).count("from a copy") == 1
    assert all((place in card) is (place == told) for place in PLACES.values())
    assert bool(told) is any(place in card for place in PLACES.values())


def test_a_written_answer_shows_the_words_that_it_rests_on() -> None:
    one = AnswerSentence("It rose by two metres in all.", (CITATION,), "supported")
    card = words(shown(replace(ANSWER, answerer="a model", sentences=(one,))))
    assert f"“ {QUOTE} ”" in card and "written by a model from one quote in the source's own words" in card


def test_a_series_is_drawn_with_its_gap_and_a_table_and_every_bar_opens_its_place() -> None:
    card = shown(SERIES)
    assert card.count('<button type="button" class="bar ') == 2
    assert 'class="bar provisional" data-doc="gauge/text" data-start="0"' in card
    assert '<svg height="140.0"' in card and '<svg height="70.0"' in card and card.count('fill="url(#hatch-0)"') == 1
    assert 'aria-label="2019: 1,500 ships, final. Source 1: Gauge Office, May 2021"' in card
    assert card.count('<div class="bar gap">') == 1 and card.count("<svg") == 4
    told = words(card)
    assert "Ships, Norhaven: from 1,500 (2019) to 750 (2021, provisional)." in told
    assert "Hatched: not the final figure. Dashed: no figure." in told
    assert "2020 the sources do not say 2021 750 provisional 1" in told


def test_a_series_is_a_table_on_a_terminal_too() -> None:
    assert answer_text(SERIES).startswith(
        "ships, Norhaven:\n  2019  1,500  final\n  2020      -  the sources do not say\n  2021    750  provisional\n\n"
        "2019: The river rose by two metres. [1]\n2021: "
    )


def test_sides_stand_apart_and_one_that_is_not_told_says_so() -> None:
    parts = (Part("2019?", True, "2019"), Part("2020?", False, "2020"))
    one = replace(ANSWER.sentences[0], part=0)
    card = words(shown(replace(ANSWER, shape="comparison", parts=parts, sentences=(one,))))
    assert f"2019 “ {QUOTE} ”" in card and "2020 The sources do not say." in card


def test_events_have_their_dates_before_them() -> None:
    dated = replace(ANSWER.sentences[0], date="2021-05-04")
    answer = replace(ANSWER, shape="timeline", sentences=(dated,))
    assert f"4 May 2021 “ {QUOTE} ”" in words(shown(answer))
    assert answer_text(answer).startswith(f"4 May 2021: {QUOTE} [1]")


def test_a_source_in_short_has_its_title_and_says_once_whose_words_they_are() -> None:
    both = (ANSWER.sentences[0], replace(ANSWER.sentences[0], text="It fell."))
    card = words(shown(replace(ANSWER, shape="overview", sentences=both)))
    assert "In short: The <b>Gauge</b>" in card
    assert card.partition("The one passage looked at")[0].count("Source's words") == 1


@pytest.mark.parametrize(
    ("revised", "told"), [(False, "The sources differ 2 m"), (True, "Revised later 2 m at first 1")]
)
def test_figures_that_differ_stand_side_by_side_and_words_that_stand_above_are_not_repeated(
    revised: bool, told: str
) -> None:
    other = replace(CITATION, number=2, quote="It was three metres.", start=30, end=50)
    conflict = Conflict("They differ.", (CITATION, other), ("2 m", "3 m"), revised)
    card = words(shown(replace(ANSWER, conflicts=(conflict,))))
    assert told in card
    assert card.count(QUOTE) == 2  # the answer, and the passage that was looked at
    assert "“ It was three metres. ”" in card


def test_a_title_is_a_text_and_a_copy_can_be_opened() -> None:
    markup = shown(ANSWER)
    assert "<b>" not in markup and "The &lt;b&gt;Gauge&lt;/b&gt;" in markup
    assert '<button type="button" class="link" data-doc="survey/notes" data-start="7" data-end="36"' in markup
    assert "also in survey , Survey, 2019" in words(markup)


def test_what_the_browser_kept_is_shown_even_from_before_there_were_shapes() -> None:
    new = stored(ANSWER)
    old = {name: value for name, value in new.items() if name not in ("shape", "parts")}
    late = ("told", "figure", "date", "part")
    old["sentences"] = [{k: v for k, v in s.items() if k not in late} for s in new["sentences"]]
    assert valid([new, old, {"question": "?"}, 1]) == [new, old]


def test_a_follow_up_leans_on_the_last_questions_whatever_the_page_sends() -> None:
    told = [{"question": f"q{n}", "answer": "a"} for n in range(9)]
    assert [one.question for one in history(told)] == ["q3", "q4", "q5", "q6", "q7", "q8"]
    assert history("nonsense") == history([1, None]) == ()


def test_what_was_searched_is_told_and_an_abstention_counts_only_that() -> None:
    searched = "Searched in 2 of 30 sources, not newer than 2019"
    told = words(shown(replace(ANSWER, scope=searched)))
    assert f"{searched} ." in told and "Search all sources" not in told
    silent = replace(ANSWER, outcome="abstain", lead="The sources do not say.", sentences=(), scope=searched)
    told = words(shown(silent))
    assert f"{searched}." in answer_text(silent) and answer_json(silent)["scope"] == searched
    assert "○ No answer in 2 of 30 sources, not newer than 2019 . Search all sources The sources do not say." in told
    assert "Searched" not in told
    assert "Searched" not in words(shown(ANSWER))


def test_a_text_that_is_gone_is_told_as_a_note_of_ours_or_as_words_of_the_source() -> None:
    ours, own = (words(missing("gauge", QUOTE, kind)) for kind in ("notes", "full text"))
    assert f"The answer rests on this note of ours: {QUOTE}" in ours
    assert f"The answer rests on these words of it: {QUOTE}" in own


def test_a_scope_names_the_date_that_cannot_be() -> None:
    with pytest.raises(DateError, match="'last year' is not a date") as caught:
        Scope.read({"until": "last year"})
    assert caught.value.field == "until"
    assert Scope.read({"sources": ["a"], "k": "x"}) == Scope(Filters(("a",)))
    assert Scope.read(None) == Scope(Filters())


def test_a_build_names_the_file_of_each_text_and_counts_its_passages() -> None:
    rows = [
        ReportRow("tide-tables", "full text", "documents/Tide tables.pdf", "added", "", 1),
        ReportRow("ferry", "notes", "notes/ferry.md", "changed", "odd", 12),
        ReportRow("mill", "full text", "documents/mill.txt", "unchanged", "", 3),
    ]
    told = report_text(BuildReport("g", True, tuple(rows), 13)).split("\n")
    assert [line.split("  ")[0] for line in told[:2]] == ["added", "changed"]
    assert [" ".join(line.split()) for line in told[:2]] == [
        "added tide-tables documents/Tide tables.pdf 1 passage",
        "changed ferry notes/ferry.md 12 passages odd",
    ]
    assert told[2].startswith("1 unchanged, 13 texts embedded;")
