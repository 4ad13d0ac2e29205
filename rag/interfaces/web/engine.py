"""The library behind the page: opened, fetched and built in the background while the page is usable."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from anyio import CapacityLimiter

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import EngineError, IndexLockedError, IndexMissingError, RagError, StoreError
from rag.indexing.exporting import default_embedder
from rag.indexing.report import Progress
from rag.interfaces.web.monitoring import Monitor
from rag.library.library import Library
from rag.reading.reader import default_reader

ANSWERS_AT_ONCE = 4
"""Questions answered at the same time; more wait their turn, which on few cores is faster for all."""

SYNC_SECONDS = 20.0
"""Longest that the first start waits for the network."""

OPENING_SECONDS = 3600.0
"""Longest that a change waits for a library that is being opened."""

LOCK_PAUSE = 1.0
"""Seconds between two tries to build while another process does."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the library is doing."""

    state: Literal["loading", "ready", "failed"]
    text: str
    """For a reader: what goes on, or why nothing does."""
    share: float | None = None
    """How much of it is done, 0 to 1; None where nobody knows."""


class Engine:
    """Opens the assistant once; until then says what is going on. Safe to share between threads."""

    def __init__(
        self, settings: Settings, *, sync: bool, announce: Callable[[str], None], monitor: Monitor | None = None
    ) -> None:
        self.settings = settings
        self.monitor = monitor or Monitor()
        self.places = CapacityLimiter(ANSWERS_AT_ONCE)
        """Of programs' questions, by whichever door; the page's own wait in gradio's queue."""
        self._sync = sync
        self._announce = announce
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._assistant: Assistant | None = None
        self.status = Status("loading", "Loading the model")

    def start(self) -> None:
        """Begin to open the library."""
        threading.Thread(target=self._run, name="library", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether questions are answered at once."""
        return self.status.state == "ready"

    @property
    def generation(self) -> str:
        """Name of the generation that answers; empty where none does."""
        return self._assistant.generation if self._assistant and self.ready else ""

    def assistant(self) -> Assistant:
        """Give the open assistant, waiting for it if need be.

        Raises:
            RagError: the library cannot be opened; the message says why.
        """
        self._done.wait()
        if self._assistant is None:
            raise StoreError(self.status.text)
        return self._assistant

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; gives whether opening has come to an end, good or bad."""
        return self._done.wait(seconds)

    def library(self) -> Library:
        """Give what changes the library; it can be used before the index is there."""
        return self._assistant.library if self._assistant else Library(self.settings)

    def reopen(self) -> None:
        """Try again to open a library that could not be opened, after it was changed."""
        if self._assistant is None and self._done.is_set():
            self._done.clear()
            self._run()

    def mend(self) -> None:
        """Build anew an index that was deleted or damaged while it was served, in the background.

        One that never could be opened is left alone, and one that is being opened goes on.
        """
        with self._lock:
            if self._assistant is None or not self._done.is_set():
                return
            self._done.clear()
            self._assistant, self._sync = None, False
            self.status = Status("loading", "The index is gone or damaged; building it anew")
        self.start()

    def _run(self) -> None:
        try:
            assistant = self._opened()
            # What is made at first use is made now, so that the first reader does not wait for it.
            with contextlib.suppress(RagError):
                assistant.ask(next(iter(assistant.corpus.examples), "What is this about?"))
            self._assistant = assistant
            self.status = Status("ready", "Ready")
            self._announce("Ready for questions.")
        except RagError as error:
            self.status = Status("failed", str(error))
            self._announce(str(error))
        except Exception as error:  # said on the page, and raised for the log
            self.status = Status("failed", f"the library cannot be opened: {error}")
            raise
        finally:
            self._done.set()

    def _opened(self) -> Assistant:
        try:
            return self._reached()
        except IndexMissingError:
            self._announce("First start: building the index, once.")
        except StoreError as error:
            self._announce(f"{error}; building it anew.")
        library = Library(self.settings)
        if self._sync and library.corpus.sources:
            self._announce(f"Fetching full texts for at most {SYNC_SECONDS:.0f} seconds (--no-sync leaves it out).")
            self._announce(library.sync(seconds=SYNC_SECONDS, progress=self._progress("Fetching full texts")).line)
        self._build(library)
        return self._open()

    def _reached(self) -> Assistant:
        """Open; where an engine that holds the index cannot be reached yet, wait for it."""
        while True:
            try:
                return self._open()
            except EngineError as error:
                if self.status.text != str(error):
                    self._announce(f"{error}; waiting for it.")
                self.status = Status("loading", str(error))
                time.sleep(LOCK_PAUSE)

    def _open(self) -> Assistant:
        settings = self.settings
        embedder = default_embedder(settings.embedding_model, settings.embedding_languages)
        return Assistant(settings, embedder, reader=default_reader(settings.reader_model))

    def _build(self, library: Library) -> None:
        """Build; where another process is at it, wait for that one."""
        while True:
            try:
                library.build(progress=self._progress("Building the index"))
                return
            except IndexLockedError:
                waiting = "Another process is building the index"
                if self.status.text != waiting:
                    self._announce(f"{waiting}; waiting for it.")
                self.status = Status("loading", waiting)
                time.sleep(LOCK_PAUSE)

    def _progress(self, what: str) -> Progress:
        stages: set[str] = set()

        def report(stage: str, done: int, total: int) -> None:
            self.status = Status("loading", f"{what}: {stage}, {done} of {total}", done / max(total, 1))
            if stage not in stages:
                stages.add(stage)
                self._announce(f"  {stage} ({total})")

        return report
