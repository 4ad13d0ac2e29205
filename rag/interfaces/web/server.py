"""The chat's server: address and port, the rules for requests, and what a monitor asks."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

import fastapi
import gradio as gr
import gradio.routes
import uvicorn
from jinja2 import FunctionLoader
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG

from rag.config import Settings
from rag.errors import ConfigError
from rag.interfaces.users import Users
from rag.interfaces.web import monitoring
from rag.interfaces.web.admission import CLOSED
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.http_api import http_api
from rag.interfaces.web.login import Login, signed_in
from rag.interfaces.web.monitoring import Monitor, log_as_json
from rag.interfaces.web.page import APPEARANCE, build_page, library_name
from rag.interfaces.web.programs import speak_json
from rag.interfaces.web.watching import Watcher
from rag.sources.corpus import Corpus
from rag.writing.dialects import broken_proxies, told_proxies

FIRST_PORT = 7860
PORTS = 21
"""Ports that are tried when none is asked for."""

LARGEST_UPLOAD = 100 * 2**20
"""Bytes."""

STOPPING_SECONDS = 45.0
"""Longest that a stopping server goes on answering what is under way; more than what may wait takes, see `LONGEST_WAIT`
of `rag.interfaces.web.admission`, and less than service managers give."""

FLUSHED = 2
"""Seconds that answers have to reach who asked, after that."""

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
"""Content security policy: the page reaches this server only. Gradio needs inline scripts and eval."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where and to whom the chat is open."""

    host: str = "127.0.0.1"
    """Address to listen on; beyond this machine, sources can be changed only with a login."""
    port: int | None = None
    """None takes 7860 or the next of twenty that is free."""
    users: Users | None = None
    """Who may sign in; None asks for no login."""
    root_path: str = ""
    """Path under which a proxy serves the chat."""
    mcp: bool = False
    """Whether the functions are offered as MCP tools too."""
    watch: bool = False
    """Whether the index is built anew when files of the library change."""
    log_format: Literal["text", "json"] = "text"
    """``json`` writes a line of JSON for each request and question beside what the console shows."""
    log_questions: bool = False
    """Whether these lines hold the questions' text."""

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it, with no proxy in between."""
        return _is_loopback(self.host) and not self.root_path

    @property
    def managed(self) -> bool:
        """Whether sources can be changed through it: by this machine's user, or after a login."""
        return self.local or self.users is not None

    def may_manage(self, name: str | None) -> bool:
        """Whether who signed in under a name may change sources; without a login, this machine's user may."""
        if self.users is None:
            return self.local
        user = self.users.get(name)
        return user is not None and user.role == "manager"


def serve(settings: Settings, options: ServerOptions, *, announce: Callable[[str], None], sync: bool = True) -> None:
    """Serve the chat until interrupted.

    The page is there first; the library is opened, and on the first start fetched and
    built, while it already takes questions.

    Args:
        announce: called with each line that the console should show.
        sync: fetch full texts on the first start.

    Raises:
        RagError: the port is taken, or the library's description cannot be read.
    """
    if options.log_format == "json":
        log_as_json()
        announce = monitoring.announce
    broken = list(broken_proxies())
    if broken:
        announce(f"The chat goes without a proxy: {told_proxies(broken)}.")
    engine = Engine(settings, sync=sync, announce=announce, monitor=Monitor(questions=options.log_questions))
    watcher = Watcher(engine, announce)
    app = create_app(engine, options, watcher)
    with listen(options.host, options.port) as listening:
        engine.start()
        watcher.switch(options.watch)
        port = listening.getsockname()[1]
        if options.port is None and port != FIRST_PORT:
            announce(f"Port {FIRST_PORT} is taken; using {port}.")
        if not options.managed:
            announce("Sources cannot be changed through the page: it is open beyond this machine, and has no users.")
        shown = f"[{options.host}]" if ":" in options.host else options.host
        announce(f"The chat is at http://{shown}:{port}{options.root_path}")
        logs: Any = None if options.log_format == "json" else LOGGING_CONFIG
        config = uvicorn.Config(
            app, log_config=logs, log_level="warning", timeout_graceful_shutdown=FLUSHED, ws="none", lifespan="on"
        )
        try:
            _Server(config, engine.monitor).run([listening])
        except KeyboardInterrupt:
            announce("Stopped.")


def create_app(engine: Engine, options: ServerOptions, watcher: Watcher) -> fastapi.FastAPI:
    """Make the application: the page at the root, ``/v1``, ``/healthz``, and the rules for requests.

    Raises:
        CorpusError: the library's description cannot be read.
    """
    app = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    corpus, users = Corpus.read(engine.settings.corpus), options.users
    if users:
        cookie = f"session-{library_name(engine.settings)}"
        app.add_middleware(Login, users=users, title=corpus.title, cookie=cookie, root_path=options.root_path)
    app.add_middleware(_Guard, strict=options.local and not users)

    watched(app, engine, options, watcher)
    app.mount("/v1", http_api(engine, locked=users is not None, root_path=options.root_path, managed=options.managed))
    _unbranded()
    page = build_page(engine, corpus, watcher, options.may_manage, managed=options.managed, login=users is not None)
    mounted: fastapi.FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        auth_dependency=signed_in if users else None,
        root_path=options.root_path or None,
        mcp_server=options.mcp,
        max_file_size=LARGEST_UPLOAD if options.managed else 1,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=True,
        **APPEARANCE,
    )
    speak_json(page)
    return mounted


def watched(app: fastapi.FastAPI, engine: Engine, options: ServerOptions, watcher: Watcher) -> None:
    """Add what a monitor asks: ``/healthz``, open to all, and ``/metrics``, behind the login where there is one."""

    @app.get("/healthz")
    def healthz(request: fastapi.Request) -> JSONResponse:
        status = engine.status
        failed = status.state == "failed"
        # A failure's text may name folders of this machine, which a stranger need not know.
        stranger = not request.scope.get("user") if options.users else not options.local
        told = CLOSED if failed and stranger else status.text
        report = {"status": status.state, "generation": engine.generation, "detail": told, "share": status.share}
        report |= {"watching": watcher.on, "changes": watcher.changes}
        return JSONResponse(report, status_code=503 if failed else 200)

    @app.get("/metrics")
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(engine.monitor.metrics(engine.generation), media_type="text/plain; version=0.0.4")


def _unbranded() -> None:
    """Take gradio's advertising out of its page: what other programs show of a link to it."""
    pages = gradio.routes.templates.env
    loader = pages.loader
    assert loader is not None  # gradio's own
    tags = re.compile(r"""<meta\s+(property="og:|name="twitter:)[^>]*>""")
    pages.loader = FunctionLoader(lambda name: tags.sub("", loader.get_source(pages, name)[0]))


def listen(host: str, port: int | None) -> socket.socket:
    """Open the port, or the first free one of those that are tried.

    Raises:
        ConfigError: the port, or every port tried, is taken, or the host is not this machine's.
    """
    if port is not None and port not in range(1 << 16):
        raise ConfigError(f"port {port} is none; choose one up to 65535 with `rag serve --port N`")
    ports = range(FIRST_PORT, FIRST_PORT + PORTS) if port is None else range(port, port + 1)
    reason = ""
    for number in ports:
        try:
            family = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0][0]
        except OSError as error:
            raise ConfigError(f"host {host!r} is no address of this machine: {error}; use 127.0.0.1") from error
        both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        try:
            return socket.create_server((host, number), family=family, backlog=128, dualstack_ipv6=both)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
    named = f"port {port}" if port is not None else f"each port from {ports[0]} to {ports[-1]}"
    raise ConfigError(f"{named} of {host} cannot be opened: {reason}; choose another with `rag serve --port N`")


class _Server(uvicorn.Server):
    """Answers what is under way before it stops; what is not answered in time is refused."""

    def __init__(self, config: uvicorn.Config, monitor: Monitor) -> None:
        super().__init__(config)
        self._monitor = monitor

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connection, wait for the answers, then close what is open."""
        self._monitor.stopping = True
        for server in self.servers:
            server.close()
        end = time.monotonic() + STOPPING_SECONDS
        while self._monitor.under_way and time.monotonic() < end and not self.force_exit:
            await asyncio.sleep(0.05)
        self._monitor.closed = True
        await super().shutdown(sockets)


class _Guard:
    """Adds the security headers; on this machine alone it refuses requests that other sites make."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        self._app = app
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        http = scope["type"] == "http"
        refusal = self._refusal(scope["method"], Headers(scope=scope)) if http else ""
        app = PlainTextResponse(refusal, status_code=403) if refusal else self._app
        await app(scope, receive, guarded if http else send)

    def _refusal(self, method: str, headers: Headers) -> str:
        """Why a request is refused: its host is a name that only looks like ours, or another site made it."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._strict and not _is_loopback(_parted(f"//{host}").hostname or ""):
            return f"the chat is open on this machine only, not as {host!r}; see `rag serve --help` for --root-path\n"
        if _foreign(method, headers):
            return f"a page of {origin or 'another site'!r} may not use the chat\n"
        return ""


def _foreign(method: str, headers: Headers) -> bool:
    """Whether the page of another site makes a request. To follow a link to us is no more than reading."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site and (origin is not None or method not in ("GET", "HEAD")):
        return site not in ("same-origin", "none")
    # A browser that does not say so: the names may be the server's own, or that of the proxy before it.
    return origin is not None and _parted(origin).netloc not in (headers.get("host"), headers.get("x-forwarded-host"))


def _parted(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
