"""FAISS gives what numpy gives by brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.indexing.dense import DenseIndex, Vectors, codes_of, kept
from rag.indexing.encoder import FloatArray, unit_rows
from tests.making import dense_index, vectors


def random_rows(count: int, seed: int) -> FloatArray:
    return unit_rows(np.random.default_rng(seed).standard_normal((count, 24)).astype(np.float32))


INDEX = dense_index(random_rows(300, seed=1))
ROWS = vectors(random_rows(300, seed=1))[np.arange(300)]
"""As they are kept, in two bytes a number."""
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
    rows, _ = dense_index(np.zeros((0, 24), np.float32)).search(ROWS[0], 5)
    assert rows.tolist() == []


def test_two_bytes_a_number_change_a_cosine_by_less_than_a_thousandth() -> None:
    rows = random_rows(300, seed=1)
    query = random_rows(1, seed=3)[0]
    assert np.abs(INDEX.scores(query, np.arange(300)) - rows @ query).max() < 1e-3


def test_a_saved_file_holds_the_same_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "Möwe"
    folder.mkdir()
    Vectors.write(folder / "vectors.faiss", 24, [codes_of(ROWS[:200]), codes_of(ROWS[200:])])
    loaded = Vectors.load(folder / "vectors.faiss")
    assert np.array_equal(loaded[np.arange(300)], ROWS)
    live = np.arange(300) % 2 == 0
    assert np.array_equal(np.concatenate(list(kept(loaded, live))), codes_of(ROWS[::2]))


def test_parts_are_searched_as_one() -> None:
    live = np.arange(300) % 5 > 0
    index = DenseIndex([vectors(ROWS[:100]), vectors(ROWS[100:])], [live[:100], live[100:]])
    some = np.array([4, 99, 102], np.int64)
    assert len(index) == 240
    for query in random_rows(5, seed=2):
        rows, scores = index.search(query, 30)
        assert rows.tolist() == brute_force(query, np.flatnonzero(live), 30)[0]
        assert index.scores(query, rows) == pytest.approx(scores, abs=1e-6)
        assert index.search(query, 9, allowed=some)[0].tolist() == brute_force(query, some, 9)[0]


def test_many_vectors_are_searched_by_clusters_and_scored_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexing.dense.FLAT_MOST", 1000)
    random = np.random.default_rng(4)
    centres = random.standard_normal((40, 24))
    own = centres[random.integers(40, size=20_000)] + random.standard_normal((20_000, 24))
    rows = unit_rows(own.astype(np.float32))
    Vectors.write(tmp_path / "vectors.faiss", 24, [codes_of(rows)])
    many = DenseIndex([Vectors.load(tmp_path / "vectors.faiss")], [np.ones(20_000, bool)])
    flat = dense_index(rows)
    few = np.arange(0, 20_000, 40)
    recall = {"all": 0.0, "half": 0.0}
    for query in rows[:50]:
        for name, allowed in (("all", None), ("half", np.arange(0, 20_000, 2))):
            found, scores = many.search(query, 10, allowed=allowed)
            best, _ = flat.search(query, 10, allowed=allowed)
            recall[name] += len(np.intersect1d(found, best)) / 500
            assert scores == pytest.approx(flat.scores(query, found), abs=1e-6)
        assert many.search(query, 10, allowed=few)[0].tolist() == flat.search(query, 10, allowed=few)[0].tolist()
    assert min(recall.values()) >= 0.98, recall


def test_unit_rows_have_length_one_and_a_row_of_zeros_stays() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    assert rows.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0]]
