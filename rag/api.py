"""The package's functions: a library is opened once a process, at the first call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rag.assistant import Assistant
from rag.indexing.report import BuildReport, Progress, silent
from rag.library.library import Library
from rag.records import Answer, Filters, Passage

__all__ = ["Assistant", "ask", "build", "retrieve"]


@lru_cache(maxsize=4)
def _default(corpus: str | None, index: str | None) -> Assistant:
    return Assistant.open(corpus, index)


def ask(question: str, *, corpus: str | None = None, index: str | None = None, **options: Any) -> Answer:
    """Answer a question; opens the library once a process. Options are those of `Assistant.ask`."""
    return _default(corpus, index).ask(question, **options)


def retrieve(
    question: str,
    k: int | None = None,
    *,
    filters: Filters | None = None,
    read: bool = False,
    corpus: str | None = None,
    index: str | None = None,
) -> list[Passage]:
    """Find the passages that fit a question, best first; opens the library once a process; see `Assistant.retrieve`."""
    return _default(corpus, index).retrieve(question, k, filters=filters, read=read)


def build(
    corpus: str | None = None,
    index: str | None = None,
    *,
    force: bool = False,
    progress: Progress = silent,
    **settings: Any,
) -> BuildReport:
    """Build or renew an index; see `rag.indexing.build.build`."""
    return Library.open(corpus, index, **settings).build(force=force, progress=progress)
