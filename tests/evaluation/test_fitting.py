"""Fitting learns on half 0 what was put into synthetic rows, and is measured on half 1."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import CorpusError
from rag.evaluation.fitting import Judged, ask_plain, fit, reliability, write
from rag.testing import OverlapReader
from tests.conftest import Place

TRUE = {"logit": 0.6, "cosine": 1.5, "missing": -1.2}
BIAS = -1.0


def rows(count: int, seed: int) -> list[Judged]:
    """Questions whose answers are right with the probability that `TRUE` gives."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = {
            "logit": float(random.normal(0, 3)), "cosine": float(random.normal(0, 1)),
            "missing": float(random.integers(0, 3)),
        }  # fmt: skip
        total = BIAS + sum(TRUE[name] * value for name, value in values.items())
        right = bool(random.random() < 1 / (1 + np.exp(-total)))
        found.append(Judged("synthetic", number % 2, values, right, right or bool(random.random() < 0.5)))
    return found


ROWS = rows(6000, seed=1)


def test_what_was_put_in_is_learnt() -> None:
    fitted = fit(ROWS, read=True)
    assert {name: fitted[name] for name in TRUE} == pytest.approx(TRUE, abs=0.15)
    assert fitted["bias"] == pytest.approx(BIAS, abs=0.15)


def test_half_one_is_never_learnt_from() -> None:
    spoilt = [row if row.half == 0 else replace(row, right=not row.right) for row in ROWS]
    assert fit(spoilt, read=True) == fit(ROWS, read=True)


def test_unread_answers_are_judged_by_cosine_and_missing_names_alone() -> None:
    assert fit(ROWS, read=False).keys() == {"cosine", "missing", "bias", "answer_from", "abstain_below"}


def test_answers_without_a_caution_are_right_often_enough() -> None:
    fitted = fit(ROWS, read=True)
    told = reliability(ROWS, fitted, read=True)
    assert 0 < fitted["abstain_below"] <= fitted["answer_from"] / 2
    assert told["right_of_answers"] >= 0.82
    total = [BIAS + sum(TRUE[n] * v for n, v in r.values.items()) for r in ROWS if r.half == 1]
    true = 1 / (1 + np.exp(-np.array(total)))
    right = np.array([r.right for r in ROWS if r.half == 1])
    assert told["questions"] == 3000
    assert told["brier"] == pytest.approx(float(((true - right) ** 2).mean()), abs=0.01)
    assert told["ece"] < 0.05
    assert told["auc"] > 0.85


def test_the_lowest_threshold_that_reaches_the_precision_is_taken() -> None:
    fitted = fit(ROWS, read=True)
    lower = reliability(ROWS, {**fitted, "answer_from": fitted["answer_from"] - 0.1}, read=True)
    assert lower["answers"] > reliability(ROWS, fitted, read=True)["answers"]
    assert lower["right_of_answers"] < 0.85


def test_groups_weigh_alike_whatever_their_size() -> None:
    flipped = [replace(row, group="small", right=not row.right) for row in ROWS[:200]]
    alike = fit([*ROWS, *flipped], read=True)
    assert (
        abs(alike["logit"]) < 0.1 < fit([*ROWS, *(replace(r, group="synthetic") for r in flipped)], read=True)["logit"]
    )


def test_files_of_questions_weigh_as_much_as_all_sets_together() -> None:
    sets = [replace(row, group=name) for name, row in zip("abcd" * 1000, ROWS, strict=False)]
    flipped = [replace(row, right=not row.right) for row in ROWS[:200]]
    alike = fit([*sets, *(replace(row, group="plain", plain=True) for row in flipped)], read=True)
    fifth = fit([*sets, *(replace(row, group="fifth set") for row in flipped)], read=True)
    assert 3 * abs(alike["logit"]) < fifth["logit"]


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    read, unread = fit(ROWS, read=True), fit(ROWS, read=False)
    write(tmp_path / "confidence.toml", read, unread)
    assert tomllib.loads((tmp_path / "confidence.toml").read_text(encoding="utf-8")) == {"read": read, "unread": unread}


def test_plain_questions_are_judged_by_their_patterns(place: Place, tmp_path: Path) -> None:
    place.library.build()
    questions = [
        {"id": "F002", "question": "What did the bridge cost?", "type": "plain", "match": ["310", "crowns"]},
        {"id": "F003", "question": "What did the bridge cost?", "type": "plain", "match": ["999"]},
        {"id": "F004", "question": "Who won the cup?", "type": "unanswerable", "match": []},
        {"id": "F005", "question": "Why is it red?", "type": "false-premise", "match": []},
    ]
    path = tmp_path / "plain.jsonl"
    path.write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    found = ask_plain(path, place.open(OverlapReader()))
    assert [(row.group, row.half, row.right, row.answerable) for row in found] == [
        ("plain", 0, True, True), ("plain", 1, False, True), ("plain", 0, False, False),
    ]  # fmt: skip
    path.write_text('{"id": "F1", "question": "Who?"}', encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"^{path}, line 1 lacks 'type'; expected id, question, type, match$"):
        ask_plain(path, place.open())
