"""Search and judge: what is found for a question, in what it is looked for, and how well it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.confidence import model
from rag.answering.extractive import ASKS_RECENT, WITHIN, Assessment, assess
from rag.asking.followups import Resolved
from rag.asking.scope import Scope
from rag.query import Query
from rag.records import Filters, Passage, Turn
from rag.retrieval import Retriever

SHADOWED = 0.6
"""The share of its confidence that an answer from replaced notes keeps beside one from full texts."""

MAIN_TEXT_WITHIN = 3.5
"""The main source's own text is quoted too if its best sentence scores at most this much below the best."""

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
            k: passages that are judged; twice as many where the newest is asked for.
            depth: passages that are returned, at least as many as are judged.
            duplicates: keep passages that say nearly the same as a better one.
        """
        return self._judge(self.retriever.query(question, history), filters, k, depth=depth, duplicates=duplicates)

    def _judge(
        self, query: Query, filters: Filters, k: int, *, depth: int | None = None, duplicates: bool = False
    ) -> Examination:
        k *= RECENT_DEPTH if ASKS_RECENT.search(query.text) else 1
        depth = max(depth or k, k)
        found = None
        for shadowed in (True, False) if self.retriever.generation.full_texts else (False,):
            passages = self.retriever.search(query, depth, filters, shadowed=shadowed, duplicates=duplicates)
            assessment = assess(query, passages[:k], self.retriever)
            if found is None or assessment.confidence * SHADOWED > found.assessment.confidence:
                found = Examination(query, tuple(passages), assessment)
            if found.assessment.confidence >= model().answer_from:
                break
        assert found is not None
        return found

    def examine_scoped(self, resolved: Resolved, scope: Scope, filters: Filters, k: int) -> tuple[Examination, str]:
        """Search in the source that the question means first, then everywhere; gives what to say of it."""
        everywhere = self.examine(resolved.search, resolved.history, filters, k)
        if scope.source is None or filters.sources:
            return everywhere, ""
        inside = self._judge(everywhere.query, replace(filters, sources=(scope.source.id,)), k)
        if inside.assessment.confidence >= model().abstain_below:
            return inside, ""
        title = f"“{scope.source.title}” does not say."
        if everywhere.assessment.confidence >= model().answer_from:
            return everywhere, f"{title} Another source says:"
        return inside, f"{title} The nearest passages are listed for you to judge."

    def with_main_text(self, found: Examination, filters: Filters) -> Examination:
        """Let the main source's own text speak too, second, where it is nearly as good an answer."""
        main = self.retriever.main_source
        if main not in self.retriever.generation.full_texts or (filters.sources and main not in filters.sources):
            return found
        if any(p.source.id == main and p.text_kind == "full text" for p in found.passages):
            return found
        passages = self.retriever.search(found.query, 1, replace(filters, sources=(main,)), shadowed=True)
        own = assess(
            found.query, [replace(p, number=len(found.passages) + 1) for p in passages], self.retriever
        ).candidates
        best, *others = found.assessment.candidates
        if not own or own[0].score < best.score - MAIN_TEXT_WITHIN or own[0].preference < best.preference - WITHIN:
            return found
        assessment = replace(found.assessment, candidates=(best, own[0], *others))
        return replace(found, passages=(*found.passages, own[0].passage), assessment=assessment)
