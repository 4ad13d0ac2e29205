"""Figures that disagree are told, and only where both speak of one thing, place and time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.composing.conflicts import find_conflicts
from rag.reading.reading import ReadSentence
from rag.records import Attribution, Conflict, Measurement, Statement
from tests.making import documents, passage, sentence

OFFICE = Attribution.own("Port Office", "2021-05", "")
GAZETTE = Attribution.own("Bay Gazette", "2022-01", "")
BRIDGE = "The harbour bridge of Norhaven cost 310 million crowns in 2021."


def told(one: str, other: str, *, logit: float = 8.0, said: Attribution = GAZETTE) -> tuple[Conflict, ...]:
    mine, its = passage(one, number=1, said=OFFICE), passage(other, number=2, said=said)
    both = [ReadSentence(mine, mine.sentences[0], one, 9.0, 9.0), sentence(its, 0, logit)]
    return find_conflicts(both, documents(mine, its))


def cost(period: str, value: float) -> Measurement:
    return Measurement("cost", "Norhaven", period, value, "crowns", "estimate")


def measured(number: int, said: Attribution, figure: Measurement) -> ReadSentence:
    """A sentence of our notes with its figure as data."""
    text = f"The bridge cost {figure.value:,.0f} crowns in {figure.period[:4]}."
    place = passage(text, number=number, said=said, kind="notes")
    return sentence(replace(place, statements=(Statement(0, len(text), said, figures=(figure,)),)), logit=8.0)


def test_another_figure_for_the_same_thing_is_told_with_both_quotes() -> None:
    other = "In 2021 the harbour bridge of Norhaven cost 340 million crowns."
    (conflict,) = told(BRIDGE, other)
    assert conflict.text == (
        "The sources give different figures for 2021: 310 million crowns (Port Office, May 2021); "
        "340 million crowns (Bay Gazette, January 2022)."
    )
    assert [c.quote for c in conflict.citations] == [BRIDGE, other]
    assert [c.number for c in conflict.citations] == [1, 2]
    assert (conflict.revised, conflict.figures) == (False, ("310 million crowns", "340 million crowns"))


def test_numbers_in_words_do_not_hide_what_is_counted() -> None:
    one = "Some twenty-one pilots say that 41,000 vehicles crossed the bridge daily in 2021."
    (conflict,) = told(one, "Some pilots say that 42,000 vehicles crossed the bridge daily in 2021.")
    assert conflict.text.startswith("The sources give different figures for 2021: 41,000 (Port")


@pytest.mark.parametrize(
    "other",
    [
        "The harbour bridge of Norhaven cost 310 million crowns in 2021.",
        "The harbour bridge of Norhaven cost 340 million crowns in 2022.",
        "The harbour bridge of Norhaven cost 340 million crowns from 2021 to 2022.",
        "The harbour bridge of Norhaven cost 340 million crowns.",
        "The harbour bridge of Peru cost 340 million crowns in 2021.",
        "The harbour bridge of Norhaven took 340 million bolts in 2021.",
        "Sailors caught 340 million herring near some islands in 2021.",
        "Fishermen of several small islands earned 340 million crowns in 2021.",
    ],
    ids=[
        "the same",
        "another year",
        "another period",
        "no year",
        "another country",
        "another noun",
        "another matter",
        "few words shared",
    ],
)
def test_another_measure_place_or_period_is_no_conflict(other: str) -> None:
    assert told(BRIDGE, other) == ()


def test_one_publisher_at_one_date_does_not_contradict_itself() -> None:
    assert told(BRIDGE, BRIDGE.replace("310", "340"), said=OFFICE) == ()


def test_a_sentence_that_answers_much_less_surely_is_not_compared() -> None:
    other = BRIDGE.replace("310", "340")
    assert told(BRIDGE, other, logit=6.0) != ()
    assert told(BRIDGE, other, logit=5.9) == ()


@pytest.mark.parametrize("early_first", [True, False])
def test_a_provisional_figure_beside_a_final_one_is_told_as_revised(early_first: bool) -> None:
    early = "An early count put traffic on the bridge of Norhaven at 41,000 vehicles in 2021."
    final = "The final traffic on the bridge of Norhaven was 42,000 vehicles in 2021."
    (conflict,) = told(early, final) if early_first else told(final, early)
    first, last = ("Port Office, May 2021", "Bay Gazette, January 2022")
    if not early_first:
        first, last = last, first
    assert conflict.text == (f"A provisional figure for 2021 was revised: 41,000 ({first}); later 42,000 ({last}).")
    assert (conflict.revised, conflict.figures) == (True, ("41,000", "42,000"))
    assert [c.quote for c in conflict.citations] == [early, final]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [(1.5e12, 1.47e12, False), (110_000, 111_029, False), (41, 40, True), (1e6, 1.4e6, True)],
)
def test_a_figure_that_only_rounds_the_other_is_no_conflict(one: float, other: float, differ: bool) -> None:
    both = [measured(1, OFFICE, cost("2021", one)), measured(2, GAZETTE, cost("2021", other))]
    assert bool(find_conflicts(both, documents(*(s.passage for s in both)))) is differ


@pytest.mark.parametrize(
    ("period", "years", "told"),
    [
        ("2022", (), "2022"),
        ("2022", ("2021", "2022"), "2022"),
        ("2022", ("2021",), ""),
        ("2022-06/2023-05", ("2023",), "June 2022 to May 2023"),
        ("2022-06/2023-05", ("2024",), ""),
    ],
)
def test_figures_of_another_year_than_the_one_asked_for_are_no_conflict(
    period: str, years: tuple[str, ...], told: str
) -> None:
    both = [measured(1, OFFICE, cost(period, 310)), measured(2, GAZETTE, cost(period, 340))]
    found = find_conflicts(both, documents(*(s.passage for s in both)), years)
    assert [conflict.period for conflict in found] == ([told] if told else [])
    assert all(f"different figures for {told}: " in conflict.text for conflict in found)


def test_nothing_to_compare_is_no_conflict() -> None:
    assert find_conflicts([], {}) == ()
