"""Sign-ins: sessions that end, and attempts that are counted. Nothing of it outlives the process."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from rag.interfaces.users import User, Users

IDLE = 2 * 3600.0
"""Seconds without a request after which a session has ended."""

LONGEST = 12 * 3600.0
"""Seconds after which a session has ended in any case."""

MOST_SESSIONS = 10_000
"""Sessions at a time; beyond, the one that has been idle longest ends."""

FORGOTTEN = 300.0
"""Seconds after which a failed attempt no longer counts."""

MOST_FAILURES = {"address": 10, "name": 50}
"""Failed attempts, from one address and on one name, after which no password is looked at for a while."""


@dataclass(slots=True)
class _Session:
    user: User
    began: float
    last: float


class Sessions:
    """Sessions by a key that only its holder knows; what is kept is a digest of it. Safe between threads.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, users: Users, clock: Callable[[], float] = time.monotonic) -> None:
        self._users = users
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._open: dict[bytes, _Session] = {}

    def begin(self, user: User, key: str = "") -> str:
        """Open a session; gives the key, a fresh one where none is given."""
        key = key or secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._open = {digest: one for digest, one in self._open.items() if self._lasts(one, now)}
            if len(self._open) >= MOST_SESSIONS:
                del self._open[min(self._open, key=lambda digest: self._open[digest].last)]
            self._open[self._digest(key)] = _Session(user, now, now)
        return key

    def user(self, key: str) -> User | None:
        """Give whose session a key opens, and count the request; None where it has ended, or the user changed."""
        digest, now = self._digest(key), self._clock()
        with self._lock:
            session = self._open.get(digest)
            if session is None:
                return None
            if not self._lasts(session, now) or self._users.get(session.user.name) != session.user:
                del self._open[digest]
                return None
            session.last = now
            return session.user

    def end(self, key: str) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(self._digest(key), None)

    @staticmethod
    def _lasts(session: _Session, now: float) -> bool:
        return now - session.last < IDLE and now - session.began < LONGEST

    def _digest(self, key: str) -> bytes:
        return hmac.digest(self._secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256)


class Attempts:
    """Counts failed attempts by address and by name. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, str], list[float]] = {}

    def wait(self, address: str, name: str) -> float:
        """Give the seconds until an attempt is looked at; 0 for now."""
        with self._lock:
            return max(self._wait(key) for key in _keys(address, name))

    def begin(self, address: str, name: str) -> float:
        """Count an attempt as failed until it is `right`, for others are looked at meanwhile.

        Gives the seconds until one is looked at, as `wait` does; it is counted where that is now.
        """
        now = self._clock()
        with self._lock:
            if seconds := max(self._wait(key) for key in _keys(address, name)):
                return seconds
            kept = {key: [t for t in times if now - t < FORGOTTEN] for key, times in self._failures.items()}
            self._failures = {key: times for key, times in kept.items() if times}
            for key in _keys(address, name):
                self._failures.setdefault(key, []).append(now)
            return 0.0

    def right(self, address: str, name: str) -> None:
        """Take an attempt back that was begun and did not fail."""
        with self._lock:
            for key in _keys(address, name):
                self._failures[key].pop()

    def _wait(self, key: tuple[str, str]) -> float:
        now = self._clock()
        recent = [t for t in self._failures.get(key, []) if now - t < FORGOTTEN]
        allowed = MOST_FAILURES[key[0]]
        return recent[-allowed] + FORGOTTEN - now if len(recent) >= allowed else 0.0


def _keys(address: str, name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Give what attempts are counted by; an IPv6 network of 64 bits counts as one, for it is one reader's."""
    with contextlib.suppress(ValueError):
        address = str(ipaddress.IPv6Network(f"{address.partition('%')[0]}/64", strict=False))
    return ("address", address), ("name", name[:64])
