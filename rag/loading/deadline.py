"""The moment at which a worker ends itself, whatever its reader is doing."""

from __future__ import annotations

import faulthandler
import time

_ends = 0.0
"""By the monotonic clock; 0 where there is none."""


def begin(seconds: float) -> None:
    """Let the process end after some seconds; a thread of C does it."""
    global _ends
    _ends = time.monotonic() + seconds
    faulthandler.dump_traceback_later(seconds, exit=True)


def extend(seconds: float) -> None:
    """Give the reader more time; where there is no deadline there is none afterwards."""
    if _ends:
        begin(max(0.0, _ends - time.monotonic()) + seconds)


def cancel() -> None:
    """Let the process live on."""
    global _ends
    _ends = 0.0
    faulthandler.cancel_dump_traceback_later()
