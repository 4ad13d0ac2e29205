"""Passages and read sentences made from plain sentences, for tests of what comes after retrieval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import faiss
import numpy as np

from rag.indexing.bm25 import Bm25
from rag.indexing.dense import DenseIndex, Vectors
from rag.indexing.encoder import FloatArray
from rag.indexing.postings import Postings
from rag.reading.reading import UNREAD, ReadSentence
from rag.records import Attribution, Document, Passage, Source, Span, Statement, TextKind
from rag.text.words import STOP_WORDS

ISLE = replace(Source.unnamed("isle", "The isle"), publisher="Isle Press", date="2020")


def passage(
    *sentences: str,
    number: int = 1,
    score: float = 0.5,
    source: Source = ISLE,
    kind: TextKind = "full text",
    heading: str = "",
    said: Attribution | None = None,
    questions: Sequence[str] = (),
    cosine: float = 0.5,
) -> Passage:
    """A passage that is a document of its own, of some sentences.

    Args:
        questions: noted below the first sentence, as notes do; the last is the nearest.
    """
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    attribution = said or source.attribution
    statements = (Statement(0, spans[0].end, attribution, questions=tuple(questions)),) if questions else ()
    near = tuple(questions[-1:])
    doc_id = f"{source.id}{number}/{'notes' if kind == 'notes' else 'text'}"
    return Passage(
        number, source, doc_id, kind, f"{doc_id}#0", 0, len(text), text, heading, None, attribution, score,
        {"dense": cosine}, tuple(spans), (), statements, near,
    )  # fmt: skip


def sentence(place: Passage, index: int = 0, logit: float = UNREAD) -> ReadSentence:
    """A sentence of a passage with what a reader makes of it, ordered by that alone."""
    span = place.sentences[index]
    return ReadSentence(place, span, place.text[span.start : span.end], logit, logit)


def documents(*passages: Passage) -> dict[str, Document]:
    """The documents that passages are of."""
    return {p.doc_id: Document(p.doc_id, p.source.id, p.text_kind, p.text, "0" * 64) for p in passages}


def word_index(texts: Iterable[Sequence[str]]) -> Bm25:
    """BM25 of texts given as their terms; stop words are left out."""
    part = Postings.from_terms([term for term in text if term not in STOP_WORDS] for text in texts)
    return Bm25([part], [np.ones(len(part.lengths), bool)])


def vectors(rows: FloatArray) -> Vectors:
    """(n, dim) unit rows in memory, as an index's file holds them."""
    flat = faiss.IndexScalarQuantizer(rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    flat.add(np.ascontiguousarray(rows))
    return Vectors(flat)


def dense_index(rows: FloatArray) -> DenseIndex:
    """(n, dim) unit rows as one part."""
    return DenseIndex([vectors(rows)], [np.ones(len(rows), bool)])
