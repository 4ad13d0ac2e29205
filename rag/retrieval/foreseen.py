"""Questions foreseen in the notes, and the sentences that they lead to.

A reader's question seldom shares a word with the sentence that answers it, but often
means the same as another question. So a statement of our notes carries questions that
it answers (document expansion: Nogueira et al., "Document Expansion by Query
Prediction", 2019, here by hand), and a search compares like with like.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.records import Chunk, Document
from rag.retrieval.query import Query
from rag.text.words import YEAR

NONE = -2.0
"""What stands for a cosine where no question is foreseen."""

FAR = 0.3
"""Least that the nearest foreseen question counts: further away it tells nothing."""

OTHER_YEAR = 0.5
"""Most that a question about another year counts; questions on the same subject have about as much."""


def question_texts(documents: Iterable[Document]) -> list[str]:
    """Every question of every statement, in text order."""
    return [question for d in documents for statement in d.statements for question in statement.questions]


def question_years(documents: Iterable[Document]) -> list[frozenset[str]]:
    """The years that each question or its statement names, or else its attribution, as `question_texts` has them."""
    return [
        frozenset(YEAR.findall(f"{question} {said}") or YEAR.findall(statement.attribution.date))
        for d in documents
        for statement in d.statements
        for said in (d.text[statement.start : statement.end],)
        for question in statement.questions
    ]


@dataclass(frozen=True, slots=True)
class Blend:
    """How a score and the nearest foreseen question are weighed together, on the score's own scale."""

    share: float
    """What is left of the score."""
    gain: float
    """What a cosine of 1 with a foreseen question adds."""
    offset: float
    """What is taken off, so that texts without foreseen questions keep their chance."""

    def __call__(self, scores: FloatArray, foreseen: FloatArray) -> FloatArray:
        """Blend scores with cosines, elementwise; a score without a foreseen question stays as it is."""
        blended = self.share * scores + self.gain * np.maximum(foreseen, FAR) - self.offset
        return np.where(foreseen > NONE, blended, scores).astype(np.float32)


PASSAGE_BLEND = Blend(0.6, 1.3, 0.35)
"""For a passage, whose score lies between 0 and 3."""

SENTENCE_BLEND = Blend(0.75, 12.0, 4.0)
"""For a sentence, whose score lies between 0 and 25.

Both are chosen on ``tests/tuning.jsonl``: with notes alone, with the main article's text added, and with that
text not linked to any question, where it had to answer as well as before."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The questions of a generation, each linked to one or more sentences."""

    texts: Sequence[str]
    """As they are noted."""
    vectors: FloatArray
    """(questions, dim) unit rows."""
    questions: NDArray[np.int64]
    """(links,) number of the question of each link."""
    sentences: NDArray[np.int64]
    """(links,) row of the sentence that it leads to."""
    years: Sequence[frozenset[str]]
    """(questions,) the years that each question or its statement names."""
    size: int
    """How many sentences there are."""

    def nearest(self, query: Query, sentences: slice) -> str | None:
        """The question nearest to a query among those that lead to some rows of sentences, or None."""
        there = (self.sentences >= sentences.start) & (self.sentences < sentences.stop)
        numbers = self.questions[there]
        return self.texts[int(numbers[(self.vectors[numbers] @ query.vector).argmax()])] if len(numbers) else None

    def scores(self, query: Query) -> FloatArray:
        """The cosine of a query with the nearest question of each sentence, (size,) float32; `NONE` without one.

        Where neither a question nor its statement names every year that the query names,
        it counts as `OTHER_YEAR` at most: vectors hardly tell one year from another.
        """
        found = np.full(self.size, NONE, np.float32)
        near = self.vectors @ query.vector
        if asked := frozenset(YEAR.findall(query.text)):
            other = np.array([not asked <= years for years in self.years], bool)
            near = np.where(other, np.minimum(near, OTHER_YEAR), near)
        np.maximum.at(found, self.sentences, near[self.questions])
        return found


def link(documents: Iterable[Document], chunks: Iterable[Chunk]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Link every question to the sentences of its statement.

    Args:
        documents: in the order of `question_texts`.

    Returns:
        Numbers of questions and rows of sentences, (links,) each.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    spans = ((chunk.doc_id, span.start) for chunk in chunks for span in chunk.sentences)
    for row, (doc_id, start) in enumerate(spans):
        places.setdefault(doc_id, []).append((start, row))
    links: list[tuple[int, int]] = []
    statements = ((places.get(d.doc_id, []), statement) for d in documents for statement in d.statements)
    number = 0
    for starts, statement in statements:
        low = bisect.bisect_left(starts, (statement.start, -1))
        high = bisect.bisect_left(starts, (statement.end, -1))
        for _ in statement.questions:
            links.extend((number, row) for _, row in starts[low:high])
            number += 1
    table = np.array(links, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
