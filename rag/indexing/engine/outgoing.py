"""A generation of the index folder as rows for an engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.indexing.bm25 import Bm25
from rag.indexing.engine.rows import BLOCK, PIECE, Entity, packed, pieces
from rag.indexing.generation import Generation, write_parts
from rag.indexing.indexes import VectorIndex
from rag.indexing.parts import Mask
from rag.indexing.postings import Postings, merged
from rag.indexing.rows import compact, load_array
from rag.indexing.segment import merge_catalogue

NO_TERM = 1.0
"""Weight of a number that no term has, in a chunk without a term: an engine takes no row without weights."""


class Outgoing:
    """What is written of a generation; documents and chunks are numbered anew, without those that are gone.

    Args:
        folder: a new folder, filled with the small files that a reader holds.
    """

    def __init__(self, generation: Generation, folder: Path) -> None:
        self.folder = folder
        self._segments = generation.segments
        merge_catalogue(folder, generation.segments)
        write_parts(folder, generation.parts)
        self._weigh(folder)
        self._documents = np.repeat(np.arange(len(firsts := load_array(folder / "firsts.npy")) - 1), np.diff(firsts))
        self._facets = load_array(folder / "facet_of.npy")
        self._owners = load_array(folder / "owners.npy")
        lengths = [len(list(pieces(text))) for text in self._texts()]
        np.save(folder / "pieces.npy", np.array([0, *np.cumsum(lengths)], np.int64))
        self.sizes = {"chunks": len(self._documents), "questions": len(self._owners), "texts": sum(lengths)}

    def chunks(self) -> Iterator[Entity]:
        """Give a row for each chunk."""
        number = 0
        for segment in self._segments:
            for own, vector in _vectors(segment.vectors, segment.live_chunks):
                text = segment.text_of(own)
                yield {
                    "vector": vector,
                    "terms": self._terms(number),
                    "document": int(self._documents[number]),
                    "facet": int(self._facets[number]),
                    "chunk": packed(segment.chunks.table[own]),
                    "words": packed(segment.words_of_chunks[own]),
                    "text": text if len(text) <= PIECE else "",
                }
                number += 1

    def questions(self) -> Iterator[Entity]:
        """Give a row for each noted question."""
        noted = (vector for s in self._segments for _, vector in _vectors(s.questions, s.live_questions))
        for owner, vector in zip(self._owners.tolist(), noted, strict=True):
            document, facet = int(self._documents[owner]), int(self._facets[owner])
            yield {"vector": vector, "document": document, "facet": facet}

    def texts(self) -> Iterator[Entity]:
        """Give the rows of the documents' texts."""
        for text in self._texts():
            yield from ({"vector": [0.0, 0.0], "piece": piece} for piece in pieces(text))

    def _texts(self) -> Iterator[str]:
        for segment in self._segments:
            for number in np.flatnonzero(segment.live_documents).tolist():
                yield segment.texts[number].decode()

    def _terms(self, number: int) -> dict[int, float]:
        """The terms of a chunk by weight."""
        held = self._order[self._bounds[number] : self._bounds[number + 1]]
        return dict(zip(self._names[held].tolist(), self._gains[held].tolist(), strict=True)) or {self._none: NO_TERM}

    def _weigh(self, folder: Path) -> None:
        """Weigh the terms of each chunk, and write which terms and words there are and how many hold them."""
        terms = merged([(segment.terms, segment.live_chunks) for segment in self._segments])
        self._gains = Bm25([terms], [np.ones(len(terms.lengths), bool)]).gains(0)
        self._names = np.repeat(np.arange(len(terms.terms)), np.diff(terms.starts))
        self._none = len(terms.terms)
        self._order = np.argsort(terms.texts, kind="stable")
        self._bounds = np.searchsorted(terms.texts[self._order], np.arange(len(terms.lengths) + 1))
        nowhere = np.zeros(0, np.int32)
        Postings(terms.terms, terms.starts, nowhere, nowhere, terms.lengths).save(folder / "terms")
        words = merged([(segment.words, segment.live_documents) for segment in self._segments])
        totals = np.add.reduceat(words.counts, words.starts[:-1], dtype=np.int64)
        each = np.arange(len(totals) + 1)
        Postings(words.terms, each, np.zeros(len(totals), np.int32), compact(totals), words.lengths).save(
            folder / "words"
        )


def _vectors(vectors: VectorIndex, live: Mask) -> Iterator[tuple[int, np.ndarray]]:
    """Give the vectors that a mask leaves, with their numbers."""
    rows = np.flatnonzero(live)
    for first in range(0, len(rows), BLOCK):
        block = rows[first : first + BLOCK]
        yield from zip(block.tolist(), vectors[block], strict=True)
