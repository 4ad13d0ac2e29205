"""Which sentence of a source's full text says what a sentence of our notes on it says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import FloatArray
from rag.indexing.generation import Generation, sentence_tokens
from rag.records import document_id
from rag.text.words import ENDED, counted_terms

LOOKED_AT = 20
"""Sentences, nearest by their vectors, whose tokens and words are compared."""

WORDS = 0.3
"""Weight of the shared words beside the two likenesses, of vectors and of tokens."""

ALIKE = 1.33
"""Likeness from which a sentence is taken to say the same; identical sentences have a little more than 2."""

LEAD = 0.03
"""How far the likest sentence must be ahead of the next that is no repetition of it."""

REPEATED = 0.9
"""Cosine from which a text says the same twice, as captions do."""


class Alignment:
    """Finds the full text's own words for sentences of notes, by what is stored of both; encodes nothing."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self.own_sentence = lru_cache(maxsize=None)(self._own_sentence)
        """Row of the sentence that says what the sentence of a row says, or None."""
        self._whole_sentences = lru_cache(maxsize=None)(self._find_whole_sentences)

    def _own_sentence(self, row: int) -> int | None:
        generation = self._generation
        document = generation.documents[generation.chunks[generation.sentence_owner[row]].doc_id]
        rows = self._whole_sentences(document.source_id) if document.text_kind == "notes" else np.zeros(0, np.int64)
        if not len(rows):
            return None
        near = self._cosines(row, rows)
        rows = rows[np.argsort(-near, kind="stable")[:LOOKED_AT]]
        likeness = self._cosines(row, rows) + self._token_likeness(row, rows) + WORDS * self._shared_words(row, rows)
        best = int(likeness.argmax())
        others = likeness[self._cosines(int(rows[best]), rows) < REPEATED]
        ahead = likeness[best] - others.max(initial=0.0)
        return int(rows[best]) if likeness[best] >= ALIKE and ahead >= LEAD else None

    def _find_whole_sentences(self, source_id: str) -> NDArray[np.int64]:
        """Rows of the sentences with an end in a source's full text."""
        generation = self._generation
        text = document_id(source_id, "full text")
        chunks = [number for number, chunk in enumerate(generation.chunks) if chunk.doc_id == text]
        rows = np.flatnonzero(np.isin(generation.sentence_owner, chunks))
        return np.array([row for row in rows if ENDED.search(generation.sentence_text(int(row)))], np.int64)

    def _cosines(self, row: int, rows: NDArray[np.int64]) -> FloatArray:
        """Mean of the cosines of sentences encoded alone and in their passages."""
        alone, in_context = self._generation.sentences.vectors, self._generation.context_sentences.vectors
        return np.asarray((alone[rows] @ alone[row] + in_context[rows] @ in_context[row]) / 2, np.float32)

    def _token_likeness(self, row: int, rows: NDArray[np.int64]) -> FloatArray:
        """Mean of the best cosine of each token, of one sentence in the other and the other way."""
        own = self._tokens(row)
        return np.array([_both_ways(own @ self._tokens(int(other)).T) for other in rows], np.float32)

    def _tokens(self, row: int) -> FloatArray:
        generation = self._generation
        number, place = generation.sentence_place(row)
        chunk, tokens = generation.chunks[number], generation.tokens.chunk(number)
        start, end = sentence_tokens(chunk, generation.source_of(chunk), tokens)[place]
        return tokens.vectors[start:end]

    def _shared_words(self, row: int, rows: NDArray[np.int64]) -> FloatArray:
        """Share of a sentence's counted words, by idf, that others hold."""
        lexical = self._generation.lexical
        weights = {term: lexical.idf(term) for term in counted_terms(self._generation.sentence_text(row))}
        total = max(sum(weights.values()), 1e-9)
        texts = (counted_terms(self._generation.sentence_text(int(other))) for other in rows)
        return np.array([sum(weights.get(term, 0.0) for term in set(text)) / total for text in texts], np.float32)


def _both_ways(cosines: FloatArray) -> float:
    """Mean of the best cosine of each row and of each column; 0 without any."""
    return float(cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2 if cosines.size else 0.0
