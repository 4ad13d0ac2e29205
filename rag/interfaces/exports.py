"""Answers to take away: Markdown with footnotes, HTML, BibTeX and CSL-JSON.

Everything works on answers in their JSON form (`rag.interfaces.wire.answer_json`), so a
conversation that was stored can be exported as well as one that is open. A source's own words
stand in quotation marks; our notes never do, and say that they are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

from rag.interfaces.bibliography import is_web, slug, to_bibtex, to_csl
from rag.interfaces.evidence import series, sureness, voice
from rag.interfaces.markup import TEMPLATES
from rag.interfaces.wire import AnswerJson, CitationJson
from rag.text.dates import readable

OUTCOMES = {
    "answer": "Answered from the sources",
    "caution": "Possibly not a direct answer",
    "abstain": "No answer in the sources",
}
VOICES = {"notes": "our note", "full text": "the source's words"}
"""Whose words a quote is."""
NEAREST = 3
"""Passages that are listed where nothing answers."""

SentenceJson = Mapping[str, Any]
Row = tuple[str, str, SentenceJson | None]
"""A year of a series, its figure where that stands as data, and the sentence that tells it."""


def to_markdown(answers: Sequence[AnswerJson], title: str) -> str:
    """Write a conversation as Markdown, each citation a footnote with who says so and where."""
    blocks: list[str] = []
    notes: list[str] = []
    for place, answer in enumerate(answers, start=1):
        blocks += _markdown(answer, place)
        notes += [f"[^{place}-{group[0]['number']}]: {_footnote(answer, group)}" for group in cited(answer)]
    return "\n\n".join(filter(None, [*blocks, "\n".join(notes)])) + "\n"


def to_html(answers: Sequence[AnswerJson], title: str) -> str:
    """Write a conversation as a page of its own, with no outside request in it."""
    return TEMPLATES.get_template("saved.html").render(answers=answers, title=title)


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


def file_name(answers: Sequence[AnswerJson], form: Form) -> str:
    """Name a file after the first question that is more than a greeting: ``overdose-deaths-2022.md``."""
    asked = [answer["question"] for answer in answers if answer.get("shape") != "reply"]
    return f"{next(filter(None, map(slug, asked)), 'answers')}.{form.suffix}"


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


def cited(answer: AnswerJson) -> list[list[CitationJson]]:
    """List what an answer cites, rejected citations aside, together what has one number, by number."""
    quotes = accepted(answer["citations"], key=lambda c: (c["number"], c["doc_id"], c["start"], c["end"]))
    return [[c for c in quotes if c["number"] == first["number"]] for first in first_of_each_number(answer)]


def circumstances(answer: AnswerJson) -> list[str]:
    """Say when an answer was given, how sure it is, who worded it and where was searched."""
    if answer.get("shape") == "reply":
        return []
    outcome = OUTCOMES[answer["outcome"]]
    if answer["outcome"] == "caution":
        outcome += f", {sureness(answer)} confidence"
    day = answer.get("answered")
    written = answer["answerer"] != "extractive"
    told = [readable(day) if day else "", outcome, f"Worded by {answer['answerer']}" if written else ""]
    return list(filter(None, [*told, answer.get("scope", "")]))


def words(sentence: SentenceJson) -> str:
    """Give a sentence's text with no quotation marks around what our notes say."""
    text = _flat(sentence["text"])
    for quote in (_flat(c["quote"]) for c in sentence["citations"] if c["text_kind"] == "notes"):
        text = text.replace(f"“{quote}”", quote)
    return text


def unsaid(answer: AnswerJson, group: Sequence[CitationJson]) -> list[CitationJson]:
    """Those of some citations whose words do not stand in the answer itself, so that a note must give them."""
    differing = {_flat(c["quote"]) for conflict in answer["conflicts"] for c in conflict["citations"]}
    said = [_flat(sentence["text"]) for sentence in answer["sentences"]]
    return [c for c in group if _flat(c["quote"]) not in differing and not any(_flat(c["quote"]) in s for s in said)]


def by_part(answer: AnswerJson) -> list[Row]:
    """Give the parts of a series with the sentence of each, None where the sources do not say; empty of others."""
    if answer.get("shape") != "series":
        return []
    figures = series(answer)
    if figures:
        return [(bar.name, f"{bar.figure} {bar.status}".strip(), bar.sentence) for bar in figures.bars]
    told = {sentence.get("part"): sentence for sentence in reversed(answer["sentences"])}
    return [(part["name"], "", told.get(place)) for place, part in enumerate(answer["parts"])]


def outside(answer: AnswerJson, rows: Sequence[Row]) -> list[SentenceJson]:
    """The sentences of an answer that stand in no row."""
    return [s for s in answer["sentences"] if all(s is not told for *_, told in rows)]


def nearest(answer: AnswerJson) -> Sequence[CitationJson]:
    """The passages that stand nearest to a question that was not answered."""
    return answer["passages"][:NEAREST] if answer["outcome"] == "abstain" else ()


def source_line(citation: CitationJson) -> str:
    """Say what is cited, or found: title, who says so, when, where it was read, and whose words they are."""
    return f"{citation['title']}. {citation['said_by']} ({VOICES[citation['text_kind']]})"


def _markdown(answer: AnswerJson, place: int) -> Iterator[str]:
    """Give the blocks of an answer, its footnotes aside."""

    def marks(citations: Iterable[CitationJson]) -> str:
        return "".join(f"[^{place}-{c['number']}]" for c in accepted(citations))

    def line(sentence: SentenceJson) -> str:
        text = _told(_plain(words(sentence)), voice(sentence))
        return f"{text}{marks(sentence['citations']) or ' (unsupported)'}"

    yield f"## {_plain(answer['question'])}"
    if answer["resolved_question"] != answer["question"]:
        yield f"*Understood as: {_plain(answer['resolved_question'])}*"
    about = circumstances(answer)
    if about:
        yield f"*{_plain(' · '.join(about))}*"
    yield from (f"> {_plain(notice['text'])}" for notice in answer["notices"])
    yield _plain(answer["lead"])
    rows, figures = by_part(answer), series(answer)
    if rows and figures:
        bold = ((_plain(said), f"**{figure}**" if figure else "") for said, figure in figures.headline)
        yield " ".join(filter(None, chain.from_iterable(bold)))
        lines = [f"| {year} | {figure} | {line(told) if told else ''} |" for year, figure, told in rows]
        yield "\n".join(["| Year | Figure | What is said |", "| --- | --- | --- |", *lines])
    elif rows:
        lines = [f"| {year} | {line(told) if told else 'the sources do not say'} |" for year, _, told in rows]
        yield "\n".join(["| Year | What is said |", "| --- | --- |", *lines])
    rest = outside(answer, rows)
    yield " ".join(map(line, rest)) if answer["answerer"] != "extractive" else "\n".join(f"- {line(s)}" for s in rest)
    for conflict in answer["conflicts"]:
        yield _plain(conflict["text"])
        yield "\n".join(
            f"- {_plain(c['said_by'])}. {_told(_plain(c['quote']), c['text_kind'])}{marks([c])}"
            for c in accepted(conflict["citations"], key=lambda c: (c["doc_id"], c["start"]))
        )
    yield "\n".join(f"- {_plain(source_line(p))}{_link(p)}" for p in nearest(answer))


def _footnote(answer: AnswerJson, group: Sequence[CitationJson]) -> str:
    quotes = [_told(_plain(c["quote"]), c["text_kind"]) for c in unsaid(answer, group)]
    return " ".join([_plain(source_line(group[0])), *quotes]) + _link(group[0])


def _link(told: CitationJson) -> str:
    url = str(told["seen_at"]["url"])
    return f" <{url}>" if is_web(url) else ""


def _told(text: str, kind: str) -> str:
    """Put a source's words in quotation marks, and say of a note that it is ours."""
    return {"full text": f"“{text}”", "notes": f"Our note: {text}"}.get(kind, text)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Text in which Markdown means nothing, on one line."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~$!&])", r"\\\1", _flat(text))
    return re.sub(r"^([-+=]|\d+(?=[.)]))", lambda m: f"\\{m[0]}" if m[0] in "-+=" else f"{m[0]}\\", escaped)


TEMPLATES.globals |= {
    "accepted": accepted,
    "circumstances": circumstances,
    "by_part": by_part,
    "cited": cited,
    "nearest": nearest,
    "outside": outside,
    "series": series,
    "source_line": source_line,
    "unsaid": unsaid,
    "voice": voice,
    "words": words,
}
