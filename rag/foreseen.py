"""Questions foreseen in the notes, and the sentences that they lead to.

A reader's question seldom shares a word with the sentence that answers it, but often
means the same as another question. So a statement of our notes carries questions that
it answers (document expansion: Nogueira et al., "Document Expansion by Query
Prediction", 2019, here by hand), and a search compares like with like. Where the
source's full text is indexed, a question leads to the sentence there that says the same.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.embedding import FloatArray
from rag.records import Chunk, Document

SAYS_THE_SAME = 0.6
"""Cosine from which a sentence of a full text is taken to say what a statement says."""


def question_texts(documents: Iterable[Document]) -> list[str]:
    """Every question of every statement, in text order."""
    return [question for d in documents for statement in d.statements for question in statement.questions]


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
        blended = self.share * scores + self.gain * foreseen - self.offset
        return np.where(foreseen > 0, blended, scores).astype(np.float32)


PASSAGE_BLEND = Blend(0.6, 1.3, 0.35)
SENTENCE_BLEND = Blend(0.75, 12.0, 4.0)
"""Chosen on ``tests/tuning.jsonl``: with notes alone, with the main article's text added, and with that
text not linked to any question, where it had to answer as well as before."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The questions of a generation, each linked to one or more sentences."""

    vectors: FloatArray
    """(questions, dim) unit rows."""
    questions: NDArray[np.int64]
    """(links,) number of the question of each link."""
    sentences: NDArray[np.int64]
    """(links,) row of the sentence that it leads to."""
    size: int
    """How many sentences there are."""

    def scores(self, query: FloatArray) -> FloatArray:
        """The cosine of a query with the nearest question of each sentence, (size,) float32; 0 without one."""
        found = np.zeros(self.size, np.float32)
        np.maximum.at(found, self.sentences, (self.vectors @ query)[self.questions])
        return found


def link(
    documents: Sequence[Document], chunks: Sequence[Chunk], sentences: FloatArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Link every question to the sentences of its statement, and to the full text's that says the same.

    Args:
        documents: in the order of `question_texts`.
        sentences: (sentences, dim) unit rows, in the order of the chunks.

    Returns:
        Numbers of questions and rows of sentences, (links,) each.
    """
    rows: dict[str, list[tuple[int, int]]] = {}
    row = 0
    for chunk in chunks:
        for span in chunk.sentences:
            rows.setdefault(chunk.doc_id, []).append((span.start, row))
            row += 1
    links: list[tuple[int, int]] = []
    number = 0
    full = {d.source_id: [row for _, row in rows.get(d.doc_id, ())] for d in documents if d.text_kind == "full text"}
    for document in documents:
        places = sorted(rows.get(document.doc_id, ()))
        for statement in document.statements:
            low = bisect.bisect_left(places, (statement.start, -1))
            high = bisect.bisect_left(places, (statement.end, -1))
            own = [row for _, row in places[low:high]]
            targets = own + _same_in(full.get(document.source_id, []), own, sentences)
            for _ in statement.questions:
                links.extend((number, target) for target in targets)
                number += 1
    table = np.array(links, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _same_in(full: Sequence[int], own: Sequence[int], sentences: FloatArray) -> list[int]:
    """The sentence of a full text that is nearest to a statement, if it is near enough."""
    if not full or not own:
        return []
    cosines = (sentences[full] @ sentences[own].T).max(axis=1)
    best = int(cosines.argmax())
    return [full[best]] if cosines[best] >= SAYS_THE_SAME else []
