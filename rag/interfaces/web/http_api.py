"""``/v1``: ask, retrieve and sources as plain JSON over HTTP, described at ``/v1/openapi.json``.

What it takes and gives stands in `rag.interfaces.web.http_schema`; every refusal is an object
with a sentence under ``error``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import fastapi
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security.http import HTTPBase
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from rag.errors import RagError
from rag.interfaces.web import admission, calls
from rag.interfaces.web import http_schema as schema
from rag.interfaces.web.admission import RefusedError
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.monitoring import Observed
from rag.records import Filters

LARGEST_REQUEST = 2**20
"""Bytes."""

LONGEST_REFUSAL = 1000
"""Characters of what is said of a wrong request, which may name what it holds."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    413: {"model": schema.Problem, "description": "The request is too large, or does not tell its length."},
    422: {"model": schema.Problem, "description": "Something in the request is wrong."},
    503: {"model": schema.Problem, "description": "The library is being opened, or too many are waiting."},
}
LOCKED: dict[int | str, dict[str, Any]] = {
    401: {"model": schema.Problem, "description": "The login is missing or wrong."},
    429: {"model": schema.Problem, "description": "There were too many wrong logins."},
}

WORDS = {
    400: "the body is not JSON in UTF-8, or is nested too deep",
    404: "there is nothing at this address; /v1/openapi.json lists what there is",
    405: "this address is not asked in this way; /v1/openapi.json lists how",
}
"""What is said where the framework refuses."""

UNSIZED = f"a request must tell its length in Content-Length, at most {LARGEST_REQUEST:,} bytes"

BASIC = HTTPBase(scheme="basic", auto_error=False)


def http_api(engine: Engine, *, locked: bool, root_path: str, managed: bool) -> fastapi.FastAPI:
    """Make the application that is mounted at ``/v1``.

    Args:
        locked: whether `rag.interfaces.web.login` asks for user and password, which the description then says.
        root_path: path under which a proxy serves the chat.
        managed: whether who asks may know why a library cannot be opened.
    """
    api = fastapi.FastAPI(
        title="Cited question answering",
        version="1",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": f"{root_path}/v1"}],
        root_path_in_servers=False,
        dependencies=[Depends(BASIC)] if locked else [],
        responses={**PROBLEMS, **(LOCKED if locked else {})},
        exception_handlers={
            StarletteHTTPException: _refused,
            RequestValidationError: _malformed,
            RagError: _failed,
        },
    )
    api.middleware("http")(_sized)
    api.add_middleware(Observed)

    async def answered(work: Callable[[], Any]) -> JSONResponse:
        return JSONResponse(await admission.answered(engine, managed, work))

    @api.post("/ask", responses=_gives(schema.Answer, schema.EXAMPLE_ANSWER))
    async def ask(asked: schema.AskRequest) -> JSONResponse:
        """Answer a question, every statement a checked quote, or say that the sources do not say."""
        filters = _scope(asked)
        work = partial(calls.ask, engine, "http", asked.question, asked.history, filters, asked.k, asked.written)
        return await answered(partial(work, trace=asked.trace))

    @api.post("/retrieve", responses=_gives(list[schema.Passage], schema.EXAMPLE_PASSAGES))
    async def retrieve(asked: schema.RetrieveRequest) -> JSONResponse:
        """Find the passages that fit a question, best first."""
        filters = _scope(asked)
        return await answered(partial(calls.retrieve, engine, "http", asked.question, filters, asked.k, asked.read))

    @api.get("/sources", responses=_gives(list[schema.Source], schema.EXAMPLE_SOURCES))
    async def sources() -> JSONResponse:
        """List every source with what the index holds of it."""
        return await answered(partial(calls.sources, engine))

    return api


def _gives(model: Any, example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model, "content": {"application/json": {"example": example}}}}


def _scope(asked: schema.Scoped) -> Filters:
    return calls.scope(asked.sources, asked.kinds, asked.publishers, asked.since, asked.until)


def _problem(status: int, text: str, headers: Any = None) -> JSONResponse:
    told = text if len(text) <= LONGEST_REFUSAL else f"{text[:LONGEST_REFUSAL]} …"
    return JSONResponse({"error": told}, status, headers)


async def _sized(request: Request, go_on: RequestResponseEndpoint) -> Response:
    """Refuse a body that is too large before any of it is read."""
    length = request.headers.get("content-length", "" if request.method == "POST" else "0")
    if not length.isdecimal() or int(length) > LARGEST_REQUEST:
        return _problem(413, UNSIZED)
    return await go_on(request)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    status = 422 if error.status_code == 400 else error.status_code  # a body that is no JSON, whatever is wrong with it
    return _problem(status, WORDS.get(error.status_code, error.detail), error.headers)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, RefusedError):
        return _problem(503, str(error), {"Retry-After": str(error.seconds)})
    return _problem(422, str(error))


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Say in words which fields are wrong."""
    assert isinstance(error, RequestValidationError)
    return _problem(422, "; ".join(map(_sentence, error.errors())))


def _sentence(fault: dict[str, Any]) -> str:
    kind, where = fault["type"], ".".join(map(str, fault["loc"][1:]))
    if kind == "json_invalid":
        return f"the body is not JSON: {fault['ctx']['error']}"
    if not where:
        return "the body must be a JSON object, sent with Content-Type: application/json"
    if kind == "missing":
        return f"{where} is missing"
    if kind == "extra_forbidden":
        return f"{where} is unknown; /v1/openapi.json lists what is taken"
    found = fault["input"]
    return f"{where} is {found!r}: {fault['msg'][0].lower()}{fault['msg'][1:]}"
