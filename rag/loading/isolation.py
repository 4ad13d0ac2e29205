"""Read documents in processes of their own, which end where a file takes too long or too much memory.

A parser may crash, loop or grow without end, and a thread cannot be stopped. A worker
stays for the next file; where it ends on one, that file is refused and the next file
gets a new worker. Short plain text is read at once: what takes long takes many bytes.
"""

from __future__ import annotations

import atexit
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.frames import receive, send
from rag.loading.limits import MEMORY_BYTES, megabytes, seconds
from rag.loading.readers import read_as

_COMMAND = [sys.executable, "-m", "rag.loading.worker"]
_HOME = Path(__file__).resolve().parents[2]
"""Where the package stands, for the worker to find it."""
_PLAIN = ("csv", "markdown", "text")
_SHORT = 256 * 1024
"""Bytes of plain text that are read without a worker."""


class _Worker:
    """A process that reads one document after the other; see `rag.loading.worker`."""

    def __init__(self) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(_COMMAND, stdin=pipe, stdout=pipe, stderr=null, cwd=_HOME)

    def read(self, kind: str, data: bytes) -> Extract | str | None:
        """Return a document's text or why there is none; None where the process ended on it."""
        pipes = self._process
        assert pipes.stdin is not None and pipes.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            send(pipes.stdin, msgspec.msgpack.encode((kind, data)))
        answer = receive(pipes.stdout)
        return None if answer is None else msgspec.msgpack.decode(answer, type=Extract | str)

    def close(self) -> None:
        """End the process, which reads nothing now."""
        self._process.kill()
        # Leaving the context closes the pipes and waits.
        with contextlib.suppress(BrokenPipeError), self._process:
            pass


_idle: list[_Worker] = []


def read_apart(kind: str, data: bytes) -> Extract:
    """Return the text of a document of a known format, within limits of time and memory.

    Raises:
        LoadError: it cannot be read, or reading it passes a limit.
    """
    if kind in _PLAIN and len(data) <= _SHORT:
        return read_as(kind, data)
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    began = time.monotonic()
    try:
        answer = worker.read(kind, data)
    except BaseException:
        worker.close()
        raise
    if answer is None:
        worker.close()
        took = time.monotonic() - began
        if took >= seconds(len(data)):
            raise LoadError(f"takes too long: not read after {took:.0f} s; split it, or save it as text")
        raise LoadError(
            f"its reader broke off: it is damaged, or takes more than {megabytes(MEMORY_BYTES)} of memory; "
            "save it anew, or as text"
        )
    _idle.append(worker)
    if isinstance(answer, str):
        raise LoadError(answer)
    return answer


def release() -> None:
    """End the workers that read nothing now; the next file starts a new one."""
    while _idle:
        _idle.pop().close()


atexit.register(release)
