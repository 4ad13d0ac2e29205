"""What the pane of sources does: add, edit, remove and rebuild, with progress, while everyone goes on asking."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from rag.errors import ConfigError, RagError, StoreError
from rag.indexing.report import BuildReport, Progress
from rag.interfaces.markup import TEMPLATES, macro
from rag.interfaces.web.engine import OPENING_SECONDS, Engine
from rag.interfaces.web.render import holding
from rag.interfaces.web.watching import Watcher
from rag.library.status import SourceStatus
from rag.records import UNKNOWN
from rag.sources.corpus import Corpus

NOT_MANAGED = "sources can be changed on this machine only, or after the login of a manager"

MayManage = Callable[[str | None], bool]
"""Whether who signed in under a name may change sources."""


LOOK = 0.25
"""Seconds between two looks at a change that is under way."""

TEMPLATES.globals["facts_of"] = lambda source: json.dumps(asdict(source), ensure_ascii=False)

_list, _progress, _problem, _report = (
    macro("library.html", name) for name in ("sources_list", "progress", "problem", "report")
)

Change = Callable[[Progress], tuple[str, BuildReport]]
"""Changes the library and builds it; gives what was done in a sentence, and the report."""

Update = tuple[Any, ...]
"""New values of the report and of the list of sources."""


class Manager:
    """The library's keeper behind the page."""

    def __init__(self, engine: Engine, corpus: Corpus, watcher: Watcher, may_manage: MayManage) -> None:
        self._engine = engine
        self._corpus = corpus
        self.watcher = watcher
        self._may_manage = may_manage

    def _rows(self) -> list[SourceStatus]:
        """The sources; those that are declared while the index is not open."""
        if self._engine.ready:
            try:
                return self._engine.assistant().sources()
            except StoreError:
                self._engine.mend()
        return [SourceStatus(source, (), 0, "not loaded yet") for source in self._corpus.sources.values()]

    def table(self, reader: str | None) -> str:
        """Render the sources as they are now, for who signed in under a name."""
        rows, ready, may = self._rows(), self._engine.ready, self._may_manage(reader)
        return _list(rows, managed=may and ready, barred=not may, holding=holding(rows) if ready else "")

    def refreshed(self, request: gr.Request) -> Update:
        """Show the library as it is now, and what watching it came to."""
        last, table = self.watcher.last, self.table(request.username)
        if not (self._may_manage(request.username) and self.watcher.on and last):
            return gr.skip(), table
        return _problem(last) if isinstance(last, str) else _changed("Files have changed.", last), table

    def watch(self, event: gr.EventData, request: gr.Request) -> str:
        """Begin or end to build whenever a file of the library changes."""
        if not self._may_manage(request.username):
            return _problem(NOT_MANAGED)
        self.watcher.switch(event._data.get("on") is True)
        return ""

    def add(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        """Add a web page or an uploaded file as a source, or as a source's full text; then build."""
        address, file, target = (str(event._data.get(name) or "").strip() for name in ("address", "file", "target"))

        def change(progress: Progress) -> tuple[str, BuildReport]:
            if not file and not address.startswith(("http://", "https://")):
                raise ConfigError(
                    f"the address is {address!r}; expected one that starts with http:// or https://, or a file"
                )
            progress("reading" if file else "fetching", 0, 0)
            library = self._engine.library()
            added = library.add(_uploaded(file) if file else address, source_id=target or None)
            return f"Added {added.name}.", library.build(progress=progress)

        yield from self._run(change, request)

    def tell(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        """Change what is told of a source; then build."""
        source_id, facts = str(event._data.get("source", "")), event._data.get("facts")
        told = {str(name): str(value).strip() for name, value in facts.items()} if isinstance(facts, dict) else {}

        def change(progress: Progress) -> tuple[str, BuildReport]:
            library = self._engine.library()
            # An address may be empty; of anything else that says that nobody knows it.
            library.set(source_id, {name: value or ("" if name == "url" else UNKNOWN) for name, value in told.items()})
            return f"Changed what is told of {source_id}.", library.build(progress=progress)

        yield from self._run(change, request)

    def remove(self, event: gr.EventData, request: gr.Request) -> Iterator[Update]:
        """Take a source's full text out of the library; it is kept aside. Then build."""
        source_id = str(event._data.get("source", ""))

        def change(progress: Progress) -> tuple[str, BuildReport]:
            library = self._engine.library()
            kept = library.remove(source_id).relative_to(self._engine.settings.corpus)
            return f"Removed {source_id}; its text is kept in {kept}.", library.build(progress=progress)

        yield from self._run(change, request)

    def rebuild(self, request: gr.Request) -> Iterator[Update]:
        """Bring the index in step with the library."""
        yield from self._run(lambda progress: ("Rebuilt.", self._engine.library().build(progress=progress)), request)

    def _run(self, change: Change, request: gr.Request) -> Iterator[Update]:
        """Make a change in a thread of its own and show how far it is."""
        if not self._may_manage(request.username):
            yield _problem(NOT_MANAGED), gr.skip()
            return
        if not self._engine.wait(0):
            yield _progress("The library is being opened"), gr.skip()
            self._engine.wait(OPENING_SECONDS)
        steps: queue.SimpleQueue[tuple[str, int, int]] = queue.SimpleQueue()
        outcome: Future[tuple[str, BuildReport]] = Future()

        def work() -> None:
            try:
                outcome.set_result(change(lambda *step: steps.put(step)))
            except Exception as error:  # said on the page
                outcome.set_exception(error)

        threading.Thread(target=work, name="change", daemon=True).start()
        yield _progress("Starting"), gr.skip()
        while not outcome.done():
            wait([outcome], LOOK)
            for step in [steps.get() for _ in range(steps.qsize())][-1:]:
                yield _progress(*step), gr.skip()
        error = outcome.exception()
        if error is not None:
            foreseen = isinstance(error, (RagError, OSError))
            if not foreseen:
                logging.getLogger(__name__).error("a change of the library failed", exc_info=error)
            yield _problem(error if foreseen else repr(error)), gr.skip()
            return
        done, report = outcome.result()
        self._engine.reopen()
        yield _changed(done, report), self.table(request.username)


def _changed(done: str, report: BuildReport) -> str:
    """Render what a build did, with the texts of which something is to be said."""
    return _report(done, report, [row for row in report.rows if row.status != "unchanged" or row.reason])


def _uploaded(path: str) -> Path:
    """Give the file that a page has uploaded.

    Raises:
        ConfigError: the path, which the page sends, is no uploaded file's.
    """
    with contextlib.suppress(ValueError):  # a path that no system takes
        found = Path(path).resolve()
        if found.is_relative_to(Path(get_upload_folder()).resolve()) and found.is_file():
            return found
    raise ConfigError("that is no file that was uploaded; choose the file again")
