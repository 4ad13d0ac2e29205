"""Answers as HTML in which stored text can do nothing but be read.

Answers come in their JSON form (`rag.interfaces.wire.answer_json`), because a conversation is
kept in the browser and comes back from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.interfaces.evidence import basis, read_where, voice
from rag.interfaces.exports import FORMS, first_of_each_number
from rag.interfaces.markup import TEMPLATES, macro
from rag.interfaces.wire import CitationJson
from rag.library.status import SourceStatus

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


def holding(rows: Sequence[SourceStatus]) -> str:
    """Say what a library holds: ``30 sources, our notes only; full texts can be fetched with rag sync``."""
    count = "One source" if len(rows) == 1 else f"{len(rows)} sources"
    full = sum("full text" in row.text_kinds for row in rows)
    notes = sum(row.text_kinds == ("notes",) for row in rows)
    rest = len(rows) - full - notes
    told = [f"{full} with the full text"] * bool(full) + [f"{notes} with our notes only"] * bool(notes)
    told += [f"{rest} without a text"] * bool(rest)
    said = (
        "our notes only" if notes == len(rows) else "all with the full text" if full == len(rows) else ", ".join(told)
    )
    fetched = any(row.source.url and "full text" not in row.text_kinds for row in rows)
    return f"{count}, {said}" + ("; full texts can be fetched with rag sync." if fetched else ".")


TEMPLATES.globals |= {
    "FORMS": FORMS,
    "basis": basis,
    "excerpt": excerpt,
    "first_of_each_number": first_of_each_number,
    "voice": voice,
    "numbered": numbered,
    "read_where": read_where,
}

turn = macro("conversation.html", "turn")
"""Render one answer: its JSON form, and its place from 0."""
unshown = macro("conversation.html", "unshown")
"""Render a turn of which only the question and the answer's text are known."""
waiting = macro("conversation.html", "waiting")
"""Render a question that has no answer yet, and what is being done about it."""
welcome = macro("conversation.html", "welcome")
"""Render what stands there before the first question of a library's description."""
saving = macro("conversation.html", "saving")
"""Render the menu of forms in which an answer or the conversation can be saved."""
