"""Fit ``rag/reading/coefficients.toml`` on one half of the evaluation sets.

    python -m tests.measures.train_answers --data FOLDER

A question belongs to the half of the document that it is about (parity of the title's
SHA-256). Sentence weights: listwise logistic regression on half 0. Confidence, of the
sentences that these weights choose: logistic regression under a strong penalty, its
scale fitted again without one; two-fold for the figures, half 0 for the file. Figures
of both halves are printed and stand in the file's head.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rag.config import Settings
from rag.evaluation.measures import auc, holds_answer, is_evidence
from rag.evaluation.sets import QUERIES, open_set, read_queries
from rag.indexing.encoder import default_embedder
from rag.reading.confidence import CONFIDENCE_FEATURES, model
from rag.reading.evidence import SENTENCE_FEATURES

SENTENCE_SETS = {"xquad-en": 0.6, "nq-qed": 0.8, "clapnq": 0.5, "squad2": 1.0}
"""Sets that sentence weights are fitted on, and how much each weighs as a whole."""
CONFIDENCE_SETS = {"squad2": 1.0, "clapnq": 3.0, "mtrag-un": 3.0}
"""Sets that confidence is fitted on, and how much one question of each weighs."""
EVERY = {"squad2": 4}
"""Only every n-th question of a large set is used."""
COEFFICIENTS = Path("rag/reading/coefficients.toml")
"""The file that is written, and read again between the two fits."""
SENTENCE_PENALTY = 3e-3
CONFIDENCE_PENALTY = 0.003

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One question with the features of its sentences."""

    dataset: str
    half: int
    answerable: bool
    features: Array
    """(sentences, features), in the order they were ranked."""
    right: NDArray[np.bool_]
    """(sentences,): holds the gold answer or is marked evidence."""
    signals: dict[str, float]


def collect(name: str, data: Path, scratch: Path) -> list[Example]:
    """Ask every question of a set and keep its features."""
    settings = Settings.load()
    names, library = open_set(data / name, scratch / name, default_embedder(settings.embedding_model), settings)
    titles = dict(names.values())
    queries = list(read_queries(data / name / QUERIES, titles))[:: EVERY.get(name, 1)]
    examples = []
    for query in tqdm(queries, desc=name):
        found = library.examine(query.question, history=query.history, duplicates=True).assessment
        right = [
            is_evidence(c.text, query.evidence) if query.evidence else holds_answer(c.text, query.answers)
            for c in found.candidates
        ]
        examples.append(
            Example(
                name,
                query.half,
                query.answerable,
                np.array([c.features for c in found.candidates], np.float64),
                np.array(right, bool) & query.answerable,
                dict(found.signals),
            )
        )
    return examples


def fit_sentences(examples: list[Example]) -> Array:
    """Fit weights so that right sentences get most of each question's softmax."""
    from scipy.optimize import minimize

    usable = [e for e in examples if e.right.any() and not e.right.all()]
    counts = Counter(e.dataset for e in usable)
    rows = np.concatenate([e.features for e in usable])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    rows = (rows - mean) / spread
    starts = np.cumsum([0, *(len(e.right) for e in usable)])[:-1]
    owner = np.repeat(np.arange(len(usable)), [len(e.right) for e in usable])
    right = np.concatenate([e.right for e in usable]).astype(float)
    weight = np.array([SENTENCE_SETS[e.dataset] / counts[e.dataset] for e in usable])
    weight /= weight.sum()

    def loss(b: Array) -> tuple[float, Array]:
        score = rows @ b
        power = np.exp(score - np.maximum.reduceat(score, starts)[owner])
        total, hit = np.add.reduceat(power, starts), np.add.reduceat(power * right, starts)
        value = float(weight @ (np.log(total) - np.log(hit)) + SENTENCE_PENALTY * b @ b)
        slope = weight[owner] * power * (1 / total[owner] - right / hit[owner])
        return value, rows.T @ slope + 2 * SENTENCE_PENALTY * b

    fitted = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(fitted.x / spread)


def fit_confidence(examples: list[Example]) -> tuple[Array, float]:
    """Fit weights in the order of the features, and the bias."""
    from sklearn.linear_model import LogisticRegression

    rows = signals(examples)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    answerable = [e.answerable for e in examples]
    weight = [CONFIDENCE_SETS[e.dataset] for e in examples]
    rows = (rows - mean) / spread
    options: dict[str, Any] = {"max_iter": 2000, "class_weight": "balanced"}
    direction = LogisticRegression(C=CONFIDENCE_PENALTY, **options).fit(rows, answerable, sample_weight=weight).coef_[0]
    scale = LogisticRegression(C=1e6, **options).fit((rows @ direction)[:, None], answerable, sample_weight=weight)
    weights = direction * scale.coef_[0][0] / spread
    return weights, float(scale.intercept_[0] - weights @ mean)


def signals(examples: list[Example]) -> Array:
    """(questions, features) in the order of `CONFIDENCE_FEATURES`."""
    return np.array([[e.signals[name] for name in CONFIDENCE_FEATURES] for e in examples])


def report(examples: list[Example], weights: Array) -> dict[str, list[float]]:
    """Share of answerable questions with a right sentence first, and among the first three, by half."""
    table: dict[str, list[float]] = {}
    for name in SENTENCE_SETS:
        mine = [e for e in examples if e.dataset == name and e.answerable]
        ranked = [(e.half, e.right[np.argsort(-(e.features @ weights), kind="stable")]) for e in mine]
        for n in (1, 3):
            table[f"{name} answer@{n}"] = [
                round(float(np.mean([r[:n].any() for h, r in ranked if half in (h, None)])), 4) for half in (0, 1, None)
            ]
    return table


def main() -> int:
    """Fit, report and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path("build/eval"))
    parser.add_argument("--keep-sentences", action="store_true", help="fit confidence only")
    options = parser.parse_args()
    fitted = model()
    weights = np.asarray(fitted.sentence, np.float64)
    figures: dict[str, list[float]] = {}
    if not options.keep_sentences:
        examples = [e for name in SENTENCE_SETS for e in collect(name, options.data, options.scratch) if e.answerable]
        weights = fit_sentences([e for e in examples if e.half == 0])
        figures |= report(examples, weights)
        write(weights, list(fitted.confidence.values()), fitted.bias, figures)
        model.cache_clear()
    rated = [e for name in CONFIDENCE_SETS for e in collect(name, options.data, options.scratch) if len(e.features)]
    values: dict[int, Array] = {}
    for half in (0, 1):
        w, bias = fit_confidence([e for e in rated if e.half == half])
        values[half] = signals(rated) @ w + bias
    for name in CONFIDENCE_SETS:
        figures[f"{name} abstention AUC"] = [
            round(_auc(rated, values, name, halves), 4) for halves in ((0,), (1,), (0, 1))
        ]
    w, bias = fit_confidence([e for e in rated if e.half == 0])
    write(weights, w, bias, figures)
    json.dump(figures, sys.stdout, indent=1)
    return 0


def _auc(rated: list[Example], values: dict[int, Array], name: str, halves: tuple[int, ...]) -> float:
    """Two-fold: each half is judged by what was fitted on the other."""
    mine = [(e, float(values[1 - e.half][i])) for i, e in enumerate(rated) if e.dataset == name and e.half in halves]
    return auc([v for e, v in mine if e.answerable], [v for e, v in mine if not e.answerable])


def write(weights: Array, confidence: Sequence[float] | Array, bias: float, figures: dict[str, list[float]]) -> None:
    """Write the coefficients with the figures of both halves in the head."""
    lines = [
        "# Written by `python -m tests.measures.train_answers --data FOLDER`; do not edit by hand.",
        "# Fitted on half 0 (parity of the SHA-256 of the document's title); abstention two-fold.",
        "# Measured: half 0, half 1, whole.",
        *(f"#   {name:28} {a:.4f}  {b:.4f}  {c:.4f}" for name, (a, b, c) in figures.items()),
        "",
        "[sentence]",
        *(
            f"{name} = {value:.4f}  # {text}"
            for (name, text), value in zip(SENTENCE_FEATURES.items(), weights, strict=True)
        ),
        "",
        "[confidence]",
        f"bias = {bias:.4f}",
        *(
            f"{name} = {value:.4f}  # {text}"
            for (name, text), value in zip(CONFIDENCE_FEATURES.items(), confidence, strict=True)
        ),
        "",
        "[outcome]",
        "answer_from = 0.5  # confidence from which an answer is given without a caution",
        "abstain_below = 0.05  # confidence below which the assistant abstains",
        "",
    ]
    COEFFICIENTS.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
