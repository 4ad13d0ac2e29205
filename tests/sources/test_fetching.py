"""Fetching against a real server on 127.0.0.1; nothing else is ever connected to."""

from __future__ import annotations

import gzip
import ipaddress
import random
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.errors import FetchError
from rag.sources import addresses
from rag.sources.addresses import Address, public_address, system_addresses
from rag.sources.fetched import Fetched
from rag.sources.fetching import AGENT, HttpFetcher
from tests.sources.web import HOME, Clock, Handler, Server, answer, at_home, drip, fetcher, in_turn, serving, stall

PAGE = b"<title>Page</title><p>Text."


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def listener() -> Iterator[Server]:
    """One server for the many tests that must never reach it."""
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket was told to connect to."""
    told: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        told.append(address)
        assert address[0] == "127.0.0.1", address
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return told


def test_page_comes_with_its_headers_and_final_address(server: Server, clock: Clock) -> None:
    headers: dict[str, Any] = {
        "Content_Type": "text/html; charset=utf-8",
        "ETag": '"v1"',
        "Last_Modified": "Tue, 01 Jul 2025 10:00:00 GMT",
    }
    server.routes["/page?x=1"] = answer(body=PAGE, **headers)
    assert fetcher(clock).fetch(f"{server.at}/page?x=1#part") == Fetched(
        url=f"{server.at}/page?x=1#part",
        status="fetched",
        body=PAGE,
        content_type="text/html; charset=utf-8",
        etag='"v1"',
        last_modified="Tue, 01 Jul 2025 10:00:00 GMT",
    )
    assert [path for path, _ in server.requests] == ["/robots.txt", "/page?x=1"]
    agent = server.requests[1][1]["User-Agent"]
    assert agent.split("/")[0] == AGENT and "http" not in agent


def test_environment_sets_no_proxy(server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.routes["/"] = answer(body=PAGE)
    assert fetcher(clock).fetch(server.at).body == PAGE


@pytest.mark.parametrize(
    ("etag", "modified", "header"),
    [('"v1"', "", "If-None-Match"), ("", "Tue, 01 Jul 2025 10:00:00 GMT", "If-Modified-Since")],
)
def test_confirmed_validator_gives_unchanged(
    server: Server, clock: Clock, etag: str, modified: str, header: str
) -> None:
    server.routes["/"] = answer(304)
    got = fetcher(clock).fetch(f"{server.at}/", etag=etag, last_modified=modified)
    assert got == Fetched(f"{server.at}/", "unchanged", b"", "", etag, modified)
    assert server.requests[1][1][header] == etag + modified


def test_validator_that_fits_no_header_is_not_sent(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(body=PAGE)
    assert fetcher(clock).fetch(server.at, etag="a\r\nX-Evil: 1", last_modified="é").status == "fetched"
    assert not {"If-None-Match", "If-Modified-Since", "X-Evil"} & set(server.requests[1][1])


def test_not_modified_without_having_asked_is_an_error(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(304)
    with pytest.raises(FetchError, match="answered 304; expected 200"):
        fetcher(clock).fetch(server.at)


def test_missing_page_is_named_once(server: Server, clock: Clock) -> None:
    with pytest.raises(FetchError) as caught:
        fetcher(clock).fetch(f"{server.at}/gone")
    assert str(caught.value) == (
        f"'{server.at}/gone' answered 404; expected 200; check it, or save the page in a browser and run `rag add FILE`"
    )
    assert server.pages == ["/gone"]


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed(server: Server, clock: Clock, status: int) -> None:
    server.routes |= {"/a": answer(status, Location="b/c"), "/b/c": answer(body=PAGE)}
    got = fetcher(clock).fetch(f"{server.at}/a")
    assert (got.url, got.body, clock.slept) == (f"{server.at}/b/c", PAGE, [])


def test_cookie_set_on_the_way_is_sent_on(server: Server, clock: Clock) -> None:
    server.routes |= {"/a": answer(302, Location="/b", Set_Cookie="seen=1"), "/b": answer(body=PAGE)}
    fetcher(clock).fetch(f"{server.at}/a")
    assert server.requests[-1][1]["Cookie"] == "seen=1"


def test_redirects_end_after_five(server: Server, clock: Clock) -> None:
    for number in range(9):
        server.routes[f"/{number}"] = answer(302, Location=f"/{number + 1}")
    server.routes["/5"] = answer(body=PAGE)
    assert fetcher(clock).fetch(f"{server.at}/0").body == PAGE
    server.routes["/5"] = answer(302, Location="/6")
    with pytest.raises(FetchError, match=r"redirected more than 5 times, last to '.*/6'; expected a page"):
        fetcher(clock).fetch(f"{server.at}/0")


def test_redirect_in_a_circle_ends(server: Server, clock: Clock) -> None:
    server.routes |= {"/a": answer(302, Location="/b"), "/b": answer(302, Location="/a")}
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        fetcher(clock).fetch(f"{server.at}/a")
    assert len(server.pages) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/",
        "http://[::1]:{port}/",
        "http://[::ffff:7f00:2]:{port}/",
        "http://2130706434:{port}/",
        "http://0x7f.2:{port}/",
        "http://user:secret@127.0.0.1:{port}/page",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://inside.test:{port}/",
        "http://[bad",
        "//xn--",
        "file:a[b",
        ":http://]//",
    ],
)
def test_redirect_to_a_closed_address_is_refused(
    server: Server, clock: Clock, connects: list[Any], target: str
) -> None:
    def resolve(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("192.168.1.1")]

    server.routes |= {"/a": answer(302, Location=target.format(port=server.port)), "/page": answer(body=PAGE)}
    with pytest.raises(FetchError) as caught:
        fetcher(clock, resolve=resolve).fetch(f"{server.at}/a")
    assert server.pages == ["/a"]
    assert set(connects) == {("127.0.0.1", server.port)}
    assert "secret" not in str(caught.value)


# Closed addresses in every spelling

NAMES = {
    "localhost": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "127.0.0.1.nip.test": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "six.test": "::1",
    "mapped.test": "::ffff:10.0.0.1",
    "nat64.test": "64:ff9b::7f00:1",
    "intranet": "192.168.0.10",
    "xn--lcalhost-54a.test": "127.0.0.1",
    "under_score.test": "10.1.2.3",
}
LITERALS = [
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[ff02::1]", "[fec0::1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[64:ff9b::127.0.0.1]"),
    *("[64:ff9b:1::a00:1]", "[2001:db8::1]", "[2606:4700::5efe:127.0.0.1]", "[3fff::1]", "[100::1]"),
]
ODD = [
    *("2130706433", "0x7f000001", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0"),
    *("0x7f.1", "127.0.0.1.", "127.0.0.01", "127.0.0.0x1", "00000177.0.0.1", "4294967297", "0xa9fea9fe"),
    *("2852039166", "127.0.0.%31", "1.0x", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1"),
]
OTHER = [
    *("http://user@127.0.0.1:{port}/", "http://example.org:secret@127.0.0.1:{port}/", "http:127.0.0.1"),
    *("http://127.0.0.1:{port}\\@example.org/", "http://example.org\\@127.0.0.1:{port}/", "127.0.0.1:{port}"),
    *("//127.0.0.1:{port}/", "file:///etc/passwd", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_x"),
    *("http:///127.0.0.1:{port}/", "http://127.0.0.1:{port}:80/", " http://127.0.0.1:{port}/", "http://[::1"),
    *(
        "HTTP://LOCALHOST:{port}/",
        "http://127.0.0.1\t:{port}/",
        "http://127.0.0.1:{port}\r\nHost: a/",
        "",
        "http://",
    ),
    *(
        "data:text/html,x",
        "unix:///run/x.sock",
        "http://\ud800/",
        "http://a..b/",
        "http://xn--a/",
        "http://" + "a" * 300 + "/",
    ),
]
SPELLINGS = [
    *(f"http://{host}:{{port}}/" for host in [*NAMES, *LITERALS, *ODD]),
    *(f"https://{host}/" for host in ["127.0.0.1", "[::1]", "2130706433", "localhost"]),
    *OTHER,
]


@pytest.fixture(scope="module")
def guarded() -> HttpFetcher:
    """The default rule behind another name, so that the listener's port is no reason to refuse."""
    return HttpFetcher(
        allow=lambda address: public_address(address),
        resolve=lambda host, port: [ipaddress.ip_address(NAMES[host])],
        sleep=lambda seconds: pytest.fail("a refused address is not waited for"),
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_closed_address_is_never_connected_to(
    listener: Server, guarded: HttpFetcher, connects: list[Any], spelling: str
) -> None:
    with pytest.raises(FetchError):
        guarded.fetch(spelling.replace("{port}", str(listener.port)))
    assert (connects, listener.connections) == ([], 0)


def test_more_than_forty_spellings_are_tried() -> None:
    assert len(set(SPELLINGS)) >= 100


def test_the_guard_and_not_the_network_refuses(server: Server, clock: Clock) -> None:
    """The same address that is refused by the default rule answers under another."""
    server.routes["/"] = answer(body=PAGE)
    assert fetcher(clock).fetch(f"http://localhost:{server.port}/").body == PAGE
    with pytest.raises(FetchError) as caught:
        fetcher(clock, allow=lambda address: public_address(address)).fetch(f"http://localhost:{server.port}/")
    assert str(caught.value) == (
        "host 'localhost' stands at '127.0.0.1', which is not in the public internet; expected a public "
        "web site; if the page is yours, save it and run `rag add FILE`"
    )


@pytest.mark.parametrize("url", ["http://example.org:22/", "https://example.org:8443/", "http://8.8.8.8:6379/"])
def test_default_rule_keeps_to_the_web_ports(connects: list[Any], url: str) -> None:
    with pytest.raises(FetchError, match="expected 80 or 443"):
        HttpFetcher(resolve=at_home).fetch(url)
    assert connects == []


def test_one_closed_address_among_several_refuses_the_name(server: Server, clock: Clock, connects: list[Any]) -> None:
    def resolve(host: str, port: int) -> list[Address]:
        return [HOME, ipaddress.ip_address("10.0.0.1")]

    with pytest.raises(FetchError, match=r"'mixed.test' stands at '10.0.0.1'"):
        fetcher(clock, resolve=resolve).fetch(f"http://mixed.test:{server.port}/")
    assert connects == []


def test_connection_goes_to_the_very_address_that_was_checked(
    server: Server, clock: Clock, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = socket.getaddrinfo

    def numbers_only(host: Any, *args: Any, **options: Any) -> Any:
        ipaddress.ip_address(host)
        return real(host, *args, **options)

    def allow(address: Address) -> bool:
        checked.append(str(address))
        return True

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)
    server.routes["/"] = answer(body=PAGE)
    fetcher(clock, allow=allow).fetch(f"http://library.test:{server.port}/")
    assert [address[0] for address in connects] == checked == ["127.0.0.1", "127.0.0.1"]
    assert server.requests[1][1]["Host"] == f"library.test:{server.port}"


def test_name_that_moves_inside_between_two_connections_is_refused(
    server: Server, clock: Clock, connects: list[Any]
) -> None:
    answers = [HOME, ipaddress.ip_address("127.0.0.2")]
    with pytest.raises(FetchError, match=r"'rebind.test' stands at '127.0.0.2'"):
        fetcher(clock, resolve=lambda host, port: [answers.pop(0)]).fetch(f"http://rebind.test:{server.port}/")
    assert (connects, server.pages) == ([("127.0.0.1", server.port)], [])


def test_next_address_is_tried_when_one_does_not_answer(server: Server, clock: Clock) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    closed = silent.getsockname()[1]
    silent.close()
    with pytest.raises(FetchError, match=r"host '127.0.0.1' cannot be connected to \(.*refused\)"):
        fetcher(clock).fetch(f"http://127.0.0.1:{closed}/")
    server.routes["/"] = answer(body=PAGE)
    both = [ipaddress.ip_address("127.0.0.9"), HOME]
    got = fetcher(clock, resolve=lambda host, port: both, allow=lambda address: True).fetch(
        f"http://two.test:{server.port}/"
    )
    assert (got.body, clock.slept) == (PAGE, [])


def test_ipv4_rule_agrees_with_the_registry_of_python() -> None:
    draw = random.Random(3)
    edges = [int(block[at]) + step for block in addresses._CLOSED_4 for at in (0, -1) for step in (-1, 0, 1)]
    for number in edges + [draw.getrandbits(32) for _ in range(3000)]:
        address = ipaddress.IPv4Address(number % 2**32)
        stricter = str(address) == "168.63.129.16" or any(
            address in ipaddress.ip_network(block) for block in ("192.88.99.0/24", "192.0.0.0/24")
        )
        open_by_registry = address.is_global and not address.is_multicast and not stricter
        assert public_address(address) == open_by_registry, address


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450:4001::5efe:8.8.8.8"],
)
def test_public_address_is_open(text: str) -> None:
    assert public_address(ipaddress.ip_address(text))


# Names


def test_name_that_does_not_resolve_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    asked: list[str] = []

    def fail(host: str, *_: Any, **__: Any) -> None:
        asked.append(host)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError) as caught:
        HttpFetcher(clock=clock, sleep=clock.sleep).fetch("https://library.test/")
    assert str(caught.value) == (
        "host 'library.test' does not resolve ([Errno -3] Temporary failure in name resolution); "
        "expected a name that DNS knows; check the network and the spelling"
    )
    assert (asked, clock.slept) == (["library.test"], [])


def test_silent_name_server_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert addresses.DNS_TIMEOUT < 3
    released = threading.Event()
    monkeypatch.setattr(addresses, "DNS_TIMEOUT", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(5) and [])
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"host 'library.test' does not resolve \(no answer in 0.1 s\)"):
        system_addresses("library.test", 443)
    assert time.monotonic() - began < 4
    released.set()


def test_system_resolver_gives_addresses() -> None:
    assert HOME in system_addresses("127.0.0.1", 80)


# Bounds


def pour(handler: Handler) -> None:
    answer()(handler)
    while not handler.server.closing.is_set():
        handler.wfile.write(b"a" * 65536)


def test_body_up_to_the_limit_is_read_and_not_a_byte_more(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(body=b"a" * 5000)
    assert len(fetcher(clock, max_bytes=5000).fetch(server.at).body) == 5000
    with pytest.raises(FetchError, match="holds more than 4999 bytes; expected a smaller page"):
        fetcher(clock, max_bytes=4999).fetch(server.at)


def test_endless_body_ends_at_the_limit(server: Server, clock: Clock) -> None:
    server.routes["/"] = pour
    with pytest.raises(FetchError, match="holds more than 1000000 bytes"):
        fetcher(clock, max_bytes=1_000_000).fetch(server.at)


def test_gzip_body_is_unpacked_with_all_its_members(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(body=gzip.compress(PAGE) + gzip.compress(b"more"), Content_Encoding="gzip")
    assert fetcher(clock).fetch(server.at).body == PAGE + b"more"
    assert server.requests[1][1]["Accept-Encoding"] == "gzip"


def test_gzip_bomb_is_bounded_in_memory(server: Server, clock: Clock) -> None:
    bomb = gzip.compress(bytes(100_000_000), compresslevel=1)
    server.routes["/"] = answer(body=bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="holds more than 1000000 bytes"):
            fetcher(clock, max_bytes=1_000_000).fetch(server.at)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (gzip.compress(PAGE)[:-9], "gzip", "ends inside its gzip stream"),
        (b"plain", "gzip", "is not valid gzip"),
        (
            gzip.compress(gzip.compress(PAGE)),
            "gzip, gzip",
            "is encoded as 'gzip, gzip'; expected 'gzip' or none",
        ),
        (b"x", "br", "is encoded as 'br'"),
    ],
)
def test_undecodable_body_is_refused(server: Server, clock: Clock, body: bytes, encoding: str, message: str) -> None:
    server.routes["/"] = answer(body=body, Content_Encoding=encoding)
    with pytest.raises(FetchError, match=message):
        fetcher(clock).fetch(server.at)


def test_slow_server_is_tried_again_and_given_up(server: Server, clock: Clock) -> None:
    server.routes["/"] = stall
    with pytest.raises(FetchError, match=r"'.*' broke off \(timed out\); expected a page; run `rag sync`"):
        fetcher(clock, timeout=0.1, retries=1).fetch(server.at)
    assert (server.pages, clock.slept) == (["/", "/"], [1.0])


def test_deadline_ends_dripping_headers(server: Server) -> None:
    server.routes["/"] = drip
    began = time.monotonic()
    with pytest.raises(FetchError, match="broke off"):
        HttpFetcher(allow=lambda address: True, resolve=at_home, deadline=2).fetch(server.at)
    assert time.monotonic() - began < 8


def test_deadline_covers_all_fetches(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(body=PAGE)
    short = fetcher(clock, deadline=2.5)
    for _ in range(3):
        short.fetch(server.at)
    with pytest.raises(FetchError) as caught:
        short.fetch(server.at)
    assert str(caught.value) == (
        "host '127.0.0.1' may next be asked in 1 s; expected a wait of at most 0 s; run `rag sync` again later"
    )
    clock.now += 10
    with pytest.raises(FetchError):
        short.fetch(f"http://other.test:{server.port}/")
    assert len(server.pages) == 3


def test_cut_body_is_fetched_again(server: Server, clock: Clock) -> None:
    cut = answer(body=PAGE, Content_Length="999")
    server.routes["/"] = in_turn(cut, answer(body=PAGE))
    assert fetcher(clock).fetch(server.at).body == PAGE
    server.routes["/"] = cut
    with pytest.raises(FetchError, match=r"broke off \(peer closed connection"):
        fetcher(clock).fetch(server.at)


def test_rubbish_instead_of_http_is_an_error(server: Server, clock: Clock) -> None:
    def greet(handler: Handler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    server.routes["/"] = greet
    with pytest.raises(FetchError, match="broke off"):
        fetcher(clock, retries=0).fetch(server.at)


# Manners


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_failure_is_retried_with_doubled_waits(server: Server, clock: Clock, status: int) -> None:
    server.routes["/"] = in_turn(answer(status), answer(status), answer(body=PAGE))
    assert fetcher(clock).fetch(server.at).body == PAGE
    assert clock.slept == [1.0, 2.0]


def test_retries_end(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(503)
    with pytest.raises(FetchError) as caught:
        fetcher(clock).fetch(f"{server.at}/")
    assert str(caught.value) == f"'{server.at}/' answered 503; expected a page; run `rag sync` again later"
    assert len(server.pages) == 3


@pytest.mark.parametrize(
    ("told", "slept"), [("7", 7.0), ("Tue, 01 Jul 2025 10:00:09 GMT", 9.0), ("soon", 1.0), ("-4", 1.0)]
)
def test_retry_after_is_honoured(server: Server, clock: Clock, told: str, slept: float) -> None:
    busy = answer(429, Retry_After=told, Date="Tue, 01 Jul 2025 10:00:00 GMT")
    server.routes["/"] = in_turn(busy, answer(body=PAGE))
    assert fetcher(clock).fetch(server.at).body == PAGE
    assert clock.slept == [slept]


def test_long_retry_after_is_given_up_and_remembered(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(429, Retry_After="3600")
    patient = fetcher(clock)
    with pytest.raises(FetchError, match=r"answered 429 and asks for 3600 s of rest; expected a page"):
        patient.fetch(server.at)
    with pytest.raises(FetchError, match="may next be asked in 3600 s; expected a wait of at most 60 s"):
        patient.fetch(server.at)
    assert (server.pages, clock.slept) == (["/"], [])


def test_visits_to_one_host_are_a_second_apart(server: Server, clock: Clock) -> None:
    server.routes["/"] = answer(body=PAGE)
    one = fetcher(clock)
    for host in ("a.test", "b.test", "a.test", "a.test"):
        one.fetch(f"http://{host}:{server.port}/")
    assert clock.slept == [1.0, 1.0]


def test_robots_is_asked_once_a_host_and_obeyed(server: Server, clock: Clock) -> None:
    server.routes |= {
        "/robots.txt": answer(body=f"User-agent: {AGENT}\nCrawl-delay: 5\nDisallow: /private".encode()),
        "/open": answer(body=PAGE),
        "/leap": answer(302, Location="/private/x"),
    }
    one = fetcher(clock)
    assert one.fetch(f"{server.at}/open").body == PAGE
    with pytest.raises(FetchError) as caught:
        one.fetch(f"{server.at}/private/x")
    assert str(caught.value) == (
        f"'{server.at}/private/x' is disallowed by '{server.at}/robots.txt'; expected a page that is open to "
        f"'{AGENT}'; save the page in a browser and run `rag add FILE`"
    )
    with pytest.raises(FetchError, match="disallowed"):
        one.fetch(f"{server.at}/leap")
    assert [path for path, _ in server.requests] == ["/robots.txt", "/open", "/leap"]
    assert clock.slept == [5.0]


@pytest.mark.parametrize("status", [404, 403, 401, 204])
def test_host_without_robots_is_open(server: Server, clock: Clock, status: int) -> None:
    server.routes |= {"/robots.txt": answer(status), "/": answer(body=PAGE)}
    assert fetcher(clock).fetch(server.at).body == PAGE


def test_host_whose_robots_fails_is_left_alone(server: Server, clock: Clock) -> None:
    server.routes |= {"/robots.txt": answer(503), "/": answer(body=PAGE)}
    with pytest.raises(FetchError, match=r"robots.txt' answered 503; expected a page"):
        fetcher(clock).fetch(server.at)
    assert (server.pages, clock.slept) == ([], [1.0, 2.0])


def test_huge_robots_is_read_in_part(server: Server, clock: Clock) -> None:
    rules = b"User-agent: *\nDisallow: /x\n" + b"# filler\n" * 200_000 + b"Disallow: /y\n"
    server.routes |= {"/robots.txt": answer(body=rules), "/x": answer(), "/y": answer(body=PAGE)}
    assert fetcher(clock).fetch(f"{server.at}/y").body == PAGE
    with pytest.raises(FetchError, match="disallowed"):
        fetcher(clock).fetch(f"{server.at}/x")


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nAllow: /\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /\nAllow: /open", "/open/x", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/report.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/report.pdf?page=2", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /a*aa$", "/aa", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: *\nSitemap: https://x.test/map\nUser-agent: other\nDisallow: /", "/a", False),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {AGENT.upper()}\nDisallow: /b", "/a", True),
        (f"User-agent: other\nUser-agent: {AGENT}\n\nDisallow: /", "/a", False),
        (
            f"User-agent: {AGENT}\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: {AGENT}\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: *\nDisallow: /a # secret", "/a", False),
        ("\nDisallow: /a\n<html>: no", "/a", True),
    ],
)
def test_robots_rules_follow_the_standard(server: Server, clock: Clock, robots: str, path: str, allowed: bool) -> None:
    server.routes["/robots.txt"] = answer(body=robots.encode())
    with pytest.raises(FetchError, match="answered 404" if allowed else "is disallowed by"):
        fetcher(clock).fetch(server.at + path)


def test_hostile_robots_pattern_is_matched_in_linear_time(server: Server, clock: Clock) -> None:
    server.routes["/robots.txt"] = answer(body=b"User-agent: *\nDisallow: /" + b"*a" * 200 + b"$")
    began = time.monotonic()
    with pytest.raises(FetchError, match="answered 404"):
        fetcher(clock).fetch(server.at + "/" + "a" * 5000 + "b")
    assert time.monotonic() - began < 5


# TLS


@pytest.fixture
def secure(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Make the server speak TLS as library.test; gives the names that clients ask for."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "library.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("library.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = tmp_path / "key.pem"
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    context.sni_callback = lambda _, asked, __: names.append(asked)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return names


def test_tls_checks_the_name_although_the_number_is_connected_to(
    server: Server, clock: Clock, connects: list[Any], secure: list[str | None]
) -> None:
    server.routes["/"] = answer(body=PAGE)
    assert fetcher(clock).fetch(f"https://library.test:{server.port}/").body == PAGE
    assert set(secure) == {"library.test"} and {address[0] for address in connects} == {"127.0.0.1"}
    with pytest.raises(FetchError, match=r"host 'wrong.test' cannot be connected to \(.*certificate"):
        fetcher(clock).fetch(f"https://wrong.test:{server.port}/")


def test_missing_certificates_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(FetchError, match=r"certificates at '/nowhere/ca.pem' cannot be read"):
        HttpFetcher()
