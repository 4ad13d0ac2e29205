"""A question is encoded with its conversation folded in by weight."""

from __future__ import annotations

import numpy as np
import pytest

from rag.indexing.encoder import FloatArray
from rag.records import Turn
from rag.retrieval.query import encode_query
from rag.testing import HashingEmbedder

EMBEDDER = HashingEmbedder()
HISTORY = [
    Turn("Who tamed the walrus?", "Nobody did."),
    Turn("Which pier burnt?", "The north pier."),
    Turn("When did the ferry sail?", "The ferry sailed at noon."),
]
QUESTION = "Which ferry sank?"


def encode(text: str) -> FloatArray:
    vector: FloatArray = EMBEDDER.encode_queries([text])[0]
    return vector


def test_a_question_alone_is_its_own_vector_and_terms() -> None:
    query = encode_query(QUESTION, encode)
    assert query.text == QUESTION
    assert query.terms == {"ferri": 1.0, "sank": 1.0}
    assert np.allclose(query.vector, EMBEDDER.encode([QUESTION])[0], atol=1e-6)


def test_earlier_questions_and_the_last_answer_are_summed_by_weight() -> None:
    query = encode_query(QUESTION, encode, HISTORY)
    own, last, before, answer = EMBEDDER.encode(
        [QUESTION, "When did the ferry sail?", "Which pier burnt?", "The ferry sailed at noon."]
    )
    total = own + 0.4 * last + 0.2 * before + 0.1 * answer
    assert query.vector == pytest.approx(total / np.linalg.norm(total), abs=1e-5)


def test_a_term_takes_the_highest_weight_of_the_texts_that_hold_it() -> None:
    assert encode_query(QUESTION, encode, HISTORY).terms == {
        "ferri": 1.0, "sank": 1.0, "sail": 0.4, "pier": 0.2, "burnt": 0.2, "noon": 0.1,
    }  # fmt: skip


def test_a_question_before_the_last_two_is_forgotten() -> None:
    assert "walrus" not in encode_query(QUESTION, encode, HISTORY).terms
