"""What the Sources tab does: add, remove and rebuild, with progress, while everyone goes on asking."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import ConfigError, RagError
from rag.indexing.report import BuildReport, Progress
from rag.interfaces.markup import macro
from rag.interfaces.web.engine import OPENING_SECONDS, Engine
from rag.library.status import SourceStatus
from rag.records import UNKNOWN
from rag.sources.corpus import Corpus

NOT_MANAGED = "sources can be changed on this machine only, or after a login"

LOOK = 0.25
"""Seconds between two looks at a change that is under way."""

_table, _progress, _problem, _report = (
    macro("library.html", name) for name in ("sources_table", "progress", "problem", "report")
)

Change = Callable[[Progress], tuple[str, BuildReport]]
"""Changes the library and builds it; gives what was done in a sentence, and the report."""

Update = tuple[Any, ...]
"""New values of report, table, scope's sources, scope's publishers, target source, address, and file."""


class Manager:
    """The library's keeper behind the page."""

    def __init__(self, engine: Engine, corpus: Corpus, *, managed: bool) -> None:
        self._engine = engine
        self._corpus = corpus
        self.managed = managed

    def _rows(self) -> list[SourceStatus]:
        """The sources; those that are declared while the index is not open yet."""
        if self._engine.ready:
            return self._engine.assistant().sources()
        return [SourceStatus(source, (), 0, "not loaded yet") for source in self._corpus.sources.values()]

    def table(self) -> str:
        """Render the sources as they are now."""
        return _table(self._rows(), managed=self.managed and self._engine.ready)

    def choices(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Give the sources as (title, id), and the publishers, that a scope can name."""
        rows = self._rows()
        named = sorted(((row.source.title, row.source.id) for row in rows), key=lambda pair: pair[0].casefold())
        publishers = {row.source.publisher for row in rows} - {UNKNOWN}
        return named, sorted(publishers, key=str.casefold)

    def refreshed(self) -> Update:
        """Show the library as it is now."""
        sources, publishers = self.choices()
        scope = gr.Dropdown(choices=sources), gr.Dropdown(choices=publishers)
        return gr.skip(), self.table(), *scope, gr.Dropdown(choices=targets(sources)), gr.skip(), gr.skip()

    def add(self, address: str, file: str | None, target: str | None) -> Iterator[Update]:
        """Add a web page or an uploaded file as a source, or as a source's full text; then build."""
        address = address.strip()

        def change(progress: Progress) -> tuple[str, BuildReport]:
            if not file and not address.startswith(("http://", "https://")):
                raise ConfigError(
                    f"the address is {address!r}; expected one that starts with http:// or https://, or a file"
                )
            progress("reading" if file else "fetching", 0, 0)
            library = self._engine.library()
            added = library.add(Path(file) if file else address, source_id=target or None)
            return f"Added {added.name}.", library.build(progress=progress)

        yield from self._run(change)

    def remove(self, event: gr.EventData) -> Iterator[Update]:
        """Take a source's full text out of the library; it is kept aside. Then build."""
        source_id = str(event._data.get("source", ""))

        def change(progress: Progress) -> tuple[str, BuildReport]:
            library = self._engine.library()
            kept = library.remove(source_id).relative_to(self._engine.settings.corpus)
            return f"Removed {source_id}; its text is kept in {kept}.", library.build(progress=progress)

        yield from self._run(change)

    def rebuild(self) -> Iterator[Update]:
        """Bring the index in step with the library."""
        yield from self._run(lambda progress: ("Rebuilt.", self._engine.library().build(progress=progress)))

    def _run(self, change: Change) -> Iterator[Update]:
        """Make a change in a thread of its own and show how far it is."""
        rest = [gr.skip()] * 6
        if not self.managed:
            yield _problem(NOT_MANAGED), *rest
            return
        if not self._engine.wait(0):
            yield _progress("The library is being opened"), *rest
            self._engine.wait(OPENING_SECONDS)
        steps: queue.SimpleQueue[tuple[str, int, int]] = queue.SimpleQueue()
        outcome: Future[tuple[str, BuildReport]] = Future()

        def work() -> None:
            try:
                outcome.set_result(change(lambda *step: steps.put(step)))
            except Exception as error:  # said on the page
                outcome.set_exception(error)

        threading.Thread(target=work, name="change", daemon=True).start()
        yield _progress("Starting"), *rest
        while not outcome.done():
            wait([outcome], LOOK)
            for step in [steps.get() for _ in range(steps.qsize())][-1:]:
                yield _progress(*step), *rest
        error = outcome.exception()
        if error is not None:
            foreseen = isinstance(error, (RagError, OSError))
            if not foreseen:
                logging.getLogger(__name__).error("a change of the library failed", exc_info=error)
            yield _problem(error if foreseen else repr(error)), *rest
            return
        done, report = outcome.result()
        self._engine.reopen()
        told = [row for row in report.rows if row.status != "unchanged" or row.reason]
        yield _report(done, report, told), *self.refreshed()[1:5], "", None


def targets(sources: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give what an added text can be: a source of its own, or the full text of one of these."""
    return [("a source of its own", ""), *sources]
