"""Download a public page: politely, within bounds, and never from an address inside the network."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

import httpcore
import httpx
from protego import Protego

from rag.errors import FetchError, UnreachableError
from rag.sources.addresses import (
    Address,
    GuardedBackend,
    literal_address,
    public_address,
    refused,
    system_addresses,
)
from rag.sources.fetched import Fetched
from rag.sources.responses import SAVE, read_body, read_page, retry_after
from rag.sources.transport import GuardedTransport, tls_context

AGENT = "cited-qa-assistant"
"""The name that robots.txt may call this program by."""
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
ROBOTS_BYTES = 512 * 1024
"""How much of a robots.txt is read (RFC 9309 asks for 500 KiB at least)."""
INTERVAL = 1.0
"""Seconds between two visits to one host; its Crawl-delay may ask for more."""
BACKOFF = 1.0
"""Seconds before the first retry; doubled for each further one."""
LONGEST_WAIT = 60.0
"""Seconds beyond which a host's wish to wait is answered by giving up."""
LONGEST_FETCH = 300.0
"""Seconds for one fetch with its retries, however slowly bytes drip in."""
CONNECT_TIMEOUT = 5.0

_Headers = Mapping[str, str]
_PASSING = (429, 500, 502, 503, 504)
_PORTS = (80, 443)


class HttpFetcher:
    """Fetches over HTTP(S), one page after the other.

    Args:
        timeout: seconds that a single read or write may take (5 at most to connect).
        max_bytes: largest body, counted after decompression.
        retries: further attempts after 429, 5xx, a read timeout or a broken connection;
            a host that does not resolve or accept a connection is given up at once.
        allow: which addresses may be connected to. Any other rule than the default
            also opens every port.
        resolve: gives every address of a host name. All must be allowed.
        clock: monotonic seconds.
        sleep: waits that many seconds.
        deadline: seconds from now in which all fetches together must end.

    Raises:
        FetchError: SSL_CERT_FILE or SSL_CERT_DIR names no readable certificates.
    """

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        max_bytes: int = MAX_BYTES,
        retries: int = 2,
        allow: Callable[[Address], bool] = public_address,
        resolve: Callable[[str, int], list[Address]] = system_addresses,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        deadline: float | None = None,
    ) -> None:
        self._timeout, self._max_bytes, self._retries = timeout, max_bytes, retries
        self._allow, self._resolve = allow, resolve
        self._clock, self._sleep = clock, sleep
        self._until = math.inf if deadline is None else clock() + deadline
        self._tls = tls_context()
        self._robots: dict[str, Protego] = {}
        self._interval: dict[str, float] = {}
        self._next_visit: dict[str, float] = {}

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch a page, or learn that it still has this ETag or date.

        Redirects are followed, five at most, each under the same rules as the first address.

        Raises:
            FetchError: the address is refused, unreachable, disallowed by robots.txt,
                too large, too slow, or answers with an error.
        """
        try:
            start = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise FetchError(f"{url!r} is no web address ({error}); expected 'https://HOST/PATH'") from error
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked = {name: text for name, text in validators.items() if _sendable(text)}
        until = min(self._until, self._clock() + LONGEST_FETCH)
        with self._client(until) as client:
            attempt = 0
            while True:
                try:
                    with self._visit(client, start, until, asked) as response:
                        return read_page(response, asked, self._max_bytes)
                except _PassingError as error:
                    wait = max(error.wait, BACKOFF * 2**attempt)
                    self._hold(error.host, wait)
                    if attempt >= self._retries or wait > min(LONGEST_WAIT, until - self._clock()):
                        raise
                    attempt += 1

    def _client(self, until: float) -> httpx.Client:
        headers = {
            "User-Agent": _user_agent(),
            "Accept": "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8",
            # The only encoding that can be undone in bounded memory with the standard library.
            "Accept-Encoding": "gzip",
        }
        backend = GuardedBackend(self._allow, self._resolve, lambda: until - self._clock())
        timeout = httpx.Timeout(self._timeout, connect=min(self._timeout, CONNECT_TIMEOUT))
        return httpx.Client(
            transport=GuardedTransport(self._tls, backend), headers=headers, timeout=timeout, trust_env=False
        )

    @contextlib.contextmanager
    def _visit(
        self,
        client: httpx.Client,
        url: httpx.URL,
        until: float,
        asked: _Headers,
        robots: bool = False,
    ) -> Iterator[httpx.Response]:
        """Follow redirects by hand and give the answer at their end, its body unread."""
        came_from = ""
        for _ in range(MAX_REDIRECTS + 1):
            self._check(url)
            if not robots:
                self._permit(client, url, until)
            if url.host != came_from:
                self._pace(url.host, until, rest=not robots)
            with _answer(client, url, asked) as response:
                if response.next_request is None:
                    yield response
                    return
                came_from, url = url.host, response.next_request.url
        raise FetchError(f"redirected more than {MAX_REDIRECTS} times, last to {str(url)!r}; expected a page; {SAVE}")

    def _check(self, url: httpx.URL) -> None:
        """Refuse an address by its form; what a name resolves to is checked when connecting."""
        try:
            host = url.host
        except ValueError as error:  # what begins with xn-- is decoded only here
            raise FetchError(f"{str(url)!r} names no host ({error}); expected 'https://HOST/PATH'") from error
        if url.userinfo:
            raise FetchError(f"{url!r} holds a user name or password; expected an address without them")
        if url.scheme not in ("http", "https") or not host:
            raise FetchError(f"{str(url)!r} cannot be fetched; expected 'http://' or 'https://' and a host")
        if url.port not in (None, *_PORTS) and self._allow is public_address:
            raise FetchError(f"{str(url)!r} asks for port {url.port!r}; expected 80 or 443; {SAVE}")
        address = literal_address(url.raw_host.decode())
        if address is not None and not self._allow(address):
            raise refused(host, address)

    def _permit(self, client: httpx.Client, url: httpx.URL, until: float) -> None:
        """Ask the host's robots.txt, once a host; a missing one allows all (RFC 9309)."""
        place = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        rules = self._robots.get(place)
        if rules is None:
            with self._visit(client, httpx.URL(place), until, {}, robots=True) as response:
                text = read_body(response, ROBOTS_BYTES, cut=True) if response.is_success else b""
            rules = self._robots[place] = Protego.parse(text.decode("utf-8-sig", "replace"))
            self._interval[url.host] = min(max(INTERVAL, rules.crawl_delay(AGENT) or 0.0), LONGEST_WAIT)
        if not rules.can_fetch(str(url), AGENT):
            raise FetchError(
                f"{str(url)!r} is disallowed by {place!r}; expected a page that is open to {AGENT!r}; {SAVE}"
            )

    def _hold(self, host: str, seconds: float) -> None:
        """Leave a host alone for some seconds."""
        self._next_visit[host] = max(self._next_visit.get(host, -math.inf), self._clock() + seconds)

    def _pace(self, host: str, until: float, *, rest: bool) -> None:
        """Wait for this host's turn, and with `rest` leave time before the next."""
        now = self._clock()
        turn = max(now, self._next_visit.get(host, now))
        if turn >= until or turn - now > LONGEST_WAIT:
            raise FetchError(
                f"host {host!r} may next be asked in {turn - now:.0f} s; expected a wait of at most "
                f"{max(0.0, min(until - now, LONGEST_WAIT)):.0f} s; run `rag sync` again later"
            )
        self._next_visit[host] = turn + (self._interval.get(host, INTERVAL) if rest else 0.0)
        if turn > now:
            self._sleep(turn - now)


class _PassingError(FetchError):
    """A failure that may pass, and the seconds that the host asks to wait."""

    def __init__(self, message: str, host: str, wait: float = 0.0) -> None:
        super().__init__(f"{message}; expected a page; run `rag sync` again later")
        self.host, self.wait = host, wait


@contextlib.contextmanager
def _answer(client: httpx.Client, url: httpx.URL, asked: _Headers) -> Iterator[httpx.Response]:
    """Ask one address, and turn what goes wrong, while its body is read too, into a FetchError."""
    place = str(url)
    try:
        with client.stream("GET", url, headers=asked) as response:
            if response.status_code in _PASSING:
                wait = retry_after(response)
                rest = f" and asks for {wait:.0f} s of rest" if wait else ""
                raise _PassingError(f"{place!r} answered {response.status_code}{rest}", url.host, wait)
            yield response
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise UnreachableError(
            f"host {url.host!r} cannot be connected to ({error}); expected a web server; check the network"
        ) from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        raise _PassingError(f"{place!r} broke off ({error})", url.host) from error
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # A ValueError is a Location that no parser takes.
        raise FetchError(f"{place!r} breaks the rules of HTTP ({error}); expected a page; {SAVE}") from error


def _sendable(text: str) -> bool:
    """Say whether a stored validator fits in a header."""
    return text != "" and text.isascii() and text.isprintable()


def _user_agent() -> str:
    try:
        return f"{AGENT}/{version(AGENT)}"
    except PackageNotFoundError:
        return AGENT
