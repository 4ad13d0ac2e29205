"""How servers of the chat endpoint differ: what they send, what they refuse, and in which words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

Body = Mapping[str, Any]
"""A request, or a part of an answer, as JSON has it."""

LONGEST_WORDS = 300
"""Characters of a server's own words that are shown."""

OVERFLOW = re.compile(
    r"(?i)context[ _-]?(?:length|size|window)|maximum context|too many tokens|(?:prompt|input) is too long"
    r"|exceed\w* (?:the )?(?:available |maximum |model'?s? )?(?:context|\w* tokens)"
)
"""What a server says where a prompt does not fit into the model's context."""
SPENT = re.compile(r"(?i)\bquota\b|\bbilling\b|\bcredits?\b")
"""What a server says where waiting does not help."""
LOADING = re.compile(r"(?i)\bloading\b")

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def said(choice: Body) -> str:
    """Return the words of one choice, whether a server sends it whole or piece by piece.

    Content may be a string or a list of parts, of which those of thinking are left out.
    """
    message = choice.get("delta") or choice.get("message") or choice
    content = message.get("content") or message.get("text") or ""
    if isinstance(content, str):
        return content
    parts = (part if isinstance(part, dict) else {"text": part} for part in content)
    return "".join(text for part in parts if isinstance(text := part.get("text"), str))


def refusal(choice: Body) -> str:
    """Return the words in which a model refuses to answer, apart from its content."""
    return one_line((choice.get("delta") or choice.get("message") or {}).get("refusal") or "")


def words(body: object) -> str:
    """Return what a server says of an error, in one line, wherever in its body that stands."""
    if isinstance(body, str):
        return one_line(body)
    if isinstance(body, Mapping):
        return next((found for key in ("error", "message", "detail", "msg") if (found := words(body.get(key)))), "")
    if isinstance(body, Sequence):
        return next((found for one in body if (found := words(one))), "")
    return ""


def one_line(text: str) -> str:
    """Return a text without line breaks and markup, cut where it is long."""
    line = " ".join(re.sub(r"<[^>]*>", " ", text).split()).rstrip(".")
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 1]}…"


def amended(request: Body, refused: str) -> Body | None:
    """Return a request without what a server refuses in its words; None where they name nothing of it."""
    low = refused.lower()
    other = dict(request)
    if "max_tokens" in request and "max_tokens" in low:
        other["max_completion_tokens"] = other.pop("max_tokens")
        return other
    for name in ("max_completion_tokens", "temperature"):
        if name in request and name in low:
            del other[name]
            return other
    if request["stream"] and "stream" in low:
        return {**other, "stream": False}
    first, *rest = request["messages"]
    if first["role"] == "system" and rest and re.search(r"\bsystem\b|\broles?\b", low):
        merged = {"role": "user", "content": f"{first['content']}\n\n{rest[0]['content']}"}
        return {**other, "messages": [merged, *rest[1:]]}
    return None


def address(base_url: str) -> str:
    """Return a base address as the client takes it: with a scheme, without the endpoint's own path."""
    url = base_url if "://" in base_url else f"http://{base_url}"
    return re.sub(r"/(?:chat/completions)?/*$", "", url)


def is_loopback(url: str) -> bool:
    """Return whether an address is on this machine, where no proxy stands between."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def broken_proxies() -> Iterator[str]:
    """Yield the names of the environment's proxies that no HTTP client here can use, such as ``ALL_PROXY``."""
    for name in os.environ:
        scheme = urlsplit(os.environ[name]).scheme if "://" in os.environ[name] else "http"
        usable = scheme in _SCHEMES and (not scheme.startswith("socks") or find_spec("socksio"))
        if name.lower() in _PROXIES and os.environ[name] and not usable:
            yield name


def told_proxies(names: Sequence[str]) -> str:
    """Say which proxies cannot be used, and what to do."""
    named = ", ".join(f"{name}={os.environ[name]}" for name in names)
    return (
        f"the proxy of the environment cannot be used: {named}; give an address with http://, https:// or, "
        f"with `pip install httpx2[socks]`, socks5://, or unset {' and '.join(names)}"
    )
