"""One generation of the index: what is in it, and opening it safely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from rag.config import REBUILD, Settings
from rag.errors import IndexMismatchError
from rag.indexing.bm25 import LexicalIndex
from rag.indexing.chunking import context
from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.store import Pointer, Store
from rag.indexing.token_vectors import Tokens, TokenStore
from rag.records import Chunk, Document, Source
from rag.retrieval.foreseen import Foreseen, link, question_texts, question_years
from rag.retrieval.ranking import context_sentence_vectors, token_spans

PIPELINE = "4"
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
        self.sentences = DenseIndex.load(folder / "sentences.faiss")
        self.context_sentences = DenseIndex.load(folder / "context_sentences.faiss")
        self.questions = DenseIndex.load(folder / "questions.faiss")
        self.tokens = TokenStore.load(folder / "tokens")
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
    def rows(self) -> dict[str, int]:
        """Number of each chunk by its id."""
        return {chunk.chunk_id: row for row, chunk in enumerate(self.chunks)}

    @cached_property
    def sentence_starts(self) -> NDArray[np.int64]:
        """(chunks + 1,) row of each chunk's first sentence vector, and the total."""
        counts = [len(chunk.sentences) for chunk in self.chunks]
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def sentence_owner(self) -> NDArray[np.int64]:
        """(sentences,) number of the chunk that holds each sentence."""
        return np.repeat(np.arange(len(self.chunks)), np.diff(self.sentence_starts)).astype(np.int64)

    def sentence_rows(self, chunk_id: str) -> slice:
        """Rows of the sentence vectors of one chunk."""
        row = self.rows[chunk_id]
        return slice(int(self.sentence_starts[row]), int(self.sentence_starts[row + 1]))

    def sentence_place(self, row: int) -> tuple[int, int]:
        """Number of the chunk that holds the sentence with a vector of this row, and its place in the chunk."""
        number = int(self.sentence_owner[row])
        return number, row - int(self.sentence_starts[number])

    def sentence_text(self, row: int) -> str:
        """The text of the sentence with a vector of this row."""
        number, place = self.sentence_place(row)
        chunk = self.chunks[number]
        span = chunk.sentences[place]
        return self.documents[chunk.doc_id].text[span.start : span.end]

    def sentence_texts(self) -> Iterator[str]:
        """The text of every sentence, in the order of their vectors."""
        for chunk in self.chunks:
            text = self.documents[chunk.doc_id].text
            yield from (text[span.start : span.end] for span in chunk.sentences)

    @cached_property
    def foreseen(self) -> Foreseen:
        """The questions of the notes, with the sentences that they lead to."""
        links = link(self.documents.values(), self.chunks)
        texts, years = question_texts(self.documents.values()), question_years(self.documents.values())
        return Foreseen(texts, self.questions.vectors, *links, years, len(self.sentences))

    @cached_property
    def noted_texts(self) -> frozenset[str]:
        """Ids of the sources that have both notes and a full text."""
        notes, texts = (
            frozenset(d.source_id for d in self.documents.values() if d.text_kind == kind)
            for kind in ("notes", "full text")
        )
        return notes & texts

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


def sentence_tokens(chunk: Chunk, source: Source, tokens: Tokens) -> list[tuple[int, int]]:
    """Range of tokens of each sentence of a chunk, half-open, among those of its contextual text."""
    shift = len(above(chunk, source)) - chunk.start
    return token_spans(tokens.offsets, ((s.start + shift, s.end + shift) for s in chunk.sentences))


def title_tokens(chunk: Chunk, source: Source, tokens: Tokens) -> int:
    """Number of tokens of a chunk's contextual text that stand before the chunk itself."""
    return int(np.searchsorted(tokens.offsets[:, 0], len(above(chunk, source))))


def sentences_in_context(chunk: Chunk, source: Source, tokens: Tokens) -> FloatArray:
    """Vectors of a chunk's sentences as they read in their chunk, (sentences, dim) float32."""
    return context_sentence_vectors(tokens.vectors, sentence_tokens(chunk, source, tokens))


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
