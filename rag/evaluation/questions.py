"""A questions file put to the library that is open: sources, correctness, citations, abstention."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.errors import CorpusError
from rag.evaluation.measures import answer_recall, citation_measures, mean
from rag.indexing.report import Progress, silent
from rag.records import Answer, Turn
from rag.writing.answerer import Answerer


def ask_questions(
    path: Path, assistant: Assistant, answerer: Answerer | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Put a questions file to an open library.

    Each line is an object with question, type, sources (ids of right ones, may be empty)
    and expected (the answer in words); ``after`` holds an earlier question.

    Returns:
        Over the answerable questions: shares with a right source in the first sentence and in
        any, `answer_correctness` (`rag.evaluation.measures.answer_recall` of the supported sentences; 0
        for an abstention), `citation_precision` and `citation_recall`
        (`rag.evaluation.measures.citation_measures`) and the share answered; of the others the share
        abstained from; over all, the share of sentences that are unsupported, those of
        written answers that were then replaced by quotes counted too, and the share so
        replaced; and every answer for judging.

    Raises:
        CorpusError: the file cannot be read, or a line of it is no such object.
    """
    rows = list(read_questions(path, ("question", "type", "sources")))
    answers: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        history = [_earlier(row["after"], assistant)] if row.get("after") else []
        began = time.perf_counter()
        states = list(assistant.stream(row["question"], history=history, answerer=answerer))
        answers.append(_judged(row, states, time.perf_counter() - began))
        progress("asking", number, len(rows))
    return _question_shares(answers)


def read_questions(path: Path, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Read a file of questions, an object a line.

    Raises:
        CorpusError: the file cannot be read, or a line is no object with what is *needed*.
    """
    try:
        lines = path.read_text(encoding="utf-8").strip().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CorpusError(f"{path}, line {number} is no JSON: {error}") from error
        missing = [key for key in needed if not isinstance(row, dict) or key not in row]
        if missing:
            raise CorpusError(f"{path}, line {number} lacks {missing[0]!r}; expected {', '.join(needed)}")
        yield row


def _judged(row: Mapping[str, Any], states: Sequence[Answer], seconds: float) -> dict[str, Any]:
    """Measure one answer, given as it grew; of a written one that was replaced the last state counts too."""
    answer = states[-1]
    written = [state for state in states if state.answerer != "extractive"]
    said = written[-1] if written else answer
    live = [s for s in answer.sentences if s.status == "supported"]
    cited = [c.source_id for s in live for c in s.citations if c.status != "rejected"]
    firsts = [c.source_id for s in answer.sentences[:1] for c in s.citations]
    return {
        "type": row["type"],
        "question": row["question"],
        "expected": row.get("expected", ""),
        "outcome": answer.outcome,
        "confidence": round(answer.confidence, 3),
        "answerer": answer.answerer,
        "text": answer.text,
        "cited": cited,
        "source_first": any(s in row["sources"] for s in firsts),
        "source_any": any(s in row["sources"] for s in cited),
        **(
            {"answer_correctness": round(answer_recall(" ".join(s.text for s in live), row["expected"]), 4)}
            if row.get("expected")
            else {}
        ),
        **(citation_measures(cited, row["sources"]) if row["sources"] else {}),
        "sentences": len(said.sentences),
        "unsupported": sum(s.status == "unsupported" for s in said.sentences),
        "fell_back": answer.answerer == "extractive" and any(n.kind == "model" for n in answer.notices),
        "seconds": round(seconds, 3),
    }


UNANSWERABLE = ("unanswerable", "false-premise", "injection")
"""Types of questions that want an abstention or a correction."""


def _question_shares(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    asked = [a for a in answers if a["type"] not in UNANSWERABLE]
    others = [a for a in answers if a["type"] in UNANSWERABLE]
    total = sum(a["sentences"] for a in answers)

    def average(name: str) -> float:
        return round(mean([a[name] for a in asked if name in a]), 4)

    return {
        "questions": len(answers),
        "source@1": average("source_first"),
        "source_any": average("source_any"),
        "answer_correctness": average("answer_correctness"),
        "citation_precision": average("citation_precision"),
        "citation_recall": average("citation_recall"),
        "answered": round(mean([a["outcome"] != "abstain" for a in asked]), 4),
        **(
            {"abstained_of_unanswerable": round(mean([a["outcome"] == "abstain" for a in others]), 4)} if others else {}
        ),
        "unsupported_rate": round(sum(a["unsupported"] for a in answers) / max(total, 1), 4),
        "fell_back": round(mean([a["fell_back"] for a in answers]), 4),
        "seconds_per_question": round(mean([a["seconds"] for a in answers]), 4),
        "answers": list(answers),
    }


def _earlier(question: str, assistant: Assistant) -> Turn:
    answer = assistant.ask(question)
    return Turn(answer.resolved_question, answer.text)
