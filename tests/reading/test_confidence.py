"""Confidence: what it is judged by, and a number that can be worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.reading import confidence as judging
from rag.reading.answer_types import answer_kind
from rag.reading.confidence import Model, confidence, missing_entities, model, signals
from rag.records import Attribution
from tests.making import ISLE, passage, sentence

FIRST = sentence(passage("The lamp was lit in 1904.", number=1, cosine=0.6), logit=4.0)
NEXT = sentence(passage("Ada Lovell kept it.", number=2, cosine=0.5), logit=-1.0)
OTHER = sentence(passage("A gull sat there.", number=3, cosine=0.9), logit=2.0)
FOURTH = sentence(passage("Mexico was far.", number=4, cosine=0.4), logit=-9.0)


def test_signals_are_those_of_the_first_sentence() -> None:
    found = signals("Who in Mexico saw Ada Lovell in 1904?", [FIRST, NEXT, OTHER, FOURTH])
    # Mexico stands in the fourth sentence only, which is not judged.
    assert found == {"logit": 4.0, "cosine": 0.6, "missing": 1.0}


def test_a_worked_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = {"logit": 0.25, "cosine": 2.0, "missing": -0.7}
    fitted = {True: Model(weights, -1.1, 0.7, 0.3), False: Model({"cosine": 3.0, "missing": -0.7}, -0.3, 0.7, 0.3)}
    monkeypatch.setattr(judging, "model", lambda *, read: fitted[read])
    values = {"logit": 4.0, "cosine": 0.6, "missing": 1.0}
    # 0.25 · 4 + 2 · 0.6 − 0.7 − 1.1 = 0.4, and 1 / (1 + e^−0.4) = 0.5987.
    assert confidence(values, read=True) == pytest.approx(0.5987, abs=1e-4)
    # 3 · 0.6 − 0.7 − 0.3 = 0.8, and 1 / (1 + e^−0.8) = 0.6900.
    assert confidence(values, read=False) == pytest.approx(0.6900, abs=1e-4)


@pytest.mark.parametrize("read", [True, False])
def test_the_fitted_numbers_point_the_right_way(read: bool) -> None:
    fitted = model(read=read)
    assert fitted.weights.get("logit", 1.0) > 0
    assert fitted.weights["missing"] < 0
    assert 0 < fitted.abstain_below < fitted.answer_from < 1
    assert all(math.isfinite(weight) for weight in fitted.weights.values())


@pytest.mark.parametrize("read", [True, False])
def test_a_better_answer_is_surer_and_a_missing_name_makes_less_sure(read: bool) -> None:
    values = {"logit": 2.0, "cosine": 0.5, "missing": 0.0}
    assert confidence(values | {"missing": 1.0}, read=read) < confidence(values, read=read)
    better = values | ({"logit": 8.0} if read else {"cosine": 0.8})
    assert confidence(better, read=read) > confidence(values, read=read)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("When did Ada Lovell see the lamp?", ()),
        ("When did Bo Strand see the lamp?", ("Bo Strand",)),
        ("Was it in Mexico in 1905?", ("Mexico", "1905")),
        ("Was it in 1904?", ()),
    ],
)
def test_names_and_years_that_no_sentence_holds_are_missing(question: str, missing: tuple[str, ...]) -> None:
    assert missing_entities(question, [FIRST, NEXT, OTHER]) == missing


def test_title_heading_author_and_publisher_count_as_held() -> None:
    place = passage("It was lit.", source=replace(ISLE, author="Ada Lovell", title="Lamps of Peru"), heading="Mexico")
    question = "What did Ada Lovell of the Isle Press say of Mexico and Peru?"
    assert missing_entities(question, [sentence(place)]) == ()


def test_the_date_of_what_is_said_counts_where_the_sentence_names_no_year() -> None:
    said = Attribution.own("Isle Press", "2021-05", "")
    plain, dated = passage("It was lit.", said=said), passage("It was lit in 1904.", said=said)
    assert missing_entities("Was it lit in 2021?", [sentence(plain)]) == ()
    assert missing_entities("Was it lit in 2021?", [sentence(dated)]) == ("2021",)


def test_without_sentences_nothing_is_missing() -> None:
    assert missing_entities("Was it Mexico?", []) == ()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many died in 2022?", "number"),
        ("What was the total cost?", "number"),
        ("What share of it?", "number"),
        ("When was it lit?", "time"),
        ("In which year was it lit?", "time"),
        ("Who lit the lamp?", "person"),
        ("Whose lamp was it?", "person"),
        ("Where was it lit?", "place"),
        ("In which country was it lit?", "place"),
        ("How was it lit?", "other"),
    ],
)
def test_a_question_for_a_figure_or_a_time_is_told(question: str, kind: str) -> None:
    assert answer_kind(question) == kind
