"""Offer questions that what was found can answer and that nobody asked yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.asking.replies import SUGGESTIONS
from rag.asking.understanding import Understood
from rag.records import Answer, Turn
from rag.text.words import content_terms


def suggestions(asked: Understood, answer: Answer, history: Sequence[Turn]) -> tuple[str, ...]:
    """Offer what a reply offers, else what passages that are not cited can tell.

    Args:
        history: all earlier turns; none of their questions is offered, nor the one just asked.
    """
    before = {_key(question) for question in (asked.typed, asked.text, asked.search, *(t.question for t in history))}
    offered = {_key(question): question for question in answer.suggestions or _of_passages(answer)}
    return tuple(question for key, question in offered.items() if key not in before)[:SUGGESTIONS]


def _of_passages(answer: Answer) -> Iterable[str]:
    cited = {(c.doc_id, c.start) for c in answer.citations}
    for passage in answer.passages:
        if any(doc == passage.doc_id and passage.start <= start < passage.end for doc, start in cited):
            continue
        questions = [q for statement in passage.statements for q in statement.questions]
        heading = passage.heading.rpartition(" > ")[2]
        if questions or heading:
            yield questions[0] if questions else f"Give an overview of: {heading}"


def _key(question: str) -> frozenset[str]:
    """What two questions share that ask the same in nearly the same words."""
    return frozenset(content_terms(question))
