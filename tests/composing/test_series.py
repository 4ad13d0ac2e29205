"""A figure a year: one measure throughout, the last word on each year."""

from __future__ import annotations

from dataclasses import replace

from rag.composing.series import one_measure
from rag.reading.reading import ReadSentence
from rag.records import Attribution, FigureStatus, Measurement, Statement
from tests.making import passage, sentence


def told(
    text: str, measure: str, year: int, *, status: FigureStatus = "final", dated: str = "2024", score: float = 8.0
) -> ReadSentence:
    said = Attribution.own("Port Office", dated, "")
    place = passage(text, said=said, kind="notes", number=year)
    figure = Measurement(measure, "Norhaven", str(year), 1.0, "ships", status)
    place = replace(place, statements=(Statement(0, len(text), said, figures=(figure,)),))
    return sentence(place, logit=score)


def test_the_measure_that_answers_in_most_years_is_kept_throughout() -> None:
    ships = {year: told(f"Ships in {year}.", "ships", year) for year in (2019, 2020, 2021)}
    better = told("Tonnes in 2020.", "tonnes", 2020, score=9.0)
    found = one_measure({2019: [ships[2019]], 2020: [better, ships[2020]], 2021: [ships[2021]]})
    assert found == ships


def test_a_measure_that_answers_much_less_surely_is_none() -> None:
    far = [told(f"Tonnes in {year}.", "tonnes", year, score=1.0) for year in (2019, 2020)]
    near = [told(f"Ships in {year}.", "ships", year) for year in (2019, 2020)]
    assert one_measure({2019: [near[0], far[0]], 2020: [near[1], far[1]]}) == {2019: near[0], 2020: near[1]}


def test_the_final_figure_is_told_and_else_the_newest() -> None:
    early = told("An early count.", "ships", 2019, status="provisional", dated="2020-05", score=9.0)
    later = told("A later count.", "ships", 2019, status="provisional", dated="2020-09")
    final = told("The final count.", "ships", 2019, dated="2020-12")
    other = told("Ships in 2020.", "ships", 2020)
    assert one_measure({2019: [early, later, final], 2020: [other]})[2019] is final
    assert one_measure({2019: [early, later], 2020: [other]})[2019] is later


def test_one_year_is_no_series() -> None:
    assert one_measure({2019: [told("Ships in 2019.", "ships", 2019)], 2020: []}) == {}
    assert one_measure({}) == {}
