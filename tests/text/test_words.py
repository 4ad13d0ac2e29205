"""Terms, ends of sentences and years, as BM25 and reading see them."""

from __future__ import annotations

import pytest

from rag.text.words import ENDED, YEAR, content_terms, counted_terms, tokenise


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("$1.5 and 1,500", ["1.5", "and", "1500"]),
        ("U.S.", ["us"]),
        ("2019-05-01", ["2019-05-01", "2019"]),
        ("4-AP", ["4", "ap", "4ap"]),
        ("COVID-19", ["covid", "19", "covid19"]),
        ("H.R. 3", ["hr", "3"]),
        ("Seized seizures", ["seiz", "seizur"]),
        ("", []),
    ],
)
def test_words_are_folded_and_stemmed(text: str, terms: list[str]) -> None:
    assert list(tokenise(text)) == terms


def test_a_query_of_stop_words_alone_keeps_them() -> None:
    assert content_terms("Who is the boat?") == ["boat"]
    assert list(content_terms("who are they")) == ["who", "are", "they"]
    assert counted_terms("who are they") == []


@pytest.mark.parametrize(
    "whole", ["It ended.", "“It ended.”", "(It did.)", "Did it?", "It ended.[3]", "It ended . ''", "终于结束了。"]
)
def test_a_whole_sentence_has_an_end(whole: str) -> None:
    assert ENDED.search(whole)


@pytest.mark.parametrize("fragment", ["The harbour", "REUTERS/A. Photographer", "a | b | 3", "as follows:"])
def test_a_heading_a_credit_and_a_row_have_none(fragment: str) -> None:
    assert not ENDED.search(fragment)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in 2022.", ["2022"]), ("2022-05", ["2022"]), ("2021-2022", ["2021", "2022"]), ("FY2023", ["2023"]),
        ("120220", []), ("2022-23", []), ("2020s", []), ("$2019", []), ("2,022", []),
    ],
)  # fmt: skip
def test_a_year_is_a_whole_word(text: str, years: list[str]) -> None:
    assert YEAR.findall(text) == years
