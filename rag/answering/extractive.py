"""Answers without a language model: the few sentences that answer, quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.citations import cite
from rag.embedding import Embedder
from rag.records import AnswerSentence, Document, Passage, Span
from rag.words import content_terms, tokenise

MOST_SENTENCES = 3
"""Sentences in an answer, context brought along not counted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    passage: Passage
    span: Span
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """How well passages answer a question."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    confidence: float
    """0 to 1."""


def assess(
    question: str, passages: Sequence[Passage], documents: Mapping[str, Document], embedder: Embedder
) -> Assessment:
    """Score every sentence of the passages as an answer to the question."""
    spans = [(p, s) for p in passages for s in p.sentences]
    if not spans:
        return Assessment((), 0.0)
    texts = [documents[p.doc_id].text[s.start : s.end] for p, s in spans]
    vectors = embedder.encode([question, *texts])
    cosines = vectors[1:] @ vectors[0]
    words = set(content_terms(question))
    found = []
    for (passage, span), text, cosine in zip(spans, texts, cosines, strict=True):
        above = set(tokenise(f"{passage.source.title} {passage.heading} {text}"))
        coverage = len(words & above) / max(len(words), 1)
        found.append(Candidate(passage, span, text, float(cosine) + 0.5 * coverage))
    found.sort(key=lambda c: (-c.score, c.passage.number, c.span.start))
    return Assessment(tuple(found), float(np.clip(found[0].score / 1.2, 0, 1)))


def compose(assessment: Assessment, documents: Mapping[str, Document]) -> tuple[AnswerSentence, ...]:
    """Quote the best sentences, each once."""
    chosen: list[Candidate] = []
    seen: list[set[str]] = []
    for candidate in assessment.candidates:
        words = set(tokenise(candidate.text))
        if any(len(words & other) >= 0.7 * min(len(words), len(other)) for other in seen):
            continue
        if chosen and candidate.score < 0.8 * chosen[0].score:
            break
        chosen.append(candidate)
        seen.append(words)
        if len(chosen) == MOST_SENTENCES:
            break
    return tuple(
        AnswerSentence(c.text, (cite(c.passage, c.span, documents[c.passage.doc_id]),), "supported")
        for c in chosen
    )
