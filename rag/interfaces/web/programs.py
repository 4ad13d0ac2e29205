"""The functions for programs that speak Gradio's protocol, and MCP tools when the server offers them.

Their docstrings are their documentation: gradio shows them to whoever calls.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from rag.errors import ConfigError, RagError
from rag.interfaces.web import calls
from rag.interfaces.web.engine import OPENING_SECONDS, Engine
from rag.interfaces.web.managing import NOT_MANAGED

ANSWERS_AT_ONCE = 4
"""Questions answered at the same time; more wait their turn, which on few cores is faster for all."""

MOST_WAITING = 200
"""Questions that wait at most; a further one is refused."""
LONGEST_WAIT = 30.0
"""Seconds that a question is let wait for its turn, as far as can be foreseen."""

ANSWERS, CHANGES = "answers", "changes"
"""Queues: a change to the library never stands in the way of an answer."""


def offer(engine: Engine, *, managed: bool) -> None:
    """Add the endpoints /ask, /retrieve, /sources and /rebuild to the page that is being made."""

    def ask(
        question: str,
        history: list[dict[str, str]] = [],  # noqa: B006 - shown in the schema, never changed
        sources: list[str] = [],  # noqa: B006 - as above
        kinds: list[str] = [],  # noqa: B006 - as above
        publishers: list[str] = [],  # noqa: B006 - as above
        since: str = "",
        until: str = "",
        k: int | None = None,
        written: bool = False,
    ) -> dict[str, Any]:
        """Answer a question from the library's sources, every statement a checked quote, or say that they do not say.

        Args:
            question: What is asked, at most 2,000 characters.
            history: Earlier messages, oldest first, for follow-up questions: each with "role" (user or assistant) and
                "content", or a turn with "question" and "answer"; the last six turns count.
            sources: Ids of the only sources to use; empty for all.
            kinds: The only kinds of source to use, such as "article" or "government"; empty for all.
            publishers: Parts of the names of the only publishers to use; empty for all.
            since: Nothing older than this date: YYYY, YYYY-MM or YYYY-MM-DD; empty for no limit.
            until: Nothing newer than this date; empty for no limit.
            k: Passages to give beside those that are cited, 1 to 200; null for what the library sets.
            written: Let the language model of the settings word the answer, where one is set.

        Returns:
            outcome (answer, caution or abstain), text with [n] markers, confidence 0 to 1, shape, parts, sentences,
            citations (number, source_id, title, publisher, date, url, quote, start, end, status), passages.
        """
        with _words():
            filters = calls.scope(sources, kinds, publishers, since, until)
            return calls.ask(engine, "program", question, history, filters, k, written)

    def retrieve(
        question: str,
        k: int | None = None,
        sources: list[str] = [],  # noqa: B006 - as above
        kinds: list[str] = [],  # noqa: B006 - as above
        publishers: list[str] = [],  # noqa: B006 - as above
        since: str = "",
        until: str = "",
        read: bool = False,
    ) -> list[dict[str, Any]]:
        """Find the passages of the library that fit a question, best first.

        Args:
            question: What is searched for, at most 2,000 characters.
            k: How many passages, 1 to 200; null for what the library sets.
            sources: Ids of the only sources to use; empty for all.
            kinds: The only kinds of source to use; empty for all.
            publishers: Parts of the names of the only publishers to use; empty for all.
            since: Nothing older than this date: YYYY, YYYY-MM or YYYY-MM-DD; empty for no limit.
            until: Nothing newer than this date; empty for no limit.
            read: Let the reading model order them: better, and slower by a fraction of a second.

        Returns:
            Passages with number, source_id, doc_id, title, publisher, date, url, start, end, text, score and also_in.
        """
        with _words():
            filters = calls.scope(sources, kinds, publishers, since, until)
            return calls.retrieve(engine, "program", question, filters, k, read)

    def sources() -> list[dict[str, Any]]:
        """List every source of the library with what the index holds of it.

        Returns:
            Sources with id, title, author, publisher, date, url, kind, licence, text_kinds, chunks and problem.
        """
        with _words():
            return calls.sources(engine)

    def rebuild(force: bool = False) -> dict[str, Any]:
        """Bring the index in step with the library's files; questions go on being answered meanwhile.

        Args:
            force: Start from nothing instead of keeping what has not changed.

        Returns:
            generation, swapped (whether anything changed), embedded, and rows: one a text with its status and reason.
        """
        with _words():
            if not managed:
                raise ConfigError(NOT_MANAGED)
            engine.wait(OPENING_SECONDS)
            report = engine.library().build(force=force)
            engine.reopen()
            return asdict(report)

    gr.api(ask, api_name="ask", concurrency_id=ANSWERS, concurrency_limit=ANSWERS_AT_ONCE)
    gr.api(retrieve, api_name="retrieve", concurrency_id=ANSWERS, concurrency_limit=ANSWERS_AT_ONCE)
    gr.api(sources, api_name="sources", concurrency_id=ANSWERS, concurrency_limit=ANSWERS_AT_ONCE)
    gr.api(rebuild, api_name="rebuild", concurrency_id=CHANGES, concurrency_limit=1)


def speak_json(page: gr.Blocks) -> None:
    """Give MCP sessions a tool's result as JSON text.

    Gradio gives them the `str` of a value, which of a dict is Python's form, and has no
    setting for it; so its last step is replaced, on this page only.
    """
    server = page.mcp_server_obj
    if server is not None:
        text = server.types.TextContent
        server.postprocess_output_data = lambda values, _root: [
            text(type="text", text=json.dumps(value, ensure_ascii=False)) for value in values
        ]


@contextlib.contextmanager
def _words() -> Iterator[None]:
    """Hand an error's words to the caller, who would else see only that there was one."""
    try:
        yield
    except RagError as error:
        raise gr.Error(str(error), print_exception=False) from error
