"""Measures with numbers that can be worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from rag.evaluation.measures import (
    answer_recall,
    auc,
    brier,
    calibration_error,
    citation_measures,
    half,
    holds_answer,
    is_evidence,
    mean,
    rank_measures,
)


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier([0.9, 0.2], [True, False]) == pytest.approx(0.025)
    sure = np.random.default_rng(1).random(200)
    right = np.random.default_rng(2).random(200) < sure
    assert brier(sure.tolist(), right.tolist()) == pytest.approx(brier_score_loss(right, sure))


@pytest.mark.parametrize(
    ("sure", "right", "error"),
    [
        ([0.95, 0.91], [True, False], 0.43),
        ([0.95, 0.15, 0.15], [True, False, True], (0.05 + 2 * 0.35) / 3),
        ([0.0, 1.0], [False, True], 0.0),
        ([1.0, 0.95], [False, False], 0.975),
        ([0.1], [False], 0.1),
    ],
)
def test_calibration_error_is_the_mean_distance_over_bins(sure: list[float], right: list[bool], error: float) -> None:
    assert calibration_error(sure, right) == pytest.approx(error)


def test_auc_counts_pairs_and_ties_half() -> None:
    assert auc([0.9, 0.4], [0.5]) == 0.5
    assert auc([0.5], [0.5]) == 0.5
    positive, negative = np.random.default_rng(3).random(50).round(1), np.random.default_rng(4).random(70).round(1)
    labels = [1] * 50 + [0] * 70
    assert auc(positive.tolist(), negative.tolist()) == pytest.approx(
        roc_auc_score(labels, np.concatenate([positive, negative]))
    )
    with pytest.raises(ValueError, match=r"^an area under the curve needs both answerable and unanswerable questions$"):
        auc([0.5], [])


def test_rankings_are_measured_as_the_textbook_does() -> None:
    found = rank_measures({"q": {"a": 1, "b": 1}, "none": {"a": 1}}, {"q": ["x", "a", "b"], "none": ["x"]})
    ideal = 1 + 1 / math.log2(3)
    assert found["q"]["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    assert (found["q"]["R@1"], found["q"]["R@5"], found["q"]["RR@10"]) == (0.0, 1.0, 0.5)
    assert found["none"] == {"nDCG@10": 0.0, "R@1": 0.0, "R@5": 0.0, "RR@10": 0.0}


def test_an_answer_is_held_whatever_its_case_and_white_space() -> None:
    assert holds_answer("It cost  Nine Crowns.", ["ten", "nine crowns"])
    assert not holds_answer("It cost nine.", ["nine crowns"])
    assert not holds_answer("It cost nine.", [])


@pytest.mark.parametrize(
    ("text", "evidence", "same"),
    [
        ("The lamp was lit.", ["The lamp was lit ."], True),
        ("The lamp was lit.", ["It is said : the lamp was lit . Twice ."], True),
        ("The lamp was lit.", ["The lamp burnt."], False),
        ("...", ["The lamp burnt."], False),
        ("The lamp was lit.", ["..."], False),
    ],
)
def test_evidence_is_compared_by_letters_and_digits(text: str, evidence: list[str], same: bool) -> None:
    assert is_evidence(text, evidence) is same


def test_answer_recall_is_a_share_of_words() -> None:
    assert answer_recall("Twelve or 18 months.", "It may run for 12 months") == pytest.approx(1 / 3)
    assert answer_recall("Anything.", "of the") == 0.0


def test_citations_are_measured_against_the_right_sources() -> None:
    assert citation_measures(["a", "a", "b"], {"a", "c"}) == {
        "citation_recall": 0.5,
        "citation_precision": pytest.approx(2 / 3),
    }
    assert citation_measures([], {"a"}) == {"citation_recall": 0.0}


def test_a_title_belongs_to_one_half() -> None:
    # The SHA-256 of "a" ends in bb (odd), that of "b" in 6d (odd), that of "d" in a4 (even).
    assert [half(title) for title in "abd"] == [1, 1, 0]


def test_the_mean_of_nothing_is_nought() -> None:
    assert (mean([]), mean([1, 2])) == (0.0, 1.5)
