"""What the index holds of each source."""

from __future__ import annotations

from dataclasses import dataclass

from rag.indexing.generation import Generation, PartText
from rag.records import Source, TextKind, source_and_kind
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
    parts = generation.parts if generation else []
    texts: dict[str, list[PartText]] = {}
    for text in (text for part in parts for text in part.texts):
        texts.setdefault(source_and_kind(text.doc_id)[0], []).append(text)
    problems = {source_id: reason for part in parts for source_id, reason in part.failures}
    rows = []
    for source_id, source in {**corpus.sources, **held}.items():
        own = texts.get(source_id, [])
        kinds = tuple(source_and_kind(text.doc_id)[1] for text in own)
        none = "no text; add one with `rag add FILE --source ID`" if generation else "not indexed; run `rag build`"
        problem = problems.get(source_id, "" if own else none)
        rows.append(SourceStatus(source, kinds, sum(text.chunks for text in own), problem))
    for source_id in problems.keys() - {row.source.id for row in rows}:
        rows.append(SourceStatus(Source.unnamed(source_id, source_id), (), 0, problems[source_id]))
    return rows
