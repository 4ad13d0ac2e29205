"""How an index grows: a build adds one segment, which takes in those before it that are small or much changed.

A segment takes in what has at most twice its chunks, so each chunk is written anew only about as often as
the index doubles, and there are never more than a few segments.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from rag.indexing.chunking import above
from rag.indexing.encoder import FloatArray
from rag.indexing.generation import Generation
from rag.indexing.noted import questions_of
from rag.indexing.sealing import seal
from rag.indexing.segment import Segment, merge
from rag.indexing.store import Store

NEIGHBOUR = 2
"""A segment takes in those that have at most so many times its chunks."""

MOST_GONE = 0.25
"""Share of a segment's documents that may be gone before it is written anew."""


def without(generation: Generation, gone: Collection[str]) -> tuple[list[Segment], dict[str, FloatArray]]:
    """Leave documents out of the segments of a generation.

    Returns:
        The segments as the next generation sees them, and the vector of each text of what was left out.
    """
    segments: list[Segment] = []
    known: dict[str, FloatArray] = {}
    for segment in generation.segments:
        dropped = {number for doc_id in gone if (number := segment.find(doc_id)) is not None}
        for number in dropped:
            known |= _vectors(segment, number)
        segments.append(segment.without(dropped) if dropped else segment)
    return segments, known


def vectors_of(generation: Generation) -> dict[str, FloatArray]:
    """Give the vector of each text of a generation."""
    known: dict[str, FloatArray] = {}
    for segment in generation.segments:
        for number in np.flatnonzero(segment.live_documents).tolist():
            known |= _vectors(segment, number)
    return known


def grow(store: Store, name: str, segments: Sequence[Segment]) -> list[dict[str, Any]]:
    """Put what a build wrote beside the segments there are, merged with those it takes in.

    Returns:
        What a manifest says of each segment.
    """
    written = store.fresh(name)
    fresh = [Segment(written)] if written.exists() else []
    taken = _taken(segments, sum(len(segment.chunks) for segment in fresh))
    held = [_told(segment, segment.files) for segment in segments if segment not in taken]
    merging = [segment for segment in [*taken, *fresh] if segment.live_documents.any()]
    folder = store.segment(name)
    for segment in taken:
        segment.verify()  # all of it is read now, and damage must not become part of a file with a digest of its own
    if taken and merging:
        merge(folder, merging)
        shutil.rmtree(written, ignore_errors=True)
    elif fresh:
        written.rename(folder)
    if folder.exists():
        held.append(_told(Segment(folder), seal(folder)))
    return held


def _taken(segments: Sequence[Segment], fresh: int) -> list[Segment]:
    """The segments that one of so many chunks takes in."""
    taken = [s for s in segments if np.count_nonzero(s.live_documents) < (1 - MOST_GONE) * len(s.live_documents)]
    size = fresh + sum(map(_size, taken))
    for segment in sorted(segments, key=_size):
        if segment not in taken:
            if _size(segment) > NEIGHBOUR * size:
                break
            taken.append(segment)
            size += _size(segment)
    return taken


def _size(segment: Segment) -> int:
    return int(np.count_nonzero(segment.live_chunks))


def _told(segment: Segment, files: Mapping[str, str]) -> dict[str, Any]:
    return {"name": segment.name, "gone": sorted(segment.gone), "files": files}


def _vectors(segment: Segment, number: int) -> dict[str, FloatArray]:
    """The vector of each text of a document: its chunks, and the questions noted in them."""
    own = segment.chunks_of(number)
    passages = [above(segment.chunks[row], segment.sources[number]) + segment.text_of(row) for row in own]
    questions = questions_of(map(segment.statements_of, own))
    return dict(zip([*passages, *questions], np.concatenate(segment.vectors_of(number)), strict=True))
