"""Which chunks a search may find: sources, kinds, publishers and dates, applied before ranking."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from rag.errors import UnknownSourceError
from rag.indexing.generation import Generation
from rag.records import Chunk, Filters
from rag.text.dates import bounds, overlaps


def allowed_chunks(generation: Generation, filters: Filters) -> NDArray[np.int64]:
    """Give the numbers of the chunks that the filters leave, ascending."""
    chunks = generation.chunks
    if filters == Filters():
        return np.arange(len(chunks), dtype=np.int64)
    return np.array([row for row, chunk in enumerate(chunks) if matches(generation, chunk, filters)], np.int64)


def check(filters: Filters, generation: Generation, declared: Collection[str]) -> None:
    """Refuse filters that name what is not there.

    Args:
        declared: ids of sources that may be named besides those of the index.

    Raises:
        UnknownSourceError: no source has an id, or no publisher a part of a name.
        ConfigError: a date is malformed.
    """
    for source_id in filters.sources:
        if source_id not in declared and source_id not in generation.sources:
            raise UnknownSourceError(f"no source has the id {source_id!r}; `rag sources` lists the ids")
    for part in filters.publishers:
        if not any(published_by(generation, chunk, part) for chunk in generation.chunks):
            raise UnknownSourceError(f"no publisher has {part!r} in its name; `rag sources --json` lists them")
    for day in filter(None, (filters.since, filters.until)):
        bounds(day)


def in_words(filters: Filters, held: int, whole: int) -> str:
    """Say what was searched: ``Searched in 2 of 30 sources, not newer than 2019``.

    Where the limits leave no source: ``No source is left: not newer than 1950``.
    """
    limits = [f"kind {' or '.join(filters.kinds)}"] if filters.kinds else []
    limits += [f"publisher {' or '.join(filters.publishers)}"] if filters.publishers else []
    limits += [f"not older than {filters.since}"] if filters.since else []
    limits += [f"not newer than {filters.until}"] if filters.until else []
    if not held:
        return f"No source is left: {', '.join(limits) or 'those that were chosen have no text'}"
    return ", ".join([f"Searched in {held} of {whole} sources", *limits])


def matches(generation: Generation, chunk: Chunk, filters: Filters) -> bool:
    """Say whether a chunk satisfies every field of the filters."""
    source = generation.source_of(chunk)
    return (
        (not filters.sources or source.id in filters.sources)
        and (not filters.kinds or source.kind in filters.kinds)
        and (not filters.publishers or any(published_by(generation, chunk, part) for part in filters.publishers))
        and overlaps(chunk.attribution.when, filters.since, filters.until)
    )


def published_by(generation: Generation, chunk: Chunk, part: str) -> bool:
    """Say whether a part of a name stands in that of the source's publisher, the origin or the place of reading."""
    said = chunk.attribution
    names = (generation.source_of(chunk).publisher, said.origin, said.seen_at.publisher)
    return any(part.casefold() in name.casefold() for name in names)
