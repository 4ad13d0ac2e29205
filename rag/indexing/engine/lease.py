"""One builder at a time: a lease that stands in the engine and runs out where its builder died.

A lease is an empty collection whose name tells until when it is good and whose it is. A builder writes its own
first and looks for others then, so of two that come together at most one goes on. Clocks of builders have to
agree to a few seconds.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

from rag.errors import EngineError, IndexLockedError, StoreError
from rag.indexing.engine.client import Engine

PREFIX = "rag_lease_"

GOOD_FOR = 60.0
"""Seconds that a lease is good; a third of it passes between two renewals."""


class Lease:
    """A builder's lease; a context that holds and renews it.

    Args:
        good_for: seconds after which it runs out unless it is renewed.

    Raises:
        IndexLockedError: another builder holds the engine.
    """

    def __init__(self, engine: Engine, *, good_for: float | None = None) -> None:
        self._engine = engine
        self._good_for = good_for or GOOD_FOR
        host = re.sub(r"\W", "", socket.gethostname())[:32]
        self._owner = f"{host}_{os.getpid()}_{secrets.token_hex(3)}"
        self._until = 0
        self._mark = ""
        self._over = threading.Event()
        self._renewer = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._write()
        now = time.time()
        for name in self._engine.marked(PREFIX):
            until, owner = name.removeprefix(PREFIX).split("_", 1)
            if int(until) < now:
                self._engine.call("drop_collection", collection_name=name)
            elif owner != self._owner:
                self._engine.call("drop_collection", collection_name=self._mark)
                raise IndexLockedError(
                    f"another builder ({owner}) holds the engine at {self._engine.name} for {int(until) - now:.0f} "
                    "more seconds or until it ends; wait, then run the command again"
                )
        self._renewer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._renewer.join()
        with suppress(EngineError, StoreError):  # else it runs out by itself
            self._engine.call("drop_collection", collection_name=self._mark)

    def check(self) -> None:
        """Make sure that the lease is still held.

        Raises:
            IndexLockedError: it ran out, as after a long loss of the connection.
        """
        held = any(name.endswith(self._owner) for name in self._engine.marked(PREFIX))
        if time.time() >= self._until or not held:
            raise IndexLockedError(
                f"the lease on the engine at {self._engine.name} ran out; the index is as it was, run the command again"
            )

    def _write(self) -> None:
        until = int(time.time() + self._good_for)
        mark = f"{PREFIX}{until}_{self._owner}"
        if mark == self._mark:
            return
        self._engine.create(mark, 2, [])
        before, self._mark, self._until = self._mark, mark, until
        if before:
            self._engine.call("drop_collection", collection_name=before)

    def _renew(self) -> None:
        while not self._over.wait(self._good_for / 3) and time.time() < self._until:  # one that ran out stays lost
            with suppress(EngineError, StoreError):  # tried again until it runs out, which `check` sees
                self._write()
