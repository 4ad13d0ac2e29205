"""Terms, ends of sentences and years, as BM25 and reading see them."""

from __future__ import annotations

import pytest

from rag.text.words import ENDED, YEAR, content_terms, counted_terms, tokenise, ungrouped


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("$1.5 and 1,500", ["1.5", "and", "1500"]),
        ("U.S.", ["us"]),
        ("12\u202f345 and 1 234 567", ["12", "345", "12345", "and", "1", "234", "567", "1234567"]),
        ("34.567", ["34.567", "34567"]),
        ("45'678", ["45", "678", "45678"]),
        ("1,23,456", ["1,23,456", "123456"]),
        ("In 2019 345 of 2,750", ["in", "2019", "345", "of", "2750"]),
        ("1,250³ and 10⁶", ["1250", "1,250³", "and", "10", "10⁶"]),
        ("the pier¹ of 9 km²", ["the", "pier", "pier1", "of", "9", "km", "km2"]),
        ("pier.¹² CO₂", ["pier", "12", "co2"]),
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


def test_digits_of_every_script_are_one_number() -> None:
    for text in ("７３４１２", "७३४१२", "٧٣٤١٢"):
        assert tokenise(text) == ("73412",)
        assert ungrouped(f"{text} m²") == "73412 m²"


def test_grouped_numbers_are_written_in_one_piece() -> None:
    told = ungrouped("12 345, 45'678 and 1,23,456 of 34.567 or 2,750 in 2019 345")
    assert told == "12345, 45678 and 123456 of 34.567 or 2,750 in 2019 345"


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
