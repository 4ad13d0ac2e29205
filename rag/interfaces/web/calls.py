"""What a program may ask, by whichever door it comes: input as JSON holds it, answers as JSON objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.errors import ConfigError
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.monitoring import Door
from rag.interfaces.web.turns import REMEMBERED
from rag.interfaces.wire import answer_json, passage_json, source_json
from rag.records import Filters, Turn
from rag.sources.declarations import KINDS
from rag.text.dates import bounds

HISTORY_FORM = 'expected "role" (user or assistant) and "content", or "question" and "answer"'


def ask(
    engine: Engine,
    door: Door,
    question: str,
    history: Sequence[Mapping[str, str]],
    filters: Filters,
    k: int | None,
    written: bool,
    *,
    trace: bool = False,
) -> dict[str, Any]:
    """Answer a question.

    Args:
        history: earlier turns, see `earlier`.
        written: let the language model of the settings word the answer.
        trace: tell how long each step took.

    Raises:
        RagError: as `Assistant.ask`; besides, no model is set, or the history is malformed.
    """
    with engine.monitor.question(door, question) as noted:
        assistant = engine.assistant()
        answerer = assistant.written if written else None
        if written and answerer is None:
            raise ConfigError("no language model is set; set RAG_LLM_BASE_URL and RAG_LLM_MODEL, or leave written out")
        answer = assistant.ask(question, history=earlier(history), filters=filters, k=k, answerer=answerer)
        noted.answer = answer
        return answer_json(answer, trace=trace)


def retrieve(
    engine: Engine, door: Door, question: str, filters: Filters, k: int | None, read: bool
) -> list[dict[str, Any]]:
    """Find passages, best first; see `Assistant.retrieve`."""
    with engine.monitor.question(door, question):
        return [passage_json(p) for p in engine.assistant().retrieve(question, k, filters=filters, read=read)]


def sources(engine: Engine) -> list[dict[str, Any]]:
    """List every source with what the index holds of it."""
    return [source_json(row) for row in engine.assistant().sources()]


def scope(sources: Sequence[str], kinds: Sequence[str], publishers: Sequence[str], since: str, until: str) -> Filters:
    """Read what a search is limited to.

    Raises:
        ConfigError: a kind is unknown, a date is malformed, or the range of dates is empty.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigError(f"no kind of source is called {kind!r}; expected one of {', '.join(KINDS)}")
    first, last = (bounds(since) if since else None), (bounds(until) if until else None)
    if first and last and first[0] > last[1]:
        raise ConfigError(f"the range of dates is empty: {since!r} is after {until!r}")
    return Filters(tuple(sources), tuple(kinds), tuple(publishers), since, until)


def earlier(history: Sequence[Mapping[str, str]]) -> tuple[Turn, ...]:
    """Read the earlier turns of a conversation, of which the last six count.

    Each is one object with ``question`` and ``answer``, or two messages with ``role`` and
    ``content``; what an assistant says before the first question is left out.

    Raises:
        ConfigError: an object is neither.
    """
    turns: list[Turn] = []
    for number, told in enumerate(history):
        match told:
            case {"question": str(question), "answer": str(answer)}:
                turns.append(Turn(question, answer))
            case {"question": str(question)} if "answer" not in told:
                turns.append(Turn(question, ""))
            case {"role": "user", "content": str(content)}:
                turns.append(Turn(content, ""))
            case {"role": "assistant", "content": str(content)}:
                turns[-1:] = [Turn(turn.question, f"{turn.answer} {content}".strip()) for turn in turns[-1:]]
            case _:
                raise ConfigError(f"history[{number}] is {told!r}; {HISTORY_FORM}")
    return tuple(turns[-REMEMBERED:])
