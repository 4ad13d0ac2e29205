"""The scores of a passage, each with a number that can be worked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.indexing.chunk_words import ChunkWords
from rag.retrieval.ranking import Matches, bigram_share, fuse, nearness, title_share
from tests.retrieval import plain_ranking


def test_fuse_sums_by_weight() -> None:
    scores = {"a": np.array([0.5, 0.2], np.float32), "b": np.array([1, 0], np.float32)}
    assert fuse(scores, {"a": 2, "b": 0.1}).tolist() == pytest.approx([1.1, 0.4])
    assert fuse(scores, {"b": 3}).tolist() == [3, 0]


def test_a_weight_of_no_score_is_refused() -> None:
    with pytest.raises(KeyError, match="b"):
        fuse({"a": np.zeros(1, np.float32)}, {"a": 1, "b": 1})


def matches(terms: Iterable[str], *passages: Sequence[Sequence[str]]) -> Matches:
    """The matches of passages, each given as its title and its sentences."""
    return Matches.of(terms, [ChunkWords.unpack(ChunkWords.of("", *passage).pack()) for passage in passages])


NEARNESS = [
    ([], [["a"]], 0.75),
    ([], [["a"], ["b"]], 1.0),
    ([], [["a"], ["x"], ["b"]], 0.75),
    (["b"], [["c"], ["a"]], 1.0),
    (["b"], [["x"]], 0.25),
    ([], [["x"]], 0.0),
]


def test_nearness_is_what_the_title_and_two_neighbouring_sentences_hold() -> None:
    found = matches("ab", *[(title, *sentences) for title, sentences, _ in NEARNESS])
    shares = nearness({"a": 3, "b": 1}, found)
    assert shares.dtype == np.float32
    assert shares.tolist() == pytest.approx([share for _, _, share in NEARNESS])


WEIGHTS = {"red": 3.0, "boat": 4.0, "sank": 5.0}

# The pairs of the question weigh min(3, 4) = 3 and min(4, 5) = 4.
PAIRS = {
    "red boat sank": 1.0,
    "red x x boat x x x sank": 3 / 7,
    "boat red": 3 / 7,
    "red sank x x x boat": 0.0,
    "sank boat": 4 / 7,
    "boat": 0.0,
}


def test_bigram_share_counts_pairs_that_stand_within_three_words_of_one_passage() -> None:
    found = matches(WEIGHTS, *[([], passage.split()) for passage in PAIRS])
    assert bigram_share(["red", "boat", "sank"], WEIGHTS, found).tolist() == pytest.approx(list(PAIRS.values()))


@pytest.mark.parametrize("question", [["red"], ["red", "red"], []])
def test_a_question_without_a_pair_has_no_bigram_share(question: list[str]) -> None:
    assert bigram_share(question, WEIGHTS, matches(WEIGHTS, ([], ["red", "red"]))).tolist() == [0.0]


def test_a_question_without_terms_scores_nothing() -> None:
    found = matches((), (["boat"], ["red"]), ([], ["sank"]))
    assert nearness({}, found).tolist() == bigram_share([], {}, found).tolist() == [0.0, 0.0]


words = st.lists(st.sampled_from("abcdexyz"), max_size=8)
passages = st.lists(st.tuples(words, st.lists(words, min_size=1, max_size=4)), min_size=1, max_size=5)


@given(passages, st.lists(st.sampled_from("abcde"), min_size=1, max_size=5))
def test_all_passages_at_once_score_as_each_by_itself(
    drawn: list[tuple[list[str], list[list[str]]]], question: list[str]
) -> None:
    weights = {term: 1.0 + ord(term) % 5 for term in question}
    found = matches(weights, *[(title, *sentences) for title, sentences in drawn])
    near = [plain_ranking.nearness(weights, title, sentences) for title, sentences in drawn]
    pairs = [plain_ranking.bigram_share(question, weights, sum(sentences, title)) for title, sentences in drawn]
    assert nearness(weights, found).tolist() == pytest.approx(near)
    assert bigram_share(question, weights, found).tolist() == pytest.approx(pairs)


def test_title_share_is_weighed_by_idf() -> None:
    idfs = {"harbour": 0.1335, "bridge": 0.9808, "pier": 2.0, "the": 0.0}
    totals = np.array([1.1143, 1.1143, 0.0], np.float32)
    passages = [[["the", "harbour", "bridge"], ["pier"]]] * 2 + [[[], ["harbour"]]]
    for terms, share in (({"harbour", "the"}, 0.1335), ({"bridge", "pier"}, 0.9808), ({"pier"}, 0.0)):
        found = title_share(idfs, matches(terms, *passages), totals)
        assert found.tolist() == pytest.approx([share / 1.1143, share / 1.1143, 0.0])
