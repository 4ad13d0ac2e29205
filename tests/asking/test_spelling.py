"""Typing errors are mended into words of the library, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from rag.asking.spelling import Correction, correct
from rag.indexing.bm25 import WordCounts
from rag.indexing.postings import Postings
from rag.text.words import spelled

COUNTS = {
    "fentanyl": 90, "precursor": 40, "precursors": 12, "coalition": 30, "harbor": 2, "harbour": 2, "nitazene": 1,
    "cooperation": 50, "criminalised": 20,
}  # fmt: skip


def counted(text: list[str]) -> WordCounts:
    return WordCounts([Postings.from_terms([text])], [np.ones(1, bool)])


WORDS = counted([word for word, count in COUNTS.items() for _ in range(count)])


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("What is fentanil?", "What is fentanyl?"),
        ("Fetnanyl", "Fentanyl"),
        ("the coaliton", "the coalition"),
        ("cooperatoin", "cooperation"),
        ("fentanyl", "fentanyl"),
        ("a harbur", "a harbur"),
        ("nitazen", "nitazen"),
        ("a cat", "a cat"),
        ("FENTANIL", "FENTANIL"),
        ("preposition", "preposition"),
    ],
)
def test_a_word_is_mended_only_into_one_the_library_holds(typed: str, searched: str) -> None:
    found, changes = correct(typed, WORDS, lambda word: word == "preposition")
    assert found == searched
    assert (changes == ()) is (typed == searched)


@pytest.mark.parametrize("word", ["cooperating", "cooperate", "cooperative", "decriminalise", "decriminalised"])
def test_a_valid_word_is_never_changed_into_a_likely_one(word: str) -> None:
    question = f"Are they {word} at last?"
    assert correct(question, WORDS, lambda _: False) == (question, ())


def test_what_was_mended_is_said() -> None:
    assert correct("fentanil", WORDS, lambda _: False)[1] == (Correction("fentanil", "fentanyl"),)
    assert correct("Fentanil", WORDS, lambda _: False)[1] == (Correction("Fentanil", "Fentanyl"),)


def test_words_of_three_letters_count_in_lower_case() -> None:
    assert dict(counted(spelled("The quay, the QUAY of 1904. A quay1 is no word."))) == {"the": 2, "quay": 3, "word": 1}
