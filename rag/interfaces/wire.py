"""Records as JSON objects: one form for the command line, the web API and MCP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rag.library.status import SourceStatus
from rag.records import Answer, AnswerSentence, Attribution, Citation, Conflict, Copy, Passage
from rag.text.attributions import attributed

AnswerJson = Mapping[str, Any]
"""What `answer_json` writes, perhaps come back from where it was stored."""

CitationJson = Mapping[str, Any]
"""One of its citations."""


def answer_json(answer: Answer, *, trace: bool = False) -> dict[str, Any]:
    """Write an answer as one object.

    Args:
        trace: tell how long each step took.
    """
    return {
        "question": answer.question,
        "resolved_question": answer.resolved_question,
        "shape": answer.shape,
        "outcome": answer.outcome,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "text": answer.text,
        "lead": answer.lead,
        "scope": answer.scope,
        "parts": [asdict(part) for part in answer.parts],
        "sentences": [_sentence_json(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "passages": [passage_json(passage) for passage in answer.passages],
        "notices": [asdict(notice) for notice in answer.notices],
        "conflicts": [_conflict_json(conflict) for conflict in answer.conflicts],
        "answerer": answer.answerer,
        "suggestions": list(answer.suggestions),
        "generation": answer.generation,
        "trace": {name: round(seconds, 4) for name, seconds in answer.trace.items()} if trace else None,
    }


def passage_json(passage: Passage) -> dict[str, Any]:
    """Write a passage as one object."""
    return {
        "number": passage.number,
        "source_id": passage.source.id,
        "doc_id": passage.doc_id,
        "text_kind": passage.text_kind,
        "title": passage.source.title,
        "author": passage.source.author,
        "kind": passage.source.kind,
        **attribution_json(passage.attribution),
        "heading": passage.heading,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(passage.score, 4),
        "scores": {name: round(score, 4) for name, score in passage.scores.items()},
        "also_in": [_copy_json(copy) for copy in passage.also_in],
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Write a citation as one object."""
    return {
        "number": citation.number,
        "source_id": citation.source_id,
        "doc_id": citation.doc_id,
        "text_kind": citation.text_kind,
        "title": citation.title,
        "kind": citation.kind,
        **attribution_json(citation.attribution),
        "also": [attribution_json(said) for said in citation.also],
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "status": citation.status,
    }


def attribution_json(said: Attribution) -> dict[str, Any]:
    """Write who says something, when, and where it was read, as data and in words."""
    return {"said_by": attributed(said), **asdict(said)}


def _sentence_json(sentence: AnswerSentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "citations": [citation_json(citation) for citation in sentence.citations],
        "status": sentence.status,
        "told": asdict(sentence.told) if sentence.told else None,
        "figure": asdict(sentence.figure) if sentence.figure else None,
        "date": sentence.date,
        "part": sentence.part,
    }


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    cited = [citation_json(citation) for citation in conflict.citations]
    return {**asdict(conflict), "citations": cited}


def source_json(row: SourceStatus) -> dict[str, Any]:
    """Write a source and what the index holds of it as one object."""
    held = {"text_kinds": list(row.text_kinds), "chunks": row.chunks, "problem": row.problem}
    return {**asdict(row.source), **held}


def _copy_json(copy: Copy) -> dict[str, Any]:
    place = {"source_id": copy.source_id, "doc_id": copy.doc_id, "start": copy.start, "end": copy.end}
    return {**place, **attribution_json(copy.attribution)}
