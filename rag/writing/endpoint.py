"""Talk to an OpenAI-compatible endpoint: one stream of text, or a clear error."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rag.errors import AnswererError
from rag.writing.prompts import Message

MAX_WAIT = 20.0
"""Longest pause between two tries, in seconds, whatever the server asks for."""


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
    """Whether the server says that it stopped for length."""


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
        self._openai: Any = None

    def _client(self) -> Any:
        if self._openai is None:
            try:
                openai = importlib.import_module("openai")
            except ImportError as error:
                raise AnswererError(
                    "a written answer needs the package openai, which is not installed; "
                    "run `pip install openai`, or unset llm_base_url"
                ) from error
            self._openai = openai.OpenAI(
                base_url=self.endpoint.base_url,
                api_key=self.endpoint.api_key or "none",
                timeout=self.endpoint.timeout,
                max_retries=0,
            )
        return self._openai

    def stream(self, messages: Sequence[Message], *, answer_tokens: int | None = None) -> Iterator[Piece]:
        """Yield the pieces of an answer.

        A server that is busy (429), failing (5xx) or unreachable is asked again,
        0.5, 1, 2 … seconds later or as it says, as long as nothing was said.

        Raises:
            AnswererError: it cannot be reached, refuses, breaks off or is too slow.
        """
        client = self._client()
        failures = transport_errors()
        deadline = self._clock() + self.endpoint.timeout
        tries = 0
        while True:
            said = False
            try:
                for piece in self._pieces(client, messages, answer_tokens, deadline):
                    said = said or bool(piece.text)
                    yield piece
            except failures as error:
                wait = self._wait(error, tries)
                if said or wait is None or self._clock() + wait >= deadline:
                    raise self._explain(error, said=said) from error
            else:
                return
            tries += 1
            self._sleep(wait)

    def _pieces(
        self, client: Any, messages: Sequence[Message], answer_tokens: int | None, deadline: float
    ) -> Iterator[Piece]:
        left = max(deadline - self._clock(), 0.01)
        answer = client.chat.completions.create(
            model=self.endpoint.model,
            messages=list(messages),
            temperature=self.endpoint.temperature,
            max_tokens=answer_tokens or self.endpoint.answer_tokens,
            stream=True,
            timeout=left,
        )
        try:
            for part in answer:
                if self._clock() > deadline:
                    raise TimeoutError(f"no whole answer within {self.endpoint.timeout:g} s")
                choice = part.choices[0] if part.choices else None
                if choice is not None:
                    yield Piece(choice.delta.content or "" if choice.delta else "", choice.finish_reason == "length")
        finally:
            answer.close()

    def _wait(self, error: BaseException, tries: int) -> float | None:
        """Return the seconds to wait before another try, or None when none will help."""
        status = getattr(error, "status_code", None)
        refused = status is not None and status not in (408, 409, 429) and status < 500
        slow = isinstance(error, TimeoutError) or type(error).__name__ == "APITimeoutError"
        if tries >= self.endpoint.retries or refused or slow:
            return None
        response = getattr(error, "response", None)
        try:
            wait = float(response.headers["retry-after"]) if response is not None else 0.5 * 2**tries
        except (KeyError, ValueError):
            wait = 0.5 * 2**tries
        return min(max(wait, 0.0), MAX_WAIT)

    def _explain(self, error: BaseException, *, said: bool) -> AnswererError:
        """Return the error as a reader needs it; never with the key."""
        status = getattr(error, "status_code", None)
        where = f"the model {self.endpoint.model!r} at {self.endpoint.base_url}"
        if status in (401, 403):
            return AnswererError(f"{where} refused the key (HTTP {status}); set llm_api_key")
        if status == 404:
            return AnswererError(f"{where} was not found (HTTP 404); check llm_base_url and llm_model")
        if status is not None:
            return AnswererError(f"{where} answered HTTP {status}")
        if isinstance(error, TimeoutError) or "imeout" in type(error).__name__:
            return AnswererError(
                f"{where} gave no whole answer within {self.endpoint.timeout:g} s; "
                "raise llm_timeout or use a faster model"
            )
        if not said and type(error).__name__ in ("APIConnectionError", "ConnectError"):
            return AnswererError(f"{where} cannot be reached; start the server or check llm_base_url")
        return AnswererError(f"{where} broke off its answer ({type(error).__name__})")
