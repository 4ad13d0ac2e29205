"""Which chunks a search may find: sources, kinds, publishers and dates, applied before ranking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from rag.errors import UnknownSourceError
from rag.indexing.generation import Generation
from rag.indexing.parts import Mask, Rows
from rag.indexing.segment import Facet, Segment
from rag.records import Filters, document_id
from rag.text.dates import bounds, overlaps


def allowed_chunks(generation: Generation, filters: Filters) -> Rows:
    """Give the rows of the chunks that the filters leave, ascending."""
    if filters == Filters():
        return generation.rows
    left = [first + np.flatnonzero(_left(segment, filters)) for first, segment in generation.parted()]
    return np.concatenate(left)


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
        if not any(part.casefold() in facet.names for _, segment in generation.parted() for facet in segment.facets):
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


def matches(facet: Facet, filters: Filters) -> bool:
    """Say whether a chunk of a facet satisfies kinds, publishers and dates."""
    return (
        (not filters.kinds or facet.kind in filters.kinds)
        and (not filters.publishers or any(part.casefold() in facet.names for part in filters.publishers))
        and overlaps(facet.when, filters.since, filters.until)
    )


def _left(segment: Segment, filters: Filters) -> Mask:
    left = segment.live_chunks
    if filters.sources:
        left = np.zeros(len(left), bool)
        for doc_id in (
            document_id(source_id, kind) for source_id in filters.sources for kind in ("notes", "full text")
        ):
            number = segment.find(doc_id)
            if number is not None:
                left[segment.chunks_of(number)] = True
    if replace(filters, sources=()) != Filters():
        left = left & np.array([matches(facet, filters) for facet in segment.facets], bool)[segment.facet_of]
    return left
