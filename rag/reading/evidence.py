"""Evidence that a sentence answers a question: features, each a plain number.

Similarity is not support. Beside it stand the question's words that the sentence
holds, and whether it has an answer of the kind asked for that the question does not
give away. No feature depends on how large the library is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.indexing.bm25 import LexicalIndex
from rag.indexing.encoder import FloatArray
from rag.reading.answer_types import Asked, analyse
from rag.reading.spans import candidates
from rag.retrieval.query import Query
from rag.retrieval.ranking import bigram_share
from rag.text.words import STOP_WORDS, Word, find_words

SENTENCE_FEATURES: Mapping[str, str] = {
    "window": "MaxSim of the question with sentence, the one before and title, by idf; at most 1",
    "by_window": "window less the highest of all sentences; at most 0",
    "even": "MaxSim with the sentence alone, every token of the question weighing the same",
    "weakest": "lowest MaxSim within the window among the question's counted words",
    "back": "mean over the sentence's tokens of the best cosine with the question's",
    "asked": "best cosine of the question word (who, when ...) with the sentence's tokens",
    "focus_new": "best cosine of the noun asked for with tokens that the question lacks",
    "cosine": "cosine of the question with the sentence as encoded in its passage",
    "apart": "cosine of the question with the sentence encoded alone",
    "words": "share of the question's words, by idf, in the sentence",
    "words_near": "the same in the sentence, the one before and the title",
    "by_words": "words_near less the highest of all sentences; at most 0",
    "pairs": "share of the question's neighbouring words that are near each other",
    "passage": "score of the passage less that of the best; at most 0",
    "rank": "1 / rank of the passage",
    "first": "1 for the first sentence of a passage",
    "second": "1 for the second",
    "long": "logarithm of the number of words over 20",
    "new": "share of the sentence's words that the question lacks",
    "question": "1 if the sentence is a question",
    "pronoun": "1 if it opens with a word that refers back",
    "focus": "1 if it holds the noun asked for",
    "lacks": "1 if the kind asked for has candidates and the sentence has no new one",
    "near": "1 / (1 + words between a new candidate and a word of the question)",
    "fits_time": "1 if a time is asked for and there is a new one",
    "fits_number": "the same for a number",
    "fits_person": "the same for a person",
    "fits_place": "the same for a place",
    "near_time": "near, where a time is asked for",
    "near_number": "near, where a number is asked for",
    "lacks_person": "lacks, where a person is asked for",
}
"""The features of a sentence, in order, and what each says."""

REFERS_BACK = frozenset("it they he she this that these those his her its their such".split())
"""First words of a sentence that needs the one before it."""

QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)

COUNTED = 0.3
"""A token counts for `weakest` from this share of the heaviest."""

FAR = 20
"""Words between a candidate and the question's words where the sentence holds none of them."""


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence with what its features need."""

    text: str
    tokens: FloatArray
    """(tokens, dim) unit rows, as encoded in the passage."""
    offsets: NDArray[np.int32]
    """(tokens, 2) in the sentence's text."""
    in_context: FloatArray
    """(dim,) the sentence as encoded in the passage, unit length."""
    alone: FloatArray
    """(dim,) the sentence encoded by itself, unit length."""


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage with what the features of its sentences need."""

    score: float
    rank: int
    """From 1."""
    title_terms: frozenset[str]
    title_tokens: FloatArray
    sentences: tuple[SentenceView, ...]


def sentence_features(query: Query, lexical: LexicalIndex, passages: Sequence[PassageView]) -> list[FloatArray]:
    """Measure every sentence of every passage as an answer.

    Args:
        passages: best first.

    Returns:
        For each passage (sentences, features) float32, columns as in `SENTENCE_FEATURES`.
    """
    question = _Question(query, lexical)
    top = passages[0].score if passages else 0.0
    rows = [_passage_rows(question, passage, top) for passage in passages]
    for name, base in (("by_window", "window"), ("by_words", "words_near")):
        highest = max((row[base] for group in rows for row in group), default=0.0)
        for row in (row for group in rows for row in group):
            row[name] = row[base] - highest
    width = len(SENTENCE_FEATURES)
    return [
        np.array([[row[name] for name in SENTENCE_FEATURES] for row in group], np.float32).reshape(-1, width)
        for group in rows
    ]


class _Question:
    """A question with what the features of every sentence share."""

    def __init__(self, query: Query, lexical: LexicalIndex) -> None:
        self.query = query
        self.asked: Asked = analyse(query.text)
        self.weighted = {term: weight * lexical.idf(term) for term, weight in query.terms.items()}
        self.weights = query.token_weights / max(float(query.token_weights.sum()), 1e-9)
        self.counted = query.token_weights > COUNTED * query.token_weights.max(initial=0.0)

    @cached_property
    def question_word(self) -> FloatArray | None:
        """Vector of the question word."""
        found = QUESTION_WORD.search(self.query.text)
        return self._token(found.start()) if found else None

    @cached_property
    def focus(self) -> FloatArray | None:
        """Vector of the noun asked for."""
        words = (w.start for w in find_words(self.query.text) if w.term == self.asked.focus)
        start = next(words, None)
        return self._token(start) if start is not None else None

    def _token(self, start: int) -> FloatArray | None:
        own = self.query.own
        place = int(np.searchsorted(own.offsets[:, 0], start))
        return own.vectors[place] if place < len(own.vectors) else None


def _passage_rows(question: _Question, passage: PassageView, top: float) -> list[dict[str, float]]:
    query, weights = question.query, question.weights
    above = _best(query.tokens, passage.title_tokens)
    similar = [_best(query.tokens, sentence.tokens) for sentence in passage.sentences]
    words = [find_words(sentence.text) for sentence in passage.sentences]
    rows: list[dict[str, float]] = []
    for i, sentence in enumerate(passage.sentences):
        window = np.maximum(similar[i], np.maximum(above, similar[i - 1]) if i else above)
        terms = [word.term for word in words[i]]
        near = {*terms, *passage.title_terms, *(word.term for word in words[i - 1] if i)}
        rows.append(
            {
                "window": float(weights @ window),
                "even": float(similar[i].mean()) if len(similar[i]) else 0.0,
                "weakest": float(window[question.counted].min(initial=1.0)),
                "cosine": float(sentence.in_context @ query.vector),
                "apart": float(sentence.alone @ query.vector),
                "words": _share(question.weighted, set(terms)),
                "words_near": _share(question.weighted, near),
                "pairs": bigram_share(query, question.weighted, terms),
                "passage": passage.score - top,
                "rank": 1 / passage.rank,
                "first": float(i == 0),
                "second": float(i == 1),
                **_token_row(question, sentence, words[i]),
                **_word_row(question, sentence.text, words[i]),
            }
        )
    return rows


def _token_row(question: _Question, sentence: SentenceView, words: Sequence[Word]) -> dict[str, float]:
    """The features that compare single tokens."""
    if not len(sentence.tokens):
        return {"back": 0.0, "asked": 0.0, "focus_new": 0.0}
    own, word, focus = question.query.own.vectors, question.question_word, question.focus
    new = np.zeros(len(sentence.tokens), bool)
    for found in words:
        if found.term not in question.query.terms and found.term not in STOP_WORDS:
            new |= (sentence.offsets[:, 0] < found.end) & (sentence.offsets[:, 1] > found.start)
    return {
        "back": float((own @ sentence.tokens.T).max(axis=0).mean()) if len(own) else 0.0,
        "asked": float((sentence.tokens @ word).max()) if word is not None else 0.0,
        "focus_new": float((sentence.tokens[new] @ focus).max()) if focus is not None and new.any() else 0.0,
    }


def _word_row(question: _Question, text: str, words: Sequence[Word]) -> dict[str, float]:
    """The features of a sentence's words and of the kind of answer asked for."""
    asked, terms = question.asked, question.query.terms
    kind = asked.kind
    content = [word.term for word in words if word.term not in STOP_WORDS]
    has_kind = kind in ("time", "number", "person", "place")
    near = _nearest_candidate(question, text, words) if has_kind else 0.0
    return {
        "long": float(np.log(max(len(words), 1) / 20)),
        "new": sum(term not in terms for term in content) / max(len(content), 1),
        "question": float(text.rstrip().endswith("?")),
        "pronoun": float(bool(words) and words[0].term in REFERS_BACK),
        "focus": float(bool(asked.focus) and any(word.term == asked.focus for word in words)),
        "near": near,
        "lacks": float(has_kind and not near),
        **{f"fits_{k}": float(kind == k and near > 0) for k in ("time", "number", "person", "place")},
        **{f"near_{k}": near if kind == k else 0.0 for k in ("time", "number")},
        "lacks_person": float(kind == "person" and not near),
    }


def _nearest_candidate(question: _Question, text: str, words: Sequence[Word]) -> float:
    """1 / (1 + words between) for the candidate nearest to a word of the question; 0 without a new one."""
    terms = question.query.terms
    counted = [i for i, word in enumerate(words) if word.term not in STOP_WORDS]
    matched = [i for i in counted if words[i].term in terms]
    best = 0.0
    for start, end in candidates(question.asked.kind, text):
        new = [i for i in counted if words[i].start < end and words[i].end > start and words[i].term not in terms]
        if new:
            best = max(best, 1 / (1 + min((abs(i - j) for i in new for j in matched), default=FAR)))
    return best


def _best(question: FloatArray, tokens: FloatArray) -> FloatArray:
    """The best cosine of each token of the question; 0 where there is nothing to compare."""
    if not len(tokens):
        return np.zeros(len(question), np.float32)
    return np.asarray((question @ tokens.T).max(axis=1), np.float32)


def _share(weighted: Mapping[str, float], found: set[str]) -> float:
    total = sum(weighted.values())
    return sum(weight for term, weight in weighted.items() if term in found) / total if total else 0.0
