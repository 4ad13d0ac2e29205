"""Keeps the index in step with the library's files while the chat is served."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rag.errors import RagError
from rag.indexing.report import BuildReport
from rag.interfaces.web.engine import OPENING_SECONDS, Engine

AGAIN = 5.0
"""Seconds until watching goes on after it failed."""


class _Over(Exception):  # noqa: N818 - no error: it ends a loop that has no other end
    """Watching was switched off."""


class Watcher:
    """Builds whenever a file of the library changes, while it is switched on."""

    def __init__(self, engine: Engine, announce: Callable[[str], None]) -> None:
        self._engine = engine
        self._announce = announce
        self._stopped = threading.Event()
        self._stopped.set()
        self._lock = threading.Lock()
        self.last: BuildReport | str = ""
        """The report of the last build that changed something, or why the last one failed."""
        self.changes = 0
        """Counts what came into `last`."""

    @property
    def on(self) -> bool:
        """Whether the library is watched."""
        return not self._stopped.is_set()

    def switch(self, on: bool) -> None:
        """Begin or end watching."""
        with self._lock:
            if on == self.on:
                return
            self._stopped.set()
            if on:
                self._stopped = threading.Event()
                threading.Thread(target=self._run, args=(self._stopped,), name="watch", daemon=True).start()

    def _run(self, stopped: threading.Event) -> None:
        def pause(seconds: float) -> None:
            if stopped.wait(seconds):
                raise _Over

        self._engine.wait(OPENING_SECONDS)
        while not stopped.is_set():
            try:
                self._engine.library().watch(self._report, self._problem, sleep=pause)
            except _Over:
                return
            except RagError as error:
                self._problem(error)
                stopped.wait(AGAIN)

    def _report(self, report: BuildReport) -> None:
        if report.swapped:
            self._engine.reopen()
            self._tell(report, f"The library has changed: {report.embedded} texts embedded anew.")

    def _problem(self, error: RagError) -> None:
        if str(error) != self.last:
            self._tell(str(error), str(error))

    def _tell(self, last: BuildReport | str, line: str) -> None:
        self.last = last
        self.changes += 1
        self._announce(line)
