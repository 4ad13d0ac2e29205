"""One generation of the index: what is in it, and opening it safely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rag.config import REBUILD, Settings
from rag.errors import IndexDamagedError, IndexMismatchError, StoreError
from rag.indexing.bm25 import Bm25, WordCounts
from rag.indexing.chunk_words import ChunkWords
from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import Embedder
from rag.indexing.indexes import LexicalIndex
from rag.indexing.noted import NotedQuestions
from rag.indexing.parts import Parts, Rows
from rag.indexing.rows import mapped
from rag.indexing.segment import Segment
from rag.indexing.store import Pointer, Store
from rag.records import Chunk, Document, Source, Statement, TextKind, document_id, source_and_kind

PIPELINE = "20"
"""Raised when reading, cutting or embedding changes what it yields; forces a rebuild."""

PARTS = "parts.json"

TEXTS_KEPT = 32
"""Documents that are kept at hand with their texts."""

BY_RANK: tuple[TextKind, ...] = ("full text", "notes")
"""Kinds of text in the order in which they tell of their source."""


@dataclass(frozen=True, slots=True)
class PartText:
    """A document that a file gave."""

    doc_id: str
    chunks: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one file of the corpus gave."""

    file: str
    """Path in the corpus folder."""
    digest: str
    """Digest of all that the reading depended on."""
    texts: tuple[PartText, ...]
    failures: tuple[tuple[str, str], ...]
    """Source id and reason of each text that could not be read."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Source id and reason of each file in it that nobody means as a text."""


class Generation:
    """An opened index. Everything in it belongs together and never changes.

    A chunk is known by its row: segments follow each other, and rows of documents that
    have been replaced or removed are left out.
    """

    def __init__(
        self,
        folder: Path,
        segments: Sequence[Segment],
        pointer: Pointer,
        manifest: Mapping[str, Any],
        lexical: LexicalIndex,
        damaged: Callable[[Exception], StoreError | None] = lambda error: None,
    ) -> None:
        self.pointer = pointer
        self.manifest = manifest
        self.segments = segments
        self.damaged = damaged
        """Says which file is why something went wrong; None where all are what they were; see `Store.damaged`."""
        # All files are opened here: they may be pruned while this generation still answers.
        self._parts = mapped(folder / PARTS)
        live = [segment.live_chunks for segment in segments]
        self._places = Parts([len(segment.chunks) for segment in segments], live)
        self.documents = Documents(segments)
        self.sources = Sources(self.documents)
        self.chunks = Chunks(segments, self._places)
        self.dense = DenseIndex([segment.vectors for segment in segments], live)
        self.lexical = lexical
        self.words = WordCounts([segment.words for segment in segments], [s.live_documents for s in segments])
        self.noted = NotedQuestions([s.owners for s in segments], [s.questions for s in segments], live)

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder | None = None, *, thorough: bool = False) -> Generation:
        """Open the current generation of the index folder after checking every file of it.

        Args:
            embedder: the model that queries will use; None skips the comparison.
            thorough: digest every file anew, also those that look as they did when last digested.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: see `rag.errors`.
        """
        store = Store(settings.index)
        while True:
            pointer = store.current()
            try:
                manifest = store.verify(pointer, thorough=thorough)
                compare(manifest, settings, embedder)
                segments = [Segment(store.segment(s["name"]), s["gone"], s["files"]) for s in manifest["segments"]]
                lexical = Bm25([segment.terms for segment in segments], [segment.live_chunks for segment in segments])
                damaged = partial(store.damaged, pointer)
                return cls(store.folder(pointer.generation), segments, pointer, manifest, lexical, damaged)
            except IndexMismatchError:
                raise
            except Exception as error:  # the libraries below raise whatever they meet in a damaged file
                # One that was replaced and pruned while it was being opened is not damaged.
                if store.current() == pointer:
                    # Files that match their digests were written by another program than ours.
                    odd = IndexDamagedError(
                        f"the index in {settings.index} is not what a build writes ({error}); run `rag build`"
                    )
                    raise store.damaged(pointer, error) or odd from error

    @cached_property
    def parts(self) -> list[Part]:
        """What each file of the corpus gave."""
        return msgspec.json.decode(self._parts, type=list[Part])

    @cached_property
    def rows(self) -> Rows:
        """The rows of all chunks, ascending."""
        return self._places.rows()

    def parted(self) -> Iterator[tuple[int, Segment]]:
        """Give each segment with its first row."""
        return zip(self._places.starts, self.segments, strict=False)

    def rows_of(self, doc_id: str) -> range:
        """Give the rows of the chunks of a document, in text order."""
        for first, segment in self.parted():
            number = segment.find(doc_id)
            if number is not None:
                own = segment.chunks_of(number)
                return range(first + own.start, first + own.stop)
        return range(0)

    def sources_of(self, rows: Rows) -> set[str]:
        """Name the sources that some chunks belong to."""
        found: set[str] = set()
        for number, _, own in self._places.split(rows):
            segment = self.segments[number]
            owners = np.unique(np.searchsorted(segment.firsts, own, "right") - 1).tolist()
            found.update(source_and_kind(segment.ids[owner].decode())[0] for owner in owners)
        return found

    def named_in(self, question: str) -> list[Source]:
        """Give the sources that a question names, by title or author, in the order of their ids."""
        found = {
            source_and_kind(segment.ids[number].decode())[0]
            for segment in self.segments
            for number in segment.names.find(question)
            if segment.live_documents[number]
        }
        return [self.sources[source_id] for source_id in sorted(found)]

    def text_at(self, row: int) -> str:
        """Give the text of a chunk."""
        number, own = self._places.place(row)
        return self.segments[number].text_of(own)

    def source_at(self, row: int) -> Source:
        """Give the source that a chunk belongs to."""
        number, own = self._places.place(row)
        segment = self.segments[number]
        return segment.sources[segment.owner(own)]

    def words_at(self, row: int) -> ChunkWords:
        """Give the words of a chunk."""
        number, own = self._places.place(row)
        return ChunkWords.unpack(self.segments[number].words_of_chunks[own])

    def statements_at(self, row: int) -> tuple[Statement, ...]:
        """Give the statements that begin in a chunk; one of a full text has none."""
        number, own = self._places.place(row)
        return self.segments[number].statements_of(own)


class Chunks(Mapping[int, Chunk]):
    """The chunks of a generation by their rows."""

    def __init__(self, segments: Sequence[Segment], places: Parts) -> None:
        self._segments = segments
        self._places = places

    def __getitem__(self, row: int) -> Chunk:
        number, own = self._places.place(row)
        return self._segments[number].chunks[own]

    def __iter__(self) -> Iterator[int]:
        return iter(self._places.rows().tolist())

    def __len__(self) -> int:
        return self._places.live_count


class Documents(Mapping[str, Document]):
    """The documents of a generation by their ids."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self._document = lru_cache(TEXTS_KEPT)(self._found)

    def __getitem__(self, doc_id: str) -> Document:
        return self._document(doc_id)

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and any(segment.find(doc_id) is not None for segment in self.segments)

    def __iter__(self) -> Iterator[str]:
        return (
            key.decode()
            for segment in self.segments
            for key, live in zip(segment.ids, segment.live_documents, strict=True)
            if live
        )

    def __len__(self) -> int:
        return sum(int(segment.live_documents.sum()) for segment in self.segments)

    def _found(self, doc_id: str) -> Document:
        for segment in self.segments:
            number = segment.find(doc_id)
            if number is not None:
                return segment.document(number)
        raise KeyError(doc_id)


class Sources(Mapping[str, Source]):
    """The sources of a generation by their ids, each as its full text tells it, else its notes.

    Those with notes come first, and each group by its ids.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def __getitem__(self, source_id: str) -> Source:
        for kind in BY_RANK:
            for segment in self._documents.segments:
                number = segment.find(document_id(source_id, kind))
                if number is not None:
                    return segment.sources[number]
        raise KeyError(source_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[Source]:
        return self._all.values()

    @cached_property
    def _all(self) -> dict[str, Source]:
        told = sorted(((kind != "notes", source_id) for source_id, kind in map(source_and_kind, self._documents)))
        return {source_id: self[source_id] for source_id in dict.fromkeys(source_id for _, source_id in told)}


def compare(manifest: Mapping[str, Any], settings: Settings, embedder: Embedder | None) -> None:
    """Refuse an index that was built otherwise than this run would.

    Raises:
        IndexMismatchError: names the first thing that differs.
    """
    pairs = [
        ("embedding_model", manifest.get("embedding_model"), settings.embedding_model),
        ("chunk_tokens", manifest.get("chunk_tokens"), settings.chunk_tokens),
        ("pipeline version", manifest.get("pipeline"), PIPELINE),
    ]
    if embedder is not None:
        pairs.append(("embedding digest", manifest.get("embedding_digest"), embedder.digest))
    for name, built, wanted in pairs:
        if built != wanted:
            keep = f", or set {name}={built!r} to keep it" if name in REBUILD else ""
            raise IndexMismatchError(
                f"index was built with {name}={built!r}, but this run uses {wanted!r}; run `rag build`{keep}"
            )


def write_parts(folder: Path, parts: Iterable[Part]) -> None:
    """Write what each file gave."""
    (folder / PARTS).write_bytes(msgspec.json.encode(list(parts)))
