"""Bring the index in step with the corpus, embedding only what is new."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import Settings
from rag.errors import CorpusError, StoreError, listed
from rag.indexing.bm25 import LexicalIndex
from rag.indexing.chunking import cut
from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import PIPELINE, Generation, Part, contextual_text, write_rows
from rag.indexing.noted import questions_of, statements_of
from rag.indexing.report import BuildReport, Progress, ReportRow, Status, silent
from rag.indexing.store import Store
from rag.loading import release
from rag.loading.normalise import shown
from rag.records import Chunk, Document, Source
from rag.sources.corpus import Corpus
from rag.sources.identities import free
from rag.sources.materials import Material, Reading, read_material
from rag.text.words import tokenise

READERS = min(4, os.cpu_count() or 1)
"""Files that are read at once, each in a process of its own where its format needs one."""

EMBED_STEP = 64
"""Texts embedded between two reports of progress."""


@dataclass(frozen=True, slots=True)
class _Yield:
    """A part with the records that it names."""

    part: Part
    sources: tuple[Source, ...]
    documents: tuple[Document, ...]
    chunks: tuple[Chunk, ...]
    warnings: tuple[tuple[str, str], ...] = ()


def build(
    corpus: Corpus,
    settings: Settings,
    embedder: Embedder,
    *,
    progress: Progress = silent,
    force: bool = False,
) -> BuildReport:
    """Build a new generation from the corpus and make it the current one.

    A text that cannot be read keeps its previous version. With nothing changed
    nothing is written. Interrupting at any moment leaves the old index in place.

    Args:
        force: start from nothing, as if there were no index.

    Raises:
        CorpusError: the library holds no readable text.
        IndexLockedError, StoreError: the index folder cannot be written.
    """
    store = Store(settings.index)
    with store.writing():
        previous = None if force else _previous(settings, embedder)
        old = _yields(previous) if previous else {}
        new = _read(corpus, old, settings, embedder, progress)
        rows = (*_report(new, old), *_skipped(corpus))
        corpus.remember()
        if previous and new == old:
            return BuildReport(previous.pointer.generation, False, rows, 0)
        if not any(y.chunks for y in new.values()):
            reasons = listed([f"{row.file}: {row.reason}" for row in rows if row.reason])
            found = f" ({reasons})" if reasons else ""
            raise CorpusError(
                f"the library at {corpus.root} holds no readable text{found}; add one with `rag add FILE`"
            )
        generation = store.next_name()
        with store.generation(generation) as folder:
            embedded = _write(folder, new, previous, embedder, progress)
            store.publish(generation, _manifest(new, settings, embedder))
        store.prune(settings.generations_kept)
        return BuildReport(generation, True, rows, embedded)


def _previous(settings: Settings, embedder: Embedder) -> Generation | None:
    """Open what there is to build upon; an index that cannot serve as such is none."""
    try:
        return Generation.open(settings, embedder)
    except StoreError:
        return None


def _yields(generation: Generation) -> dict[str, _Yield]:
    """Put what each file gave together again."""
    by_document: dict[str, list[Chunk]] = {}
    for chunk in generation.chunks:
        by_document.setdefault(chunk.doc_id, []).append(chunk)
    return {
        part.file: _Yield(
            part,
            tuple(generation.sources[s] for s in part.sources),
            tuple(generation.documents[d] for d in part.documents),
            tuple(c for d in part.documents for c in by_document.get(d, ())),
        )
        for part in generation.parts
    }


def _read(
    corpus: Corpus, old: Mapping[str, _Yield], settings: Settings, embedder: Embedder, progress: Progress
) -> dict[str, _Yield]:
    """Read every file that changed, several at once; one that cannot be read keeps what it gave before."""
    materials = {corpus.file(m.path): m for m in corpus.materials()}
    digests = {file: _digest(material) for file, material in materials.items()}
    same = {file: old[file] for file in materials if file in old and old[file].part.digest == digests[file]}
    found: dict[str, _Yield] = {}
    taken: dict[str, set[str]] = {}
    for document in (document for one in same.values() for document in one.documents):
        taken.setdefault(document.text_kind, set()).add(document.source_id)
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
    try:
        reading = {file: pool.submit(list, read_material(m)) for file, m in materials.items() if file not in same}
        for number, file in enumerate(materials, start=1):
            if file in same:
                found[file] = same[file]
            else:
                readings = list(_apart(reading.pop(file).result(), taken))
                new = _cut_all(readings, file, digests[file], settings, embedder)
                found[file] = _keep_failed(new, old.get(file))
            progress("reading", number, len(materials))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        release()
    return found


def _apart(readings: Iterable[Reading], taken: dict[str, set[str]]) -> Iterator[Reading]:
    """Give each text an id of its own where one of another file has its id; those of each kind are in `taken`."""
    for reading in readings:
        if reading.document is None:
            yield reading
            continue
        held = taken.setdefault(reading.document.text_kind, set())
        source_id = free(reading.source.id, held)
        held.add(source_id)
        yield reading if source_id == reading.source.id else reading.under(source_id)


def _skipped(corpus: Corpus) -> Iterator[ReportRow]:
    """Tell what stands in documents/ and nobody means as a text."""
    for path, why in corpus.skipped().items():
        name = shown(path.name)
        yield ReportRow(name, "full text", corpus.file(path), "skipped", f"{name}: {why}", 0)


def _digest(material: Material) -> str:
    try:
        return material.digest()
    except OSError as error:
        return f"unreadable: {error}"


def _cut_all(readings: Iterable[Reading], file: str, digest: str, settings: Settings, embedder: Embedder) -> _Yield:
    """Cut what a file gave into chunks."""
    sources: list[Source] = []
    documents: list[Document] = []
    chunks: list[Chunk] = []
    failures: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    warnings: list[tuple[str, str]] = []
    for reading in readings:
        if reading.document is None:
            (skipped if reading.skipped else failures).append((reading.source.id, reading.reason))
            continue
        sources.append(reading.source)
        documents.append(reading.document)
        chunks.extend(cut(reading.document, reading.source, embedder, max_tokens=settings.chunk_tokens))
        warnings.extend((reading.source.id, warning) for warning in reading.warnings)
    ids, texts = tuple(s.id for s in sources), tuple(d.doc_id for d in documents)
    part = Part(file, digest, ids, texts, tuple(failures), tuple(skipped))
    return _Yield(part, tuple(sources), tuple(documents), tuple(chunks), tuple(warnings))


def _keep_failed(new: _Yield, before: _Yield | None) -> _Yield:
    """Give the texts that failed now what they held before."""
    failed = {source_id for source_id, _ in new.part.failures}
    if before is None or not failed:
        return new
    sources = new.sources + tuple(s for s in before.sources if s.id in failed)
    documents = new.documents + tuple(d for d in before.documents if d.source_id in failed)
    kept = {d.doc_id for d in before.documents if d.source_id in failed}
    part = replace(new.part, sources=tuple(s.id for s in sources), documents=tuple(d.doc_id for d in documents))
    return replace(
        new,
        part=part,
        sources=sources,
        documents=documents,
        chunks=new.chunks + tuple(c for c in before.chunks if c.doc_id in kept),
    )


def _report(new: Mapping[str, _Yield], old: Mapping[str, _Yield]) -> tuple[ReportRow, ...]:
    rows: list[ReportRow] = []
    had = {document for before in old.values() for document in before.part.documents}
    for file, found in new.items():
        before = old.get(file)
        failed = dict(found.part.failures)
        odd: dict[str, list[str]] = {}
        for source_id, warning in found.warnings:
            odd.setdefault(source_id, []).append(warning)
        for document in found.documents:
            if document.source_id in failed:
                continue
            status: Status = "unchanged" if before is found else "changed" if document.doc_id in had else "added"
            count = sum(c.doc_id == document.doc_id for c in found.chunks)
            reason = "; ".join(odd.get(document.source_id, ()))
            rows.append(ReportRow(document.source_id, document.text_kind, file, status, reason, count))
        kind = "notes" if file.startswith("notes/") else "full text"
        for source_id, reason in failed.items():
            count = sum(c.doc_id.startswith(f"{source_id}/") for c in found.chunks)
            kept = " (the previous version stays)" if count else ""
            rows.append(ReportRow(source_id, kind, file, "failed", reason + kept, count))
        rows.extend(ReportRow(source_id, kind, file, "skipped", why, 0) for source_id, why in found.part.skipped)
    left = {document for found in new.values() for document in found.part.documents}
    for file, before in old.items():
        gone = (document for document in before.documents if document.doc_id not in left)
        rows.extend(ReportRow(d.source_id, d.text_kind, file, "removed", "", 0) for d in gone)
    return tuple(rows)


def _write(
    folder: Path,
    found: Mapping[str, _Yield],
    previous: Generation | None,
    embedder: Embedder,
    progress: Progress,
) -> int:
    """Write every file of a generation; gives how many texts were embedded."""
    sources = {s.id: s for y in found.values() for s in y.sources}
    documents = {d.doc_id: d for y in found.values() for d in y.documents}
    chunks = [c for y in found.values() for c in y.chunks]
    texts = [contextual_text(c, documents[c.doc_id], sources[documents[c.doc_id].source_id]) for c in chunks]
    questions = list(questions_of(statements_of(c, documents[c.doc_id]) for c in chunks))
    vectors, fresh = _embed([*texts, *questions], _known(previous) if previous else {}, embedder, progress)
    write_rows(folder / "sources.json", sources.values())
    write_rows(folder / "documents.json", documents.values())
    write_rows(folder / "chunks.json", chunks)
    write_rows(folder / "parts.json", (y.part for y in found.values()))
    dense = np.stack(vectors)
    DenseIndex.from_vectors(dense[: len(texts)]).save(folder / "chunks.faiss")
    DenseIndex.from_vectors(dense[len(texts) :]).save(folder / "questions.faiss")
    LexicalIndex.from_terms(map(tokenise, texts)).save(folder / "bm25")
    return fresh


def _known(generation: Generation) -> dict[str, FloatArray]:
    """The vector that a generation holds of each text."""
    texts = [*map(generation.contextual_text, generation.chunks), *questions_of(generation.statements)]
    return dict(zip(texts, [*generation.dense.vectors, *generation.noted.vectors.vectors], strict=True))


def _embed(
    texts: Sequence[str], known: Mapping[str, FloatArray], embedder: Embedder, progress: Progress
) -> tuple[list[FloatArray], int]:
    """Embed texts, taking what is known of them where it is; gives a vector each and how many were new."""
    fresh = sorted({text for text in texts if text not in known}, key=lambda text: (len(text), text))
    table = dict(known)
    for start in range(0, len(fresh), EMBED_STEP):
        step = fresh[start : start + EMBED_STEP]
        table.update(zip(step, embedder.encode(step), strict=True))
        progress("embedding", min(start + EMBED_STEP, len(fresh)), len(fresh))
    return [table[text] for text in texts], len(fresh)


def _manifest(found: Mapping[str, _Yield], settings: Settings, embedder: Embedder) -> dict[str, Any]:
    chunks = [c for y in found.values() for c in y.chunks]
    return {
        "pipeline": PIPELINE,
        "embedding_model": settings.embedding_model,
        "embedding_digest": embedder.digest,
        "dimension": embedder.dim,
        "chunk_tokens": settings.chunk_tokens,
        "fingerprint": settings.fingerprint(),
        "versions": {name: version(name) for name in ("faiss-cpu", "sentence-transformers", "numpy")},
        "documents": sum(len(y.documents) for y in found.values()),
        "chunks": len(chunks),
        "sentences": sum(len(c.sentences) for c in chunks),
        "failures": sum(len(y.part.failures) for y in found.values()),
    }
