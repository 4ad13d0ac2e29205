"""FAISS gives what numpy gives by brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.indexing.dense import DenseIndex
from rag.indexing.encoder import FloatArray, unit_rows


def random_rows(count: int, seed: int) -> FloatArray:
    return unit_rows(np.random.default_rng(seed).standard_normal((count, 24)).astype(np.float32))


ROWS = random_rows(300, seed=1)
INDEX = DenseIndex.from_vectors(ROWS)
SOME = np.array([3, 4, 50, 51, 52, 200, 299], np.int64)


def brute_force(query: FloatArray, allowed: NDArray[np.int64], k: int) -> tuple[list[int], list[float]]:
    """The k best of the allowed rows by their cosine in double precision, best first."""
    cosines = {int(row): float(ROWS[row].astype(np.float64) @ query.astype(np.float64)) for row in allowed}
    best = sorted(cosines, key=lambda row: -cosines[row])[:k]
    return best, [cosines[row] for row in best]


@pytest.mark.parametrize("allowed", [None, SOME], ids=["all", "some"])
@pytest.mark.parametrize("k", [1, 5, 7, 300])
def test_search_equals_brute_force(allowed: NDArray[np.int64] | None, k: int) -> None:
    for query in random_rows(20, seed=2):
        rows, cosines = INDEX.search(query, k, allowed=allowed)
        wanted, expected = brute_force(query, np.arange(300) if allowed is None else allowed, k)
        assert rows.tolist() == wanted
        assert cosines.tolist() == pytest.approx(expected, abs=1e-5)


def test_scores_are_the_cosines_of_the_chosen_rows_in_their_order() -> None:
    query = random_rows(1, seed=3)[0]
    chosen = np.array([299, 0, 17], np.int64)
    assert INDEX.scores(query, chosen).tolist() == pytest.approx([float(ROWS[row] @ query) for row in (299, 0, 17)])


@pytest.mark.parametrize(("k", "allowed", "found"), [(301, None, 300), (9, SOME, 7), (0, None, 0), (5, SOME[:0], 0)])
def test_k_is_clamped_to_what_there_is(k: int, allowed: NDArray[np.int64] | None, found: int) -> None:
    rows, cosines = INDEX.search(ROWS[0], k, allowed=allowed)
    assert (len(rows), len(cosines)) == (found, found)


def test_an_empty_index_finds_nothing() -> None:
    rows, _ = DenseIndex.from_vectors(np.zeros((0, 24), np.float32)).search(ROWS[0], 5)
    assert rows.tolist() == []


def test_a_saved_index_holds_the_same_vectors(tmp_path: Path) -> None:
    INDEX.save(tmp_path / "vectors.faiss")
    loaded = DenseIndex.load(tmp_path / "vectors.faiss")
    assert len(loaded) == 300
    assert np.array_equal(loaded.vectors, ROWS)


def test_unit_rows_have_length_one_and_a_row_of_zeros_stays() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    assert rows.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0]]
