"""The process that `rag.loading.isolation` starts: documents come in, their texts or the reasons why not go out."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import msgspec

from rag.errors import LoadError
from rag.loading import deadline
from rag.loading.frames import receive, send
from rag.loading.limits import MEMORY_BYTES, seconds
from rag.loading.readers import read_as


def main() -> None:
    """Read until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "w") as null:  # noqa: PTH123  # no path of the project
        # What a library prints is no answer.
        os.dup2(null.fileno(), sys.stdout.fileno())
    # Each thread of numpy's would reserve memory.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    _limit_memory()
    while (message := receive(sys.stdin.buffer)) is not None:
        kind, data = msgspec.msgpack.decode(message, type=tuple[str, bytes])
        deadline.begin(seconds(len(data)))
        answer = _answer(kind, data)
        deadline.cancel()
        send(answers, answer)


def _answer(kind: str, data: bytes) -> bytes:
    try:
        return msgspec.msgpack.encode(read_as(kind, data))
    except LoadError as error:
        return msgspec.msgpack.encode(str(error).encode("utf-8", "replace").decode())


def _limit_memory() -> None:
    """Bound the memory of this process, where the system can; allocating more fails."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with suppress(OSError, ValueError):  # a lower limit may be set already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
