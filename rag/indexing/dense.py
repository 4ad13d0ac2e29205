"""FAISS over unit vectors: exact inner product, higher is better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray


class DenseIndex:
    """Vectors of one channel, numbered from 0 in the order they were given."""

    def __init__(self, index: Any) -> None:
        import faiss

        self._index = index
        self._rows: FloatArray = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(
            index.ntotal, index.d
        )

    @classmethod
    def from_vectors(cls, vectors: FloatArray) -> DenseIndex:
        """Index (n, dim) float32 unit rows; n may be 0."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Read a file that `save` wrote. Bytes go through Python, so any path will do."""
        import faiss

        return cls(faiss.deserialize_index(np.frombuffer(path.read_bytes(), np.uint8)))

    def save(self, path: Path) -> None:
        """Write the index to a new file."""
        import faiss

        path.write_bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def vectors(self) -> FloatArray:
        """(n, dim) float32 unit rows, a view that must not be written to."""
        return self._rows

    def search(
        self, query: FloatArray, k: int, *, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Find the nearest rows to one query vector, best first.

        Args:
            query: (dim,) float32, unit length.
            k: most rows to return; clamped to what there is.
            allowed: row numbers to search in; None searches all.

        Returns:
            Row numbers and their cosines, at most k of each.
        """
        import faiss

        k = min(k, len(self) if allowed is None else len(allowed))
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(  # type: ignore[call-arg]  # its stubs lack sel
                sel=faiss.IDSelectorBatch(np.ascontiguousarray(allowed, np.int64))
            )
        scores, rows = self._index.search(query.reshape(1, -1), k, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def scores(self, query: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
        """Give the cosines of the query with chosen rows, in their order."""
        return np.asarray(self._rows[rows] @ query, np.float32)
