"""Noted questions as vectors: which chunk, and which question of each of its statements, is nearest."""

from __future__ import annotations

import numpy as np

from rag.indexing.dense import DenseIndex
from rag.indexing.noted import NotedQuestions
from rag.records import Attribution, Statement

SAID = Attribution.own("Isle Press", "2020", "")
ONE = Statement(0, 5, SAID, questions=("Who lit it?", "When was it lit?"))
BARE = Statement(6, 9, SAID)
TWO = Statement(0, 4, SAID, questions=("What did it cost?",))
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)


def test_the_nearest_question_of_each_statement_and_chunk_is_found() -> None:
    noted = NotedQuestions([(ONE, BARE), (), (TWO,)], DenseIndex.from_vectors(VECTORS))
    asked = np.array([0, 1], np.float32)
    assert noted.nearest(0, asked) == ("When was it lit?", "")
    assert noted.nearest(1, asked) == ()
    assert noted.nearest(2, asked) == ("What did it cost?",)
    assert np.allclose(noted.cosines(asked, np.array([2, 1, 0])), [0.8, -1.0, 1.0])
    assert noted.search(asked, 1).tolist() == [0]
    assert noted.search(asked, 9).tolist() == [0, 2]


def test_where_nothing_is_noted_nothing_is_found() -> None:
    noted = NotedQuestions([(), ()], DenseIndex.from_vectors(np.zeros((0, 2), np.float32)))
    asked = np.array([0, 1], np.float32)
    assert noted.search(asked, 5).tolist() == []
    assert noted.cosines(asked, np.array([0, 1])).tolist() == [-1.0, -1.0]
    assert noted.nearest(0, asked) == ()
