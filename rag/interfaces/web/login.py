"""The door of a server that has users: who comes in is one of them, by a session's cookie or by HTTP Basic.

It stands before everything that is served, so that no route can be forgotten: the page, its files,
``/v1`` and MCP.
"""

from __future__ import annotations

import base64
import binascii
import logging
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.interfaces.markup import macro
from rag.interfaces.users import User, Users
from rag.interfaces.web.sessions import Attempts, Sessions

OPEN = ("/healthz",)
"""What is told to anybody."""

UPLOADS = "/gradio_api/upload"
"""Where files are sent to that become sources."""

LARGEST_FORM = 8192
"""Bytes of a sign-in."""

CHECKED_AT_ONCE = 2
"""Passwords digested at a time, 32 MB each."""

MOST_WAITING = 20
"""Attempts that wait for it at most."""

MISSING = "user and password are missing or wrong; send them as HTTP Basic"

_log = logging.getLogger(__name__)
_page = macro("login.html", "page")


class Login:
    """Lets requests of users through, with ``scope["user"]``; signs in at ``/login`` and out at ``/logout``.

    Args:
        app: what is guarded.
        users: who may sign in.
        title: of the library, for the page that asks.
        cookie: name of the session's cookie, of this library alone: cookies do not tell ports apart.
        root_path: path under which a proxy serves the chat.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        users: Users,
        title: str,
        cookie: str,
        root_path: str = "",
        sessions: Sessions | None = None,
        attempts: Attempts | None = None,
    ) -> None:
        self._app, self._users, self._title, self._root = app, users, title, root_path
        self._cookie = cookie
        self._sessions, self._attempts = sessions or Sessions(users), attempts or Attempts()
        self._places = CapacityLimiter(CHECKED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path, key = scope["path"].rstrip("/"), request.cookies.get(self._cookie, "")
        if path == "/login" and request.method == "POST":
            answer: Response = await self._signed_in(request)
        elif path == "/logout" and (request.method == "POST" or self._sessions.user(key)):
            self._sessions.end(key)
            answer = RedirectResponse(f"{self._root}/", 303)
            answer.delete_cookie(self._cookie, path=f"{self._root}/")
        else:
            user, refusal = await self._who(request, key)
            if user and user.role != "manager" and path.startswith(UPLOADS):
                refusal = self._refused(request, 403, "files can be added by a manager only")
            elif user or scope["path"] in OPEN:
                await self._app({**scope, "user": user}, receive, send)
                return
            answer = refusal or self._asks(request)
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    async def _who(self, request: Request, key: str) -> tuple[User | None, Response | None]:
        """Give whose request it is; nobody, and with what a wrong attempt is refused."""
        user = self._sessions.user(key) if key else None
        login = _basic(request.headers)
        if user or login is None:
            return user, None
        told = "\0".join(login)
        user = self._sessions.user(told)
        if user and not self._attempts.wait(_address(request), ""):  # who guesses learns nothing from what is known
            return user, None
        checked = await self._checked(request, *login)
        if isinstance(checked, User):
            self._sessions.begin(checked, told)
            return checked, None
        return None, checked

    async def _signed_in(self, request: Request) -> Response:
        """Check a form, and open a session: a browser is led to the page, a program told."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_FORM:
                return self._refused(request, 413, f"a sign-in has at most {LARGEST_FORM:,} bytes")
        try:
            form = dict(parse_qsl(body.decode(), max_num_fields=10))
        except ValueError:
            form = {}
        checked = await self._checked(request, form.get("username", "").strip(), form.get("password", ""))
        if not isinstance(checked, User):
            return checked
        home = RedirectResponse(f"{self._root}/", 303)
        answer: Response = home if _browser(request) else JSONResponse({"success": True})
        answer.set_cookie(
            self._cookie,
            self._sessions.begin(checked),
            path=f"{self._root}/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _checked(self, request: Request, name: str, password: str) -> User | Response:
        address = _address(request)
        if seconds := self._attempts.wait(address, name):
            return self._too_many(request, seconds)
        if self._places.statistics().tasks_waiting >= MOST_WAITING:
            return self._refused(request, 503, "too many are signing in; try again in 10 s", 10)
        checked = await to_thread.run_sync(self._attempt, address, name, password, limiter=self._places)
        if isinstance(checked, User):
            return checked
        if checked:
            return self._too_many(request, checked)
        _log.warning("A sign-in from %s was refused.", address)
        return self._refused(request, 401, "User or password is wrong." if _browser(request) else MISSING)

    def _attempt(self, address: str, name: str, password: str) -> User | float | None:
        """Give whose password it is; the seconds until it is looked at, where others failed while it waited."""
        if seconds := self._attempts.begin(address, name):
            return seconds
        user = self._users.check(name, password)
        if user:
            self._attempts.right(address, name)
        return user

    def _too_many(self, request: Request, seconds: float) -> Response:
        whole = ceil(seconds)
        return self._refused(request, 429, f"too many wrong attempts; try again in {whole} s", whole)

    def _asks(self, request: Request) -> Response:
        return self._refused(request, 401, "" if _browser(request) else MISSING)

    def _refused(self, request: Request, status: int, told: str, seconds: int = 0) -> Response:
        headers = {"Retry-After": str(seconds)} if seconds else {}
        if _browser(request):
            return HTMLResponse(_page(self._title, self._root, told), status, headers)
        if status == 401 and request.scope["path"].startswith("/v1"):  # elsewhere a browser would ask by itself
            headers["WWW-Authenticate"] = "Basic"
        return JSONResponse({"error": told}, status, headers)


def signed_in(request: Any) -> str | None:
    """Give the name of the user whose request it is, by starlette's form of it or gradio's."""
    user = getattr(request, "request", request).scope.get("user")
    return user.name if user else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _browser(request: Request) -> bool:
    """Whether a person looks at what is answered."""
    return "text/html" in request.headers.get("accept", "")


def _basic(headers: Headers) -> tuple[str, str] | None:
    """Give name and password of HTTP Basic; None where the header is missing or something else."""
    scheme, _, told = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, separator, password = base64.b64decode(told.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if separator else None
