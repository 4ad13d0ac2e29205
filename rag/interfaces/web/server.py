"""The door to the chat: address and port, the rules for requests, and what a monitor asks."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import fastapi
import gradio as gr
import uvicorn
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.config import Settings
from rag.errors import ConfigError
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.page import APPEARANCE, build_page
from rag.interfaces.web.programs import speak_json
from rag.sources.corpus import Corpus

FIRST_PORT = 7860
PORTS = 21
"""Ports that are tried when none is asked for."""

LARGEST_UPLOAD = 100 * 2**20
"""Bytes."""

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
"""Content security policy: the page reaches this server only. Gradio needs inline scripts and eval."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where and to whom the chat is open."""

    host: str = "127.0.0.1"
    port: int | None = None
    """None takes 7860 or the next that is free."""
    auth: tuple[str, str] | None = None
    root_path: str = ""
    mcp: bool = False

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it, with no proxy in between."""
        return _is_loopback(self.host) and not self.root_path

    @property
    def managed(self) -> bool:
        """Whether sources can be changed through it: by this machine's user, or after a login."""
        return self.local or self.auth is not None


def run(settings: Settings, door: Door, *, sync: bool, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; see `ui.serve`."""
    engine = Engine(settings, sync=sync, announce=announce)
    app = create_app(engine, door)
    listening = listen(door.host, door.port)
    engine.start()
    port = listening.getsockname()[1]
    if door.port is None and port != FIRST_PORT:
        announce(f"Port {FIRST_PORT} is taken; using {port}.")
    if not door.managed:
        announce(
            "Sources cannot be changed through the page: it is open beyond this machine and has no login (--auth)."
        )
    shown = f"[{door.host}]" if ":" in door.host else door.host
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, ws="none", lifespan="on")
    try:
        _Server(config, lambda: announce(f"The chat is at http://{shown}:{port}{door.root_path}")).run([listening])
    except KeyboardInterrupt:
        announce("Stopped.")
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say()


def create_app(engine: Engine, door: Door) -> fastapi.FastAPI:
    """Make the application: the page at the root, ``/healthz``, and the rules for requests.

    Raises:
        CorpusError: the library's description cannot be read.
    """
    app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_Guard, strict=door.local and door.auth is None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        status = engine.status
        # A failure's text may name folders of this machine, which a stranger need not know.
        told = status.text if door.managed or status.state != "failed" else "The library cannot be opened."
        return JSONResponse(
            {"status": status.state, "detail": told, "share": status.share},
            status_code=503 if status.state == "failed" else 200,
        )

    page = build_page(engine, Corpus.read(engine.settings.corpus), managed=door.managed)
    mounted: fastapi.FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        auth=door.auth,
        root_path=door.root_path or None,
        mcp_server=door.mcp,
        max_file_size=LARGEST_UPLOAD if door.managed else 1,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=True,
        **APPEARANCE,
    )
    speak_json(page)
    return mounted


def listen(host: str, port: int | None) -> socket.socket:
    """Open the port, or the first free one of those that are tried.

    Raises:
        ConfigError: the port, or every port tried, is taken, or the host is not this machine's.
    """
    ports = range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else (port,)
    problem: OSError | None = None
    for number in ports:
        try:
            family = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0][0]
            found = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise ConfigError(f"host {host!r} is no address of this machine: {error}; use 127.0.0.1") from error
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            found.listen(128)
            return found
        except OSError as error:
            found.close()
            problem = error
    named = f"port {port}" if port is not None else f"each port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}"
    reason = (problem.strerror or str(problem)) if problem else ""
    raise ConfigError(f"{named} of {host} cannot be opened: {reason}; choose another with `rag serve --port N`")


class _Guard:
    """Adds the security headers; on this machine alone it refuses requests that other sites make."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        self._app = app
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope)) if self._strict else ""
        if refusal:
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Any = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, guarded)

    def _refusal(self, headers: Headers) -> str:
        """Why a request is refused: its host is a name that only looks like ours, or another site made it."""
        host = headers.get("host", "")
        if not _is_loopback(urlsplit(f"//{host}").hostname or ""):
            return f"the chat is open on this machine only, not as {host!r}; see `rag serve --help` for --root-path\n"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return f"a page of {origin!r} may not use the chat\n"
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
