"""What the page does when a reader asks, reads, rates or takes away; each method serves one event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.errors import ConfigError, RagError, UnknownSourceError
from rag.interfaces import exports, feedback
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.panel import locate, missing, panel
from rag.interfaces.web.render import conversation, welcome
from rag.interfaces.web.turns import LONGEST_REASON, MOST_TURNS, Stored, history, stored, valid
from rag.records import Answer, Filters, Source, Span
from rag.sources.corpus import Corpus
from rag.text.dates import bounds

WRITTEN, QUOTED = "Written by a language model", "Quoted from the sources"

POLL = 0.3
"""Seconds between two looks at a library that is being opened."""

SAME = gr.skip()
"""Leaves a field as it is."""

Update = tuple[Any, ...]
"""New values of log, question, turns, editing, pending, stop button, and spoken status."""


class Chat:
    """The conversation of one page; it holds nothing of any reader."""

    def __init__(self, engine: Engine, corpus: Corpus) -> None:
        self._engine = engine
        self._corpus = corpus

    def log(self, turns: Sequence[Stored], **more: str) -> str:
        """Render the conversation, or the welcome where there is none."""
        if turns or more:
            return conversation(turns, **more)
        return welcome(self._corpus, self._engine.assistant().sources() if self._engine.ready else ())

    def restore(self, kept: object) -> tuple[str, list[Stored]]:
        """Show the conversation that the browser kept."""
        turns = valid(kept)
        return self.log(turns), turns

    def _over(self, turns: list[Stored], question: Any = SAME, said: Any = SAME, **more: str) -> Update:
        """What the page shows when nothing is being answered any more."""
        return self.log(turns, **more), question, turns, None, "", gr.Button(visible=False), said

    def ask(self, question: str, kept: object, editing: int | None, *scope: Any) -> Iterator[Update]:
        """Answer a question, the answer growing in place."""
        turns = valid(kept)[:editing]
        question = str(question)
        if not question.strip():
            yield self._over(turns)
            return
        yield from self._waiting(question, turns)
        shown, said = turns, ""
        try:
            assistant = self._engine.assistant()
            *limits, k, how = scope
            filters, k = _filters(*limits), int(k)
            answerer = assistant.written if how == WRITTEN else None
            for answer in assistant.stream(question, history=history(turns), filters=filters, k=k, answerer=answerer):
                shown = [*turns, stored(answer)][-MOST_TURNS:]
                yield self.log(shown), SAME, shown, None, question, SAME, SAME
                said = _spoken(answer)
            yield self._over(shown, said=said)
        except RagError as error:
            yield self._over(turns, question, problem=str(error))

    def _waiting(self, question: str, turns: list[Stored]) -> Iterator[Update]:
        """Say what is waited for, first the library if it is not open yet."""
        status = ""
        while True:
            over = self._engine.wait(POLL if status else 0)
            now = "Looking it up" if over else self._engine.status.text
            if now != status:
                log = self.log(turns, waiting=now, question=question)
                yield log, SAME if status else "", turns, None, question, gr.Button(visible=True), now
            status = now
            if over:
                return

    def again(self, kept: object, event: gr.EventData, *scope: Any) -> Iterator[Update]:
        """Ask a question of the conversation once more, in the place where it stands."""
        turns = valid(kept)
        place = _place(event._data, turns)
        if place is not None:
            yield from self.ask(turns[place]["question"], turns, place, *scope)

    def suggested(self, kept: object, event: gr.EventData, *scope: Any) -> Iterator[Update]:
        """Ask a question that the page offers."""
        yield from self.ask(str(event._data.get("question", "")), kept, None, *scope)

    def edit(self, kept: object, event: gr.EventData) -> tuple[Any, Any, str]:
        """Put a question back into the box; the next question takes its place."""
        turns = valid(kept)
        place = _place(event._data, turns)
        if place is None:
            return SAME, SAME, ""
        return turns[place]["question"], place, f"Your next question replaces question {place + 1} and what follows it."

    def stop(self, kept: object, pending: str) -> Update:
        """Keep what there is of an answer; a question without any goes back into the box."""
        turns = valid(kept)
        begun = bool(turns) and turns[-1]["question"] == " ".join(pending.split())
        if begun:
            notice = {"kind": "stopped", "text": "Stopped before it was complete."}
            turns[-1] = {**turns[-1], "notices": [*turns[-1]["notices"], notice]}
        return self._over(turns, SAME if begun else pending, "Stopped.")

    def clear(self) -> Update:
        """Start a new conversation."""
        return self._over([], "", "A new conversation.")

    def read(self, event: gr.EventData) -> str:
        """Open a stored text at the place that a button names."""
        data = event._data
        doc_id, quoted = str(data.get("doc", "")), str(data.get("quote", ""))
        source_id = doc_id.rpartition("/")[0]
        try:
            assistant = self._engine.assistant()
            known = {row.source.id: row.source for row in assistant.sources()}
            document = assistant.document(doc_id)
        except UnknownSourceError:
            return missing(source_id, quoted)
        except RagError as error:
            return missing(str(error), quoted)
        span = locate(document, Span(_number(data.get("start")), _number(data.get("end"))), quoted)
        source = known.get(source_id, Source.unnamed(source_id, source_id))
        return panel(document, source, span, gone=quoted if span is None else "")

    def rate(self, kept: object, event: gr.EventData) -> tuple[Any, Any, str]:
        """Keep a reader's verdict in the feedback file and with the answer."""
        turns = valid(kept)
        place = _place(event._data, turns)
        verdict = str(event._data.get("verdict", ""))
        if place is None or verdict not in ("good", "bad"):
            return SAME, SAME, ""
        turn = turns[place]
        reason = str(event._data.get("reason", ""))[:LONGEST_REASON]
        index = self._engine.settings.index
        try:
            feedback.append(index, question=turn["question"], answer=turn["text"], verdict=verdict, reason=reason)
        except RagError as error:
            return self.log(turns, problem=str(error)), SAME, ""
        turns[place] = {**turn, "rated": verdict}
        return self.log(turns), turns, "Thank you. The verdict is kept on this machine; rag feedback lists it."

    def export(self, kept: object, event: gr.EventData) -> str:
        """Write an answer, or the conversation, in one of `exports.FORMS`, as JSON for the page's script."""
        turns = valid(kept)
        place = _place(event._data, turns)
        form = exports.FORMS.get(str(event._data.get("form")))
        if form is None:
            return ""
        chosen = turns if place is None else [turns[place]]
        text = form.write(chosen, self._corpus.title)
        how = "copy" if event._data.get("how") == "copy" else "save"
        return json.dumps({"name": exports.file_name(chosen, form), "mime": form.mime, "text": text, "how": how})


def _spoken(answer: Answer) -> str:
    """What a screen reader says when an answer is complete."""
    if answer.shape == "reply":
        return " ".join([*(notice.text for notice in answer.notices), answer.lead])
    return f"{answer.lead or 'Answered.'} {len(answer.citations)} citations."


def _filters(
    sources: list[str] | None, kinds: list[str] | None, publishers: list[str] | None, since: str, until: str
) -> Filters:
    """Read the scope's fields.

    Raises:
        ConfigError: a date is malformed, or the range is empty.
    """
    since, until = since.strip(), until.strip()
    first, last = (bounds(since) if since else None), (bounds(until) if until else None)
    if first and last and first[0] > last[1]:
        raise ConfigError(f"the range of dates is empty: {since!r} is after {until!r}")
    return Filters(tuple(sources or ()), tuple(kinds or ()), tuple(publishers or ()), since, until)


def _place(data: Any, turns: Sequence[Stored]) -> int | None:
    """The turn that an event names; None where it names none."""
    place = data.get("turn") if isinstance(data, dict) else None
    return place if isinstance(place, int) and 0 <= place < len(turns) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
