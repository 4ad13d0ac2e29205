"""Bring the index in step with the corpus, embedding only what is new."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import Settings
from rag.digests import Digests
from rag.errors import CorpusError, StoreError, listed
from rag.indexing import segment
from rag.indexing.chunking import contextual_text, cut
from rag.indexing.encoded import Encoded
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import PIPELINE, Generation, Part, PartText, write_parts
from rag.indexing.growth import grow, without
from rag.indexing.report import BuildReport, Progress, ReportRow, Status, silent
from rag.indexing.segment import CutText
from rag.indexing.store import Store
from rag.loading import release
from rag.loading.normalise import shown
from rag.records import source_and_kind
from rag.sources.corpus import Corpus
from rag.sources.identities import free
from rag.sources.materials import Reading, read_material

READERS = min(4, os.cpu_count() or 1)
"""Files that are read at once, each in a process of its own where its format needs one."""

EMBED_STEP = 64
"""Texts embedded between two reports of progress."""


@dataclass(frozen=True, slots=True)
class _Yield:
    """A part, and the documents of it that were read anew."""

    part: Part
    texts: tuple[CutText, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


def build(
    corpus: Corpus,
    settings: Settings,
    embedder: Embedder,
    *,
    progress: Progress = silent,
    force: bool = False,
    known: Callable[[], Mapping[str, FloatArray]] = dict,
) -> BuildReport:
    """Build a new generation from the corpus and make it the current one.

    A text that cannot be read keeps its previous version. With nothing changed
    nothing is written. Interrupting at any moment leaves the old index in place.

    Args:
        force: start from nothing, as if there were no index.
        known: gives vectors of texts that are not encoded anew; asked where there is no index to build upon.

    Raises:
        CorpusError: the library holds no readable text.
        IndexLockedError, StoreError: the index folder cannot be written.
    """
    store = Store(settings.index)
    with store.writing():
        previous = None if force else _previous(settings, embedder)
        old = {part.file: _Yield(part) for part in previous.parts} if previous else {}
        with store.digests(thorough=force) as digests:
            new = _read(corpus, old, settings, embedder, digests, progress)
            corpus.remember(digests)
        rows = (*_report(new, old), *_skipped(corpus))
        if previous and new == old:
            return BuildReport(previous.pointer.generation, False, rows, 0)
        if not any(text.chunks for found in new.values() for text in found.part.texts):
            reasons = listed([f"{row.file}: {row.reason}" for row in rows if row.reason])
            found = f" ({reasons})" if reasons else ""
            raise CorpusError(
                f"the library at {corpus.root} holds no readable text{found}; add one with `rag add FILE`"
            )
        generation = store.next_name()
        with store.generation(generation) as folder:
            write_parts(folder, (found.part for found in new.values()))
            segments, vectors = without(previous, _gone(new, old)) if previous else ([], {} if force else known())
            texts = [text for found in new.values() for text in found.texts]
            with Encoded(store.encoded, embedder) as encoded:
                embedded = _write(store.fresh(generation), texts, vectors, embedder, encoded, progress) if texts else 0
                held = grow(store, generation, segments)
                store.publish(generation, _manifest(new, settings, embedder) | {"segments": held})
                encoded.forget()
        store.prune(settings.generations_kept)
        return BuildReport(generation, True, rows, embedded)


def _previous(settings: Settings, embedder: Embedder) -> Generation | None:
    """Open what there is to build upon; an index that cannot serve as such is none."""
    try:
        return Generation.open(settings, embedder)
    except StoreError:
        return None


def _read(
    corpus: Corpus,
    old: Mapping[str, _Yield],
    settings: Settings,
    embedder: Embedder,
    digests: Digests,
    progress: Progress,
) -> dict[str, _Yield]:
    """Read every file that changed, several at once; one that cannot be read keeps what it gave before."""
    materials = {corpus.file(m.path): m for m in corpus.materials()}
    fingerprints = {file: material.digest(digests) for file, material in materials.items()}
    same = {file: old[file] for file in materials if file in old and old[file].part.digest == fingerprints[file]}
    found: dict[str, _Yield] = {}
    taken: dict[str, set[str]] = {}
    for text in (text for one in same.values() for text in one.part.texts):
        source_id, kind = source_and_kind(text.doc_id)
        taken.setdefault(kind, set()).add(source_id)
    pool = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
    try:
        reading = {file: pool.submit(list, read_material(m)) for file, m in materials.items() if file not in same}
        for number, file in enumerate(materials, start=1):
            if file in same:
                found[file] = same[file]
            else:
                readings = list(_apart(reading.pop(file).result(), taken))
                new = _cut_all(readings, file, fingerprints[file], settings, embedder)
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


def _cut_all(readings: Iterable[Reading], file: str, digest: str, settings: Settings, embedder: Embedder) -> _Yield:
    """Cut what a file gave into chunks."""
    texts: list[CutText] = []
    failures: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    warnings: list[tuple[str, str]] = []
    for reading in readings:
        if reading.document is None:
            (skipped if reading.skipped else failures).append((reading.source.id, reading.reason))
            continue
        chunks = cut(reading.document, reading.source, embedder, max_tokens=settings.chunk_tokens)
        texts.append(CutText(reading.source, reading.document, tuple(chunks)))
        warnings.extend((reading.source.id, warning) for warning in reading.warnings)
    counts = (PartText(t.document.doc_id, len(t.chunks), sum(len(c.sentences) for c in t.chunks)) for t in texts)
    part = Part(file, digest, tuple(counts), tuple(failures), tuple(skipped))
    return _Yield(part, tuple(texts), tuple(warnings))


def _keep_failed(new: _Yield, before: _Yield | None) -> _Yield:
    """Let the texts that failed now keep what they held before."""
    failed = {source_id for source_id, _ in new.part.failures}
    if before is None or not failed:
        return new
    kept = tuple(text for text in before.part.texts if source_and_kind(text.doc_id)[0] in failed)
    return replace(new, part=replace(new.part, texts=(*new.part.texts, *kept)))


def _report(new: Mapping[str, _Yield], old: Mapping[str, _Yield]) -> tuple[ReportRow, ...]:
    rows: list[ReportRow] = []
    had = {text.doc_id for before in old.values() for text in before.part.texts}
    for file, found in new.items():
        before = old.get(file)
        failed = dict(found.part.failures)
        odd: dict[str, list[str]] = {}
        for source_id, warning in found.warnings:
            odd.setdefault(source_id, []).append(warning)
        kept: Counter[str] = Counter()
        for text in found.part.texts:
            source_id, kind = source_and_kind(text.doc_id)
            if source_id in failed:
                kept[source_id] += text.chunks
                continue
            status: Status = "unchanged" if before is found else "changed" if text.doc_id in had else "added"
            reason = "; ".join(odd.get(source_id, ()))
            rows.append(ReportRow(source_id, kind, file, status, reason, text.chunks))
        kind = "notes" if file.startswith("notes/") else "full text"
        for source_id, reason in failed.items():
            stays = " (the previous version stays)" if kept[source_id] else ""
            rows.append(ReportRow(source_id, kind, file, "failed", reason + stays, kept[source_id]))
        rows.extend(ReportRow(source_id, kind, file, "skipped", why, 0) for source_id, why in found.part.skipped)
    left = {text.doc_id for found in new.values() for text in found.part.texts}
    for file, before in old.items():
        gone = (source_and_kind(text.doc_id) for text in before.part.texts if text.doc_id not in left)
        rows.extend(ReportRow(source_id, kind, file, "removed", "", 0) for source_id, kind in gone)
    return tuple(rows)


def _gone(new: Mapping[str, _Yield], old: Mapping[str, _Yield]) -> set[str]:
    """The documents of an earlier build that were replaced or are no longer there."""
    gone: set[str] = set()
    for file, before in old.items():
        found = new.get(file)
        if found is before:
            continue
        read = {text.document.doc_id for text in found.texts} if found else set()
        kept = {text.doc_id for text in found.part.texts} - read if found else set()
        gone |= {text.doc_id for text in before.part.texts} - kept
    return gone


def _write(
    folder: Path,
    texts: Sequence[CutText],
    known: Mapping[str, FloatArray],
    embedder: Embedder,
    encoded: Encoded,
    progress: Progress,
) -> int:
    """Write documents to a segment; gives how many texts were embedded."""
    passages = [contextual_text(chunk, text.document, text.source) for text in texts for chunk in text.chunks]
    questions = [question for text in texts for question in text.questions]
    vectors, fresh = _embed([*passages, *questions], known, embedder, encoded, progress)
    rows = np.array(vectors, np.float32).reshape(-1, embedder.dim)
    segment.write(folder, texts, rows[: len(passages)], rows[len(passages) :])
    return fresh


def _embed(
    texts: Sequence[str], known: Mapping[str, FloatArray], embedder: Embedder, encoded: Encoded, progress: Progress
) -> tuple[list[FloatArray], int]:
    """Embed texts, each once and those that are known not at all; gives a vector each and how many were new."""
    table = dict(known)
    for text in texts:
        kept = encoded.get(text) if text not in table else None
        if kept is not None:
            table[text] = kept
    fresh = sorted({text for text in texts if text not in table}, key=lambda text: (len(text), text))
    for start in range(0, len(fresh), EMBED_STEP):
        step = fresh[start : start + EMBED_STEP]
        vectors = embedder.encode(step)
        encoded.add(step, vectors)
        table.update(zip(step, vectors, strict=True))
        progress("embedding", min(start + EMBED_STEP, len(fresh)), len(fresh))
    return [table[text] for text in texts], len(fresh)


def _manifest(found: Mapping[str, _Yield], settings: Settings, embedder: Embedder) -> dict[str, Any]:
    texts = [text for y in found.values() for text in y.part.texts]
    return {
        "pipeline": PIPELINE,
        "embedding_model": settings.embedding_model,
        "embedding_digest": embedder.digest,
        "encoder": embedder.runtime,
        "dimension": embedder.dim,
        "chunk_tokens": settings.chunk_tokens,
        "fingerprint": settings.fingerprint(),
        "versions": {name: version(name) for name in ("faiss-cpu", "sentence-transformers", "numpy")},
        "documents": len(texts),
        "chunks": sum(text.chunks for text in texts),
        "sentences": sum(text.sentences for text in texts),
        "failures": sum(len(y.part.failures) for y in found.values()),
    }
