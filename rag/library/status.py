"""What the index holds of each source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rag.indexing.generation import Generation
from rag.records import Document, Source, TextKind
from rag.sources.corpus import Corpus


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source and what the index holds of it."""

    source: Source
    text_kinds: tuple[TextKind, ...]
    """Kinds of text that are indexed: notes, full text, both or none."""
    chunks: int
    problem: str
    """Why a text of it is missing; empty when all is well."""


def source_statuses(corpus: Corpus, generation: Generation | None) -> list[SourceStatus]:
    """Say of every source, declared or dropped, what a generation holds of it."""
    held = generation.sources if generation else {}
    texts: dict[str, list[Document]] = {}
    for document in generation.documents.values() if generation else ():
        texts.setdefault(document.source_id, []).append(document)
    counts = Counter(chunk.doc_id for chunk in generation.chunks) if generation else Counter()
    parts = generation.parts if generation else []
    problems = {source_id: reason for part in parts for source_id, reason in part.failures}
    rows = []
    for source_id, source in {**corpus.sources, **held}.items():
        own = texts.get(source_id, [])
        count = sum(counts[document.doc_id] for document in own)
        none = "no text; add one with `rag add FILE --source ID`" if generation else "not indexed; run `rag build`"
        rows.append(
            SourceStatus(source, tuple(d.text_kind for d in own), count, problems.get(source_id, "" if own else none))
        )
    for source_id in problems.keys() - {row.source.id for row in rows}:
        rows.append(SourceStatus(Source.unnamed(source_id, source_id), (), 0, problems[source_id]))
    return rows
