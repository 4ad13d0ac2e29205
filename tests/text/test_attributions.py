"""Attributions in words: origin first, the place of reading never left out, dates as far as known."""

from __future__ import annotations

import pytest

from rag.records import Attribution, Place, PlaceKind
from rag.text.attributions import attributed


def place(kind: PlaceKind = "press", date: str = "unknown", publisher: str = "drugfree.org") -> Place:
    return Place(publisher, date, "https://drugfree.example", kind)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Attribution("CDC", "2024-05-15", place()), "CDC, 15 May 2024, as reported by drugfree.org"),
        (Attribution("CDC", "2024-05-15", place("copy")), "CDC, 15 May 2024, from a copy at drugfree.org"),
        (Attribution("CDC", "2024-05", place("aggregator")), "CDC, May 2024, as collected by drugfree.org"),
        (Attribution("CDC", "2024", place("primary", publisher="CDC")), "CDC, 2024"),
        (Attribution("NCHS", "2024", place("primary", publisher="CDC")), "NCHS, 2024, published by CDC"),
        (Attribution("CDC", "2024", place(), "early count"), "CDC, 2024, early count, as reported by drugfree.org"),
        (Attribution("CDC", "2024", place(date="2025-01")), "CDC, 2024, as reported by drugfree.org, January 2025"),
        (Attribution("CDC", "2024", place(date="2024")), "CDC, 2024, as reported by drugfree.org"),
        (Attribution("CDC", "unknown", place(date="2025")), "CDC, as reported by drugfree.org, 2025"),
        (Attribution("CDC", "unknown", place()), "CDC, as reported by drugfree.org, undated page"),
        (Attribution("CDC", "2024", place(publisher="AP via WSLS")), "CDC, 2024, as reported by AP via WSLS"),
        (Attribution("AP", "2024", place(publisher="AP via WSLS")), "AP, 2024, via WSLS"),
        (Attribution("WSLS", "2024", place(publisher="AP via WSLS")), "WSLS, 2024"),
        (Attribution("unknown", "2024", place(publisher="unknown")), "author unknown, 2024"),
    ],
)
def test_an_attribution_says_who_when_and_where(said: Attribution, words: str) -> None:
    assert attributed(said) == words
