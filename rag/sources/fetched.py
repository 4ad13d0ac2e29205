"""What a fetcher gives, without the libraries that a real one loads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol
from urllib.parse import urlsplit

_SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "text/markdown": ".md", "application/json": ".json"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    url: str
    """Address after redirects."""
    status: Literal["fetched", "unchanged"]
    """``unchanged``: the server confirmed the ETag or date that was sent; body is empty."""
    body: bytes
    """Content after decompression."""
    content_type: str
    """Content-Type as sent, charset included; empty where none was."""
    etag: str
    """Validator for the next fetch; empty where none was sent."""
    last_modified: str
    """HTTP date for the next fetch; empty where none was sent."""

    @property
    def suffix(self) -> str:
        """The file name suffix of its format: by content and type, else by the address, else ``.html``."""
        kind = self.content_type.partition(";")[0].strip().lower()
        if self.body.startswith(b"%PDF-"):
            return ".pdf"
        named = "" if "html" in kind else PurePosixPath(urlsplit(self.url).path).suffix
        return _SUFFIXES.get(kind) or named or ".html"


class Fetcher(Protocol):
    """Whatever turns an address into bytes; tests pass one that reads from a dict."""

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch a page, or learn that it still has this ETag or date.

        Raises:
            FetchError: the address is refused, unreachable, or does not hold a page.
        """
        ...
