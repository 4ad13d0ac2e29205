"""A figure a year: one measure throughout, the last word on each year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.composing.series import last_word_first, one_measure
from rag.reading.reading import Reading, ReadSentence
from rag.records import Attribution, FigureStatus, Measurement, Statement
from rag.retrieval.query import Query
from tests.making import passage, sentence


def told(
    text: str, measure: str, year: int, *, status: FigureStatus = "final", dated: str = "2024", score: float = 8.0
) -> ReadSentence:
    said = Attribution.own("Port Office", dated, "")
    place = passage(text, said=said, kind="notes", number=year)
    figure = Measurement(measure, "Norhaven", str(year), 1.0, "ships", status)
    place = replace(place, statements=(Statement(0, len(text), said, figures=(figure,)),))
    return sentence(place, logit=score)


def chosen(readings: Mapping[int, Reading]) -> dict[int, ReadSentence]:
    """The sentence of each year, whose figure is of that year."""
    rows = one_measure(readings)
    assert all(figure.period == str(year) for year, (figure, _) in rows.items())
    return {year: sentence for year, (_, sentence) in rows.items()}


def read(*sentences: ReadSentence, found: Sequence[ReadSentence] = ()) -> Reading:
    query = Query("Ships?", {}, np.zeros(1, np.float32))
    return Reading(query, tuple(s.passage for s in (*sentences, *found)), sentences, read=True)


def test_a_year_that_was_read_without_its_figure_takes_it_from_what_was_found() -> None:
    ships = {year: told(f"Ships in {year}.", "ships", year) for year in (2019, 2020, 2021)}
    beside = told("Tonnes in 2021.", "tonnes", 2021)
    readings = {2019: read(ships[2019]), 2020: read(ships[2020]), 2021: read(beside, found=[ships[2021]])}
    assert {year: s.text for year, s in chosen(readings).items()} == {y: s.text for y, s in ships.items()}


def test_the_measure_that_answers_in_most_years_is_kept_throughout() -> None:
    ships = {year: told(f"Ships in {year}.", "ships", year) for year in (2019, 2020, 2021)}
    better = told("Tonnes in 2020.", "tonnes", 2020, score=9.0)
    found = chosen({2019: read(ships[2019]), 2020: read(better, ships[2020]), 2021: read(ships[2021])})
    assert found == ships


def test_a_measure_that_answers_much_less_surely_is_none() -> None:
    far = [told(f"Tonnes in {year}.", "tonnes", year, score=1.0) for year in (2019, 2020)]
    near = [told(f"Ships in {year}.", "ships", year) for year in (2019, 2020)]
    assert chosen({2019: read(near[0], far[0]), 2020: read(near[1], far[1])}) == {2019: near[0], 2020: near[1]}


def test_the_final_figure_is_told_and_else_the_newest() -> None:
    early = told("An early count.", "ships", 2019, status="provisional", dated="2020-05", score=9.0)
    later = told("A later count.", "ships", 2019, status="provisional", dated="2020-09")
    final = told("The final count.", "ships", 2019, dated="2020-12")
    other = told("Ships in 2020.", "ships", 2020)
    assert chosen({2019: read(early, later, final), 2020: read(other)})[2019] is final
    assert chosen({2019: read(early, later), 2020: read(other)})[2019] is later
    undated = told("An undated count.", "ships", 2019, status="provisional", dated="unknown")
    assert chosen({2019: read(undated, later), 2020: read(other)})[2019] is later


def test_of_those_who_give_the_same_figure_the_best_place_of_reading_is_told() -> None:
    first, report = (
        told(f"A {name}.", "ships", 2019, dated=when) for name, when in (("count", "2020"), ("report", "2021"))
    )
    said = report.passage.attribution
    said = replace(said, seen_at=replace(said.seen_at, kind="press"))
    report = replace(report, passage=replace(report.passage, attribution=said))
    assert last_word_first([report, first]) == [first, report]
    assert last_word_first([first, report]) == [first, report]


def test_one_year_is_no_series() -> None:
    assert chosen({2019: read(told("Ships in 2019.", "ships", 2019)), 2020: read()}) == {}
    assert chosen({}) == {}


def test_a_final_count_comes_before_the_provisional_one_that_answers_best() -> None:
    early = told("An early count.", "ships", 2019, status="provisional", score=9.0)
    final = told("The final count.", "ships", 2019, score=8.0)
    other = told("Tonnes in 2019.", "tonnes", 2019, score=8.5)
    assert last_word_first([early, other, final]) == [final, early, other]
    far = replace(final, logit=1.0)
    assert last_word_first([early, other, far]) == [early, other, far]
    assert last_word_first([other, early]) == [other, early]
    assert last_word_first([]) == []


def test_of_a_sentence_with_the_figures_of_two_years_the_one_that_is_asked_for_counts() -> None:
    both = told("Counts of 2018 and 2019.", "ships", 2019, status="provisional", score=9.0)
    older = Measurement("ships", "Norhaven", "2018", 2.0, "ships", "provisional")
    (statement,) = both.passage.statements
    statement = replace(statement, figures=(*statement.figures, older))
    both = replace(both, passage=replace(both.passage, statements=(statement,)))
    final = told("The final count.", "ships", 2019, score=8.0)
    assert last_word_first([both, final], ["2019"]) == [final, both]
    assert last_word_first([both, final]) == [both, final]
