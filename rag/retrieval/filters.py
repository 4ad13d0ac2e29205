"""Which chunks a search may find: sources, kinds, publishers and dates, applied before ranking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rag.indexing.generation import Generation
from rag.indexing.parts import Mask, Rows
from rag.indexing.segment import Facet, Segment
from rag.records import Filters, document_id
from rag.text.dates import overlaps


def allowed_chunks(generation: Generation, filters: Filters) -> Rows:
    """Give the rows of the chunks that the filters leave, ascending."""
    if filters == Filters():
        return generation.rows
    left = [first + np.flatnonzero(_left(segment, filters)) for first, segment in generation.parted()]
    return np.concatenate(left)


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
