"""Which chunks a search may find: sources, kinds, publishers and dates, applied before ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rag.indexing.generation import Generation
from rag.records import Chunk, Filters
from rag.text.dates import overlaps


def allowed_chunks(generation: Generation, filters: Filters) -> NDArray[np.int64]:
    """Give the numbers of the chunks that the filters leave, ascending."""
    chunks = generation.chunks
    if filters == Filters():
        return np.arange(len(chunks), dtype=np.int64)
    return np.array([row for row, chunk in enumerate(chunks) if matches(generation, chunk, filters)], np.int64)


def matches(generation: Generation, chunk: Chunk, filters: Filters) -> bool:
    """Say whether a chunk satisfies every field of the filters."""
    source = generation.source_of(chunk)
    said = chunk.attribution
    names = f"{said.origin}\n{said.seen_at.publisher}".casefold()
    return (
        (not filters.sources or source.id in filters.sources)
        and (not filters.kinds or source.kind in filters.kinds)
        and (not filters.publishers or any(part.casefold() in names for part in filters.publishers))
        and overlaps(said.when, filters.since, filters.until)
    )
