"""The functions for programs that speak Gradio's protocol, and MCP tools when the server offers them.

Their docstrings are their documentation: gradio shows them to whoever calls.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, cast

import gradio as gr
from anyio import CapacityLimiter, to_thread

from rag.errors import RagError
from rag.interfaces.web import admission, calls
from rag.interfaces.web.admission import STOPPING, RefusedError
from rag.interfaces.web.engine import OPENING_SECONDS, Engine
from rag.interfaces.web.login import signed_in
from rag.interfaces.web.managing import NOT_MANAGED, MayManage

ANSWERS, CHANGES = "answers", "changes"
"""Queues of the page: a change to the library never stands in the way of an answer."""


def offer(engine: Engine, may_manage: MayManage, *, managed: bool) -> None:
    """Add the endpoints /ask, /retrieve, /sources and /rebuild to the page that is being made.

    They stand outside gradio's queue: for what stands in it, its MCP server asks itself over HTTP,
    at the address that the caller names and without the caller's login.

    Args:
        managed: whether who asks may know why a library cannot be opened.
    """
    changes = CapacityLimiter(1)

    async def told(work: Awaitable[Any]) -> Any:
        """Give an error's words to the caller, who would see nothing of it."""
        try:
            return await work
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    async def answered(work: Callable[[], Any]) -> Any:
        return await told(admission.answered(engine, managed, work))

    async def ask(
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

        def work() -> dict[str, Any]:
            filters = calls.scope(sources, kinds, publishers, since, until)
            return calls.ask(engine, "program", question, history, filters, k, written)

        return cast(dict[str, Any], await answered(work))

    async def retrieve(
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

        def work() -> list[dict[str, Any]]:
            filters = calls.scope(sources, kinds, publishers, since, until)
            return calls.retrieve(engine, "program", question, filters, k, read)

        return cast(list[dict[str, Any]], await answered(work))

    async def sources() -> list[dict[str, Any]]:
        """List every source of the library with what the index holds of it.

        Returns:
            Sources with id, title, author, publisher, date, url, kind, licence, text_kinds, chunks and problem.
        """
        return cast(list[dict[str, Any]], await answered(lambda: calls.sources(engine)))

    async def rebuild(request: gr.Request, force: bool = False) -> dict[str, Any]:
        """Bring the index in step with the library's files; questions go on being answered meanwhile.

        Args:
            force: Start from nothing instead of keeping what has not changed.

        Returns:
            generation, swapped (whether anything changed), embedded, and rows: one a text with its status and reason.
        """
        if not may_manage(signed_in(request)):
            raise gr.Error(NOT_MANAGED, print_exception=False)

        def work() -> dict[str, Any]:
            if engine.monitor.stopping:
                raise RefusedError(STOPPING)
            engine.wait(OPENING_SECONDS)
            report = engine.library().build(force=force)
            engine.reopen()
            return asdict(report)

        return cast(dict[str, Any], await told(to_thread.run_sync(work, limiter=changes)))

    for work in (ask, retrieve, sources, rebuild):
        gr.api(work, api_name=work.__name__, queue=False)


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
