"""Noted questions as vectors: which chunk, and which question of each of its statements, is nearest."""

from __future__ import annotations

import numpy as np

from rag.indexing.noted import NotedQuestions
from rag.records import Attribution, Statement
from tests.making import vectors

SAID = Attribution.own("Isle Press", "2020", "")
ONE = Statement(0, 5, SAID, questions=("Who lit it?", "When was it lit?"))
BARE = Statement(6, 9, SAID)
TWO = Statement(0, 4, SAID, questions=("What did it cost?",))
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
ASKED = np.array([0, 1], np.float32)


def noted(owners: list[int], live: list[bool]) -> NotedQuestions:
    return NotedQuestions([np.array(owners, np.int64)], [vectors(VECTORS[: len(owners)])], [np.array(live)])


def test_the_nearest_question_of_each_statement_and_chunk_is_found() -> None:
    index = noted([0, 0, 2], [True, True, True])
    assert index.nearest(0, (ONE, BARE), ASKED) == ("When was it lit?", "")
    assert index.nearest(1, (), ASKED) == ()
    assert index.nearest(2, (TWO,), ASKED) == ("What did it cost?",)
    assert np.allclose(index.cosines(ASKED, np.array([2, 1, 0])), [0.8, -1.0, 1.0], atol=1e-3)
    assert index.search(ASKED, 1).tolist() == [0]
    assert index.search(ASKED, 9).tolist() == [0, 2]


def test_questions_of_chunks_that_are_gone_or_left_out_are_not_searched() -> None:
    assert noted([0, 0, 2], [False, True, True]).search(ASKED, 1).tolist() == [2]
    assert noted([0, 0, 2], [True, True, True]).search(ASKED, 1, allowed=np.array([1, 2])).tolist() == [2]


def test_parts_are_searched_as_one() -> None:
    parts = [vectors(VECTORS[:2]), vectors(VECTORS[2:])]
    live = [np.ones(2, bool), np.ones(3, bool)]
    index = NotedQuestions([np.array([1, 1]), np.array([2])], parts, live)
    assert index.search(ASKED, 9).tolist() == [1, 4]
    assert np.allclose(index.cosines(ASKED, np.array([4, 0, 1])), [0.8, -1.0, 1.0], atol=1e-3)
    assert index.nearest(4, (TWO,), ASKED) == ("What did it cost?",)


def test_where_nothing_is_noted_nothing_is_found() -> None:
    index = noted([], [True, True])
    assert index.search(ASKED, 5).tolist() == []
    assert index.cosines(ASKED, np.array([0, 1])).tolist() == [-1.0, -1.0]
    assert index.nearest(0, (), ASKED) == ()
