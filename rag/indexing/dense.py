"""FAISS over unit vectors of two bytes a number: inner product, higher is better.

A file is a flat index of FAISS and memory-mapped. Where there are many vectors a second file groups them
into clusters; a search then looks into the nearest clusters only, and scores what it finds there exactly.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.indexing.indexes import VectorIndex
from rag.indexing.parts import Mask, Parts, Rows, best

Codes = NDArray[np.uint8]

FLAT_MOST = 1 << 16
"""Vectors of which all are looked at: a scan of these takes less than 10 ms."""

PER_CLUSTER = 256
"""Vectors in a cluster, on average."""
TRAINED_ON = 40
"""Vectors a cluster that the clusters are learnt from; FAISS asks for 39."""
ROUNDS = 8
"""Rounds of learning them."""
PROBED = FLAT_MOST // PER_CLUSTER
"""Clusters that are looked into, so that a search looks at as many vectors whatever there are. Of the ten nearest
among 31,000 sentences of public sets it finds 0.991 in 3,904 clusters; half as many find 0.985."""
SPARE = 2
"""Candidates from the clusters for each vector that is wanted."""

BLOCK = 1 << 15
"""Vectors that are handled at once."""


class Vectors:
    """Vectors of one file, numbered from 0 in the order they were given; see `rag.indexing.indexes.VectorIndex`."""

    def __init__(self, flat: Any, clusters: Any = None) -> None:
        self._flat = flat
        self._clusters = clusters

    @classmethod
    def load(cls, path: Path) -> Vectors:
        """Map a file that `write` wrote, and its clusters where `cluster` made some."""
        clusters = _clusters_of(path)
        return cls(_mapped(path), _mapped(clusters) if clusters.exists() else None)

    @staticmethod
    def write(path: Path, dim: int, blocks: Iterable[Codes]) -> None:
        """Write vectors, given as their codes, to a new file."""
        import faiss

        with path.open("wb") as file:
            file.write(_header(dim, 0))
            count = sum([file.write(block.tobytes()) for block in blocks]) // (2 * dim)
            file.seek(0)
            file.write(_header(dim, count))
        if count > FLAT_MOST:
            vectors = Vectors.load(path)
            with _clusters_of(path).open("wb") as file:
                writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]  # its stubs lack it
                faiss.write_index(vectors._clustered(), writer)

    @property
    def dim(self) -> int:
        return int(self._flat.d)

    def __len__(self) -> int:
        return int(self._flat.ntotal)

    def __getitem__(self, rows: Rows) -> FloatArray:
        if not len(rows):
            return np.zeros((0, self.dim), np.float32)
        return self._codes.view(np.float16)[rows].astype(np.float32)

    def blocks(self) -> Iterator[FloatArray]:
        for first in range(0, len(self), BLOCK):
            yield self[np.arange(first, min(first + BLOCK, len(self)))]

    @cached_property
    def _codes(self) -> Codes:
        """(n, 2 dim): the bytes of all vectors, where they lie."""
        import faiss

        own = faiss.rev_swig_ptr(self._flat.codes.data(), self._flat.codes.size())
        return np.asarray(own, np.uint8).reshape(-1, 2 * self.dim)

    def search(self, query: FloatArray, k: int, live: Mask | None) -> tuple[Rows, FloatArray]:
        left = len(self) if live is None else int(np.count_nonzero(live))
        k = min(k, left)
        if not k:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if self._clusters is None or left <= FLAT_MOST:
            return _hits(self._flat, query, k, live)
        probed = min(PROBED * len(self) // left, int(self._clusters.nlist))
        rows, _ = _hits(self._clusters, query, min(SPARE * k, left), live, nprobe=probed)
        return rows, self[rows] @ query

    def cosines(self, query: FloatArray, rows: Rows) -> FloatArray:
        asked = np.zeros(len(self), bool)
        asked[rows] = True
        cosines = np.empty(len(self), np.float32)
        found, values = _hits(self._flat, query, len(rows), asked)
        cosines[found] = values
        return cosines[rows]

    def _clustered(self) -> Any:
        """Group the vectors into clusters, one byte a number, all on one scale: twice as quick as a scale a column."""
        import faiss

        faiss.omp_set_num_threads(os.cpu_count() or 1)
        count = len(self) // PER_CLUSTER
        one_byte = faiss.ScalarQuantizer.QT_8bit_uniform
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(self.dim), self.dim, count, one_byte, faiss.METRIC_INNER_PRODUCT
        )
        index.cp.niter = ROUNDS
        chosen = np.random.default_rng(0).choice(len(self), min(TRAINED_ON * count, len(self)), replace=False)
        index.train(self[np.sort(chosen)])
        for block in self.blocks():
            index.add(block)
        return index


class DenseIndex:
    """Vectors that are numbered through all parts.

    Args:
        parts: the vectors of each part.
        live: of each, which of its vectors count.
    """

    def __init__(self, parts: Sequence[VectorIndex], live: Sequence[Mask]) -> None:
        self._parts = parts
        self._rows = Parts([len(part) for part in parts], live)

    def __len__(self) -> int:
        return self._rows.live_count

    def search(self, query: FloatArray, k: int, *, allowed: Rows | None = None) -> tuple[Rows, FloatArray]:
        """Find the nearest rows to one query vector, best first, ties by number.

        Args:
            query: (dim,) float32, unit length.
            k: most rows to return; clamped to what there is.
            allowed: row numbers to search in, ascending; None searches all.

        Returns:
            Row numbers and their cosines, at most k of each.
        """
        found = []
        for number, first, live in self._rows.searched(allowed):
            rows, scores = self._parts[number].search(query, k, live)
            found.append((first + rows, scores))
        return best(found, k)

    def scores(self, query: FloatArray, rows: Rows) -> FloatArray:
        """Give the cosines of the query with chosen rows, in their order."""
        scores = np.zeros(len(rows), np.float32)
        for number, places, own in self._rows.split(rows):
            scores[places] = self._parts[number][own] @ query
        return scores


def codes_of(rows: FloatArray) -> Codes:
    """Give (n, dim) float32 rows as two bytes a number."""
    return np.asarray(_flat(rows.shape[1]).sa_encode(np.ascontiguousarray(rows, np.float32)), np.uint8)


def kept(vectors: VectorIndex, live: Mask) -> Iterator[Codes]:
    """Give the codes of the vectors that a mask leaves, some at a time."""
    rows = np.flatnonzero(live)
    for first in range(0, len(rows), BLOCK):
        yield codes_of(vectors[rows[first : first + BLOCK]])


def _flat(dim: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _header(dim: int, count: int) -> bytes:
    """What stands before the codes in the file of a flat index: FAISS's own, with the number of bytes that follow."""
    import faiss

    flat = _flat(dim)
    flat.ntotal = count
    return bytes(faiss.serialize_index(flat))[:-8] + (2 * dim * count).to_bytes(8, "little")


def _clusters_of(path: Path) -> Path:
    return path.with_suffix(".clusters.faiss")


def _mapped(path: Path) -> Any:
    """Open a file of FAISS where it lies; its name does not go through FAISS, so any will do."""
    import faiss

    data = np.memmap(path, np.uint8, "r")
    reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(data), data.size)  # type: ignore[attr-defined]  # its stubs lack it
    index: Any = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)
    index.referenced_objects = [data]  # stays mapped as long as the index is there
    return index


def _hits(index: Any, query: FloatArray, k: int, live: Mask | None, **parameters: int) -> tuple[Rows, FloatArray]:
    import faiss

    library: Any = faiss  # its stubs do not know what its Python side takes
    library.omp_set_num_threads(1)  # of this thread; several take longer to meet than one to search
    kind = library.SearchParametersIVF if parameters else library.SearchParameters
    chosen = {} if live is None else {"sel": library.IDSelectorBitmap(np.packbits(live, bitorder="little"))}
    scores, rows = index.search(query.reshape(1, -1), k, params=kind(**parameters, **chosen))
    found = rows[0] >= 0
    return rows[0][found], scores[0][found]
