"""Measures of retrieval and of answers, in the words of ir-measures; pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence

from rag.text.words import content_terms

RETRIEVAL = ("nDCG@10", "R@1", "R@5", "RR@10")
"""Measures of a ranking, as ir-measures names them."""


def half(title: str) -> int:
    """Give the half, 0 or 1, that a document and its questions belong to: the parity of its title's SHA-256."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % 2


def rank_measures(
    qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Measure rankings against judgements.

    Args:
        qrels: for each question the gain of each relevant document.
        runs: for each question the documents found, best first, each once.

    Returns:
        For each question the value of each measure of `RETRIEVAL`.
    """
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in RETRIEVAL]
    scored = {
        question: {document: float(-rank) for rank, document in enumerate(documents)}
        for question, documents in runs.items()
    }
    found: dict[str, dict[str, float]] = {question: dict.fromkeys(RETRIEVAL, 0.0) for question in qrels}
    for metric in ir_measures.iter_calc(measures, {q: dict(g) for q, g in qrels.items()}, scored):
        found[metric.query_id][str(metric.measure)] = float(metric.value)
    return found


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether a text holds one of the gold answers, case and white space aside."""
    folded = _folded(text)
    return any(_folded(answer) in folded for answer in answers)


def is_evidence(text: str, evidence: Sequence[str]) -> bool:
    """Whether a sentence is one that people marked as evidence, or a part or the whole of one.

    Only letters and digits are compared: marked sentences come with their tokens spaced out.
    """
    letters = _letters(text)
    marked = [_letters(sentence) for sentence in evidence]
    return bool(letters) and any(m and (m in letters or letters in m) for m in marked)


def answer_recall(text: str, expected: str) -> float:
    """Give the share of an expected answer's content words and numbers that a text holds, 0 to 1.

    Words are compared by stem, each once. Of the measures that need no reader, this
    recall agrees best with what readers judge correct (Adlakha et al., 2024). Of
    ``It may run for 12 months`` the text ``Twelve or 18 months.`` holds 1 in 3. An
    expected answer without such a word gives 0.
    """
    wanted = set(content_terms(expected))
    return len(wanted & set(content_terms(text))) / len(wanted) if wanted else 0.0


def citation_measures(cited: Sequence[str], right: Collection[str]) -> dict[str, float]:
    """Measure the sources of an answer's citations against the right ones.

    Args:
        cited: the source of each citation, once a citation.
        right: at least one.

    Returns:
        ``citation_recall``, the share of the right sources that are cited, and, where
        anything is cited, ``citation_precision``, the share of citations of a right source.
    """
    measures = {"citation_recall": len(set(cited) & set(right)) / len(set(right))}
    if cited:
        measures["citation_precision"] = mean([float(source in right) for source in cited])
    return measures


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half.

    With positives (0.9, 0.4) and one negative 0.5 it is 0.5.

    Raises:
        ValueError: one side is empty.
    """
    if not positive or not negative:
        raise ValueError("an area under the curve needs both answerable and unanswerable questions")
    import numpy as np

    below = np.sort(np.asarray(negative, np.float64))
    left = np.searchsorted(below, positive, side="left")
    right = np.searchsorted(below, positive, side="right")
    return float((left + right).sum() / (2 * len(positive) * len(negative)))


def brier(sure: Sequence[float], right: Sequence[bool]) -> float:
    """Average the squared distance of a probability from what came, 0 to 1, lower is better (Brier 1950).

    For probabilities (0.9, 0.2) of a right and a wrong answer it is 0.025.
    """
    return mean([(p - float(r)) ** 2 for p, r in zip(sure, right, strict=True)])


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """Average how far a probability is from the share that was right, over ten equal bins (ECE, Guo et al. 2017).

    For probabilities (0.95, 0.91) of a right and a wrong answer it is 0.43.
    """
    error = 0.0
    for number in range(10):
        low, high = number / 10, (number + 1) / 10
        own = [i for i, p in enumerate(sure) if low <= p < high or (p == high == 1.0)]
        if own:
            share = mean([float(right[i]) for i in own])
            error += len(own) / len(sure) * abs(mean([sure[i] for i in own]) - share)
    return error


def mean(values: Sequence[float]) -> float:
    """Average, 0 for nothing."""
    return sum(values) / len(values) if values else 0.0


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
