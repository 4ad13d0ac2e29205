"""Talk to an OpenAI-compatible endpoint: one stream of text, or a clear error."""

from __future__ import annotations

import codecs
import importlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from rag.errors import AnswererError, ContextOverflowError
from rag.writing import dialects
from rag.writing.prompts import Message

MAX_WAIT = 20.0
"""Longest pause between two tries, in seconds, whatever the server asks for."""
LOADING_WAIT = 2.0
"""Pause before a server that loads its model is asked again, in seconds."""


_EVENT = re.compile(r"^data: ?(\{.*\})\s*$", re.MULTILINE)
"""One part of an answer in a stream of server-sent events."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A language model and how it is asked."""

    base_url: str
    """Such as ``http://127.0.0.1:11434/v1``."""
    model: str
    api_key: str = ""
    """Local servers need none."""
    temperature: float = 0.0
    context_tokens: int = 3000
    """Most tokens of passages in the prompt."""
    answer_tokens: int = 500
    """Most tokens of the answer."""
    timeout: float = 60.0
    """Seconds for the whole answer; past it the model counts as slow."""
    retries: int = 2
    """Further tries after a busy, failing or unreachable server, before anything was said."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer."""

    text: str
    cut: bool = False
    """Whether the answer stopped for length, by the server's filter, or without a word of its end."""


def transport_errors() -> tuple[type[BaseException], ...]:
    """Return what the openai client may let through, from whichever httpx it uses."""
    openai = importlib.import_module("openai")
    found: list[type[BaseException]] = [openai.OpenAIError, OSError, ValueError, EOFError]
    for name in ("httpx2", "httpx"):
        with suppress(ImportError):
            module = importlib.import_module(name)
            found += [module.HTTPError, module.StreamError, module.InvalidURL]
    return tuple(found)


class Client:
    """Streams answers from one endpoint. Safe to share between threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        self._clock = clock

    def _open(self) -> Any:
        """Open a client of the address; none of this machine goes through a proxy."""
        try:
            openai = importlib.import_module("openai")
        except ImportError as error:
            raise AnswererError(
                "a written answer needs the package openai, which is not installed; "
                "run `pip install openai`, or unset llm_base_url"
            ) from error
        address = dialects.address(self.endpoint.base_url)
        direct = dialects.is_loopback(address)
        broken = [] if direct else list(dialects.broken_proxies())
        if broken:
            raise AnswererError(f"{self._where} cannot be reached: {dialects.told_proxies(broken)}")
        return openai.OpenAI(
            base_url=address,
            api_key=self.endpoint.api_key or "none",
            timeout=self.endpoint.timeout,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(trust_env=not direct),
        )

    @property
    def _where(self) -> str:
        return f"the model {self.endpoint.model!r} at {self.endpoint.base_url}"

    def stream(self, messages: Sequence[Message], *, answer_tokens: int | None = None) -> Iterator[Piece]:
        """Yield the pieces of an answer.

        A server that is busy (429), failing (5xx) or unreachable is asked again,
        0.5, 1, 2 … seconds later or as it says, as long as nothing was said; one that
        still loads its model, until the time is up. A request that it refuses for a
        parameter or a role is sent again without.

        Raises:
            ContextOverflowError: the messages are longer than the model's context.
            AnswererError: it cannot be reached, refuses, breaks off or is too slow.
        """
        deadline = self._clock() + self.endpoint.timeout
        request: dialects.Body = {
            "model": self.endpoint.model,
            "messages": list(messages),
            "temperature": self.endpoint.temperature,
            "max_tokens": answer_tokens or self.endpoint.answer_tokens,
            "stream": True,
        }
        with self._open() as client:
            yield from self._tried(client, request, deadline)

    def _tried(self, client: Any, request: dialects.Body, deadline: float) -> Iterator[Piece]:
        failures = transport_errors()
        tries = 0
        while True:
            said = False
            try:
                for piece in self._pieces(client, request, deadline):
                    said = said or bool(piece.text)
                    yield piece
            except failures as error:
                amended = None if said else _amended(request, error)
                wait = 0.0 if amended else self._wait(error, tries)
                if said or wait is None or self._clock() + wait >= deadline:
                    raise self._explain(error, said=said) from error
            else:
                return
            if amended:
                request = amended
            else:
                tries += 1
                self._sleep(wait)

    def _pieces(self, client: Any, request: dialects.Body, deadline: float) -> Iterator[Piece]:
        left = max(deadline - self._clock(), 0.01)
        create = client.chat.completions.with_streaming_response.create
        ended = False
        with create(**request, timeout=left) as response:
            for part in self._parts(response):
                if self._clock() > deadline:
                    raise TimeoutError(f"no whole answer within {self.endpoint.timeout:g} s")
                for choice in (part.get("choices") or [])[:1]:
                    refused = dialects.refusal(choice)
                    if refused:
                        raise AnswererError(f"{self._where} refuses to answer; it says: {refused}")
                    reason = choice.get("finish_reason")
                    ended = ended or bool(reason)
                    yield Piece(dialects.said(choice), reason in ("length", "content_filter"))
        if not ended:
            yield Piece("", cut=True)

    def _parts(self, response: Any) -> Iterator[dialects.Body]:
        """Yield the parts of an answer: events of a stream, or one JSON of a server that does not stream."""
        kind = response.headers.get("content-type", "").partition(";")[0]
        if "event-stream" in kind or not kind:
            received = response.http_response
            received.iter_bytes = partial(_unmarked, received.iter_bytes())  # the client does not know the mark
            yield from (part.to_dict(warnings=False) for part in response.parse())
            return
        text = response.read().decode("utf-8-sig")
        events = _EVENT.findall(text)
        if events:  # a stream under another name
            yield from map(json.loads, events)
            return
        try:
            whole = json.loads(text)
        except ValueError:
            whole = None
        if not isinstance(whole, dict) or "choices" not in whole:
            told = dialects.words(whole) or dialects.one_line(text)
            raise AnswererError(f"{self._where} sent no answer but {kind}: {told}; check llm_base_url and llm_model")
        yield whole

    def _wait(self, error: BaseException, tries: int) -> float | None:
        """Return the seconds to wait before another try, or None when none will help."""
        status, told = getattr(error, "status_code", None), _words(error)
        refused = status is not None and status not in (408, 409, 429) and status < 500
        slow = isinstance(error, TimeoutError) or type(error).__name__ == "APITimeoutError"
        if refused or slow or dialects.OVERFLOW.search(told) or (status == 429 and dialects.SPENT.search(told)):
            return None
        if status == 503 and dialects.LOADING.search(told):
            return LOADING_WAIT
        if tries >= self.endpoint.retries:
            return None
        response = getattr(error, "response", None)
        asked = _seconds(response.headers.get("retry-after", "")) if response is not None else None
        return min(max(0.5 * 2**tries if asked is None else asked, 0.0), MAX_WAIT)

    def _explain(self, error: BaseException, *, said: bool) -> AnswererError:
        """Return the error as a reader needs it, with the server's own words; never with the key."""
        told = _words(error)
        message = self._message(error, said=said) + (f"; the server says: {told}" if told else "")
        if self.endpoint.api_key:
            message = message.replace(self.endpoint.api_key, "…")
        return ContextOverflowError(message) if dialects.OVERFLOW.search(told) else AnswererError(message)

    def _message(self, error: BaseException, *, said: bool) -> str:
        status = getattr(error, "status_code", None)
        if status in (401, 403):
            return f"{self._where} refused the key (HTTP {status}); set llm_api_key"
        if status == 404:
            return f"{self._where} was not found (HTTP 404); check llm_base_url and llm_model"
        if status is not None:
            return f"{self._where} answered HTTP {status}"
        if isinstance(error, TimeoutError) or "imeout" in type(error).__name__:
            return (
                f"{self._where} gave no whole answer within {self.endpoint.timeout:g} s; "
                "raise llm_timeout or use a faster model"
            )
        if not said and type(error).__name__ in ("APIConnectionError", "ConnectError"):
            return f"{self._where} cannot be reached; start the server or check llm_base_url"
        return f"{self._where} broke off its answer ({type(error).__name__})"


def _unmarked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a stream without the byte order mark that it may begin with."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _words(error: BaseException) -> str:
    """Return what the server says of an error, if it answered."""
    return dialects.words(getattr(error, "body", None))


def _amended(request: dialects.Body, error: BaseException) -> dialects.Body | None:
    """Return the request without what the server refuses, where it says what."""
    told = _words(error)
    if getattr(error, "status_code", None) not in (400, 422, 500, 501) or dialects.OVERFLOW.search(told):
        return None
    return dialects.amended(request, told)


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date."""
    with suppress(ValueError):
        return float(retry_after)
    with suppress(ValueError):
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    return None
