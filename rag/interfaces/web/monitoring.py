"""What a server tells of itself: a line of JSON for each request and question, and figures for Prometheus.

A question's text stands in no line unless that is asked for; nor do headers, logins or the words of errors.
"""

from __future__ import annotations

import bisect
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import RagError
from rag.records import Answer

Door = Literal["chat", "http", "program"]
"""Whence a question comes: the page, ``/v1``, or gradio's protocol and MCP."""

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds up to which the buckets of the histogram reach; the last has no bound."""

USUAL = 0.5
"""Seconds that a question is thought to take before one was answered."""
RECENT = 0.1
"""Share of the newest question in what a question is thought to take."""

SANE_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
LONGEST_PATH = 200

_log = logging.getLogger("rag.serve")
_request: ContextVar[str] = ContextVar("request", default="")
"""Id of the request that is being answered."""


@dataclass
class Noted:
    """What is noted of a question while it is answered."""

    answer: Answer | None = None
    outcome: str = "found"


class Monitor:
    """Counts and logs what a server does. Safe to share between threads."""

    def __init__(self, *, questions: bool = False) -> None:
        self._questions = questions
        self._lock = threading.Lock()
        self._done: Counter[tuple[str, str]] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0
        self.answering = 0
        """Questions that are being answered."""
        self.inside = 0
        """Requests of programs that are answered or wait for their turn; the server's own thread counts them."""
        self.refused = 0
        """Requests of programs that were refused because too many waited."""
        self.usual = USUAL
        """Seconds that a question took lately."""
        self.stopping = False
        """Whether no new question is taken."""
        self.closed = False
        """Whether what still waits for its turn is refused."""

    @property
    def under_way(self) -> bool:
        """Whether anything is being answered or waits for its turn."""
        return self.answering > 0 or self.inside > 0

    @contextmanager
    def question(self, door: Door, text: str) -> Iterator[Noted]:
        """Count and log a question that is answered inside the block."""
        noted, began, failure = Noted(), time.perf_counter(), ""
        with self._lock:
            self.answering += 1
        try:
            yield noted
        except (RagError, GeneratorExit) as error:
            noted.outcome = "stopped" if isinstance(error, GeneratorExit) else "refused"
            failure = type(error).__name__
            raise
        except Exception as error:
            noted.outcome, failure = "failed", type(error).__name__
            raise
        finally:
            seconds = time.perf_counter() - began
            outcome = noted.outcome if failure or not noted.answer else noted.answer.outcome
            self._count(door, outcome, seconds)
            told: dict[str, Any] = {"id": _request.get() or new_id(), "door": door, "outcome": outcome}
            if failure:
                told["error"] = failure
            if noted.answer:
                stages = {name: round(spent, 4) for name, spent in noted.answer.trace.items()}
                told |= {"generation": noted.answer.generation, "stages": stages}
            if self._questions:
                told["question"] = text
            _log.info("question", extra={"told": {**told, "seconds": round(seconds, 4)}})

    def _count(self, door: Door, outcome: str, seconds: float) -> None:
        with self._lock:
            self.answering -= 1
            self._done[door, outcome] += 1
            self._buckets[bisect.bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds
            self.usual += RECENT * (seconds - self.usual)

    def metrics(self, generation: str) -> str:
        """Write the figures in Prometheus' text format, version 0.0.4.

        Args:
            generation: name of the one that is open; empty where none is.
        """
        with self._lock:
            done, buckets, seconds = dict(self._done), list(self._buckets), self._seconds
        lines = _family("rag_questions_total", "counter", "Questions by where they came from and what came of them.")
        lines += [f'rag_questions_total{{door="{d}",outcome="{o}"}} {n}' for (d, o), n in sorted(done.items())]
        lines += _family("rag_question_seconds", "histogram", "Seconds from the first step of a question to the last.")
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), _sums(buckets), strict=True):
            lines.append(f'rag_question_seconds_bucket{{le="{bound}"}} {count}')
        lines += [f"rag_question_seconds_sum {seconds:.6f}", f"rag_question_seconds_count {sum(buckets)}"]
        for name, kind, text, value in (
            ("rag_questions_answering", "gauge", "Questions that are being answered.", self.answering),
            (
                "rag_requests_inside",
                "gauge",
                "Requests of programs that are answered or wait.",
                self.inside,
            ),
            ("rag_busy_total", "counter", "Requests of programs refused because too many waited.", self.refused),
            ("rag_ready", "gauge", "Whether questions are answered at once.", int(bool(generation))),
            ("process_resident_memory_bytes", "gauge", "Resident memory.", resident()),
        ):
            lines += [*_family(name, kind, text), f"{name} {value}"] if value is not None else []
        if generation:
            lines += _family("rag_generation_info", "gauge", "The generation of the index that answers.")
            lines.append(f'rag_generation_info{{generation="{generation}"}} 1')
        return "\n".join([*lines, ""])


def _family(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _sums(counts: list[int]) -> Iterator[int]:
    total = 0
    for count in counts:
        total += count
        yield total


def resident(process: int | str = "self") -> int | None:
    """Give the resident memory of a process in bytes; None where the system does not tell it in /proc."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


class Observed:
    """Gives each request an id, told in ``X-Request-ID``, and logs what came of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request = given if SANE_ID.fullmatch(given) else new_id()
        began, status = time.perf_counter(), 500

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request
            await send(message)

        token = _request.set(request)
        try:
            await self._app(scope, receive, numbered)
        finally:
            _request.reset(token)
            told = {"id": request, "method": scope["method"], "path": scope["path"][:LONGEST_PATH], "status": status}
            _log.info("request", extra={"told": {**told, "seconds": round(time.perf_counter() - began, 4)}})


def new_id() -> str:
    """Make an id that no other request has."""
    return uuid.uuid4().hex[:16]


class JsonLines(logging.Formatter):
    """Writes a record of the log as one line of JSON; of an exception its kind and place, not its words."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as a line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when, "level": record.levelname.lower()}
        told = getattr(record, "told", None)
        line |= {"event": record.getMessage(), **told} if told else {"event": "log", "logger": record.name}
        if not told:
            line["text"] = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line |= {"error": record.exc_info[0].__name__, "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Write the log of this process as lines of JSON on standard output: ours whole, of others what is a warning."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log.setLevel(logging.INFO)


def announce(line: str) -> None:
    """Log what a console would show."""
    _log.info("told", extra={"told": {"text": line}})
