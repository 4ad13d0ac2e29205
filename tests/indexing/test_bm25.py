"""BM25 gives what bm25s gives, up to the factor that makes it a share."""

from __future__ import annotations

import math
from pathlib import Path

import bm25s
import numpy as np
import pytest

from rag.indexing.bm25 import LexicalIndex, idf


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
    ours = LexicalIndex.from_terms(texts)
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    theirs.index(texts, show_progress=False)
    for terms in (["w0"], ["w3", "w9"], ["w1", "w20", "w39"], ["w5", "w6", "w7", "w8"]):
        frequencies = [sum(term in text for text in texts) for term in terms]
        most = sum(math.log(1 + (200 - n + 0.5) / (n + 0.5)) for n in frequencies)
        expected = theirs.get_scores(terms) / most
        assert ours.scores(dict.fromkeys(terms, 1.0)) == pytest.approx(expected, abs=1e-5)


TEXTS = [["red", "boat"], ["red", "red", "the", "lamp", "pier"], ["pier"], ["gull"]]
"""Of 2, 4, 1 and 1 counted words, 2 on average: `the` is a stop word."""


def test_a_worked_score() -> None:
    index = LexicalIndex.from_terms(TEXTS)
    # red: N = 4, n = 2: idf = ln(1 + 2.5 / 2.5) = 0.6931. Text 0: tf 1 of mean length, 1 / (1 + 1.2) = 0.4545.
    # Text 1: tf 2, twice the mean length, 2 / (2 + 1.2 · (0.25 + 0.75 · 2)) = 2 / 4.1 = 0.4878.
    assert index.idf("red") == pytest.approx(0.6931, abs=1e-4)
    assert index.scores({"red": 1.0}).tolist() == pytest.approx([0.4545, 0.4878, 0, 0], abs=1e-4)


def test_weights_and_unknown_terms_count_in_the_most_that_can_be_had() -> None:
    index = LexicalIndex.from_terms(TEXTS)
    # whale stands nowhere: idf = ln(1 + 4.5 / 0.5) = 2.3026; with weight 0.5 the most is 0.6931 + 1.1513 = 1.8444.
    assert index.scores({"red": 1.0, "whale": 0.5})[0] == pytest.approx(0.6931 * 0.4545 / 1.8444, abs=1e-4)


def test_idf_of_one_text_in_ten() -> None:
    assert idf(10, 1) == pytest.approx(1.9924, abs=1e-4)
    assert idf(10, 10) == pytest.approx(0.0465, abs=1e-4)


def test_stop_words_are_not_indexed() -> None:
    assert LexicalIndex.from_terms(TEXTS).frequency("the") == 0


def test_search_gives_texts_with_a_shared_term_best_first_and_ties_by_number() -> None:
    index = LexicalIndex.from_terms([["pier"], ["boat"], ["pier"], ["pier", "pier"]])
    rows, scores = index.search({"pier": 1.0}, 10)
    assert rows.tolist() == [3, 0, 2]
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert index.search({"pier": 1.0}, 10, allowed=np.array([1, 2]))[0].tolist() == [2]
    assert index.search({"pier": 1.0}, 1)[0].tolist() == [3]


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.from_terms(random_texts(9))
    index.save(tmp_path / "bm25")
    query = {"w2": 1.0, "w30": 0.4}
    assert np.array_equal(LexicalIndex.load(tmp_path / "bm25").scores(query), index.scores(query))
