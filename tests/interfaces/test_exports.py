"""Answers taken away, read back by programs that did not write them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from pybtex.database import parse_string

from rag.interfaces.bibliography import entries, slug
from rag.interfaces.exports import FORMS, file_name
from rag.interfaces.wire import answer_json
from rag.records import (
    Answer,
    AnswerSentence,
    Attribution,
    Citation,
    Conflict,
    Measurement,
    Notice,
    Part,
    Place,
    TextKind,
)

TITLE = "Overdoses"
URL = r"https://example.org/a_b/{c}?d=%20e&f=100%#g~h"
BRIEF = Attribution(
    "NCHS & Co", "2024-12-19", Place("NCHS & Co", "2024-12-19", URL), "Data {Brief} #522: 50% of $1_000\\~^"
)
TOLD = Attribution("CDC", "2024-05", Place("The Daily Bay", "2024-05-16", "https://bay.example/news", "press"))
OWN = Attribution.own("Gauge Office", "2021-05-04", "https://gauge.example/report")
UNDATED = Attribution.own("Filter", "unknown", "https://filter.example/page")


def citation(number: int, quote: str, said: Attribution, kind: TextKind = "notes", **more: Any) -> Citation:
    made = Citation(
        number, "deaths", f"deaths/{kind}", kind, "Deaths in <b>brief</b>", "government", said, quote,
        100 * number, 100 * number + len(quote), "verified",
    )  # fmt: skip
    return replace(made, **more)


def quoted(*citations: Citation) -> tuple[AnswerSentence, ...]:
    return tuple(AnswerSentence(c.quote, (c,), "supported") for c in citations)


NOTE = citation(1, "107,941 people died in 2022.", BRIEF)
PRESS = citation(2, "111,029 people died in 2022, by the provisional count.", TOLD)
WORDS = citation(3, "The river *rose* by two metres.", OWN, "full text")
ANSWER = Answer(
    "How many overdose deaths were there in 2022?", "How many overdose deaths were there in 2022?", "caution", 0.4,
    quoted(NOTE, WORDS), (), (Notice("caution", "Figures are of the US."),),
    (Conflict("A provisional figure was revised.", (PRESS, NOTE)),), "The nearest that they say:",
)  # fmt: skip
SERIES = replace(
    ANSWER,
    question="Deaths from 2021 to 2023",
    outcome="answer",
    sentences=tuple(
        replace(sentence, part=part)
        for part, sentence in zip(
            (0, 2),
            quoted(
                citation(1, "106,699 people died in 2021 | a record.", UNDATED), citation(2, "105,007 in 2023.", BRIEF)
            ),
            strict=True,
        )
    ),
    conflicts=(),
    lead="",
    shape="series",
    parts=tuple(Part(f"Deaths in {year}?", year != 2022, str(year)) for year in (2021, 2022, 2023)),
)
REPLY = replace(
    ANSWER,
    question="hello",
    resolved_question="hello",
    sentences=(),
    conflicts=(),
    notices=(),
    shape="reply",
    lead="Hello.",
)


def stored(answer: Answer, **more: str) -> dict[str, Any]:
    return {**answer_json(answer), "answered": "2026-11-28", **more}


def written(form: str, *answers: dict[str, Any]) -> str:
    return FORMS[form].write(answers, TITLE)


def untex(text: str) -> str:
    """What LaTeX prints, read apart from how it was written."""
    for command, character in (("braceleft", "{"), ("braceright", "}"), ("asciitilde", "~"), ("asciicircum", "^")):
        text = text.replace(rf"\text{command}{{}}", character)
    text = re.sub(r"\\([&%$#_])", r"\1", text)
    return text.replace(r"\textbackslash{}", "\\")


def test_each_document_is_an_entry_of_its_own() -> None:
    again = citation(4, "Another statement of it.", BRIEF)
    turn = stored(replace(ANSWER, sentences=quoted(NOTE, again, WORDS)))
    assert [e.document.author for e in entries([turn, turn])] == ["NCHS & Co", "Gauge Office", "CDC"]
    other = [e.document.key for e in entries([stored(replace(ANSWER, sentences=quoted(WORDS, NOTE)))])]
    keys = [e.document.key for e in entries([turn])]
    assert sorted(other) == sorted(keys), "a key does not depend on the order"
    assert len(set(keys)) == 3 and all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", key) for key in keys)


def test_bibtex_reads_back_field_for_field() -> None:
    bibliography = parse_string(written("bib", stored(ANSWER)), "bibtex")
    brief, own, told = bibliography.entries.values()
    read = {name: untex(value[1:-1] if name == "title" else value) for name, value in brief.fields.items()}
    assert read == {
        "title": "Data {Brief} #522: 50% of $1_000\\~^",
        "publisher": "NCHS & Co",
        "year": "2024",
        "date": "2024-12-19",
        "note": "cited from our notes",
        "url": "https://example.org/a_b/%7Bc%7D?d=%20e&f=100%#g~h",
        "urldate": "2026-11-28",
    }
    assert [untex(str(person)) for person in brief.persons["author"]] == ["{NCHS & Co}"]
    assert dict(told.fields) == {
        "title": "{[Report on: Deaths in <b>brief</b>]}",
        "publisher": "The Daily Bay",
        "year": "2024",
        "date": "2024-05",
        "note": "as reported by The Daily Bay, 16 May 2024; cited from our notes",
        "url": "https://bay.example/news",
        "urldate": "2026-11-28",
    }
    assert "note" not in own.fields and own.fields["title"] == "{Deaths in <b>brief</b>}"


DATE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["date-parts"],
    "properties": {
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
        }
    },
}
TEXTS = ("title", "publisher", "container-title", "URL", "note")
REQUIRED_FORM = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "type", "title", "accessed"],
        "properties": {
            "id": {"type": "string", "pattern": r"^\S+$"},
            "type": {"enum": ["webpage", "report", "article-newspaper", "article-journal"]},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"literal": {"type": "string"}},
                },
            },
            "issued": DATE,
            "accessed": DATE,
            **{name: {"type": "string", "minLength": 1} for name in TEXTS},
        },
    },
}
"""What the CSL-JSON schema asks of the fields that are written, in our words."""


def test_csl_has_the_required_form_and_the_right_types() -> None:
    rows = json.loads(written("csl", stored(ANSWER), stored(SERIES)))
    Draft202012Validator(REQUIRED_FORM).validate(rows)
    assert [(row["author"][0]["literal"], row["type"]) for row in rows] == [
        ("NCHS & Co", "report"),
        ("Gauge Office", "report"),
        ("CDC", "article-newspaper"),
        ("Filter", "report"),
    ]
    assert rows[0]["URL"] == URL
    assert rows[0]["issued"] == {"date-parts": [[2024, 12, 19]]}
    assert rows[0]["accessed"] == {"date-parts": [[2026, 11, 28]]}
    assert rows[2]["note"] == "as reported by The Daily Bay, 16 May 2024; cited from our notes"
    assert "issued" not in rows[3]


def test_an_answer_of_unknown_day_claims_no_access() -> None:
    old = answer_json(ANSWER)
    assert "urldate" not in written("bib", old) and "accessed" not in written("csl", old)
    assert "*Possibly not a direct answer, low confidence*" in written("md", old)


def test_markdown_tells_our_notes_from_a_sources_words() -> None:
    text = written("md", stored(ANSWER, scope="Searched in 2 of 30 sources"))
    assert text == (
        "## How many overdose deaths were there in 2022?\n\n"
        "*28 November 2026 · Possibly not a direct answer, low confidence · Searched in 2 of 30 sources*\n\n"
        "> Figures are of the US.\n\n"
        "The nearest that they say:\n\n"
        "- Our note: 107,941 people died in 2022.[^1-1]\n"
        "- “The river \\*rose\\* by two metres.”[^1-3]\n\n"
        "A provisional figure was revised.\n\n"
        "- CDC, May 2024, as reported by The Daily Bay, 16 May 2024. "
        "Our note: 111,029 people died in 2022, by the provisional count.[^1-2]\n"
        "- NCHS \\& Co, 19 December 2024, Data {Brief} \\#522: 50% of \\$1\\_000\\\\\\~^. "
        "Our note: 107,941 people died in 2022.[^1-1]\n\n"
        "[^1-1]: Deaths in \\<b\\>brief\\</b\\>. NCHS \\& Co, 19 December 2024, "
        "Data {Brief} \\#522: 50% of \\$1\\_000\\\\\\~^ (our note) <" + URL + ">\n"
        "[^1-2]: Deaths in \\<b\\>brief\\</b\\>. CDC, May 2024, as reported by The Daily Bay, 16 May 2024 (our note) "
        "<https://bay.example/news>\n"
        "[^1-3]: Deaths in \\<b\\>brief\\</b\\>. Gauge Office, 4 May 2021 (the source's words) "
        "<https://gauge.example/report>\n"
    )


def test_a_series_is_a_table_in_markdown() -> None:
    tokens = MarkdownIt().enable("table").parse(written("md", stored(SERIES)))
    cells = [t.content for before, t in pairwise(tokens) if before.type in ("th_open", "td_open")]
    assert cells == [
        "Year", "What is said",
        "2021", "Our note: 106,699 people died in 2021 | a record.[^1-1]",
        "2022", "the sources do not say",
        "2023", "Our note: 105,007 in 2023.[^1-2]",
    ]  # fmt: skip


FINAL = Measurement("overdose deaths", "Norhaven", "2021", 106_699.0, "deaths", "final")
EARLY = replace(FINAL, period="2023", value=105_007.0, status="provisional")


def test_the_figures_of_a_series_are_taken_away_with_their_chart() -> None:
    told = zip(SERIES.sentences, (FINAL, EARLY), strict=True)
    drawn = stored(replace(SERIES, sentences=tuple(replace(one, figure=figure) for one, figure in told)))
    text = written("md", drawn)
    assert "Overdose deaths, Norhaven: from **106,699** (2021) to **105,007** (2023, provisional).\n" in text
    tokens = MarkdownIt().enable("table").parse(text)
    cells = [t.content for before, t in pairwise(tokens) if before.type in ("th_open", "td_open")]
    assert cells[:5] == ["Year", "Figure", "What is said", "2021", "106,699 final"]
    assert cells[6:] == ["2022", "the sources do not say", "", "2023", "105,007 provisional", cells[-1]]
    page = written("html", drawn)
    assert "from <strong>106,699</strong> (2021) to <strong>105,007</strong> (2023, provisional).</bdi>" in page
    assert '<a class="bar final" href="#n1-1">106,699<svg' in page and 'fill="url(#hatch-1)"' in page
    assert page.count('<a class="bar ') == 3 and "<td>105,007 provisional</td>" in page


def test_who_says_a_note_stands_without_quotation_marks() -> None:
    said = AnswerSentence(f"NCHS: “{NOTE.quote}”", (NOTE,), "supported")
    for form in ("md", "html"):
        text = written(form, stored(replace(ANSWER, sentences=(said,), conflicts=())))
        assert "“" not in text and f"NCHS: {NOTE.quote}" in text


def test_a_models_words_are_no_quotation_and_their_footnotes_quote() -> None:
    wording = (
        AnswerSentence("The river rose.", (WORDS, NOTE), "supported"),
        AnswerSentence("It fell again.", (), "unsupported"),
    )
    text = written("md", stored(replace(ANSWER, sentences=wording, conflicts=(), answerer="small-model")))
    assert "The river rose.[^1-3][^1-1] It fell again. (unsupported)" in text
    assert "Worded by small-model" in text
    assert "(our note) Our note: 107,941 people died in 2022. <" in text
    assert "(the source's words) “The river \\*rose\\* by two metres.” <" in text


def test_all_that_has_one_number_stands_in_its_footnote() -> None:
    two = citation(1, "A second quote of the passage.", BRIEF, start=7)
    wording = (AnswerSentence("Both.", (NOTE, two), "supported"),)
    text = written("md", stored(replace(ANSWER, sentences=wording, conflicts=(), answerer="small-model")))
    assert "Our note: 107,941 people died in 2022. Our note: A second quote of the passage. <" in text


def test_a_reply_has_no_outcome() -> None:
    assert written("md", stored(REPLY)) == "## hello\n\nHello.\n"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How many overdose deaths were there in 2022?", "overdose-deaths-2022"),
        ("Who’s the Président of Côte d'Ivoire?", "president-cote-divoire"),
        ("../../etc/passwd; rm -rf $HOME\u202e\n", "etc-passwd-rm-rf-home"),
        ("What is it?", "what-is-it"),
        ("CON", "con-"),
        ("谁?", ""),
        ("deaths " * 40, "-".join(["deaths"] * 8)),
        ("w" * 500, "w" * 60),
    ],
)
def test_a_file_is_named_after_the_question(question: str, name: str) -> None:
    assert slug(question) == name


def test_a_conversation_is_named_after_its_first_question() -> None:
    turns = [stored(REPLY), stored(ANSWER), stored(SERIES)]
    assert file_name(turns, FORMS["bib"]) == "overdose-deaths-2022.bib"
    assert file_name([stored(REPLY)], FORMS["csl"]) == "answers.json"
