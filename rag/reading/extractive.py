"""Answers without a language model: the few sentences that answer, quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.reading.candidates import Candidate, with_context
from rag.records import AnswerSentence, Document, Passage, Span
from rag.text.names import bounds_answer
from rag.text.words import counted_terms
from rag.verification.citations import cite

MOST_SENTENCES = 3
"""Sentences in an answer to a plain question, context brought along not counted."""

WITHIN = 2.0
"""A further sentence is quoted if its score is at most this much below the best."""

WITHIN_DOUBT = 6.0
"""The same where it is in doubt whether the best one answers."""

SAME = 0.7
"""Share of the shorter sentence's words from which two sentences say the same."""


def chosen(candidates: Sequence[Candidate], *, most: int = MOST_SENTENCES, within: float = WITHIN) -> list[Candidate]:
    """Take the best candidates that do not say the same, nor are of another country or year than the best one.

    Args:
        candidates: best first.
        most: candidates to take at most.
        within: those further behind the best than this are left out.
    """
    taken: list[Candidate] = []
    for candidate in candidates:
        if len(taken) == most or candidate.preference < candidates[0].preference - within:
            break
        lost = set(candidate.lacking).difference(candidates[0].lacking)
        if not any(map(bounds_answer, lost)) and not any(same(candidate.text, other.text) for other in taken):
            taken.append(candidate)
    return taken


def compose(candidates: Sequence[Candidate], documents: Mapping[str, Document]) -> tuple[AnswerSentence, ...]:
    """Quote sentences, each once, with the sentence before where one needs it."""
    said: list[AnswerSentence] = []
    for candidate in candidates:
        if not any(same(candidate.text, other.text) for other in said):
            said.append(quoted(candidate.passage, candidate.span, documents, said))
    return tuple(said)


def lacking(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Names and years of the question that none of some candidates holds."""
    first, *others = candidates
    return tuple(name for name in first.lacking if all(name in other.lacking for other in others))


def quoted(
    passage: Passage, sentence: Span, documents: Mapping[str, Document], said: Sequence[AnswerSentence] = ()
) -> AnswerSentence:
    """Quote one sentence; one that opens with a word that refers back brings the one before it.

    Args:
        said: what is quoted already and need not be brought again.
    """
    document = documents[passage.doc_id]
    span = with_context(passage, sentence)
    if any(same(document.text[span.start : sentence.start], other.text) for other in said):
        span = sentence
    text = " ".join(document.text[span.start : span.end].split())
    return AnswerSentence(text, (cite(passage, span, document),), "supported")


def same(one: str, other: str) -> bool:
    """Whether two sentences say nearly the same, judged by their counted words."""
    return overlap(counted_terms(one), counted_terms(other), SAME)


def overlap(one: Sequence[str], other: Sequence[str], share: float) -> bool:
    """Whether two texts have at least a share of the words of the one with fewer in common."""
    a, b = set(one), set(other)
    return len(a & b) >= share * max(min(len(a), len(b)), 1)
