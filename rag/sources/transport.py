"""Carries httpx requests over connections that are checked where they are made."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

import httpcore
import httpx

from rag.errors import FetchError


class GuardedTransport(httpx.BaseTransport):
    """Carries httpx over connections that the guard has made; knows no proxy."""

    def __init__(self, tls: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def tls_context() -> ssl.SSLContext:
    """Collect the certificates that the environment names, or else those that certifi carries.

    Raises:
        FetchError: they cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        place = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
        raise FetchError(
            f"certificates at {place!r} cannot be read ({error}); "
            "expected a file of them; correct or unset SSL_CERT_FILE and SSL_CERT_DIR"
        ) from error
