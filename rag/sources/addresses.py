"""Where pages may be fetched from: the rule for addresses, and a connection bound to it.

A name is resolved, every address that it gives is checked, and the connection goes
to one of those very addresses: a name that changes between the two gains nothing.
"""

from __future__ import annotations

import queue
import re
import socket
import ssl
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

from rag.errors import FetchError, UnreachableError

Address = IPv4Address | IPv6Address

DNS_TIMEOUT = 2.5
"""Seconds to wait for a name to resolve: without a network the answer must come at once."""

# By the registries of special-purpose addresses; 168.63.129.16 is one cloud's own service.
_CLOSED_4 = tuple(
    IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_OPEN_6 = IPv6Network("2000::/3")
# Protocol assignments with Teredo, documentation, and 6to4, which carries any IPv4 address.
_CLOSED_6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def public_address(address: Address) -> bool:
    """Say whether an address lies in the open internet.

    False for private, loopback, link-local, multicast, reserved, carrier-grade NAT,
    documentation and metadata addresses, and for IPv6 forms that carry an IPv4
    address (mapped, NAT64, ISATAP) unless that one is public; 6to4 and Teredo are
    always refused. ``::ffff:127.0.0.1`` gives False, ``64:ff9b::8.8.8.8`` True.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_4)
    number = int(address)
    inner = IPv4Address(number & 0xFFFFFFFF)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None or address in _NAT64:
        return public_address(inner)
    if address not in _OPEN_6 or any(address in block for block in _CLOSED_6):
        return False
    return (number >> 32) & 0xFFFFFFFF not in _ISATAP or public_address(inner)


def literal_address(host: str) -> Address | None:
    """Read a host that is an address; None when it is a DNS name.

    Only the plain spelling counts. Any other of a number (``0x7f.1``, ``2130706433``,
    ``0177.0.0.1``) is refused and never guessed, since programs disagree on what it means.

    Raises:
        FetchError: the host is neither a plain address nor a DNS name.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2]
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(last):
        raise FetchError(
            f"host {host!r} is neither a DNS name nor a plainly written address; "
            "expected a form such as 'example.org'; check the address"
        )
    return None


def system_addresses(host: str, port: int) -> list[Address]:
    """Resolve a name by the system's resolver, in its order, within `DNS_TIMEOUT` seconds.

    Raises:
        UnreachableError: the name does not resolve, or not in time.
    """
    answers: queue.Queue[list[Address] | Exception] = queue.Queue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(ip_address(row[4][0]) for row in rows)))
        except (OSError, ValueError) as error:
            answers.put(error)

    # The system's call takes no timeout; a daemon thread lets the caller leave it behind.
    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    reason: object = f"no answer in {DNS_TIMEOUT} s"
    try:
        answer = answers.get(timeout=DNS_TIMEOUT)
    except queue.Empty:
        answer = []
    if isinstance(answer, Exception):
        answer, reason = [], answer
    if not answer:
        raise UnreachableError(
            f"host {host!r} does not resolve ({reason}); expected a name that DNS knows; "
            "check the network and the spelling"
        )
    return answer


def refused(host: str, address: Address) -> FetchError:
    """Make the error for a host that stands at a closed address."""
    return FetchError(
        f"host {host!r} stands at {str(address)!r}, which is not in the public internet; "
        "expected a public web site; if the page is yours, save it and run `rag add FILE`"
    )


class GuardedBackend(httpcore.SyncBackend):
    """Connects only to addresses that it has checked, and ends with the time left."""

    def __init__(
        self,
        allow: Callable[[Address], bool],
        resolve: Callable[[str, int], list[Address]],
        left: Callable[[], float],
    ) -> None:
        self._allow, self._resolve, self._left = allow, resolve, left

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers.

        Raises:
            FetchError: the host does not resolve, or one of its addresses is closed.
        """
        within(timeout, self._left)
        literal = literal_address(host)
        addresses = [literal] if literal is not None else self._resolve(host, port)
        for address in addresses:
            if not self._allow(address):
                raise refused(host, address)
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                seconds = within(timeout, self._left)
                stream = super().connect_tcp(str(address), port, seconds, *args, **options)
                return _TimedStream(stream, self._left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends with the time left, so that dripping bytes cannot hold it."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, within(timeout, self._left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, within(timeout, self._left))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, within(timeout, self._left))
        return _TimedStream(stream, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def within(timeout: float | None, left: Callable[[], float]) -> float:
    """Cut a timeout to the seconds left.

    Raises:
        httpcore.TimeoutException: none are left.
    """
    seconds = left()
    if seconds <= 0:
        raise httpcore.TimeoutException("no time left")
    return seconds if timeout is None else min(timeout, seconds)
