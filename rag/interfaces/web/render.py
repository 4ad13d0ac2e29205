"""Answers as HTML in which stored text can do nothing but be read.

Answers come in their JSON form (`rag.interfaces.wire.answer_json`), because a conversation is
kept in the browser and comes back from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from rag.interfaces.exports import FORMS, first_of_each_number
from rag.interfaces.markup import TEMPLATES, isolated, macro
from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN
from rag.text.dates import readable

EXCERPT = 240
"""Code points of a passage that a list shows."""


def excerpt(value: str) -> str:
    """Shorten a passage for a list, at the end of a word."""
    value = " ".join(value.split())
    return value if len(value) <= EXCERPT else value[:EXCERPT].rsplit(" ", 1)[0] + " …"


def numbered(sentence: Mapping[str, Any]) -> Sequence[CitationJson]:
    """List a sentence's citations, one a number; a rejected one only where its number has no other."""
    rejected_first = sorted(sentence["citations"], key=lambda c: str(c["status"]) != "rejected")
    return list({c["number"]: c for c in rejected_first}.values())


def cited_texts(answer: AnswerJson) -> Sequence[Sequence[CitationJson]]:
    """Group what an answer cites by the text that is cited."""
    texts: dict[str, list[CitationJson]] = {}
    for citation in first_of_each_number(answer):
        texts.setdefault(citation["doc_id"], []).append(citation)
    return list(texts.values())


def facts(answer: AnswerJson) -> Sequence[str]:
    """Say how an answer came about: how its quotes were checked, who worded it, how old the sources are."""
    statuses = [c["status"] for c in answer["citations"]]
    told = ["✓ every quote verified"] if set(statuses) == {"verified"} else []
    told += [
        f"{statuses.count(s)} {s} ({sign})" for s, sign in (("corrected", "≈"), ("rejected", "✗")) if s in statuses
    ]
    written = answer["answerer"] != "extractive"
    told.append(Markup("written by {}").format(isolated(answer["answerer"])) if written else "quoted from the sources")
    dates = sorted(c["date"] for c in answer["citations"] if c["date"] != UNKNOWN)
    if dates:
        told.append("sources as of " + " to ".join(dict.fromkeys((readable(dates[0]), readable(dates[-1])))))
    return told


TEMPLATES.globals |= {
    "FORMS": FORMS,
    "cited_texts": cited_texts,
    "excerpt": excerpt,
    "facts": facts,
    "numbered": numbered,
}

turn = macro("conversation.html", "turn")
"""Render one answer: its JSON form, its place from 0, and whether nothing follows it."""
conversation = macro("conversation.html", "conversation")
"""Render answers, and perhaps what is being done (``waiting``, ``question``) or went wrong (``problem``)."""
welcome = macro("conversation.html", "welcome")
"""Render what stands there before the first question of a library's description."""
saving = macro("conversation.html", "saving")
"""Render the menu of forms in which an answer or the conversation can be saved."""
