"""Query in, passages out: candidates of every channel, ranked by their features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import Generation, above, sentence_tokens, title_tokens
from rag.indexing.token_vectors import Tokens
from rag.reading.reranking import Reranker, reranked
from rag.records import Filters, Passage, Turn
from rag.retrieval.foreseen import NONE, PASSAGE_BLEND
from rag.retrieval.query import Query, encode_query
from rag.retrieval.ranking import (
    FIRST_STAGE,
    WEIGHTS,
    add_links,
    bigram_share,
    fuse,
    late_interaction,
    nearness,
    title_share,
)
from rag.text.dates import overlaps
from rag.text.words import tokenise

SENTENCE_DEPTH = 4
"""Sentences looked at for each candidate chunk that is wanted."""

RERANKED = 40
"""Candidates whose tokens and words are looked at."""

SECOND_OPINION = 20
"""Candidates that a cross-encoder reads, where one is set."""

NEAR_DUPLICATE = 0.9
"""Jaccard similarity of two passages' words from which the second is dropped."""


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """The terms of one chunk."""

    title: tuple[str, ...]
    """Of title and headings."""
    name: tuple[str, ...]
    """Of the source's title without a bracketed part."""
    sentences: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> list[str]:
        """The terms of the text, in order."""
        return [term for sentence in self.sentences for term in sentence]


class Retriever:
    """Searches one generation of the index with one embedding model.

    Args:
        candidates: chunks of each channel that fusion looks at.
        main_source: id of the source that a question means which names none.
        reranker: orders the best passages anew.
    """

    def __init__(
        self,
        generation: Generation,
        embedder: Embedder,
        *,
        candidates: int,
        main_source: str = "",
        reranker: Reranker | None = None,
    ) -> None:
        self.generation = generation
        self.main_source = main_source
        self._reranker = reranker
        self._embedder = embedder
        self._candidates = candidates
        self._words: dict[int, ChunkWords] = {}

    def query(self, question: str, history: Sequence[Turn] = ()) -> Query:
        """Encode a question with its conversation; see `rag.retrieval.query.encode_query`."""
        return encode_query(question, self._embedder, self.generation.lexical, history)

    def search(
        self,
        query: Query,
        k: int,
        filters: Filters | None = None,
        *,
        duplicates: bool = False,
    ) -> list[Passage]:
        """Find the passages that fit a query, best first.

        Args:
            k: most passages to return; clamped to what there is.
            filters: what to search in; applied before ranking.
            duplicates: keep passages that say nearly the same as a better one.

        Returns:
            At most k passages, numbered from 1; none where nothing is left to search.
        """
        allowed = self.allowed(filters or Filters())
        if not len(allowed):
            return []
        rows, features = self._candidate_features(query, allowed)
        scores = self._rank(query, rows, features)
        ids = [self.generation.chunks[row].chunk_id for row in rows]
        order = sorted(range(len(rows)), key=lambda i: (-scores[i], ids[i]))
        if self._reranker is not None:
            scores, order = self._second_opinion(self._reranker, query, rows, scores, order)
        passages: list[Passage] = []
        seen: list[frozenset[str]] = []
        for place in order:
            words = frozenset(self.words(int(rows[place])).text)
            if not duplicates and any(_jaccard(words, other) >= NEAR_DUPLICATE for other in seen):
                continue
            seen.append(words)
            own = {name: float(values[place]) for name, values in features.items()}
            passages.append(self.passage(int(rows[place]), len(passages) + 1, float(scores[place]), own))
            if len(passages) == k:
                break
        return passages

    def allowed(self, filters: Filters) -> NDArray[np.int64]:
        """The numbers of the chunks that the filters leave, ascending."""
        generation = self.generation
        if filters == Filters():
            return np.arange(len(generation.chunks), dtype=np.int64)
        wanted = [part.casefold() for part in filters.publishers]
        keep = []
        for row, chunk in enumerate(generation.chunks):
            document = generation.documents[chunk.doc_id]
            source = generation.sources[document.source_id]
            keep_it = (
                (not filters.sources or source.id in filters.sources)
                and (not filters.kinds or source.kind in filters.kinds)
                and (not wanted or any(part in chunk.attribution.publisher.casefold() for part in wanted))
                and overlaps(chunk.attribution.date, filters.since, filters.until)
            )
            if keep_it:
                keep.append(row)
        return np.array(keep, np.int64)

    def foreseen(self, query: Query) -> FloatArray:
        """How near a question foreseen for each sentence is, (sentences,) float32; see `rag.retrieval.foreseen`."""
        return self.generation.foreseen.scores(query)

    def tokens(self, passage: Passage) -> tuple[Tokens, list[tuple[int, int]]]:
        """Give the stored tokens of a passage, title in front, and each sentence's range among them."""
        row = self.generation.rows[passage.chunk_id]
        tokens = self.generation.tokens.chunk(row)
        return tokens, sentence_tokens(self.generation.chunks[row], passage.source, tokens)

    def words(self, row: int) -> ChunkWords:
        """The terms of a chunk, split once."""
        if row not in self._words:
            chunk = self.generation.chunks[row]
            source = self.generation.source_of(chunk)
            text = self.generation.documents[chunk.doc_id].text
            self._words[row] = ChunkWords(
                tuple(tokenise(above(chunk, source))),
                tuple(tokenise(source.title.split("(")[0])),
                tuple(tuple(tokenise(text[s.start : s.end])) for s in chunk.sentences),
            )
        return self._words[row]

    def _candidate_features(
        self, query: Query, allowed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[str, FloatArray]]:
        """Collect the best chunks of every channel and keep those that all channels together rank best."""
        generation, depth = self.generation, self._candidates
        everything = len(allowed) == len(generation.chunks)
        sentence_rows = None if everything else np.flatnonzero(np.isin(generation.sentence_owner, allowed))
        dense, _ = generation.dense.search(query.vector, depth, allowed=None if everything else allowed)
        found = [dense, generation.lexical.search(query.terms, depth, allowed=allowed)[0]]
        for channel in (generation.sentences, generation.context_sentences):
            best, _ = channel.search(query.vector, depth * SENTENCE_DEPTH, allowed=sentence_rows)
            owners = dict.fromkeys(generation.sentence_owner[best].tolist())
            found.append(np.array(list(owners)[:depth], np.int64))
        foreseen = np.maximum.reduceat(self.foreseen(query), generation.sentence_starts[:-1])
        asked = allowed[foreseen[allowed] > NONE]
        found.append(asked[np.argsort(-foreseen[asked], kind="stable")[:depth]])
        rows = np.unique(np.concatenate(found))
        features = {
            "dense": generation.dense.scores(query.vector, rows),
            "sentence": self._best_sentences(generation.sentences.vectors, query.vector, rows),
            "context_sentence": self._best_sentences(generation.context_sentences.vectors, query.vector, rows),
            "bm25": generation.lexical.scores(query.terms)[rows],
            "foreseen": foreseen[rows],
        }
        first = PASSAGE_BLEND(fuse(features, FIRST_STAGE), features["foreseen"])
        best = np.sort(np.argsort(-first, kind="stable")[:RERANKED])
        return rows[best], {name: values[best] for name, values in features.items()}

    def _best_sentences(self, vectors: FloatArray, query: FloatArray, rows: NDArray[np.int64]) -> FloatArray:
        """The cosine of each chunk's nearest sentence."""
        starts = self.generation.sentence_starts
        return np.array([np.max(vectors[starts[row] : starts[row + 1]] @ query) for row in rows], np.float32)

    def _rank(self, query: Query, rows: NDArray[np.int64], features: dict[str, FloatArray]) -> FloatArray:
        """Add the features that look inside a passage, and score every candidate by all of them."""
        lexical = self.generation.lexical
        words = [self.words(int(row)) for row in rows]
        weighted = {term: weight * lexical.idf(term) for term, weight in query.terms.items()}
        features["late"] = np.array([self._late(query, int(row)) for row in rows], np.float32)
        features["nearness"] = np.array([nearness(weighted, w.title, w.sentences) for w in words], np.float32)
        features["bigrams"] = np.array([bigram_share(query, weighted, [*w.title, *w.text]) for w in words], np.float32)
        features["title"] = np.array([title_share(query.terms, set(w.title), lexical) for w in words], np.float32)
        features["main"] = self._main_source(rows)
        scores = fuse(features, WEIGHTS)
        features["direct"] = add_links(scores, [w.name for w in words], [w.text for w in words], query, lexical)
        return PASSAGE_BLEND(features["direct"], features["foreseen"])

    def _second_opinion(
        self, reranker: Reranker, query: Query, rows: NDArray[np.int64], scores: FloatArray, order: list[int]
    ) -> tuple[FloatArray, list[int]]:
        """Order the best candidates anew; gives every score and the order."""
        chunks = (self.generation.chunks[rows[place]] for place in order[:SECOND_OPINION])
        opinion = reranker.scores(query.text, [self.generation.contextual_text(chunk) for chunk in chunks])
        changed = scores.copy()
        changed[order] = reranked(scores[order], opinion)
        return changed, sorted(order, key=lambda place: -changed[place])

    def _main_source(self, rows: NDArray[np.int64]) -> FloatArray:
        """1 for each chunk of the library's main source."""
        sources = [self.generation.source_of(self.generation.chunks[row]).id for row in rows]
        return np.array([source == self.main_source for source in sources], np.float32)

    def _late(self, query: Query, row: int) -> float:
        chunk = self.generation.chunks[row]
        tokens = self.generation.tokens.chunk(row)
        source = self.generation.source_of(chunk)
        title = title_tokens(chunk, source, tokens)
        return late_interaction(query, tokens.vectors, sentence_tokens(chunk, source, tokens), title)

    def passage(self, row: int, number: int, score: float = 0.0, scores: Mapping[str, float] | None = None) -> Passage:
        """Make the passage of a chunk."""
        chunk = self.generation.chunks[row]
        document = self.generation.documents[chunk.doc_id]
        return Passage(
            number=number,
            source=self.generation.sources[document.source_id],
            doc_id=chunk.doc_id,
            text_kind=document.text_kind,
            chunk_id=chunk.chunk_id,
            start=chunk.start,
            end=chunk.end,
            text=document.text[chunk.start : chunk.end],
            heading=chunk.heading,
            page=chunk.page,
            attribution=chunk.attribution,
            score=score,
            scores=dict(scores or {}),
            sentences=chunk.sentences,
        )


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
