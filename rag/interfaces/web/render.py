"""Answers as HTML in which stored text can do nothing but be read.

Answers come in their JSON form (`rag.interfaces.wire.answer_json`), because a conversation is
kept in the browser and comes back from there. Every value is escaped, and its writing
direction isolated, on the way into the page.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.interfaces.exports import FORMS, TEXT_KINDS, first_of_each_number
from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN
from rag.text.dates import readable

CONFIDENCE = ((0.75, "High confidence"), (0.5, "Fair confidence"), (0.0, "Low confidence"))
"""Words for a confidence, from the lowest value that each stands for."""

OUTCOMES = {
    "answer": "Answered from the sources",
    "caution": "Possibly not a direct answer",
    "abstain": "No answer in the sources",
}

STATUSES = {
    "verified": ("", "verified: the words stand in the stored text"),
    "corrected": ("≈", "corrected: replaced by the source's own words"),
    "rejected": ("✗", "rejected: the words do not stand in the stored text"),
}
"""Sign and meaning of a citation's status; never told by colour alone."""

NEAREST = 3
"""Passages offered where nothing answers."""

EXCERPT = 240
"""Code points of a passage that a list shows."""


def text(value: object) -> str:
    """Escape a text and isolate its writing direction."""
    return f"<bdi>{html.escape(str(value))}</bdi>"


def attributes(**values: object) -> str:
    """Write attributes of an element, escaped; an underscore in a name is a hyphen."""
    return "".join(f' {name.replace("_", "-")}="{html.escape(str(value))}"' for name, value in values.items())


def confidence_words(value: float) -> str:
    """Say a confidence in words."""
    return next((words for least, words in CONFIDENCE if value >= least), CONFIDENCE[-1][1])


def welcome(title: str, description: str, examples: Sequence[str]) -> str:
    """Render what stands there before the first question."""
    buttons = "".join(f'<li><button type="button"{attributes(data_ask=q)}>{text(q)}</button></li>' for q in examples)
    some = f'<h2>For example</h2><ul class="examples">{buttons}</ul>' if buttons else ""
    return (
        f'<div class="welcome"><p class="about">{text(" ".join(description.split()) or title)}</p>'
        '<p class="how">Ask in your own words. Every answer is made of quotes from the stored texts, and each number '
        f"opens the place it comes from. What the sources do not say, you are told.</p>{some}</div>"
    )


def conversation(turns: Sequence[AnswerJson], *, waiting: str = "", problem: str = "", question: str = "") -> str:
    """Render the answers so far and what is going on.

    Args:
        waiting: what is being done about *question*, which has no answer yet.
        problem: why a question was not answered.
    """
    parts = [_turn(place, turn, last=place == len(turns) - 1) for place, turn in enumerate(turns)]
    if waiting:
        parts.append(
            f'<article class="turn waiting"><h2 class="question">{text(question)}</h2>'
            f'<p class="busy"><span class="dot"></span>{text(waiting)} …</p></article>'
        )
    if problem:
        parts.append(f'<p class="problem" role="alert"><strong>Not answered.</strong> {text(problem)}</p>')
    return f'<div class="log">{"".join(parts)}</div>'


def _turn(place: int, answer: AnswerJson, *, last: bool) -> str:
    outcome = str(answer["outcome"])
    parts = [f'<h2 class="question">{text(answer["question"])}</h2>']
    if answer["resolved_question"] != answer["question"]:
        parts.append(f'<p class="resolved">Understood as: {text(answer["resolved_question"])}</p>')
    for notice in answer["notices"]:
        kind = "emergency" if notice["kind"] == "emergency" else "caution"
        parts.append(f'<p class="notice {kind}" role="note">{text(notice["text"])}</p>')
    sure = confidence_words(float(answer["confidence"])) if answer["sentences"] else ""
    said = f'<strong><span aria-hidden="true">{_sign(outcome)}</span> {OUTCOMES[outcome]}</strong>'
    parts.append(f'<p class="outcome">{said} {sure}</p>')
    if answer["lead"]:
        parts.append(f'<p class="lead">{text(answer["lead"])}</p>')
    parts.append(_said(answer))
    parts += [_conflict(conflict) for conflict in answer["conflicts"]]
    parts += [_meta(answer), _references(answer), _passages(answer)]
    if last:
        parts.append(_suggestions(answer))
    parts.append(_tools(place, answer))
    return f'<article class="turn {outcome}"{attributes(data_place=place)}>{"".join(parts)}</article>'


def _sign(outcome: str) -> str:
    return {"answer": "●", "caution": "◐", "abstain": "○"}[outcome]


def _said(answer: AnswerJson) -> str:
    """The sentences: quotes a line each, a written answer as running text."""
    sentences = [_sentence(sentence) for sentence in answer["sentences"]]
    if not sentences:
        return ""
    if answer["answerer"] == "extractive":
        return f'<div class="said quoted">{"".join(f"<p>{sentence}</p>" for sentence in sentences)}</div>'
    return f'<div class="said"><p>{" ".join(sentences)}</p></div>'


def _sentence(sentence: Mapping[str, Any]) -> str:
    # One marker a number; where the model also gave a quote that was rejected, the source's own words count.
    rejected_first = sorted(sentence["citations"], key=lambda c: str(c["status"]) != "rejected")
    citations = {c["number"]: c for c in rejected_first}
    if sentence["status"] == "unsupported":
        return f'<span class="unsupported">{text(sentence["text"])} <em>✗ not found in the sources</em></span>'
    # A no-break space keeps a number on the line of the word before it.
    return text(sentence["text"]) + "".join("\u00a0" + marker(c) for c in citations.values())


def marker(citation: CitationJson) -> str:
    """Render a citation's number: a button, unless the citation was rejected."""
    sign, meaning = STATUSES[citation["status"]]
    number = int(citation["number"])
    if citation["status"] == "rejected":
        return (
            f'<span class="cite rejected"{attributes(title=meaning)}>✗ {number}<span class="sr"> rejected</span></span>'
        )
    label = f"Source {number}: {citation['title']}, {citation['publisher']}; {meaning}"
    inner = f'{number}<span aria-hidden="true">{sign}</span>'
    return f'<button type="button" class="cite {citation["status"]}"{opening(citation, label)}>{inner}</button>'


def opening(place: Mapping[str, Any], label: str = "", *, quote: str | None = None) -> str:
    """Write the attributes of a button that opens a stored text at a place."""
    said = place.get("quote", "") if quote is None else quote
    named = {"aria_label": label} if label else {}
    return attributes(
        data_doc=place["doc_id"], data_start=place["start"], data_end=place["end"], data_quote=said, **named
    )


def _conflict(conflict: Mapping[str, Any]) -> str:
    sides = "".join(
        f'<div><p class="by">{text(c["publisher"])}, {_date(c["date"])}</p>'
        f"<blockquote>{text(c['quote'])}\u00a0{marker(c)}</blockquote></div>"
        for c in conflict["citations"]
    )
    return (
        f'<section class="conflict"><p><strong><span aria-hidden="true">⇄</span> The sources differ.</strong> '
        f'{text(conflict["text"])}</p><div class="sides">{sides}</div></section>'
    )


def _meta(answer: AnswerJson) -> str:
    if not answer["sentences"]:
        return ""
    statuses = [c["status"] for c in answer["citations"]]
    parts = []
    if statuses and set(statuses) == {"verified"}:
        parts.append("✓ every quote verified")
    parts += [f"{statuses.count(s)} {s} ({STATUSES[s][0]})" for s in ("corrected", "rejected") if s in statuses]
    extractive = answer["answerer"] == "extractive"
    parts.append("quoted from the sources" if extractive else f"written by {text(answer['answerer'])}")
    dates = sorted(c["date"] for c in answer["citations"] if c["date"] != UNKNOWN)
    if dates:
        first, last = readable(dates[0]), readable(dates[-1])
        parts.append(f"sources as of {last}" if first == last else f"sources as of {first} to {last}")
    return f'<p class="meta">{" · ".join(parts)}</p>'


def _references(answer: AnswerJson) -> str:
    """List what is cited, or the nearest passages where nothing is."""
    if not answer["sentences"]:
        rows = "".join(_near(passage) for passage in answer["passages"][:NEAREST])
        return f'<h3>Nearest passages</h3><ol class="references near">{rows}</ol>' if rows else ""
    texts: dict[str, list[CitationJson]] = {}
    for citation in first_of_each_number(answer):
        texts.setdefault(citation["doc_id"], []).append(citation)
    rows = "".join(_cited(citations) for citations in texts.values())
    return f'<ul class="references">{rows}</ul>' if rows else ""


def _cited(citations: Sequence[CitationJson]) -> str:
    """A text that is cited, with who says what under each number."""
    first = citations[0]
    said = "".join(f"<span>{marker(c)} {text(c['publisher'])}, {_date(c['date'])}</span>" for c in citations)
    return (
        f'<li><button type="button" class="link"{opening(first)}>{text(first["title"])}</button>'
        f'<p class="by">{_kind(first)} {said}</p></li>'
    )


def _near(passage: Mapping[str, Any]) -> str:
    return (
        f'<li><button type="button" class="link"{opening(passage, quote="")}>{text(passage["title"])}</button>'
        f'<p class="by">{text(passage["publisher"])}, {_date(passage["date"])} {_kind(passage)}</p>'
        f'<p class="excerpt">{text(_short(passage["text"]))}</p></li>'
    )


def _passages(answer: AnswerJson) -> str:
    """Everything that was looked at, closed until asked for."""
    if not answer["sentences"] or not answer["passages"]:
        return ""
    rows = "".join(f'<li value="{int(p["number"])}">{_near(p).removeprefix("<li>")}' for p in answer["passages"])
    return (
        f'<details class="passages"><summary>All {len(answer["passages"])} passages that were looked at</summary>'
        f'<ol class="references">{rows}</ol></details>'
    )


def _kind(row: Mapping[str, Any]) -> str:
    return f'<span class="kind {row["text_kind"].replace(" ", "-")}">{TEXT_KINDS[row["text_kind"]]}</span>'


def _date(value: str) -> str:
    return html.escape(readable(value))


def _short(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= EXCERPT else value[:EXCERPT].rsplit(" ", 1)[0] + " …"


def _suggestions(answer: AnswerJson) -> str:
    head = "Better questions" if answer["outcome"] == "abstain" else "Ask next"
    return chips(head, answer["suggestions"])


def chips(head: str, questions: Iterable[str]) -> str:
    """Render questions as buttons that ask them."""
    buttons = "".join(f'<button type="button"{attributes(data_ask=q)}>{text(q)}</button>' for q in questions)
    return f'<div class="chips"><h3>{html.escape(head)}</h3>{buttons}</div>' if buttons else ""


def _tools(place: int, answer: AnswerJson) -> str:
    """Buttons under an answer."""
    forms = "".join(_button(f"Save as {form.label}", data_save=name, data_turn=place) for name, form in FORMS.items())
    rated = answer.get("rated", "")
    verdicts = "".join(
        f'<button type="button" aria-pressed="{str(rated == verdict).lower()}"'
        f"{attributes(data_rate=verdict, data_turn=place)}>{word}</button>"
        for verdict, word in (("good", "Helpful"), ("bad", "Not helpful"))
    )
    return (
        f'<div class="tools">{_button("Copy", data_copy="md", data_turn=place)}'
        f'<details class="menu"><summary>Save</summary><div class="forms">{forms}</div></details>'
        f"{_button('Ask again', data_retry=place)}{_button('Edit question', data_edit=place)}"
        f'<span class="verdicts" role="group" aria-label="Was this helpful?">{verdicts}</span></div>'
    )


def _button(label: str, **data: object) -> str:
    return f'<button type="button"{attributes(**data)}>{html.escape(label)}</button>'
