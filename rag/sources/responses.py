"""Read what a web server answers: a whole page within bounds, or word that it is unchanged."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

from rag.errors import FetchError
from rag.sources.fetched import Fetched

SAVE = "save the page in a browser and run `rag add FILE`"
"""What to do with a page that cannot be fetched."""


def read_page(response: httpx.Response, asked: Mapping[str, str], limit: int) -> Fetched:
    """Read the answer to a request with the headers *asked*, its body of at most *limit* bytes.

    Raises:
        FetchError: it is no page, or too large.
    """
    place, told = str(response.url), response.headers
    validators = told.get("etag", ""), told.get("last-modified", "")
    if response.status_code == 304 and asked:
        kept = asked.get("If-None-Match", ""), asked.get("If-Modified-Since", "")
        etag, modified = (new or old for new, old in zip(validators, kept, strict=True))
        return Fetched(place, "unchanged", b"", told.get("content-type", ""), etag, modified)
    if response.status_code != 200:
        raise FetchError(f"{place!r} answered {response.status_code}; expected 200; check it, or {SAVE}")
    return Fetched(place, "fetched", read_body(response, limit), told.get("content-type", ""), *validators)


def read_body(response: httpx.Response, limit: int, *, cut: bool = False) -> bytes:
    """Read a body of at most `limit` bytes, compressed and not; `cut` keeps the start of a longer one."""
    place, encoding = str(response.url), response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise FetchError(f"{place!r} is encoded as {encoding!r}; expected 'gzip' or none; {SAVE}")
    unzip = None if encoding == "identity" else zlib.decompressobj(wbits=31)
    body, received = bytearray(), 0
    try:
        for part in response.iter_raw():
            received += len(part)
            body += part if unzip is None else unzip.decompress(part, limit + 1 - len(body))
            while unzip is not None and unzip.eof and unzip.unused_data and len(body) <= limit:
                rest, unzip = unzip.unused_data, zlib.decompressobj(wbits=31)
                body += unzip.decompress(rest, limit + 1 - len(body))
            if max(received, len(body)) > limit:
                if cut:
                    return bytes(body[:limit])
                raise FetchError(f"{place!r} holds more than {limit} bytes; expected a smaller page; {SAVE}")
    except zlib.error as error:
        raise FetchError(f"{place!r} is not valid gzip ({error}); expected a whole page; {SAVE}") from error
    if unzip is not None and received and not unzip.eof:
        raise FetchError(f"{place!r} ends inside its gzip stream; expected a whole page; {SAVE}")
    return bytes(body)


def retry_after(response: httpx.Response) -> float:
    """Give the seconds of Retry-After, a number or an HTTP date; 0 where it says nothing."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        sent = response.headers.get("date")
        now = parsedate_to_datetime(sent).timestamp() if sent else time.time()
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 0.0
