"""A generation read from an engine: small files at hand, everything else asked for where it is needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rag.config import Settings
from rag.digests import file_digest
from rag.errors import IndexDamagedError, StoreError
from rag.indexing.bm25 import TERMS_KEPT, idf
from rag.indexing.dense import BLOCK as VECTOR_BLOCK
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.engine.client import GENERATION, Engine, files_of
from rag.indexing.engine.rows import BLOCK, FIELDS, Entities, expression, unpacked
from rag.indexing.generation import Generation, compare
from rag.indexing.parts import Mask, Rows, best
from rag.indexing.postings import Postings
from rag.indexing.rows import Records, load_array
from rag.indexing.segment import Segment
from rag.indexing.store import MANIFEST, File, Pointer
from rag.kept import FILLING, keep
from rag.records import Chunk

FORMAT = 1
"""Version of what is published; a reader refuses another."""

CACHE = "engine"
"""Folder in the index folder for small files of the engine; may be deleted while nothing is served."""


class _Published(msgspec.Struct):
    """What of a manifest is read here."""

    format: int
    files: dict[File, str]
    dimension: int
    rows: dict[Literal["chunks", "questions", "texts"], int]
    blocks: dict[Literal["chunks", "questions", "texts"], list[str]]


class EngineVectors:
    """Vectors of a collection; satisfies `rag.indexing.indexes.VectorIndex`.

    Args:
        documents: the document of each row.
        facets: the facet of each row.
    """

    def __init__(self, entities: Entities, dim: int, documents: NDArray[Any], facets: NDArray[Any]) -> None:
        self.dim = dim
        self._entities = entities
        self._documents = documents
        self._facets = facets

    def __len__(self) -> int:
        return len(self._entities)

    def __getitem__(self, rows: Rows) -> FloatArray:
        found = [entity["vector"] for entity in self._entities.many(rows.tolist())]
        return np.array(found, np.float32).reshape(-1, self.dim)

    def blocks(self) -> Iterator[FloatArray]:
        for first in range(0, len(self), VECTOR_BLOCK):
            yield self[np.arange(first, min(first + VECTOR_BLOCK, len(self)))]

    def search(self, query: FloatArray, k: int, live: Mask | None) -> tuple[Rows, FloatArray]:
        k = min(k, len(self) if live is None else int(np.count_nonzero(live)))
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return self._entities.search("vector", query, k, expression(live, self._documents, self._facets))

    def cosines(self, query: FloatArray, rows: Rows) -> FloatArray:
        return np.asarray(self[rows] @ query, np.float32)


class EngineBm25:
    """BM25 by the weights that stand with the chunks; satisfies `rag.indexing.indexes.LexicalIndex`.

    Args:
        terms: the terms and in how many chunks each stands.
    """

    def __init__(self, entities: Entities, terms: Postings, documents: NDArray[Any], facets: NDArray[Any]) -> None:
        self.size = len(entities)
        self.frequency = lru_cache(TERMS_KEPT)(self._frequency)
        self._entities = entities
        self._terms = terms
        self._documents = documents
        self._facets = facets

    def idf(self, term: str) -> float:
        return idf(self.size, self.frequency(term))

    def scores(self, terms: Mapping[str, float], rows: Rows) -> FloatArray:
        weights = [(number, np.float32(weight)) for number, weight in self._numbered(terms).items()]
        scores = np.zeros(len(rows), np.float32)
        for place, entity in enumerate(self._entities.many(rows.tolist())):
            for number, weight in weights:
                scores[place] += weight * np.float32(entity["terms"].get(number, 0.0))
        most = sum(weight * self.idf(term) for term, weight in terms.items())
        return scores / np.float32(most or 1.0)

    def search(self, terms: Mapping[str, float], k: int, *, allowed: Rows | None = None) -> tuple[Rows, FloatArray]:
        known = self._numbered(terms)
        live = None if allowed is None else np.zeros(self.size, bool)
        if live is not None:
            live[allowed] = True
        if not known or (live is not None and not live.any()):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows, _ = self._entities.search("terms", known, k, expression(live, self._documents, self._facets))
        return best([(rows, self.scores(terms, rows))], k)

    def _numbered(self, terms: Mapping[str, float]) -> dict[int, float]:
        """The weights of the terms that stand here, by their numbers."""
        numbers = {term: self._terms.terms.find(term.encode("utf-8", "surrogatepass")) for term in terms}
        return {number: terms[term] for term, number in numbers.items() if number is not None}

    def _frequency(self, term: str) -> int:
        span = self._terms.of(term)
        return 0 if span is None else span.stop - span.start


class Column:
    """One field of the rows of a collection, as bytes; satisfies `rag.indexing.rows.ByteRows`."""

    def __init__(self, entities: Entities, field: str) -> None:
        self._entities = entities
        self._field = field

    def __len__(self) -> int:
        return len(self._entities)

    def __getitem__(self, row: int) -> bytes:
        return unpacked(self._entities[row][self._field])

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def slice(self, row: int, start: int, end: int) -> bytes:
        return self[row][start:end]


class PiecedTexts(Column):
    """The texts of the documents.

    Args:
        starts: the first piece of each, and one past the last.
    """

    def __init__(self, entities: Entities, starts: NDArray[np.int64]) -> None:
        super().__init__(entities, "piece")
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, row: int) -> bytes:
        held = self._entities.many(range(*self._starts[row : row + 2].tolist()))
        return "".join(entity["piece"] for entity in held).encode()


class EngineSegment(Segment):
    """All that a generation holds, as one segment whose chunks stand in an engine."""

    def __init__(self, folder: Path, held: Mapping[str, Entities], dim: int) -> None:
        self._held = held
        self._dim = dim
        super().__init__(folder)

    def _open(self, folder: Path) -> None:
        chunks = self._held["chunks"]
        self.document_of = np.repeat(np.arange(len(self.ids), dtype=np.int32), np.diff(self.firsts))
        """(chunks,): the document of each."""
        self.texts = PiecedTexts(self._held["texts"], load_array(folder / "pieces.npy"))
        self.chunks = Records(Column(chunks, "chunk"), Chunk)
        self.words_of_chunks = Column(chunks, "words")
        self.vectors = EngineVectors(chunks, self._dim, self.document_of, self.facet_of)
        noted_in = self.document_of[self.owners], self.facet_of[self.owners]
        self.questions = EngineVectors(self._held["questions"], self._dim, *noted_in)
        self.terms = Postings.load(folder / "terms")
        self.words = Postings.load(folder / "words")

    def _check(self, number: int) -> None:
        """Rows of an engine are checked where it is opened, by `rag.indexing.engine.rows`."""

    def text_of(self, chunk: int) -> str:
        return self._held["chunks"][chunk]["text"] or super().text_of(chunk)


def open_current(engine: Engine, settings: Settings, embedder: Embedder | None, *, thorough: bool) -> Generation:
    """Open the engine's current generation after checking its files whole and its rows on a sample.

    Args:
        embedder: the model that queries will use; None skips the comparison.
        thorough: check every row.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, EngineError: see `rag.errors`.
    """
    pointer = engine.current()
    folder, manifest = fetch(engine, settings.index, pointer)
    compare(manifest, settings, embedder)
    held = collections(engine, pointer, manifest)
    for entities in held.values():
        entities.verify(thorough=thorough)
    segment = EngineSegment(folder, held, manifest["dimension"])
    lexical = EngineBm25(held["chunks"], segment.terms, segment.document_of, segment.facet_of)
    return Generation(folder, [segment], pointer, manifest, lexical)


def collections(engine: Engine, pointer: Pointer, manifest: Mapping[str, Any]) -> dict[str, Entities]:
    """Give the rows of a generation's collections."""
    found = {}
    for kind, size in manifest["rows"].items():
        name = GENERATION.format(number=pointer.generation, kind=kind)
        found[kind] = Entities(engine, name, FIELDS[kind], size, manifest["blocks"][kind])
    return found


def fetch(engine: Engine, index: Path, pointer: Pointer) -> tuple[Path, dict[str, Any]]:
    """Bring the small files of a generation into the index folder, unless they are there; gives the manifest too.

    Raises:
        IndexDamagedError: they are not what was published.
    """
    cache = index / CACHE
    folder = cache / f"{pointer.generation}-{pointer.digest[:16]}"
    try:
        if not folder.exists():
            keep(folder, partial(_download, engine, pointer))
        manifest = _checked(engine, folder, pointer)
    except OSError as error:
        raise StoreError(f"{cache} cannot hold the small files of the index: {error.strerror or error}") from error
    kept = {f"{held.generation}-{held.digest[:16]}" for held in engine.generations()}
    for path in cache.iterdir():
        if path.name not in kept and path.suffix != FILLING:
            shutil.rmtree(path, ignore_errors=True)
    return folder, manifest


def _download(engine: Engine, pointer: Pointer, folder: Path) -> None:
    """Write the small files of a generation into a folder, and check them."""
    for name, data in _files(engine, files_of(pointer)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    _checked(engine, folder, pointer)


def _checked(engine: Engine, folder: Path, pointer: Pointer) -> dict[str, Any]:
    """Check the small files by their digests."""
    path = folder / MANIFEST
    wanted: dict[str, str] = {MANIFEST: pointer.digest}
    if path.exists() and file_digest(path) == pointer.digest:
        try:
            manifest: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict)
            told = manifest.get("format")
            if told == FORMAT:
                msgspec.convert(manifest, _Published)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IndexDamagedError(
                f"the index at {engine.name} is not what a build publishes ({error}); run `rag build`"
            ) from error
        if told != FORMAT:
            raise IndexDamagedError(
                f"the index at {engine.name} has format {told!r}, this version reads {FORMAT}; run `rag build`"
            )
        wanted |= manifest["files"]
    for name, digest in wanted.items():
        if not (folder / name).exists() or file_digest(folder / name) != digest:
            shutil.rmtree(folder, ignore_errors=True)
            raise IndexDamagedError(f"{name} of the engine at {engine.name} does not match its digest; run `rag build`")
    return manifest


def _files(engine: Engine, collection: str) -> dict[str, bytes]:
    engine.call("load_collection", collection_name=collection)
    found: dict[str, list[str]] = {}
    first = 0
    while True:
        wanted = f"row in {list(range(first, first + BLOCK))}"
        held = engine.call("query", collection_name=collection, filter=wanted, output_fields=["row", "name", "piece"])
        for row in sorted(held, key=lambda row: row["row"]):
            found.setdefault(row["name"], []).append(row["piece"])
        if len(held) < BLOCK:
            return {_named(engine, name): unpacked("".join(parts)) for name, parts in found.items()}
        first += BLOCK


def _named(engine: Engine, name: Any) -> str:
    """Give the name of a small file; one that leads out of the folder is none that a build publishes."""
    try:
        return msgspec.convert(name, File)
    except msgspec.ValidationError:
        raise IndexDamagedError(f"the engine at {engine.name} names a file {name!r}; run `rag build`") from None
