"""What the Sources tab does: add, remove and rebuild, with progress, while everyone goes on asking."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import ConfigError, RagError
from rag.indexing.build import BuildReport, Progress
from rag.interfaces.web import table
from rag.interfaces.web.engine import OPENING_SECONDS, Engine
from rag.records import UNKNOWN
from rag.sources.corpus import Corpus

NOT_MANAGED = "sources can be changed on this machine only, or after a login"

LOOK = 0.25
"""Seconds between two looks at a change that is under way."""

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

    def table(self) -> str:
        """Render the sources as they are now."""
        if not self._engine.ready:
            return table.sources_table(table.declared(self._corpus), managed=False)
        return table.sources_table(self._engine.assistant().sources(), managed=self.managed)

    def choices(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Give the sources as (title, id), and the publishers, that a scope can name."""
        ready = self._engine.ready
        rows = self._engine.assistant().sources() if ready else table.declared(self._corpus)
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

        def change(progress: Progress) -> tuple[str, BuildReport]:
            library = self._engine.library()
            place: str | Path = address.strip()
            if file:
                place = Path(file)
            elif not str(place).startswith(("http://", "https://")):
                raise ConfigError(
                    f"the address is {place!r}; expected one that starts with http:// or https://, or a file"
                )
            progress("fetching" if not file else "reading", 0, 0)
            added = library.add(place, source_id=target or None)
            return f"Added {added.name}.", library.build(progress=progress)

        yield from self._run(change)

    def remove(self, event: gr.EventData) -> Iterator[Update]:
        """Take a source's full text out of the library; it is kept aside. Then build."""
        source_id = str(event._data.get("source", ""))

        def change(progress: Progress) -> tuple[str, BuildReport]:
            library = self._engine.library()
            moved = library.remove(source_id)
            where = moved.relative_to(self._engine.settings.corpus)
            return f"Removed {source_id}; its text is kept in {where}.", library.build(progress=progress)

        yield from self._run(change)

    def rebuild(self) -> Iterator[Update]:
        """Bring the index in step with the library."""
        yield from self._run(lambda progress: ("Rebuilt.", self._engine.library().build(progress=progress)))

    def _run(self, change: Change) -> Iterator[Update]:
        """Make a change in a thread of its own and show how far it is."""
        still = gr.skip()
        if not self.managed:
            yield table.problem(NOT_MANAGED), *[still] * 6
            return
        if not self._engine.wait(0):
            yield table.progress("The library is being opened", 0, 0), *[still] * 6
            self._engine.wait(OPENING_SECONDS)
        job = _Job(change)
        for what, done, total in job.steps():
            yield table.progress(what, done, total), *[still] * 6
        if job.report is None:
            yield table.problem(job.problem), *[still] * 6
            return
        self._engine.reopen()
        update = self.refreshed()
        yield table.report(job.done, job.report), *update[1:5], "", None


class _Job:
    """A change under way."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._steps: queue.SimpleQueue[tuple[str, int, int]] = queue.SimpleQueue()
        self.done = ""
        self.report: BuildReport | None = None
        self.problem = ""

    def steps(self) -> Iterator[tuple[str, int, int]]:
        """Run the change; gives the newest stage, how much of it is done, and how much there is."""
        thread = threading.Thread(target=self._work, name="change", daemon=True)
        thread.start()
        yield "Starting", 0, 0
        while thread.is_alive():
            thread.join(LOOK)
            newest = None
            while not self._steps.empty():
                newest = self._steps.get()
            if newest:
                yield newest

    def _work(self) -> None:
        try:
            self.done, self.report = self._change(lambda stage, done, total: self._steps.put((stage, done, total)))
        except (RagError, OSError) as error:
            self.problem = str(error)
        except Exception as error:  # said on the page, and raised for the log
            self.problem = f"{type(error).__name__}: {error}"
            raise


def targets(sources: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give what an added text can be: a source of its own, or the full text of one of these."""
    return [("a source of its own", ""), *sources]
