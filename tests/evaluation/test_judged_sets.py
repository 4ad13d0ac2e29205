"""A set of judged questions becomes a library and is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.config import Settings
from rag.errors import CorpusError
from rag.evaluation.measures import half
from rag.evaluation.sets import evaluate, find_sets, read_queries
from rag.records import Turn
from rag.testing import HashingEmbedder, OverlapReader

TEXTS = [
    {"id": "lamp", "title": "a", "text": "The lamp was lit in 1904. A keeper lived there."},
    {"id": "pier", "title": "d", "text": "The pier burnt in 1950. Gulls sat there."},
]
QUERIES = [
    {
        "id": "q1", "question": "When was the lamp lit?", "answerable": True, "relevant": ["lamp"], "answers": ["1904"],
        "evidence": ["The lamp was lit in 1904 ."],
    },
    {"id": "q2", "question": "When did the pier burn?", "answerable": True, "relevant": ["pier"], "answers": ["gulls"]},
    {"id": "q3", "question": "Who won the cup?", "answerable": False, "relevant": [], "answers": []},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, TEXTS)), encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)), encoding="utf-8")
    return folder


def test_a_tiny_set_is_measured_on_both_halves_and_the_whole(folder: Path, tmp_path: Path) -> None:
    measured = evaluate(folder, tmp_path / "scratch", HashingEmbedder(), Settings.load(), reader=OverlapReader())
    # Title a is of half 1 and title d of half 0; the answer of q2 stands in the second sentence.
    assert (measured.name, measured.questions) == ("tiny", 3)
    expected = {
        "nDCG@10": (1, 1, 1), "R@1": (1, 1, 1), "R@5": (1, 1, 1), "RR@10": (1, 1, 1),
        "answer@1": (0, 1, 0.5), "evidence@1": (0, 1, 1),
    }  # fmt: skip
    assert {name: measured.values[name] for name in expected} == expected
    assert measured.values["answer@3"][2] == 1


def test_a_half_without_unanswerable_questions_is_no_reason_to_fail(folder: Path, tmp_path: Path) -> None:
    measured = evaluate(folder, tmp_path / "scratch", HashingEmbedder(), Settings.load(), reader=OverlapReader())
    assert "abstention_auc" not in measured.values


def test_relevant_texts_grades_history_and_half_are_read(tmp_path: Path) -> None:
    row = {
        "id": "q", "question": "And then?", "answerable": True, "relevant": ["d2", "d1"], "grades": {"d1": 3},
        "answers": ["x"], "evidence": ["y"],
        "history": [
            {"role": "user", "text": "Who?"}, {"role": "agent", "text": "Ada."}, {"role": "user", "text": "When?"},
        ],
    }  # fmt: skip
    path = tmp_path / "queries.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    (query,) = read_queries(path, {"d2": "d"})
    assert query.gains == {"d2": 0, "d1": 3}
    assert query.history == (Turn("Who?", "Ada."), Turn("When?", ""))
    assert query.half == half("d") == 0


def test_a_folder_of_sets_a_set_and_neither(folder: Path, tmp_path: Path) -> None:
    assert find_sets(folder) == [folder] == find_sets(folder.parent)
    empty = tmp_path / "scratch"
    empty.mkdir()
    with pytest.raises(
        CorpusError, match=rf"^{empty} holds no set; expected corpus\.jsonl and queries\.jsonl in it or"
    ):
        find_sets(empty)
