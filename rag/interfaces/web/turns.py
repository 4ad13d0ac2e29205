"""A conversation as the browser keeps it: answers in their JSON form, oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jinja2 import TemplateError

from rag.interfaces.web.render import EXCERPT, conversation
from rag.interfaces.wire import answer_json
from rag.records import Answer, Turn

MOST_TURNS = 40
"""Turns that are kept; the browser's store holds five megabytes."""

REMEMBERED = 6
"""Turns that a follow-up question may lean on."""

LONGEST_REASON = 1000
"""Characters of a reader's reason that are kept."""

Stored = dict[str, Any]
"""One answer in its JSON form, with what the reader made of it."""


def stored(answer: Answer) -> Stored:
    """Write an answer for the browser with the day it was given: passages only as far as the page shows them."""
    written = {**answer_json(answer), "answered": date.today().isoformat()}
    for passage in written["passages"]:
        passage["text"] = passage["text"][: 2 * EXCERPT]
        del passage["scores"]
    return written


def valid(value: object) -> list[Stored]:
    """Take what a browser gives back; a turn that cannot be shown is dropped, never an error."""
    found: list[Stored] = []
    for turn in value if isinstance(value, list) else ():
        try:
            conversation([turn])
            remembered(turn)
        except (TemplateError, KeyError, TypeError, ValueError, AttributeError, IndexError):
            continue
        found.append(turn)
    return found[-MOST_TURNS:]


def remembered(turn: Mapping[str, Any]) -> Turn:
    """What a follow-up needs to know of an answer."""
    return Turn(str(turn["resolved_question"]), str(turn["text"]))


def history(turns: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """The last answers, as the assistant takes them; a greeting or a thank-you is nothing to lean on."""
    answers = [turn for turn in turns if turn.get("shape") != "reply"]
    return tuple(remembered(turn) for turn in answers[-REMEMBERED:])
