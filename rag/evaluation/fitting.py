"""Fit the confidence: what sets and questions with known answers teach of when an answer is right.

Half 0 of every set and of the questions is learnt from; the reliability that is told is that of
half 1. Sets weigh alike, and the questions as much as all sets together, because they are asked
as readers ask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.assistant import Assistant
from rag.config import Settings
from rag.evaluation.measures import auc, brier, calibration_error, holds_answer, is_evidence
from rag.evaluation.questions import read_questions
from rag.evaluation.sets import QUERIES, Query, open_set, read_queries
from rag.indexing.encoder import Embedder
from rag.indexing.report import Progress, silent
from rag.reading.confidence import JUDGED, SIGNALS, UNREAD_SIGNALS, signals
from rag.reading.reader import Reader

PER_SET = 150
"""Questions of a set that are asked, spread evenly over it."""

PRECISION = 0.86
"""Share of answers without a caution that shall be right on half 0, a little above the 0.85 that shall hold."""

MARGIN = 0.03
"""What is put on top of the confidence from which that share was right: other libraries are less alike."""

LOST = 0.05
"""Share of right answers of half 0 that abstaining may cost."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question asked, with whether it was answered rightly."""

    group: str
    """The set, or the file of questions."""
    half: int
    values: Mapping[str, float]
    """As `rag.reading.confidence.signals` gives them."""
    right: bool
    """Whether one of the first three sentences answers."""
    answerable: bool
    plain: bool = False
    """Whether it is of a file of plain questions."""


def ask_set(
    folder: Path,
    scratch: Path,
    embedder: Embedder,
    reader: Reader | None,
    settings: Settings,
    progress: Progress = silent,
) -> list[Judged]:
    """Ask the questions of a set that have gold answers, marked evidence, or none on purpose."""
    names, library = open_set(folder, scratch / folder.name, embedder, settings, reader=reader, progress=progress)
    usable = [q for q in read_queries(folder / QUERIES, dict(names.values())) if _judgeable(q)]
    chosen = usable[:: max(1, len(usable) // PER_SET)]
    found: list[Judged] = []
    for number, query in enumerate(chosen, start=1):
        found_now = library.examine(query.question, history=query.history)
        sentences = found_now.reading.sentences
        if sentences:
            texts = [s.text for s in sentences[:JUDGED]]
            values = signals(query.question, sentences)
            found.append(Judged(folder.name, query.half, values, _is_right(query, texts), query.answerable))
        progress(f"asking {folder.name}", number, len(chosen))
    return found


def ask_plain(path: Path, assistant: Assistant, progress: Progress = silent) -> list[Judged]:
    """Ask plain questions whose right answers are told by patterns; see `docs/measurements.md` for the form.

    Raises:
        CorpusError: a line is no such question.
    """
    needed = ("id", "question", "type", "match")
    rows = [row for row in read_questions(path, needed) if row["type"] in ("plain", "unanswerable")]
    found: list[Judged] = []
    for number, row in enumerate(rows, start=1):
        sentences = assistant.examine(row["question"]).reading.sentences
        if sentences:
            text = " ".join(s.text for s in sentences[:JUDGED])
            right = bool(row["match"]) and all(re.search(p, text, re.IGNORECASE) for p in row["match"])
            half = int(re.sub(r"\D", "", row["id"]) or 0) % 2
            values = signals(row["question"], sentences)
            found.append(Judged(path.stem, half, values, right, bool(row["match"]), plain=True))
        progress(f"asking {path.name}", number, len(rows))
    return found


def _judgeable(query: Query) -> bool:
    return bool(query.answers or query.evidence) or not query.answerable


def _is_right(query: Query, sentences: Sequence[str]) -> bool:
    if not query.answerable:
        return False
    if query.evidence:
        return any(is_evidence(sentence, query.evidence) for sentence in sentences)
    return any(holds_answer(sentence, query.answers) for sentence in sentences)


def fit(rows: Sequence[Judged], *, read: bool) -> dict[str, float]:
    """Fit coefficients and thresholds on half 0.

    Returns:
        What ``confidence.toml`` holds for answers that were read, or that were not.

    Raises:
        ValueError: half 0 has no right or no wrong answer.
    """
    from sklearn.linear_model import LogisticRegression

    names = tuple(SIGNALS if read else UNREAD_SIGNALS)
    learnt = [row for row in rows if row.half == 0]
    model = LogisticRegression(C=1.0, max_iter=1000).fit(
        _table(learnt, names), [row.right for row in learnt], sample_weight=_weights(learnt)
    )
    weights = dict(zip(names, map(float, model.coef_[0]), strict=True))
    sure = model.predict_proba(_table(learnt, names))[:, 1]
    fitted = {**weights, "bias": float(model.intercept_[0])}
    return {name: round(value, 4) for name, value in (fitted | _thresholds(learnt, sure)).items()}


def _thresholds(rows: Sequence[Judged], sure: NDArray[np.float64]) -> dict[str, float]:
    """Where an answer needs no caution, and where it is better not given.

    The first is `MARGIN` above the lowest confidence from which the share of right answers reaches `PRECISION`; the
    second the highest, up to the first, below which no more than `LOST` of the right answers lie.
    """
    weights, right = _weights(rows), np.array([row.right for row in rows])
    grid = np.linspace(0.01, 0.99, 99)
    shares = [np.average(right[sure >= t], weights=weights[sure >= t]) if (sure >= t).any() else 1.0 for t in grid]
    first = next((t for t, share in zip(grid, shares, strict=True) if share >= PRECISION), grid[-1])
    lost = [np.average(sure[right] < t, weights=weights[right]) for t in grid]
    second = max((t for t, share in zip(grid, lost, strict=True) if share <= LOST and t <= first), default=grid[0])
    return {"answer_from": float(first) + MARGIN, "abstain_below": float(second)}


def reliability(rows: Sequence[Judged], coefficients: Mapping[str, float], *, read: bool) -> dict[str, float]:
    """Measure coefficients on half 1.

    Returns:
        ``auc`` of right against wrong, ``brier``, ``ece``, and the share of right answers among
        those at or above ``answer_from``.
    """
    names = tuple(SIGNALS if read else UNREAD_SIGNALS)
    held = [row for row in rows if row.half == 1]
    total = _table(held, names) @ np.array([coefficients[name] for name in names]) + coefficients["bias"]
    sure, right = 1 / (1 + np.exp(-total)), np.array([row.right for row in held])
    certain = sure >= coefficients["answer_from"]
    return {
        "questions": float(len(held)),
        "auc": auc(sure[right].tolist(), sure[~right].tolist()),
        "brier": brier(sure.tolist(), right.tolist()),
        "ece": calibration_error(sure.tolist(), right.tolist()),
        "right_of_answers": float(right[certain].mean()) if certain.any() else 0.0,
        "answers": float(certain.mean()),
    }


def write(path: Path, read: Mapping[str, float], unread: Mapping[str, float]) -> None:
    """Write ``confidence.toml``."""
    lines = ["# Written by `rag fit`; do not edit by hand."]
    for name, table in (("read", read), ("unread", unread)):
        lines += ["", f"[{name}]", *(f"{key} = {value}" for key, value in table.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(rows: Sequence[Judged], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row.values[name] for name in names] for row in rows], np.float64)


def _weights(rows: Sequence[Judged]) -> NDArray[np.float64]:
    """Weigh sets alike, and all files of questions together as much as all sets; 1 on average.

    The average counts: with weights that sum to a few, regularisation would leave little of any coefficient.
    """
    sizes = Counter(row.group for row in rows)
    files = {row.group for row in rows if row.plain}
    share = max(len(sizes) - len(files), 1) / max(len(files), 1)
    weights = np.array([(share if row.plain else 1.0) / sizes[row.group] for row in rows])
    return np.asarray(weights * len(rows) / weights.sum())
