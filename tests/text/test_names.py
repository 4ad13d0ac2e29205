"""Names and years of a question that a text does not hold."""

from __future__ import annotations

import pytest

from rag.text.names import bounds_answer, unmatched


@pytest.mark.parametrize(
    ("question", "evidence", "missing"),
    [
        ("Who won the Harbour Cup?", "The Port Office won.", ("Harbour Cup",)),
        ("Who paid the Port Office?", "The Port Office was paid.", ()),
        ("Did Ada Lovell sail?", "Lovell sailed.", ()),
        ("Did Ada Lovell or Bo Strand sail?", "They sailed.", ("Ada Lovell", "Bo Strand")),
        ("WHO WON THE CUP?", "", ()),
        ("Atlantis?", "", ()),
        ("What did Niger buy?", "Nigeria bought it.", ("Niger",)),
        ("What did Mexico buy?", "Mexican officials bought it.", ()),
        ("What did China buy?", "Beijing bought it.", ()),
        ("What did Beijing buy?", "China bought it.", ()),
        ("When did they meet in Beijing?", "They met China's president in Woodside.", ("Beijing",)),
        ("When did they meet in Beijing?", "They met in Beijing in May.", ()),
        ("How many died in 2022?", "In 120220 and 2021 some died.", ("2022",)),
        ("What did the US pay in 2022?", "The United States paid in 2022.", ()),
        ("What did the bridge cost? Explain briefly.", "It cost much.", ()),
    ],
)
def test_what_a_text_does_not_hold_is_given_whole(question: str, evidence: str, missing: tuple[str, ...]) -> None:
    assert unmatched(question, evidence) == missing


@pytest.mark.parametrize(
    ("name", "bounds"), [("2022", True), ("Mexico", True), ("Ada Lovell", False), ("Harbour Cup", False)]
)
def test_a_year_and_a_country_bound_an_answer(name: str, bounds: bool) -> None:
    assert bounds_answer(name) is bounds
