"""What a page sends and keeps of a conversation: answers in their JSON form, oldest first."""

from __future__ import annotations

from datetime import date
from typing import Any

from jinja2 import TemplateError

from rag.interfaces.web.render import EXCERPT, turn, unshown
from rag.interfaces.wire import answer_json
from rag.records import Answer, Turn

REMEMBERED = 6
"""Turns that a follow-up question may lean on."""

LONGEST_ANSWER = 8000
"""Characters of an earlier answer that a follow-up may lean on."""

LONGEST_REASON = 1000
"""Characters of a reader's reason that are kept."""

Stored = dict[str, Any]
"""One answer in its JSON form, with what the reader made of it."""


def stored(answer: Answer) -> Stored:
    """Write an answer for the browser with the day it was given: passages only as far as the page shows them."""
    written = answer_json(answer)
    for passage in written["passages"]:
        passage["text"] = passage["text"][: 2 * EXCERPT]
        del passage["scores"]
    return {**written, "answered": date.today().isoformat()}


def shown(kept: object) -> list[str]:
    """Render each turn that a browser gives back; of one that another version kept, its question and its text."""
    return [shown_at(one, place) or _plainly(one) for place, one in enumerate(kept if isinstance(kept, list) else ())]


def _plainly(kept: object) -> str:
    told = kept if isinstance(kept, dict) else {}
    return unshown(*(str(told.get(name, "")) for name in ("question", "text")))


def shown_at(kept: object, place: int) -> str | None:
    """Render a turn that stands at a place, counted from 0; None where it cannot be shown."""
    try:
        return turn(kept, place)
    except (TemplateError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


def valid(kept: object) -> list[Stored]:
    """Take what a browser gives back; a turn that cannot be shown is dropped, never an error."""
    return [one for place, one in enumerate(kept if isinstance(kept, list) else ()) if shown_at(one, place)]


def history(told: object) -> tuple[Turn, ...]:
    """The last questions and answers, as the assistant takes them, from what a page sends."""
    turns = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return tuple(
        Turn(str(one.get("question", ""))[:LONGEST_ANSWER], str(one.get("answer", ""))[:LONGEST_ANSWER])
        for one in turns[-REMEMBERED:]
    )
