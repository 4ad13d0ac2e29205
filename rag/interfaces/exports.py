"""Answers to take away: Markdown with footnotes, HTML, BibTeX and CSL-JSON.

Everything works on answers in their JSON form (`rag.interfaces.wire.answer_json`), so a
conversation that was stored can be exported as well as one that is open.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN
from rag.text.dates import readable

TEXT_KINDS = {"notes": "our notes", "full text": "full text"}
"""What a reader is told of a text's kind."""


def to_markdown(answers: Sequence[AnswerJson]) -> str:
    """Write a conversation as Markdown, each citation a footnote with its quote and link."""
    parts: list[str] = []
    notes: list[str] = []
    for place, answer in enumerate(answers, start=1):
        parts.append(f"## {_plain(answer['question'])}")
        if answer["resolved_question"] != answer["question"]:
            parts.append(f"*Understood as: {_plain(answer['resolved_question'])}*")
        parts += [f"> {_plain(notice['text'])}" for notice in answer["notices"]]
        body = [_plain(answer["lead"])] if answer["lead"] else []
        for sentence in answer["sentences"]:
            marks = "".join(f"[^{place}-{c['number']}]" for c in _live(sentence["citations"]))
            body.append(_plain(sentence["text"]) + (marks or " (unsupported)"))
        parts.append(" ".join(body))
        parts += [f"{_plain(conflict['text'])}" for conflict in answer["conflicts"]]
        for citation in first_of_each_number(answer):
            notes.append(f"[^{place}-{citation['number']}]: {_reference(citation)}")
    return "\n\n".join([*parts, "\n".join(notes)]).strip() + "\n"


def to_html(answers: Sequence[AnswerJson], title: str) -> str:
    """Write a conversation as a page of its own, with no outside request in it."""
    body: list[str] = []
    for place, answer in enumerate(answers, start=1):
        body.append(f"<h2>{html.escape(answer['question'])}</h2>")
        body += [f"<p><strong>{html.escape(notice['text'])}</strong></p>" for notice in answer["notices"]]
        sentences = [html.escape(answer["lead"])] if answer["lead"] else []
        for sentence in answer["sentences"]:
            marks = "".join(
                f'<sup><a href="#n{place}-{c["number"]}">[{c["number"]}]</a></sup>'
                for c in _live(sentence["citations"])
            )
            sentences.append(html.escape(sentence["text"]) + (marks or " (unsupported)"))
        body.append(f"<p>{' '.join(sentences)}</p><ol>")
        for c in first_of_each_number(answer):
            link = f' <a href="{html.escape(c["url"])}">{html.escape(c["url"])}</a>' if is_web(c["url"]) else ""
            body.append(
                f'<li id="n{place}-{c["number"]}" value="{c["number"]}">{html.escape(_source_line(c))}'
                f"<blockquote>{html.escape(c['quote'])}</blockquote>{link}</li>"
            )
        body.append("</ol>")
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
        "<style>body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}</style>\n"
        + "\n".join(body)
        + "\n</html>\n"
    )


def to_bibtex(answers: Sequence[AnswerJson]) -> str:
    """Write the cited sources as BibTeX, one entry each."""
    entries = []
    for citation in _sources(answers):
        fields = {
            "title": citation["title"],
            "publisher": citation["publisher"],
            "year": citation["date"][:4] if citation["date"] != UNKNOWN else "",
            "url": citation["url"] if is_web(citation["url"]) else "",
        }
        lines = ",\n".join(f"  {name} = {{{_tex(value)}}}" for name, value in fields.items() if value)
        entries.append(f"@misc{{{citation['source_id']},\n{lines}\n}}")
    return "\n\n".join(entries) + "\n"


def to_csl(answers: Sequence[AnswerJson]) -> str:
    """Write the cited sources as CSL-JSON, one object each."""
    rows = []
    for citation in _sources(answers):
        row: dict[str, Any] = {"id": citation["source_id"], "type": "webpage", "title": citation["title"]}
        row["publisher"] = citation["publisher"]
        if citation["date"] != UNKNOWN:
            row["issued"] = {"date-parts": [[int(part) for part in citation["date"].split("-")]]}
        if is_web(citation["url"]):
            row["URL"] = citation["url"]
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which answers can be taken away."""

    label: str
    suffix: str
    mime: str
    write: Callable[[Sequence[AnswerJson], str], str]
    """Writes answers; takes them and a title."""


FORMS: Mapping[str, Form] = {
    "md": Form("Markdown", "md", "text/markdown", lambda answers, _: to_markdown(answers)),
    "html": Form("Web page", "html", "text/html", to_html),
    "bib": Form("BibTeX", "bib", "application/x-bibtex", lambda answers, _: to_bibtex(answers)),
    "csl": Form("CSL-JSON", "json", "application/json", lambda answers, _: to_csl(answers)),
}
"""The forms, by the name that the page calls them."""


def is_web(url: str) -> bool:
    """Whether an address may be linked: http or https only."""
    return re.match(r"https?://[^\s\"'<>]+$", url, re.IGNORECASE) is not None


def _live(citations: Sequence[CitationJson]) -> list[CitationJson]:
    """Citations that are no rejected ones, one a number."""
    found: dict[int, CitationJson] = {}
    for citation in citations:
        if citation["status"] != "rejected":
            found.setdefault(citation["number"], citation)
    return list(found.values())


def first_of_each_number(answer: AnswerJson) -> list[CitationJson]:
    """List what an answer cites, rejected citations aside: the first of each number, by number."""
    return sorted(_live(answer["citations"]), key=lambda c: int(c["number"]))


def _sources(answers: Sequence[AnswerJson]) -> Iterator[CitationJson]:
    seen: set[str] = set()
    for citation in (c for answer in answers for c in _live(answer["citations"])):
        if citation["source_id"] not in seen:
            seen.add(citation["source_id"])
            yield citation


def _reference(citation: CitationJson) -> str:
    link = f" <{citation['url']}>" if is_web(citation["url"]) else ""
    return f"{_plain(_source_line(citation))}: “{_plain(citation['quote'])}”{link}"


def _source_line(citation: CitationJson) -> str:
    kind = TEXT_KINDS[citation["text_kind"]]
    return f"{citation['title']}. {citation['publisher']}, {readable(citation['date'])} ({kind})"


def _plain(text: str) -> str:
    """Text in which Markdown means nothing, on one line."""
    return re.sub(r"([\\`*_\[\]<>#|~$!])", r"\\\1", " ".join(text.split()))


def _tex(text: str) -> str:
    escaped = {
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "\\": r"\textbackslash{}",
    }
    return "".join(escaped.get(c, c) for c in " ".join(text.split()))
