"""The sources that a question names are found without looking at the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.indexing.naming import Names
from rag.records import Source
from tests.conftest import Place


def source(title: str, author: str = "unknown") -> Source:
    return replace(Source.unnamed("any", title), author=author)


SOURCES = [
    source("Lamps of the Bay", "Rosa Field-Lund"),
    source("Lamps of the Bay and the Sound"),
    source("Harbours", "Ada B. Lovell"),
    source("A Report on Harbours", "Port Office, Survey Team"),
    source("Lamps of the Bay", "Jan O\u2019Neil"),
]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("Who wrote Lamps of the Bay?", {0, 4}),
        ("Does “Lamps of the Bay and the Sound” say so?", {0, 1, 4}),
        ("What is in the report on harbours?", {3}),
        ("What do harbours cost?", set()),
        ("What does Field-Lund advise?", {0}),
        ("What is Lovell's advice, and Rosa Field-Lund’s?", {0, 2}),
        ("Is Lovell-Smith sure?", {2}),
        ("Is Jan O\u2019Neil sure?", {4}),
        ("is lovell sure?", set()),
        ("Report", set()),
        ("", set()),
    ],
)
def test_a_title_or_a_family_name_names_its_sources(question: str, numbers: set[int], tmp_path: Path) -> None:
    names = Names.of(SOURCES)
    names.save(tmp_path)
    assert names.find(question) == Names.load(tmp_path).find(question) == numbers


def test_nothing_is_named_where_there_is_nothing() -> None:
    assert Names.of([]).find("Who wrote Lamps of the Bay?") == set()


def test_a_source_that_is_gone_is_named_no_more(place: Place) -> None:
    (place.corpus / "documents").mkdir()
    text = place.corpus / "documents" / "Lamps of the Bay.txt"
    text.write_text("It was lit in 1904.", encoding="utf-8")

    def named() -> list[str]:
        place.library.build()
        return [found.id for found in place.open()._fresh().generation.named_in("Who wrote Lamps of the Bay?")]

    assert named() == ["lamps-of-the-bay"]
    text.unlink()
    assert named() == []
