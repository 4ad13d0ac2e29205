"""How a program's question is let in, by whichever door: at its turn, or refused in words that its asker may read."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from anyio import to_thread

from rag.errors import ConfigError, QuestionError, RagError, StoreError, UnknownSourceError
from rag.interfaces.web.engine import ANSWERS_AT_ONCE, Engine
from rag.interfaces.web.monitoring import Monitor

MOST_WAITING = 200
"""Questions that wait at most; a further one is refused."""
LONGEST_WAIT = 30.0
"""Seconds that a question is let wait for its turn, as far as can be foreseen."""

CLOSED = "The library cannot be opened."
"""What a stranger is told, to whom a failure's own words could name folders of this machine."""

STOPPING = "the server is stopping; ask again when it is back"

AGAIN = 2
"""Seconds after which something that is under way may be over."""


class RefusedError(RagError):
    """A question that may well be asked is not answered now."""

    def __init__(self, text: str, seconds: int = AGAIN) -> None:
        super().__init__(text)
        self.seconds = seconds
        """After which to ask again."""


async def answered(engine: Engine, managed: bool, work: Callable[[], Any]) -> Any:
    """Do in a thread what a program asks for, when its turn comes.

    Args:
        managed: whether who asks may know why a library cannot be opened.

    Raises:
        RefusedError: it cannot be answered now.
        RagError: what was asked is wrong.
    """
    monitor = engine.monitor
    if not engine.ready:
        status = engine.status
        raise RefusedError(CLOSED if status.state == "failed" and not managed else status.text)
    if monitor.stopping:
        raise RefusedError(STOPPING)
    waiting = max(monitor.inside - ANSWERS_AT_ONCE, 0)
    wait = math.ceil(waiting * monitor.usual / ANSWERS_AT_ONCE)
    if waiting >= MOST_WAITING or wait > LONGEST_WAIT:
        monitor.refused += 1
        raise RefusedError(f"busy: {waiting} questions are waiting; try again in {wait} s", wait)
    monitor.inside += 1
    try:
        return await to_thread.run_sync(_unless_closed, monitor, work, limiter=engine.places)
    except (RefusedError, ConfigError, QuestionError, UnknownSourceError):
        raise
    except RagError as error:
        if isinstance(error, StoreError):
            engine.mend()
        raise RefusedError(str(error) if managed else CLOSED) from error
    finally:
        monitor.inside -= 1


def _unless_closed(monitor: Monitor, work: Callable[[], Any]) -> Any:
    if monitor.closed:  # while it waited for its turn
        raise RefusedError(STOPPING)
    return work()
