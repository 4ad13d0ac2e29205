"""Look for anything wrong with an index and its library, and name the command that mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rag.config import Settings
from rag.errors import StoreError
from rag.indexing.encoder import Embedder
from rag.indexing.generation import Generation
from rag.indexing.opening import open_generation
from rag.indexing.store import Store
from rag.sources.corpus import Corpus
from rag.sources.files import QUARANTINE

Severity = Literal["error", "warning"]

UNIT_TOLERANCE = 1e-3
"""How far the length of a vector may be from 1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    severity: Severity
    """``error``: answers may be wrong or missing. ``warning``: worth a look."""
    text: str
    command: str
    """What mends it."""


def examine(corpus: Corpus, settings: Settings, embedder: Embedder) -> list[Finding]:
    """Check manifest, digests, model, counts, vectors, duplicates and what the library holds beside the index."""
    try:
        return _examined(corpus, settings, open_generation(settings, embedder, thorough=True))
    except StoreError as error:
        return [Finding("error", str(error), "rag build")]


def _examined(corpus: Corpus, settings: Settings, generation: Generation) -> list[Finding]:
    return [
        *_counts(generation),
        *_vectors(generation),
        *_texts(generation),
        *_library(corpus, generation),
        *_earlier(settings, generation),
        *_changed(corpus, settings, generation),
    ]


def _counts(generation: Generation) -> Iterator[Finding]:
    for segment in generation.segments:
        chunks, documents = len(segment.chunks), len(segment.documents)
        pairs = (
            ("chunk vectors", len(segment.vectors), chunks),
            ("question vectors", len(segment.questions), len(segment.owners)),
            ("BM25 texts", len(segment.terms.lengths), chunks),
            ("spelled texts", len(segment.words.lengths), documents),
            ("stored texts", len(segment.texts), documents),
        )
        for name, found, expected in pairs:
            if found != expected:
                yield Finding("error", f"the index holds {found} {name}, expected {expected}", "rag build --force")
    empty = [text.doc_id for part in generation.parts for text in part.texts if not text.chunks]
    if empty:
        yield Finding("warning", f"documents without a chunk: {', '.join(sorted(empty)[:3])}", "rag build --force")
    held = {text.doc_id for part in generation.parts for text in part.texts}
    lost = sorted(held.symmetric_difference(generation.documents))
    if lost:
        yield Finding("error", f"stored texts and files do not agree on {', '.join(lost[:3])}", "rag build --force")
    for doc_id, document in generation.documents.items():
        for row in generation.rows_of(doc_id):
            chunk = generation.chunks[row]
            if generation.text_at(row) != document.text[chunk.start : chunk.end]:
                yield Finding("error", f"chunk {chunk.chunk_id} is not what stands there", "rag build --force")


def _vectors(generation: Generation) -> Iterator[Finding]:
    for segment in generation.segments:
        for name, vectors in (("chunk", segment.vectors), ("question", segment.questions)):
            lengths = [np.linalg.norm(block, axis=1) for block in vectors.blocks()]
            wrong = sum(int((np.abs(length - 1) > UNIT_TOLERANCE).sum()) for length in lengths)
            if wrong:
                yield Finding("error", f"{wrong} {name} vectors are not of unit length", "rag build --force")


def _texts(generation: Generation) -> Iterator[Finding]:
    digests = Counter(d.sha256 for d in generation.documents.values())
    for digest, count in digests.items():
        if count > 1:
            same = sorted(d.doc_id for d in generation.documents.values() if d.sha256 == digest)
            yield Finding("warning", f"the same text stands {count} times: {', '.join(same[:3])}", "rag remove ID")


def _library(corpus: Corpus, generation: Generation) -> Iterator[Finding]:
    indexed = {part.file: part for part in generation.parts}
    present = {corpus.file(m.path): m for m in corpus.materials()}
    for file in sorted(present.keys() - indexed.keys()):
        yield Finding("warning", f"{file} is not indexed", "rag build")
    for file in sorted(indexed.keys() - present.keys()):
        yield Finding("warning", f"{file} is indexed but gone from the library", "rag build")
    for part in generation.parts:
        for source_id, reason in part.failures:
            yield Finding(
                "warning",
                f"{source_id} ({part.file}) could not be read: {reason}",
                f"rag add FILE --source {source_id}",
            )
    replaced = {m.folder or m.source.id for m in present.values() if m.text_kind == "full text"}
    quarantine = corpus.documents / QUARANTINE
    for note in sorted(quarantine.glob("*.reason.txt")) if quarantine.is_dir() else ():
        why = note.read_text(encoding="utf-8").splitlines()[-1:]
        name = note.name.removesuffix(".reason.txt")
        if name.split(".")[0] in replaced:
            continue
        yield Finding(
            "warning", f"{name} is in quarantine: {''.join(why)}", f"rag add FILE --source {name.split('.')[0]}"
        )


def _earlier(settings: Settings, generation: Generation) -> Iterator[Finding]:
    """Earlier generations that are kept to go back to, and cannot be."""
    store = Store(settings.index)
    for pointer in store.generations():
        if pointer != generation.pointer:
            try:
                store.verify(pointer, thorough=True)
            except StoreError as error:
                told = str(error).partition(";")[0]
                yield Finding("warning", f"generation {pointer.generation}: {told}", "rag build --force")


def _changed(corpus: Corpus, settings: Settings, generation: Generation) -> Iterator[Finding]:
    """Files that are not as they were indexed, whatever their size and time say."""
    indexed = {part.file: part.digest for part in generation.parts}
    with Store(settings.index).digests(thorough=True) as digests:
        for material in corpus.materials():
            file = material.path.relative_to(corpus.root).as_posix()
            if file in indexed and indexed[file] != material.digest(digests):
                yield Finding("warning", f"{file} has changed since it was indexed", "rag build")
