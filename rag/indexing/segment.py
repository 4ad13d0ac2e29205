"""A segment of the index: some documents with all that is stored of them, in one folder that never changes.

Documents and chunks are numbered from 0; the chunks of a document follow each other. Which documents
have been replaced or removed since is told from outside, so that a folder serves several generations.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, compress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.digests import file_digest
from rag.errors import IndexDamagedError
from rag.indexing.chunk_words import ChunkWords
from rag.indexing.chunking import above
from rag.indexing.dense import Vectors, codes_of, kept
from rag.indexing.encoder import FloatArray
from rag.indexing.indexes import VectorIndex
from rag.indexing.naming import Names
from rag.indexing.noted import questions_of, statements_of
from rag.indexing.postings import Postings, merged
from rag.indexing.rows import ByteRows, Records, Table, compact, encode, load_array
from rag.records import Chunk, Document, Source, Statement
from rag.text.words import STOP_WORDS, spelled, tokenise


@dataclass(frozen=True, slots=True)
class CutText:
    """A document with its source, cut into chunks."""

    source: Source
    document: Document
    chunks: tuple[Chunk, ...]

    @property
    def questions(self) -> list[str]:
        """The questions noted in its chunks, in order."""
        return list(questions_of(statements_of(chunk, self.document) for chunk in self.chunks))


@dataclass(frozen=True, slots=True)
class Facet:
    """What filters look at in a chunk; many chunks share one."""

    kind: str
    """Of the source."""
    names: str
    """Who published the source, who says it and where it was read, without case."""
    when: str

    @classmethod
    def of(cls, chunk: Chunk, source: Source) -> Facet:
        """Tell what filters look at in a chunk."""
        said = chunk.attribution
        names = "\n".join((source.publisher, said.origin, said.seen_at.publisher))
        return cls(source.kind, names.casefold(), said.when)


class Segment:
    """An opened segment. Nothing of it is read before it is asked for.

    Args:
        gone: numbers of the documents that no longer count.
        files: the digest of each file, by its name.
    """

    def __init__(
        self, folder: Path, gone: Collection[int] = (), files: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.name = folder.name
        self.gone = frozenset(gone)
        self.files = files
        self._folder = folder
        self._sound: set[int] = set()
        """Documents whose texts were found to be what they were."""
        self.sources: Records[Source] = Records(Table.load(folder / "sources.rows"), Source)
        self.documents: Records[Document] = Records(Table.load(folder / "documents.rows"), Document)
        """Without their texts."""
        self.facets: Records[Facet] = Records(Table.load(folder / "facets.rows"), Facet)
        self.ids = Table.load(folder / "ids.rows")
        self.names = Names.load(folder)
        """Of the sources, each numbered as its document."""
        self.by_id = load_array(folder / "by_id.npy")
        """Numbers of the documents in the order of their ids."""
        self.firsts = load_array(folder / "firsts.npy")
        """(documents + 1,): the first chunk of each."""
        self.cuts = load_array(folder / "cuts.npy")
        """(chunks, 2): where each stands in the bytes of its document's text."""
        self.facet_of = load_array(folder / "facet_of.npy")
        """(chunks,): the facet of each."""
        self.owners = load_array(folder / "owners.npy")
        """(questions,): the chunk in which each is noted."""
        self.live_documents = np.ones(len(self.ids), bool)
        self.live_documents[list(self.gone)] = False
        self.live_chunks = np.repeat(self.live_documents, np.diff(self.firsts))
        self.live_questions = self.live_chunks[self.owners]
        self._open(folder)

    def _open(self, folder: Path) -> None:
        """Open what grows with every chunk."""
        self.texts: ByteRows = Table.load(folder / "texts.rows")
        self.chunks: Records[Chunk] = Records(Table.load(folder / "chunks.rows"), Chunk)
        self.words_of_chunks: ByteRows = Table.load(folder / "chunk_words.rows")
        self.vectors: VectorIndex = Vectors.load(folder / "chunks.faiss")
        self.questions: VectorIndex = Vectors.load(folder / "questions.faiss")
        self.terms = Postings.load(folder / "terms")
        """What BM25 counts in each chunk."""
        self.words = Postings.load(folder / "words")
        """The words of each document as they are spelled."""

    def verify(self) -> None:
        """Digest every file anew.

        Raises:
            IndexDamagedError: names the first that is not what it was.
        """
        for name, digest in self.files.items():
            if file_digest(self._folder / name) != digest:
                raise IndexDamagedError(f"{self._folder / name} does not match its digest; run `rag build --force`")

    def without(self, documents: Collection[int]) -> Segment:
        """Give the segment with some more documents gone."""
        return Segment(self._folder, self.gone.union(documents), self.files)

    def find(self, doc_id: str) -> int | None:
        """Give the number of a document that counts; None where there is none of the id."""
        key = doc_id.encode("utf-8", "surrogatepass")
        at = bisect.bisect_left(self.by_id, key, key=self.ids.__getitem__)
        while at < len(self.by_id) and self.ids[self.by_id[at]] == key:
            if self.live_documents[self.by_id[at]]:
                return int(self.by_id[at])
            at += 1
        return None

    def owner(self, chunk: int) -> int:
        """Give the number of the document that a chunk is of."""
        return bisect.bisect_right(self.firsts, chunk) - 1

    def chunks_of(self, document: int) -> range:
        """Give the numbers of the chunks of a document."""
        return range(*self.firsts[document : document + 2].tolist())

    def document(self, number: int) -> Document:
        """Give a document with its text."""
        self._check(number)
        return replace(self.documents[number], text=self.texts[number].decode())

    def text_of(self, chunk: int) -> str:
        """Give the text of a chunk."""
        owner = self.owner(chunk)
        self._check(owner)
        return self.texts.slice(owner, *self.cuts[chunk].tolist()).decode()

    def _check(self, number: int) -> None:
        """Hold a document's text against its digest, once: a disk may change it where no file's stamp tells."""
        if number not in self._sound:
            if hashlib.sha256(self.texts[number]).hexdigest() != self.documents[number].sha256:
                told = f"{self._folder / 'texts.rows'} has a text of {self.ids[number].decode()!r}"
                raise IndexDamagedError(f"{told} that does not match its digest; run `rag build --force`")
            self._sound.add(number)

    def statements_of(self, chunk: int) -> tuple[Statement, ...]:
        """Give the statements that begin in a chunk; one of a full text has none."""
        return statements_of(self.chunks[chunk], self.documents[self.owner(chunk)])

    def vectors_of(self, document: int) -> tuple[FloatArray, FloatArray]:
        """Give the vectors of the chunks of a document and of the questions noted in them."""
        chunks = np.array(self.chunks_of(document), np.int64)
        first, last = np.searchsorted(self.owners, [self.firsts[document], self.firsts[document + 1]])
        return self.vectors[chunks], self.questions[np.arange(first, last)]


def write(folder: Path, texts: Sequence[CutText], vectors: FloatArray, questions: FloatArray) -> None:
    """Write documents to a new segment.

    Args:
        vectors: a unit row for each chunk.
        questions: a unit row for each noted question.
    """
    chunks = [chunk for text in texts for chunk in text.chunks]
    said = (text.document.text[chunk.start : chunk.end] for text in texts for chunk in text.chunks)
    words = [_words(chunk, text) for text in texts for chunk in text.chunks]
    facets: dict[bytes, int] = {}
    facet_of = [facets.setdefault(encode(Facet.of(c, t.source)), len(facets)) for t in texts for c in t.chunks]
    noted = [len(list(questions_of([statements_of(c, t.document)]))) for t in texts for c in t.chunks]
    rows: dict[str, Iterable[bytes]] = {
        "sources": (encode(text.source) for text in texts),
        "documents": (encode(replace(text.document, text="")) for text in texts),
        "chunks": map(encode, chunks),
        "chunk_words": (ChunkWords.of(text, *own).pack() for text, own in zip(said, words, strict=True)),
        "texts": (text.document.text.encode() for text in texts),
    }
    arrays: dict[str, NDArray[Any]] = {
        "firsts": np.array([0, *accumulate(len(text.chunks) for text in texts)], np.int64),
        "cuts": np.array([cut for text in texts for cut in _cuts(text)], np.uint32).reshape(-1, 2),
        "facet_of": compact(np.array(facet_of, np.int64)),
        "owners": np.repeat(np.arange(len(chunks)), np.array(noted, np.int64)),
    }
    _save(folder, rows, [text.document.doc_id.encode() for text in texts], facets, arrays)
    Names.of(text.source for text in texts).save(folder)
    Vectors.write(folder / "chunks.faiss", vectors.shape[1], [codes_of(vectors)])
    Vectors.write(folder / "questions.faiss", vectors.shape[1], [codes_of(questions)])
    Postings.from_terms(_counted(stretches) for stretches in words).save(folder / "terms")
    Postings.from_terms(spelled(text.document.text) for text in texts).save(folder / "words")


def merge(folder: Path, parts: Sequence[Segment]) -> None:
    """Write what still counts of several segments to a new one; nothing is read, cut or encoded anew."""
    merge_catalogue(folder, parts)
    Table.write(folder / "chunks.rows", _kept((part.chunks.table, part.live_chunks) for part in parts))
    Table.write(folder / "chunk_words.rows", _kept((part.words_of_chunks, part.live_chunks) for part in parts))
    Table.write(folder / "texts.rows", _kept((part.texts, part.live_documents) for part in parts))
    dim = parts[0].vectors.dim
    chunks = (kept(part.vectors, part.live_chunks) for part in parts)
    Vectors.write(folder / "chunks.faiss", dim, chain.from_iterable(chunks))
    questions = (kept(part.questions, part.live_questions) for part in parts)
    Vectors.write(folder / "questions.faiss", dim, chain.from_iterable(questions))
    merged([(part.terms, part.live_chunks) for part in parts]).save(folder / "terms")
    merged([(part.words, part.live_documents) for part in parts]).save(folder / "words")


def merge_catalogue(folder: Path, parts: Sequence[Segment]) -> None:
    """Write which documents still count, and which chunks they have; of the chunks themselves nothing."""
    rows: dict[str, Iterable[bytes]] = {
        "sources": _kept((part.sources.table, part.live_documents) for part in parts),
        "documents": _kept((part.documents.table, part.live_documents) for part in parts),
    }
    facets: dict[bytes, int] = {}
    renamed = [np.array([facets.setdefault(f, len(facets)) for f in p.facets.table], np.int64) for p in parts]
    lengths = np.concatenate([np.diff(part.firsts)[part.live_documents] for part in parts])
    offsets = [0, *accumulate(int(np.count_nonzero(part.live_chunks)) for part in parts)]
    numbers = [np.cumsum(part.live_chunks) - 1 + offset for part, offset in zip(parts, offsets, strict=False)]
    arrays: dict[str, NDArray[Any]] = {
        "firsts": np.concatenate([[0], np.cumsum(lengths)]),
        "cuts": np.concatenate([part.cuts[part.live_chunks] for part in parts]),
        "facet_of": compact(
            np.concatenate([own[p.facet_of][p.live_chunks] for own, p in zip(renamed, parts, strict=True)])
        ),
        "owners": np.concatenate([n[p.owners][p.live_questions] for n, p in zip(numbers, parts, strict=True)]),
    }
    _save(folder, rows, list(_kept((part.ids, part.live_documents) for part in parts)), facets, arrays)
    Names.of(chain.from_iterable(compress(p.sources, p.live_documents.tolist()) for p in parts)).save(folder)


def _save(
    folder: Path,
    rows: dict[str, Iterable[bytes]],
    ids: Sequence[bytes],
    facets: Iterable[bytes],
    arrays: dict[str, NDArray[Any]],
) -> None:
    folder.mkdir(parents=True)
    for name, own in {**rows, "ids": ids, "facets": facets}.items():
        Table.write(folder / f"{name}.rows", own)
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    for name, values in {**arrays, "by_id": by_id}.items():
        np.save(folder / f"{name}.npy", values)


def _kept(tables: Iterable[tuple[ByteRows, NDArray[np.bool_]]]) -> Iterable[bytes]:
    return chain.from_iterable(compress(table, live.tolist()) for table, live in tables)


def _cuts(text: CutText) -> Iterable[tuple[int, int]]:
    """Where each chunk begins and ends in the bytes of its document's text."""
    at = done = 0
    for chunk in text.chunks:
        start = done + len(text.document.text[at : chunk.start].encode())
        at, done = chunk.end, start + len(text.document.text[chunk.start : chunk.end].encode())
        yield start, done


def _words(chunk: Chunk, text: CutText) -> list[tuple[str, ...]]:
    """The terms of a chunk's title and of each of its sentences."""
    sentences = (tokenise(text.document.text[span.start : span.end]) for span in chunk.sentences)
    return [tokenise(above(chunk, text.source)), *sentences]


def _counted(stretches: Iterable[Sequence[str]]) -> list[str]:
    """What BM25 counts of a chunk."""
    return [term for stretch in stretches for term in stretch if term not in STOP_WORDS]
