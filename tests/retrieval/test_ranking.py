"""The scores of a passage, each with a number that can be worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rag.indexing.bm25 import LexicalIndex
from rag.retrieval.ranking import bigram_share, fuse, nearness, title_share


def test_fuse_sums_by_weight() -> None:
    scores = {"a": np.array([0.5, 0.2], np.float32), "b": np.array([1, 0], np.float32)}
    assert fuse(scores, {"a": 2, "b": 0.1}).tolist() == pytest.approx([1.1, 0.4])
    assert fuse(scores, {"b": 3}).tolist() == [3, 0]


def test_a_weight_of_no_score_is_refused() -> None:
    with pytest.raises(KeyError, match="b"):
        fuse({"a": np.zeros(1, np.float32)}, {"a": 1, "b": 1})


@pytest.mark.parametrize(
    ("title", "sentences", "share"),
    [
        ([], [["a"]], 0.75),
        ([], [["a"], ["b"]], 1.0),
        ([], [["a"], ["x"], ["b"]], 0.75),
        (["b"], [["c"], ["a"]], 1.0),
        (["b"], [["x"]], 0.25),
        ([], [], 0.0),
    ],
    ids=["one sentence", "two neighbours", "two apart", "title and sentence", "title alone", "no sentence"],
)
def test_nearness_is_what_the_title_and_two_neighbouring_sentences_hold(
    title: list[str], sentences: list[list[str]], share: float
) -> None:
    assert nearness({"a": 3, "b": 1}, title, sentences) == pytest.approx(share)


WEIGHTS = {"red": 3.0, "boat": 4.0, "sank": 5.0}


@pytest.mark.parametrize(
    ("passage", "share"),
    [
        ("red boat sank", 1.0),
        ("red x x boat x x x sank", 3 / 7),
        ("boat red", 3 / 7),
        ("red sank x x x boat", 0.0),
        ("sank boat", 4 / 7),
        ("", 0.0),
    ],
)
def test_bigram_share_counts_pairs_that_stand_within_three_words(passage: str, share: float) -> None:
    # The pairs of the question weigh min(3, 4) = 3 and min(4, 5) = 4.
    assert bigram_share(["red", "boat", "sank"], WEIGHTS, passage.split()) == pytest.approx(share)


@pytest.mark.parametrize("question", [["red"], ["red", "red"], []])
def test_a_question_without_a_pair_has_no_bigram_share(question: list[str]) -> None:
    assert bigram_share(question, WEIGHTS, ["red", "red"]) == 0.0


def test_title_share_is_weighed_by_idf() -> None:
    lexical = LexicalIndex.from_terms([["harbour"], ["harbour"], ["harbour", "bridge"]])
    # harbour: ln(1 + 0.5 / 3.5) = 0.1335; bridge: ln(1 + 2.5 / 1.5) = 0.9808; `the` does not count.
    title = ["the", "harbour", "bridge"]
    assert title_share({"harbour"}, title, lexical) == pytest.approx(0.1335 / 1.1143, abs=1e-3)
    assert title_share({"bridge", "pier"}, title, lexical) == pytest.approx(0.9808 / 1.1143, abs=1e-3)
    assert title_share({"the"}, title, lexical) == 0.0
    assert title_share({"pier"}, [], lexical) == 0.0
