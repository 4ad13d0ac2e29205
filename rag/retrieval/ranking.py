"""Features of a candidate passage, each on a natural scale, and their weighted sum.

Every feature is a cosine or a share from 0 to 1, so one weight per feature holds
for every library and nothing is normalised over the candidates of a query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.indexing.bm25 import LexicalIndex
from rag.indexing.encoder import FloatArray
from rag.retrieval.query import Query
from rag.text.words import STOP_WORDS

FIRST_STAGE: Mapping[str, float] = {"dense": 0.2, "sentence": 0.3, "context_sentence": 1.1, "bm25": 0.9}
"""Weights that choose the candidates, before late interaction is known."""

WEIGHTS: Mapping[str, float] = {
    "dense": 0.2,
    "sentence": 0.3,
    "context_sentence": 1.1,
    "bm25": 0.45,
    "late": 1.0,
    "bigrams": 0.2,
    "nearness": 0.2,
    "title": 0.12,
    "main": 0.1,
}
"""Weight of each feature in a passage's score; chosen on one half of the evaluation sets.

``main`` is 1 for a passage of the library's main source; the evaluation sets have none, so
its weight is chosen on one half of a set of questions about the library that is shipped.
"""

LINK_WEIGHT = 0.9
"""Most that a passage gains from being named, by its title, in a better passage."""

LINK_SHARES = (1.0, 0.8, 0.6)
"""Share of `LINK_WEIGHT` by the rank of the passage that names it."""

LINK_MARGIN = 1e-3
"""A linked passage stays this far below the best passage."""

LONE_TITLE_IDF = 3.0
"""A title of one word links only if the word is rarer than this."""

BIGRAM_REACH = 3
"""Two words that neighbour in the question count if the text holds them this near."""


def fuse(features: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Sum features by weight, (n,) float32, higher is better.

    Scores are kept rather than ranks because a channel that is sure should count for
    more than one that is not. Features (0.5, 0.2) and (1, 0) with weights 2 and 0.1
    give (1.1, 0.4).

    Raises:
        KeyError: a weight names a feature that is not given.
    """
    return np.asarray(sum(np.float32(weight) * features[name] for name, weight in weights.items()), np.float32)


def context_sentence_vectors(tokens: FloatArray, spans: Sequence[tuple[int, int]]) -> FloatArray:
    """Give each sentence the mean of its tokens as encoded inside the whole chunk.

    No second encoding is needed: a sentence keeps what the chunk and its title say
    (late chunking, Günther et al. 2024).

    Args:
        tokens: (tokens, dim) unit rows of title and chunk.
        spans: token range of each sentence; an empty range gives a row of zeros.

    Returns:
        (sentences, dim) float32, unit rows.
    """
    rows = [tokens[a:b].mean(axis=0) if b > a else np.zeros(tokens.shape[1], np.float32) for a, b in spans]
    vectors = np.asarray(rows, np.float32).reshape(-1, tokens.shape[1])
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), np.float32)


def late_interaction(query: Query, tokens: FloatArray, spans: Sequence[tuple[int, int]], title_tokens: int) -> float:
    """Score a passage by its best pair of neighbouring sentences, its title included.

    For every question token the best cosine within the two sentences and the
    title, averaged by the token's weight (MaxSim, Khattab and Zaharia 2020).

    Args:
        tokens: (tokens, dim) unit rows of title and passage.
        spans: token range of each sentence.
        title_tokens: how many tokens at the front are the title's.

    Returns:
        At most 1; higher is better; -1 for a passage without tokens.
    """
    similar = query.tokens @ tokens.T
    above = similar[:, :title_tokens].max(axis=1) if title_tokens else np.full(len(similar), -1.0, np.float32)
    weights = query.token_weights / max(float(query.token_weights.sum()), 1e-9)
    best, before = -1.0, above
    for start, end in spans:
        if end <= start:
            continue
        here = similar[:, start:end].max(axis=1)
        best = max(best, float(weights @ np.maximum(np.maximum(here, before), above)))
        before = here
    return best


def nearness(terms: Mapping[str, float], title: Iterable[str], sentences: Sequence[Sequence[str]]) -> float:
    """Give the share of the query's weight that the title and two neighbouring sentences hold.

    Args:
        terms: each term's weight times its idf.
    """
    above, before, best = set(title), set[str](), 0.0
    for sentence in sentences:
        here = set(sentence)
        found = here | before | above
        best = max(best, sum(weight for term, weight in terms.items() if term in found))
        before = here
    return best / max(sum(terms.values()), 1e-9)


def bigram_share(query: Query, terms: Mapping[str, float], passage: Sequence[str]) -> float:
    """Give the share of the question's neighbouring word pairs that stand near each other.

    A pair weighs as its lighter word. 0 if the question has no pair.

    Args:
        terms: each term's weight times its idf.
        passage: terms of title and text in order, stop words included.
    """
    places: dict[str, list[int]] = {}
    for place, term in enumerate(passage):
        if term in terms:
            places.setdefault(term, []).append(place)
    found = total = 0.0
    for left, right in query.bigrams:
        weight = min(terms[left], terms[right])
        total += weight
        near = any(abs(a - b) <= BIGRAM_REACH for a in places.get(left, ()) for b in places.get(right, ()))
        found += weight if near else 0.0
    return found / total if total else 0.0


def title_share(terms: Mapping[str, float], title: Iterable[str], lexical: LexicalIndex) -> float:
    """Give the share of a title's weight, in idf, that the query names; 0 without a title."""
    weights = {term: lexical.idf(term) for term in title if term not in STOP_WORDS}
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0


def add_links(
    scores: FloatArray,
    titles: Sequence[Sequence[str]],
    passages: Sequence[Sequence[str]],
    query: Query,
    lexical: LexicalIndex,
) -> FloatArray:
    """Raise passages that the best three name by title, for questions that need two documents.

    A passage is raised if it holds a word of the question that the best passage
    lacks, and stays below the best passage, so the first rank never changes.

    Args:
        titles: terms of each candidate's title, without a bracketed part.
        passages: terms of each candidate's text, in order.
    """
    order = np.argsort(-scores, kind="stable")[: len(LINK_SHARES)]
    best = int(order[0])
    texts = {int(i): f" {' '.join(passages[i])} " for i in order}
    wanted = query.terms.keys() - set(passages[best]) - set(titles[best])
    raised = scores.copy()
    for i, title in enumerate(titles):
        if not _names_something(title, query, lexical) or wanted.isdisjoint([*passages[i], *title]):
            continue
        phrase = f" {' '.join(title)} "
        namers = zip(LINK_SHARES, map(int, order), strict=False)
        share = max((s for s, j in namers if titles[j] != title and phrase in texts[j]), default=0.0)
        if share:
            ceiling = float(scores[best]) - LINK_MARGIN
            raised[i] = max(float(scores[i]), min(float(scores[i]) + LINK_WEIGHT * share, ceiling))
    return raised


def _names_something(title: Sequence[str], query: Query, lexical: LexicalIndex) -> bool:
    """Whether a title is a name that the question does not already hold."""
    content = [term for term in title if term not in STOP_WORDS]
    if not content or all(term in query.terms for term in content):
        return False
    return len(content) > 1 or lexical.idf(content[0]) > LONE_TITLE_IDF


def token_spans(offsets: NDArray[np.int32], spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Turn spans of code points into ranges of tokens.

    Args:
        offsets: (tokens, 2) start and end of each token, ascending.
    """
    starts = offsets[:, 0]
    return [(int(np.searchsorted(starts, a)), int(np.searchsorted(starts, b))) for a, b in spans]
