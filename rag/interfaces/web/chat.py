"""What the page does when a reader asks, reads, rates or takes away; each method serves one event.

An event brings all that is needed, and what is given back is a message to the page's script: the
conversation itself stands in the browser, so a question sends no more of it than a follow-up needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import gradio as gr

from rag.errors import RagError, StoreError, UnknownSourceError
from rag.interfaces import exports, feedback
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.panel import locate, missing, panel, unread
from rag.interfaces.web.render import waiting
from rag.interfaces.web.scope import DateError, Scope
from rag.interfaces.web.turns import LONGEST_REASON, Stored, history, shown, shown_at, stored, valid
from rag.records import Answer, Source, Span
from rag.sources.corpus import Corpus

POLL = 0.3
"""Seconds between two looks at a library that is being opened."""

READING_SECONDS = 30.0
"""Longest that a reader waits for a text of an index that is being built anew."""

LOST = "The library's index cannot be used, and could not be built anew. Whoever serves this page can look into it."
"""Said in the place of what names folders and digests."""

_number = count(1)
_SCRIPT = re.compile("<(?=script)", re.IGNORECASE)


def message(**told: Any) -> str:
    """Write what the page's script is told; a number makes each differ from the one before.

    No script tag stands in it, whatever a source holds: gradio would warn of one on the console.
    """
    return _SCRIPT.sub(r"\\u003c", json.dumps({"number": next(_number), **told}, ensure_ascii=False))


class Chat:
    """The answers of one page; it holds nothing of any reader."""

    def __init__(self, engine: Engine, corpus: Corpus) -> None:
        self._engine = engine
        self._corpus = corpus

    def restore(self, event: gr.EventData) -> str:
        """Render a conversation that the browser kept."""
        return message(id=event._data.get("id"), turns=shown(event._data.get("turns")))

    def ask(self, event: gr.EventData) -> Iterator[str]:
        """Answer a question, the answer growing in place."""
        asked = event._data
        question, place = str(asked.get("question", "")), _whole(asked.get("place"))
        try:
            scope = Scope.read(asked.get("scope"))
            yield from self._waiting(question)
            yield from self._answers(question, asked, scope, place)
        except DateError as error:
            yield message(state="problem", text=str(error), field=error.field)
        except StoreError:
            yield from self._once_more(question, asked, scope, place)
        except RagError as error:
            yield message(state="problem", text=str(error))

    def _once_more(self, question: str, asked: dict[str, Any], scope: Scope, place: int) -> Iterator[str]:
        """Answer after the index was deleted or damaged, once it is built anew."""
        self._engine.mend()
        yield from self._waiting(question)
        try:
            yield from self._answers(question, asked, scope, place)
        except StoreError:
            yield message(state="problem", text=LOST)
        except RagError as error:
            yield message(state="problem", text=str(error))

    def _answers(self, question: str, asked: dict[str, Any], scope: Scope, place: int) -> Iterator[str]:
        assistant = self._engine.assistant()
        answerer = assistant.written if scope.written else None
        turns, filters = history(asked.get("history")), scope.filters
        with self._engine.monitor.question("chat", question) as noted:
            for answer in assistant.stream(question, history=turns, filters=filters, k=scope.k, answerer=answerer):
                noted.answer, turn, said = answer, stored(answer), _spoken(answer)
                if answerer:  # a quoted answer comes in one piece
                    yield self._turn("growing", turn, place)
        yield self._turn("done", turn, place, said)

    @staticmethod
    def _turn(state: str, turn: Stored, place: int, said: str = "") -> str:
        return message(state=state, turn=turn, html=shown_at(turn, place), said=said)

    def _waiting(self, question: str) -> Iterator[str]:
        """Say what is waited for, first the library if it is not open yet."""
        status = ""
        while True:
            over = self._engine.wait(POLL if status else 0)
            now = "Looking it up" if over else self._engine.status.text
            if now != status:
                yield message(state="waiting", html=waiting(question, now), said=now)
            status = now
            if over:
                return

    def stop(self, event: gr.EventData) -> str:
        """Keep what there is of an answer, which says that it is not complete."""
        begun = valid([event._data.get("turn")])
        if not begun:
            return message(state="stopped")
        notice = {"kind": "stopped", "text": "Stopped before it was complete."}
        turn = {**begun[0], "notices": [*begun[0]["notices"], notice]}
        return self._turn("done", turn, _whole(event._data.get("place")), "Stopped.")

    def read(self, event: gr.EventData) -> str:
        """Open a stored text at the place that a button names."""
        data = event._data
        doc_id, quoted = str(data.get("doc", "")), str(data.get("quote", ""))
        span = Span(_whole(data.get("start")), _whole(data.get("end")))
        try:
            try:
                return self._text(doc_id, span, quoted)
            except StoreError:
                self._engine.mend()
                self._engine.wait(READING_SECONDS)
                return self._text(doc_id, span, quoted)
        except StoreError:
            return unread(LOST)
        except RagError as error:
            return unread(str(error))

    def _text(self, doc_id: str, span: Span, quoted: str) -> str:
        source_id, _, text_kind = doc_id.rpartition("/")
        assistant = self._engine.assistant()
        known = {row.source.id: row.source for row in assistant.sources()}
        try:
            document = assistant.document(doc_id)
        except UnknownSourceError:
            return missing(source_id, quoted, text_kind)
        found = locate(document, span, quoted)
        source = known.get(source_id, Source.unnamed(source_id, source_id))
        return panel(document, source, found, gone=quoted if found is None else "")

    def rate(self, event: gr.EventData) -> str:
        """Keep a reader's verdict in the feedback file: at the press, and again when a reason is given."""
        data = event._data
        verdict = str(data.get("verdict", ""))
        if verdict not in ("good", "bad"):
            return message(problem="The verdict was not kept.")
        question, answer, reason, press = (str(data.get(name, "")) for name in ("question", "text", "reason", "press"))
        index = self._engine.settings.index
        try:
            feedback.append(
                index,
                question=question[:LONGEST_REASON],
                answer=answer[: 8 * LONGEST_REASON],
                verdict=verdict,
                reason=reason[:LONGEST_REASON],
                press=press[:40],
            )
        except StoreError:
            return message(problem="The verdict could not be written down on the machine that serves this page.")
        return message(said="Thank you. The verdict is kept on this machine; rag feedback lists it.")

    def export(self, event: gr.EventData) -> str:
        """Write answers in one of `exports.FORMS`, for the page's script to copy or save."""
        data = event._data
        form = exports.FORMS.get(str(data.get("form")))
        turns = valid(data.get("turns"))
        if form is None or not turns:
            return message(text="")
        text = form.write(turns, self._corpus.title)
        how = "copy" if data.get("how") == "copy" else "save"
        return message(name=exports.file_name(turns, form), mime=form.mime, text=text, how=how)


def _spoken(answer: Answer) -> str:
    """What a screen reader says when an answer is complete."""
    if answer.shape == "reply":
        return " ".join([*(notice.text for notice in answer.notices), answer.lead])
    return f"{answer.lead or 'Answered.'} {len(answer.citations)} citations."


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10_000_000 else 0
