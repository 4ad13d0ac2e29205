"""Vectors that a build has encoded so far, so that one that is stopped goes on where it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from rag.indexing.encoder import Embedder, FloatArray

KEY_BYTES = 32


class Encoded:
    """A file of vectors by the digests of their texts, written step by step; a context.

    It starts with a digest that names the model; a file of another model, or none, holds nothing, and
    a record that a stopped process wrote half is left out. Only one build writes at a time.

    Args:
        path: the file; `forget` removes it once the vectors stand in the index.
    """

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path = path
        self._model = _key(f"{embedder.digest} {embedder.dim}")
        self._dim = embedder.dim
        self._vectors = self._read()
        self._file = path.open("ab")

    def __enter__(self) -> Encoded:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def get(self, text: str) -> FloatArray | None:
        """Give the (dim,) vector of a text, if it was encoded before."""
        return self._vectors.get(_key(text))

    def add(self, texts: Sequence[str], vectors: FloatArray) -> None:
        """Keep the vectors of texts, (n, dim) float32; they survive this process from then on."""
        self._file.write(b"".join(_key(text) + row.tobytes() for text, row in zip(texts, vectors, strict=True)))
        self._file.flush()

    def forget(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[bytes, FloatArray]:
        """The vectors of an earlier build, and the file cut to what is whole of it."""
        data = self._path.read_bytes() if self._path.exists() else b""
        size = KEY_BYTES + 4 * self._dim
        if not data.startswith(self._model):
            self._path.write_bytes(self._model)
            return {}
        whole = (len(data) - len(self._model)) // size
        end = len(self._model) + whole * size
        os.truncate(self._path, end)
        rows = np.frombuffer(data[len(self._model) : end], [("key", f"S{KEY_BYTES}"), ("row", "<f4", self._dim)])
        keys = (data[at : at + KEY_BYTES] for at in range(len(self._model), end, size))
        return dict(zip(keys, rows["row"], strict=True))


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
