"""Answers to take away: Markdown with footnotes, HTML, BibTeX and CSL-JSON.

Everything works on answers in their JSON form (`rag.interfaces.wire.answer_json`), so a
conversation that was stored can be exported as well as one that is open.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from rag.interfaces.markup import TEMPLATES, TEXT_KINDS
from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN

TEX = str.maketrans({**{c: f"\\{c}" for c in "&%$#_{}"}, "\\": r"\textbackslash{}"})


def to_markdown(answers: Sequence[AnswerJson], title: str) -> str:
    """Write a conversation as Markdown, each citation a footnote with its quote and link."""
    parts: list[str] = []
    notes: list[str] = []
    for place, answer in enumerate(answers, start=1):
        parts.append(f"## {_plain(answer['question'])}")
        if answer["resolved_question"] != answer["question"]:
            parts.append(f"*Understood as: {_plain(answer['resolved_question'])}*")
        parts += [f"> {_plain(notice['text'])}" for notice in answer["notices"]]
        body = [_plain(answer["lead"])]
        for sentence in answer["sentences"]:
            marks = "".join(f"[^{place}-{c['number']}]" for c in accepted(sentence["citations"]))
            body.append(_plain(sentence["text"]) + (marks or " (unsupported)"))
        parts.append(" ".join(filter(None, body)))
        parts += [_plain(conflict["text"]) for conflict in answer["conflicts"]]
        for c in first_of_each_number(answer):
            link = f" <{_address(c)}>" if _address(c) else ""
            notes.append(f"[^{place}-{c['number']}]: {_plain(source_line(c))}: “{_plain(c['quote'])}”{link}")
    return "\n\n".join(filter(None, [*parts, "\n".join(notes)])) + "\n"


def to_html(answers: Sequence[AnswerJson], title: str) -> str:
    """Write a conversation as a page of its own, with no outside request in it."""
    return TEMPLATES.get_template("saved.html").render(answers=answers, title=title)


def to_bibtex(answers: Sequence[AnswerJson], title: str) -> str:
    """Write what is cited as BibTeX, one entry for each place of reading."""
    entries = []
    for key, citation in _documents(answers):
        fields = {
            "author": f"{{{_tex(_known(citation['origin']))}}}" if _known(citation["origin"]) else "",
            "title": f"{{{_tex(_title(citation))}}}",
            "publisher": _tex(_known(citation["seen_at"]["publisher"])),
            "year": _known(citation["date"])[:4],
            "note": _tex(citation["said_by"]),
            "url": _address(citation),
        }
        told = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        entries.append(f"@misc{{{key},\n" + ",\n".join(told) + "\n}")
    return "\n\n".join(entries) + "\n"


def to_csl(answers: Sequence[AnswerJson], title: str) -> str:
    """Write what is cited as CSL-JSON, one object for each place of reading."""
    rows = []
    for key, citation in _documents(answers):
        row: dict[str, Any] = {"id": key, "type": "webpage", "title": _title(citation), "note": citation["said_by"]}
        if _known(citation["origin"]):
            row["author"] = [{"literal": citation["origin"]}]
        if _known(citation["seen_at"]["publisher"]):
            row["publisher"] = citation["seen_at"]["publisher"]
        if _known(citation["date"]):
            row["issued"] = {"date-parts": [[int(part) for part in citation["date"].split("-")]]}
        if _address(citation):
            row["URL"] = _address(citation)
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which answers can be taken away."""

    label: str
    suffix: str
    mime: str
    write: Callable[[Sequence[AnswerJson], str], str]
    """Writes answers; takes them and the library's title."""


FORMS: Mapping[str, Form] = {
    "md": Form("Markdown", "md", "text/markdown", to_markdown),
    "html": Form("Web page", "html", "text/html", to_html),
    "bib": Form("BibTeX", "bib", "application/x-bibtex", to_bibtex),
    "csl": Form("CSL-JSON", "json", "application/json", to_csl),
}
"""The forms, by the name that the page calls them."""


def is_web(url: str) -> bool:
    """Whether an address may be linked: http or https only."""
    return re.match(r"https?://[^\s\"'<>]+$", url, re.IGNORECASE) is not None


def accepted(
    citations: Iterable[CitationJson], key: Callable[[CitationJson], Any] = itemgetter("number")
) -> list[CitationJson]:
    """List citations that are not rejected: the first of each number, or of each other *key*."""
    found: dict[Any, CitationJson] = {}
    for citation in citations:
        if citation["status"] != "rejected":
            found.setdefault(key(citation), citation)
    return list(found.values())


def first_of_each_number(answer: AnswerJson) -> list[CitationJson]:
    """List what an answer cites, rejected citations aside: the first of each number, by number."""
    return sorted(accepted(answer["citations"]), key=lambda c: int(c["number"]))


def source_line(citation: CitationJson) -> str:
    """Say what is cited: title, who says so, when, where it was read, and the kind of text."""
    return f"{citation['title']}. {citation['said_by']} ({TEXT_KINDS[citation['text_kind']]})"


def _documents(answers: Sequence[AnswerJson]) -> Iterator[tuple[str, CitationJson]]:
    """Give the first citation of each place of reading, with a key that no other has."""
    count: Counter[str] = Counter()
    for citation in accepted((c for answer in answers for c in answer["citations"]), key=_place):
        source_id = citation["source_id"]
        count[source_id] += 1
        yield (source_id if count[source_id] == 1 else f"{source_id}-{count[source_id]}"), citation


def _place(citation: CitationJson) -> tuple[str, str, str]:
    return citation["source_id"], citation["origin"], citation["seen_at"]["url"]


def _title(citation: CitationJson) -> str:
    return str(citation["release"] or citation["title"])


def _known(value: str) -> str:
    return "" if value == UNKNOWN else value


def _address(citation: CitationJson) -> str:
    url = str(citation["seen_at"]["url"])
    return url if is_web(url) else ""


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX)


def _plain(text: str) -> str:
    """Text in which Markdown means nothing, on one line."""
    return re.sub(r"([\\`*_\[\]<>#|~$!])", r"\\\1", " ".join(text.split()))


TEMPLATES.globals |= {
    "accepted": accepted,
    "first_of_each_number": first_of_each_number,
    "is_web": is_web,
    "source_line": source_line,
}
