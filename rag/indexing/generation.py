"""One generation of the index: what is in it, and opening it safely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rag.config import REBUILD, Settings
from rag.errors import IndexMismatchError
from rag.indexing.bm25 import LexicalIndex
from rag.indexing.chunking import context
from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import Embedder
from rag.indexing.noted import NotedQuestions, statements_of
from rag.indexing.store import Pointer, Store
from rag.records import Chunk, Document, Source, Statement

PIPELINE = "8"
"""Raised when reading, cutting or embedding changes what it yields; forces a rebuild."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Part:
    """What one file of the corpus gave."""

    file: str
    """Path in the corpus folder."""
    digest: str
    """Digest of all that the reading depended on."""
    sources: tuple[str, ...]
    documents: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    """Source id and reason of each text that could not be read."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Source id and reason of each file in it that nobody means as a text."""


class Generation:
    """An opened index. Everything in it belongs together and never changes."""

    def __init__(self, folder: Path, pointer: Pointer, manifest: Mapping[str, Any]) -> None:
        self.pointer = pointer
        self.manifest = manifest
        self.sources = {source.id: source for source in read_rows(folder / "sources.json", Source)}
        self.documents = {document.doc_id: document for document in read_rows(folder / "documents.json", Document)}
        self.chunks = read_rows(folder / "chunks.json", Chunk)
        self.parts = read_rows(folder / "parts.json", Part)
        self.dense = DenseIndex.load(folder / "chunks.faiss")
        self.noted = NotedQuestions(self.statements, DenseIndex.load(folder / "questions.faiss"))
        self.lexical = LexicalIndex.load(folder / "bm25")

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder | None = None) -> Generation:
        """Open the current generation after checking every file of it.

        Args:
            embedder: the model that queries will use; None skips the comparison.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: see `rag.errors`.
        """
        store = Store(settings.index)
        pointer = store.current()
        manifest = store.verify(pointer)
        _compare(manifest, settings, embedder)
        return cls(store.folder(pointer.generation), pointer, manifest)

    @cached_property
    def statements(self) -> list[tuple[Statement, ...]]:
        """Of each chunk the statements that begin in it; a chunk of a full text has none."""
        return [statements_of(chunk, self.documents[chunk.doc_id]) for chunk in self.chunks]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Number of each chunk by its id."""
        return {chunk.chunk_id: row for row, chunk in enumerate(self.chunks)}

    def source_of(self, chunk: Chunk) -> Source:
        """The source that a chunk belongs to."""
        return self.sources[self.documents[chunk.doc_id].source_id]

    def contextual_text(self, chunk: Chunk) -> str:
        """A chunk with its title and headings in front, as the channels read it."""
        return contextual_text(chunk, self.documents[chunk.doc_id], self.source_of(chunk))


def contextual_text(chunk: Chunk, document: Document, source: Source) -> str:
    """Put title and headings in front of a chunk's text."""
    return above(chunk, source) + document.text[chunk.start : chunk.end]


def above(chunk: Chunk, source: Source) -> str:
    """What stands in front of a chunk's text in its contextual text: a line, or nothing."""
    title = context(source, chunk.heading)
    return f"{title}\n" if title else ""


def _compare(manifest: Mapping[str, Any], settings: Settings, embedder: Embedder | None) -> None:
    """Refuse an index that was built otherwise than this run would."""
    pairs = [
        ("embedding_model", manifest["embedding_model"], settings.embedding_model),
        ("chunk_tokens", manifest["chunk_tokens"], settings.chunk_tokens),
        ("pipeline version", manifest["pipeline"], PIPELINE),
    ]
    if embedder is not None:
        pairs.append(("embedding digest", manifest["embedding_digest"], embedder.digest))
    for name, built, wanted in pairs:
        if built != wanted:
            keep = f", or set {name}={built!r} to keep it" if name in REBUILD else ""
            raise IndexMismatchError(
                f"index was built with {name}={built!r}, but this run uses {wanted!r}; run `rag build`{keep}"
            )


def write_rows(path: Path, rows: Iterable[Any]) -> None:
    """Write records as a JSON array."""
    path.write_bytes(msgspec.json.encode(list(rows)))


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Read records that `write_rows` wrote, checked against their type."""
    return msgspec.json.decode(path.read_bytes(), type=list[kind])  # type: ignore[valid-type]  # known at run time only
