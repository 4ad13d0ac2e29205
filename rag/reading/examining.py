"""Search and judge: what is found for a question, in what it is looked for, and how well it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.asking.followups import Resolved
from rag.asking.scope import Scope, without_source
from rag.reading.agreement import contradicts
from rag.reading.alignment import Alignment
from rag.reading.candidates import ASKS_RECENT, Assessment, Candidate, assess, in_view
from rag.reading.confidence import model
from rag.reading.extractive import WITHIN_DOUBT, chosen
from rag.records import Filters, Passage, Span, Turn
from rag.retrieval.query import Query
from rag.retrieval.retriever import Retriever
from rag.text.names import unmatched

BOTH_TEXTS = 2
"""How many times as many passages are judged where sources have both notes and a full text."""

OWN_WORDS_DEPTH = 8
"""Candidates, best first, that are put in the full text's own words."""

ONLY_NOTES = 1.5
"""What the score of a note loses where the source's full text is indexed and does not surely say the same."""

RECENT_DEPTH = 2
"""How many times as many passages are judged where the newest is asked for: it may stand in a lower one."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found for a question, before it is worded."""

    query: Query
    passages: tuple[Passage, ...]
    assessment: Assessment
    """Of the first passages, as many as an answer looks at."""


class Examiner:
    """Searches and judges in one generation of the index. Safe to share between threads."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever
        self._alignment = Alignment(retriever.generation)

    def examine(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        k: int,
        *,
        depth: int | None = None,
        duplicates: bool = False,
    ) -> Examination:
        """Search and judge.

        Args:
            k: passages that are judged and returned, with those that the best sentences come from;
                twice as many where the newest is asked for. Where sources have both notes and a
                full text, twice as many are judged.
            depth: passages that are returned, at least as many as are judged.
            duplicates: keep passages that say nearly the same as a better one.
        """
        return self._judge(self.retriever.query(question, history), filters, k, depth=depth, duplicates=duplicates)

    def _judge(
        self, query: Query, filters: Filters, k: int, *, depth: int | None = None, duplicates: bool = False
    ) -> Examination:
        k *= RECENT_DEPTH if ASKS_RECENT.search(query.text) else 1
        both = bool(self.retriever.generation.noted_texts)
        judged = k * BOTH_TEXTS if both else k
        passages = self.retriever.search(query, max(depth or judged, judged), filters, duplicates=duplicates)
        found = Examination(query, tuple(passages), assess(query, passages[:judged], self.retriever))
        return self._in_own_words(found, filters, max(depth or k, k)) if both else found

    def examine_scoped(self, resolved: Resolved, scope: Scope, filters: Filters, k: int) -> tuple[Examination, str]:
        """Search in the source that the question means first, then everywhere; gives what to say of it."""
        question = without_source(resolved.search) if scope.source else resolved.search
        everywhere = self.examine(question, resolved.history, filters, k)
        if scope.source is None or filters.sources:
            return everywhere, ""
        inside = self._judge(everywhere.query, replace(filters, sources=(scope.source.id,)), k)
        if inside.assessment.confidence >= model().abstain_below:
            return inside, ""
        title = f"“{scope.source.title}” does not say."
        if everywhere.assessment.confidence >= model().answer_from:
            return everywhere, f"{title} Another source says:"
        return inside, f"{title} The nearest passages are listed for you to judge."

    def _in_own_words(self, found: Examination, filters: Filters, depth: int) -> Examination:
        """Put a full text's own words in the place of our notes that say the same, for the best sentences.

        Args:
            depth: passages to keep beside those of the sentences that are best then.
        """
        allowed = self.retriever.allowed(filters)
        passages = {p.chunk_id: p for p in found.passages}
        best, rest = found.assessment.candidates[:OWN_WORDS_DEPTH], found.assessment.candidates[OWN_WORDS_DEPTH:]
        own = [self._own_words(found.query, candidate, passages, allowed) for candidate in best]
        said: dict[tuple[str, Span], Candidate] = {}
        for candidate in sorted((*own, *rest), key=lambda c: -c.preference):
            said.setdefault((candidate.passage.doc_id, candidate.span), candidate)
        cited = {c.passage.chunk_id for c in chosen(list(said.values()), within=WITHIN_DOUBT)}
        kept = {p.chunk_id: p for rank, p in enumerate(passages.values()) if rank < depth or p.chunk_id in cited}
        candidates = tuple(c for c in said.values() if c.passage.chunk_id in kept)
        return replace(
            found, passages=tuple(kept.values()), assessment=replace(found.assessment, candidates=candidates)
        )

    def _own_words(
        self, query: Query, candidate: Candidate, passages: dict[str, Passage], allowed: NDArray[np.int64]
    ) -> Candidate:
        """Give the full text's sentence for a note's, and add its passage to those found."""
        generation = self.retriever.generation
        if candidate.passage.text_kind != "notes" or candidate.passage.source.id not in generation.noted_texts:
            return candidate
        first = generation.sentence_rows(candidate.passage.chunk_id).start
        row = self._alignment.own_sentence(first + candidate.passage.sentences.index(candidate.span))
        if row is None or contradicts(candidate.text, generation.sentence_text(row)):
            return replace(candidate, preference=candidate.preference - ONLY_NOTES)
        number, place = generation.sentence_place(row)
        passage = passages.get(generation.chunks[number].chunk_id)
        if passage is None:
            passage = self.retriever.passage(number, len(passages) + 1, candidate.passage.score)
        lacking = unmatched(query.text, in_view(passage, place))
        if number not in allowed or len(lacking) > len(candidate.lacking):
            return candidate
        passages[passage.chunk_id] = passage
        text = generation.sentence_text(row)
        return replace(candidate, passage=passage, span=passage.sentences[place], text=text, lacking=lacking)
