"""The one line that says whose words an answer rests on, and how old they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.interfaces.evidence import basis, read_where
from rag.interfaces.web.render import holding
from rag.interfaces.wire import answer_json, citation_json
from rag.library.status import SourceStatus
from rag.records import UNKNOWN, Answer, AnswerSentence, Attribution, Citation, CitationStatus, Place, Source, TextKind


def cited(number: int, kind: TextKind = "notes", dated: str = UNKNOWN, status: CitationStatus = "verified") -> Citation:
    said = Attribution("NCHS", dated, Place("Filter", UNKNOWN, "https://www.filter.example/deaths", "press"))
    text = "notes" if kind == "notes" else "text"
    return Citation(number, "x", f"x/{text}", kind, "X", "news", said, "It is.", 10 * number, 10 * number + 6, status)


@pytest.mark.parametrize(
    ("citations", "told"),
    [
        ([cited(1, dated="2023-03")], "one note of ours, not in the source's own words; March 2023"),
        (
            [cited(1, dated="2023-03"), cited(2, dated="2022"), cited(3)],
            "3 notes of ours, none in the source's own words; newest March 2023, one undated",
        ),
        ([cited(1), cited(2)], "2 notes of ours, none in the source's own words; all undated"),
        ([cited(1, "full text", "2023")], "one quote in the source's own words, verified; 2023"),
        (
            [cited(1, "full text", "2023"), cited(2, "full text", "2024"), cited(3)],
            "2 quotes in the source's own words, every quote verified, and one note of ours; newest 2024, one undated",
        ),
        (
            [cited(1, "full text", "2023", "corrected"), cited(2, status="rejected")],
            "one quote in the source's own words; one corrected (≈); one rejected (✗); 2023",
        ),
    ],
)
def test_what_an_answer_rests_on_is_one_line(citations: Sequence[Citation], told: str) -> None:
    answer = Answer("?", "?", "answer", 0.9, (AnswerSentence("It is.", tuple(citations), "supported"),), ())
    assert basis(answer_json(answer)) == told
    assert basis(answer_json(replace(answer, confidence=0.4))) == f"{told}; low confidence"


def test_who_says_it_is_told_with_the_place_where_it_was_read() -> None:
    told = "NCHS, 2023, as reported by Filter; read at filter.example (press report)"
    assert read_where(citation_json(cited(1, dated="2023"))) == told
    at_home = replace(cited(1), attribution=Attribution.own("NCHS", "2023", ""))
    assert read_where(citation_json(at_home)) == "NCHS, 2023; in this library"


NOTES, TEXT, NONE = ("notes",), ("notes", "full text"), ()


@pytest.mark.parametrize(
    ("kinds", "url", "told"),
    [
        ([NOTES, NOTES], "u", "2 sources, our notes only; full texts can be fetched with rag sync."),
        ([NOTES, NOTES], "", "2 sources, our notes only."),
        ([TEXT, TEXT], "u", "2 sources, all with the full text."),
        ([TEXT, NOTES, NONE], "", "3 sources, 1 with the full text, 1 with our notes only, 1 without a text."),
    ],
)
def test_what_a_library_holds_is_told(kinds: Sequence[tuple[TextKind, ...]], url: str, told: str) -> None:
    source = replace(Source.unnamed("x"), url=url)
    assert holding([SourceStatus(source, own, 1, "") for own in kinds]) == told
