"""What is searched: a question, encoded, with its conversation folded in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rag.indexing.bm25 import LexicalIndex
from rag.indexing.encoder import Embedder, FloatArray, TokenVectors, unit_rows
from rag.records import Turn
from rag.text.words import content_terms, find_words

PREVIOUS_QUESTIONS = (0.4, 0.2)
"""Weight in a follow-up of the last and the last but one question."""

LAST_ANSWER = 0.1
"""Weight in a follow-up of the assistant's last answer."""

PLAIN_TOKEN = 0.1
"""Weight of a token outside every counted word, as a share of the heaviest."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be scored."""

    text: str
    """The question itself."""
    terms: Mapping[str, float]
    """Weight of each term, 1 for a term of the question itself."""
    bigrams: Sequence[tuple[str, str]]
    """Neighbouring terms of the question itself."""
    vector: FloatArray
    """(dim,) unit length."""
    tokens: FloatArray
    """(tokens, dim) unit rows; the question's own come first."""
    token_weights: FloatArray
    """(tokens,) weight of each token in late interaction."""
    own: TokenVectors
    """The question alone, without its history."""


def encode_query(question: str, embedder: Embedder, lexical: LexicalIndex, history: Sequence[Turn] = ()) -> Query:
    """Encode a question and fold the conversation into it, by weight and without rewriting.

    Vectors are summed by weight; a term takes the highest weight of the texts that
    hold it; the tokens of earlier questions join late interaction, together no
    heavier than their share.

    Args:
        history: earlier turns, oldest first; the last two count.
    """
    earlier = list(_earlier(history))
    encoded = embedder.encode_tokens([question, *(text for text, _, _ in earlier)])
    own = encoded[0]
    terms = content_terms(question)
    weighted = dict.fromkeys(terms, 1.0)
    vector, tokens = own.pooled, [own.vectors]
    weights = [token_weights(question, own, lexical)]
    total = float(weights[0].sum())
    for (text, share, is_question), turn in zip(earlier, encoded[1:], strict=True):
        vector = vector + np.float32(share) * turn.pooled
        for term in content_terms(text):
            weighted[term] = max(weighted.get(term, 0.0), share)
        if is_question:
            heard = token_weights(text, turn, lexical)
            tokens.append(turn.vectors)
            weights.append(heard * np.float32(share * min(1.0, total / max(float(heard.sum()), 1e-9))))
    return Query(
        text=question,
        terms=weighted,
        bigrams=[(a, b) for a, b in pairwise(terms) if a != b],
        vector=unit_rows(vector.reshape(1, -1))[0],
        tokens=np.concatenate(tokens),
        token_weights=np.concatenate(weights).astype(np.float32),
        own=own,
    )


def token_weights(text: str, tokens: TokenVectors, lexical: LexicalIndex) -> FloatArray:
    """Weigh each token by the idf of the word that it belongs to.

    Tokens of stop words and of punctuation get `PLAIN_TOKEN` of the heaviest word.

    Returns:
        (tokens,) float32, 0 or more.
    """
    counted = set(content_terms(text))
    words = [(word, lexical.idf(word.term)) for word in find_words(text) if word.term in counted]
    plain = PLAIN_TOKEN * max((weight for _, weight in words), default=1.0)
    return np.array(
        [
            max((weight for word, weight in words if word.start <= start < word.end), default=plain)
            for start, _ in tokens.offsets
        ],
        np.float32,
    )


def _earlier(history: Sequence[Turn]) -> Iterator[tuple[str, float, bool]]:
    """The earlier texts that count, each with its weight and whether it is a question."""
    for share, turn in zip(PREVIOUS_QUESTIONS, reversed(history), strict=False):
        yield turn.question, share, True
    if history and history[-1].answer:
        yield history[-1].answer, LAST_ANSWER, False
