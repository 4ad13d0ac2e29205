"""BM25 gives what bm25s gives, up to the factor that makes it a share."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import pytest

from rag.indexing.bm25 import Bm25, WordCounts, idf
from rag.indexing.postings import Postings, merged
from tests.making import word_index


def random_texts(seed: int) -> list[list[str]]:
    """Texts of 5 to 60 words out of 40, the first of them the commonest."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, 41)
    words = [f"w{number}" for number in range(40)]
    return [
        random.choice(words, size=int(random.integers(5, 60)), p=shares / shares.sum()).tolist() for _ in range(200)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_scores_equal_bm25s_as_shares_of_the_most_that_can_be_had(seed: int) -> None:
    texts = random_texts(seed)
    ours = word_index(texts)
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    theirs.index(texts, show_progress=False)
    for terms in (["w0"], ["w3", "w9"], ["w1", "w20", "w39"], ["w5", "w6", "w7", "w8"]):
        frequencies = [sum(term in text for text in texts) for term in terms]
        most = sum(math.log(1 + (200 - n + 0.5) / (n + 0.5)) for n in frequencies)
        expected = theirs.get_scores(terms) / most
        assert ours.scores(dict.fromkeys(terms, 1.0), np.arange(200)) == pytest.approx(expected, abs=1e-5)


TEXTS = [["red", "boat"], ["red", "red", "the", "lamp", "pier"], ["pier"], ["gull"]]
"""Of 2, 4, 1 and 1 counted words, 2 on average: `the` is a stop word."""


def test_a_worked_score() -> None:
    index = word_index(TEXTS)
    # red: N = 4, n = 2: idf = ln(1 + 2.5 / 2.5) = 0.6931. Text 0: tf 1 of mean length, 1 / (1 + 1.2) = 0.4545.
    # Text 1: tf 2, twice the mean length, 2 / (2 + 1.2 · (0.25 + 0.75 · 2)) = 2 / 4.1 = 0.4878.
    assert index.idf("red") == pytest.approx(0.6931, abs=1e-4)
    assert index.scores({"red": 1.0}, np.arange(4)).tolist() == pytest.approx([0.4545, 0.4878, 0, 0], abs=1e-4)


def test_weights_and_unknown_terms_count_in_the_most_that_can_be_had() -> None:
    index = word_index(TEXTS)
    # whale stands nowhere: idf = ln(1 + 4.5 / 0.5) = 2.3026; with weight 0.5 the most is 0.6931 + 1.1513 = 1.8444.
    assert index.scores({"red": 1.0, "whale": 0.5}, np.array([0]))[0] == pytest.approx(
        0.6931 * 0.4545 / 1.8444, abs=1e-4
    )


def test_idf_of_one_text_in_ten() -> None:
    assert idf(10, 1) == pytest.approx(1.9924, abs=1e-4)
    assert idf(10, 10) == pytest.approx(0.0465, abs=1e-4)


def test_stop_words_are_not_indexed() -> None:
    assert word_index(TEXTS).frequency("the") == 0


def test_search_gives_texts_with_a_shared_term_best_first_and_ties_by_number() -> None:
    index = word_index([["pier"], ["boat"], ["pier"], ["pier", "pier"]])
    rows, scores = index.search({"pier": 1.0}, 10)
    assert rows.tolist() == [3, 0, 2]
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert index.search({"pier": 1.0}, 10, allowed=np.array([1, 2]))[0].tolist() == [2]
    assert index.search({"pier": 1.0}, 1)[0].tolist() == [3]
    assert index.search({"pier": 1.0}, 0)[0].tolist() == []
    assert index.search({"pier": 0.0, "boat": 1.0}, 10)[0].tolist() == [1], "what weighs nothing finds nothing"


@pytest.mark.parametrize("k", [1, 5, 60, 500])
@pytest.mark.parametrize("seed", range(6))
def test_a_search_gives_what_scoring_every_text_gives(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    index = word_index(random_texts(seed))
    for allowed in (None, np.flatnonzero(random.random(200) > 0.4)):
        query = {f"w{word}": float(random.random()) for word in random.choice(45, size=6, replace=False)}
        rows = np.arange(200) if allowed is None else allowed
        scores = index.scores(query, rows)
        order = np.lexsort((rows, -scores))[:k]
        order = order[scores[order] > 0]
        found, own = index.search(query, k, allowed=allowed)
        assert (found.tolist(), own.tolist()) == (rows[order].tolist(), scores[order].tolist())


QUERY = {"w2": 1.0, "w30": 0.4, "w0": 1.0, "w39": 0.2}


def held(texts: list[list[str]], folder: Path) -> Postings:
    """The postings of some texts as they are read from the disk."""
    Postings.from_terms(texts).save(folder)
    return Postings.load(folder)


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    texts = random_texts(9)
    loaded = Bm25([held(texts, tmp_path / "bm25")], [np.ones(200, bool)])
    rows, scores = word_index(texts).search(QUERY, 200)
    assert [found.tolist() for found in loaded.search(QUERY, 200)] == [rows.tolist(), scores.tolist()]


@pytest.mark.parametrize("merge", [False, True], ids=["parts", "merged"])
def test_parts_without_what_is_gone_score_as_one_index_of_what_is_left(tmp_path: Path, merge: bool) -> None:
    texts = random_texts(9)
    live = np.random.default_rng(1).random(200) > 0.2
    bounds = [0, 120, 121, 200]
    parts = [held(texts[a:b], tmp_path / str(a)) for a, b in pairwise(bounds)]
    masks = [live[a:b] for a, b in pairwise(bounds)]
    whole = word_index([text for text, left in zip(texts, live, strict=True) if left])
    left = np.flatnonzero(live)
    if merge:
        postings = merged(list(zip(parts, masks, strict=True)))
        parts, masks, left = [postings], [np.ones(len(left), bool)], np.arange(len(left))
    index = Bm25(parts, masks)
    assert [index.frequency(f"w{n}") for n in range(41)] == [whole.frequency(f"w{n}") for n in range(41)]
    rows, scores = whole.search(QUERY, 50)
    found, own = index.search(QUERY, 50)
    assert (found.tolist(), own.tolist()) == (left[rows].tolist(), scores.tolist())
    assert index.scores(QUERY, found[::-1]).tolist() == scores[::-1].tolist()


def test_merging_block_by_block_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [Postings.from_terms(random_texts(seed)) for seed in (1, 2)]
    masks = [np.arange(200) % 3 > 0, np.ones(200, bool)]
    pairs = list(zip(parts, masks, strict=True))
    at_once = merged(pairs)
    monkeypatch.setattr("rag.indexing.postings.BLOCK", 7)
    in_blocks = merged(pairs)
    for name in ("starts", "texts", "counts", "lengths"):
        assert np.array_equal(getattr(at_once, name), getattr(in_blocks, name)), name


def test_words_are_counted_in_what_is_left() -> None:
    first = Postings.from_terms([["quay", "quay", "pier"], ["quill"]])
    second = Postings.from_terms([["quay"], ["pier", "quart"]])
    words = WordCounts([first, second], [np.array([True, False]), np.ones(2, bool)])
    assert words.starting("q") == {"quay": 3, "quart": 1}
    assert dict(words) == {"quay": 3, "quart": 1, "pier": 2}
    assert ("quill" in words, words["pier"], len(words)) == (False, 2, 3)
    assert WordCounts([], []).starting("q") == {}
