"""A web server of a test's own on 127.0.0.1, and a fetcher to which only that is open."""

from __future__ import annotations

import contextlib
import ipaddress
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.sources.addresses import Address
from rag.sources.fetching import HttpFetcher

HOME = ipaddress.ip_address("127.0.0.1")
Route = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's routes and notes every request."""

    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        self.server.routes.get(self.path, answer(404))(self)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A web server that counts its connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Route] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.closing = threading.Event()
        self.port = int(self.server_address[1])
        self.at = f"http://127.0.0.1:{self.port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client hangs up, as several tests make it do."""

    @property
    def pages(self) -> list[str]:
        """Paths that were asked for, robots.txt left out."""
        return [path for path, _ in self.requests if path != "/robots.txt"]


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Route:
    def route(handler: Handler) -> None:
        handler.send_response_only(status)
        for name, text in headers.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(body)

    return route


def in_turn(*routes: Route) -> Route:
    left = list(routes)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


def drip(handler: Handler) -> None:
    """Send a byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    while not handler.server.closing.wait(0.03):
        handler.wfile.write(b"a")


def stall(handler: Handler) -> None:
    handler.server.closing.wait(10)


def at_home(host: str, port: int) -> list[Address]:
    return [HOME]


def fetcher(clock: Clock, **settings: Any) -> HttpFetcher:
    """A fetcher to which only 127.0.0.1 is open, and every name stands there."""
    chosen = {
        "allow": lambda address: address == HOME,
        "resolve": at_home,
        "clock": clock,
        "sleep": clock.sleep,
    }
    return HttpFetcher(**{**chosen, **settings})
