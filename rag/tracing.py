"""How long each step of a question takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Step = Literal["understanding", "searching", "reading", "composing", "writing"]


class Trace:
    """The seconds of each step of one question, in the order in which the steps began first."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: Step) -> Iterator[None]:
        """Time a step; one that is run several times, as for parts of a question, is summed."""
        began = time.perf_counter()
        self._seconds.setdefault(name, 0.0)
        try:
            yield
        finally:
            self._seconds[name] += time.perf_counter() - began

    @property
    def seconds(self) -> dict[str, float]:
        """The steps so far, and under ``total`` all that went by since the question came."""
        return {**self._seconds, "total": time.perf_counter() - self._began}
