"""Questions in, measures out, in the words of ir-measures.

A set is a folder with ``corpus.jsonl`` and ``queries.jsonl``; its corpus is built
into a library of its own, by the same code that builds any other, and asked through
the same `Assistant`. A questions file is put to the library that is open.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answering.answerer import Answerer
from rag.assistant import Assistant
from rag.building import Progress, build, silent
from rag.config import Settings
from rag.corpus import Corpus
from rag.embedding import Embedder, default_embedder
from rag.errors import ConfigError, CorpusError
from rag.measures import (
    RETRIEVAL,
    answer_recall,
    auc,
    citation_measures,
    half,
    holds_answer,
    is_evidence,
    mean,
    rank_measures,
)
from rag.records import Answer, Turn

DEPTH = 30
"""Passages ranked for the retrieval measures; several may belong to one document."""

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"

Half = int | None
"""0, 1, or None for the whole."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a set with what people judged."""

    id: str
    question: str
    answerable: bool
    gains: Mapping[str, int]
    """Gain of each relevant document."""
    answers: tuple[str, ...]
    evidence: tuple[str, ...]
    history: tuple[Turn, ...]
    half: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What one set measures: values on both halves and the whole."""

    name: str
    questions: int
    values: Mapping[str, tuple[float, float, float]]
    """For each measure half 0, half 1, whole."""


def find_sets(folder: Path) -> list[Path]:
    """List the sets in a folder: itself, or those right below it.

    Raises:
        CorpusError: there is none.
    """
    found = [folder] if (folder / CORPUS).is_file() else sorted(p.parent for p in folder.glob(f"*/{CORPUS}"))
    if not found:
        raise CorpusError(f"{folder} holds no set; expected {CORPUS} and {QUERIES} in it or in its subfolders")
    return found


def evaluate(
    folder: Path, scratch: Path, embedder: Embedder, settings: Settings, *, progress: Progress = silent
) -> Measured:
    """Build a set's library below *scratch* and measure every question of it.

    Returns:
        Retrieval over the answerable questions; answer and evidence sentences over
        those that have gold answers or marked evidence, wherever the assistant would
        have abstained; abstention over all. Only measures that the set allows.
    """
    names, library = open_set(folder, scratch / folder.name, embedder, settings, progress)
    titles = dict(names.values())
    queries = list(read_queries(folder / QUERIES, titles))
    keys = {source: key for source, (key, _) in names.items()}
    rows: dict[str, dict[str, float]] = {}
    runs: dict[str, list[str]] = {}
    for number, query in enumerate(queries, start=1):
        began = time.perf_counter()
        found = library.examine(query.question, history=query.history, depth=DEPTH, duplicates=True)
        seconds = time.perf_counter() - began
        runs[query.id] = list(dict.fromkeys(keys[p.source.id] for p in found.passages))
        sentences = [c.text for c in found.assessment.candidates[:3]]
        rows[query.id] = {"seconds_per_question": seconds, "confidence": found.assessment.confidence}
        rows[query.id] |= _answer_measures(query, sentences)
        progress(f"asking {folder.name}", number, len(queries))
    answerable = {q.id: dict(q.gains) for q in queries if q.answerable and q.gains}
    for id_, values in rank_measures(answerable, {i: runs[i] for i in answerable}).items():
        rows[id_] |= values
    return Measured(folder.name, len(queries), _summary(queries, rows))


def read_queries(path: Path, titles: Mapping[str, str]) -> Iterator[Query]:
    """Read the questions of a set.

    Args:
        titles: title of each document; the half of a question is that of the first
            document that it is about.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        about = next(iter(row.get("relevant") or row.get("context") or [row["id"]]))
        grades = row.get("grades")
        yield Query(
            id=row["id"],
            question=row["question"],
            answerable=row["answerable"],
            gains={key: grades.get(key, 0) if grades else 1 for key in row["relevant"]},
            answers=tuple(row["answers"]),
            evidence=tuple(row.get("evidence", ())),
            history=tuple(_turns(row.get("history", ()))),
            half=half(titles.get(about) or about.split("::")[0]),
        )


def _turns(messages: Sequence[Mapping[str, str]]) -> Iterator[Turn]:
    for place, message in enumerate(messages):
        if message["role"] == "user":
            following = messages[place + 1] if place + 1 < len(messages) else {"role": "user", "text": ""}
            yield Turn(message["text"], following["text"] if following["role"] != "user" else "")


def open_set(
    folder: Path, scratch: Path, embedder: Embedder, settings: Settings, progress: Progress = silent
) -> tuple[dict[str, tuple[str, str]], Assistant]:
    """Build a set as a library of its own; gives (document id, title) by source id, and the open library."""
    documents = scratch / "corpus" / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    names: dict[str, tuple[str, str]] = {}
    lines: list[str] = []
    for number, line in enumerate((folder / CORPUS).read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        lines.append(json.dumps({"id": f"d{number}", "title": row["title"], "text": row["text"]}))
        names[f"set-d{number}"] = (row["id"], row["title"])
    (documents / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
    own = Settings.load(
        corpus=scratch / "corpus",
        index=scratch / "index",
        embedding_model=settings.embedding_model,
        chunk_tokens=settings.chunk_tokens,
    )
    build(Corpus.read(own.corpus), own, embedder, progress=progress)
    return names, Assistant(own, embedder)


def _answer_measures(query: Query, sentences: Sequence[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    if query.answerable and query.answers:
        hits = [holds_answer(sentence, query.answers) for sentence in sentences]
        values |= {f"answer@{n}": float(any(hits[:n])) for n in (1, 2, 3)}
    if query.evidence:
        values["evidence@1"] = float(bool(sentences) and is_evidence(sentences[0], query.evidence))
    return values


def _summary(
    queries: Sequence[Query], rows: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[float, float, float]]:
    """Average every measure over half 0, half 1 and the whole."""
    names = [*RETRIEVAL, "answer@1", "answer@2", "answer@3", "evidence@1", "seconds_per_question"]

    def on_halves(measure: Callable[[Sequence[Query]], float]) -> tuple[float, float, float]:
        return (
            measure([q for q in queries if q.half == 0]),
            measure([q for q in queries if q.half == 1]),
            measure(queries),
        )

    def average(name: str) -> tuple[float, float, float]:
        return on_halves(lambda part: mean([rows[q.id][name] for q in part if name in rows[q.id]]))

    summary = {name: average(name) for name in names if any(name in row for row in rows.values())}
    if {q.answerable for q in queries} == {True, False}:
        summary["abstention_auc"] = on_halves(
            lambda part: auc(
                [rows[q.id]["confidence"] for q in part if q.answerable],
                [rows[q.id]["confidence"] for q in part if not q.answerable],
            )
        )
    return summary


def run(
    data: Path,
    scratch: Path,
    settings: Settings,
    *,
    written: bool = False,
    progress: Progress = silent,
) -> dict[str, dict[str, Any]]:
    """Measure a folder of sets, one set, or a questions file.

    Args:
        scratch: folder in which the sets are built; kept, so that a second run is quick.
        written: let the language model of the settings word the answers of a questions file.

    Returns:
        ``{set: {measure: value}}``; beside the values of the whole, ``halves`` holds
        those of half 0 and half 1.

    Raises:
        CorpusError: there is nothing to measure.
        ConfigError: *written* is asked for and no model is set, or *data* is no questions file.
    """
    embedder = default_embedder(settings.embedding_model)
    if data.is_file():
        assistant = Assistant(settings, embedder)
        answerer = assistant.written if written else None
        if written and answerer is None:
            raise ConfigError("a written answer needs a language model; set RAG_LLM_BASE_URL and RAG_LLM_MODEL")
        return {data.parent.name or data.stem: ask_questions(data, assistant, answerer, progress)}
    if written:
        raise ConfigError(f"a language model can answer a questions file only, but {data} is a folder of sets")
    sets = [evaluate(folder, scratch, embedder, settings, progress=progress) for folder in find_sets(data)]
    return {
        m.name: {
            "questions": m.questions,
            **{name: round(whole, 4) for name, (_, _, whole) in m.values.items()},
            "halves": {name: [round(a, 4), round(b, 4)] for name, (a, b, _) in m.values.items()},
        }
        for m in sets
    }


def ask_questions(
    path: Path, assistant: Assistant, answerer: Answerer | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Put a questions file to an open library.

    Each line is an object with question, type, sources (ids of right ones, may be empty)
    and expected (the answer in words); ``after`` holds an earlier question.

    Returns:
        Over the answerable questions: shares with a right source in the first sentence and in
        any, `answer_correctness` (`rag.measures.answer_recall` of the supported sentences; 0
        for an abstention), `citation_precision` and `citation_recall`
        (`rag.measures.citation_measures`) and the share answered; of the others the share
        abstained from; over all, the share of sentences that are unsupported, those of
        written answers that were then replaced by quotes counted too, and the share so
        replaced; and every answer for judging.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    answers: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        history = [_earlier(row["after"], assistant)] if row.get("after") else []
        began = time.perf_counter()
        states = list(assistant.stream(row["question"], history=history, answerer=answerer))
        answers.append(_judged(row, states, time.perf_counter() - began))
        progress("asking", number, len(rows))
    return _question_shares(answers)


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
        "answer_correctness": round(answer_recall(" ".join(s.text for s in live), row.get("expected", "")), 4),
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
        "abstained_of_unanswerable": round(mean([a["outcome"] == "abstain" for a in others]), 4),
        "unsupported_rate": round(sum(a["unsupported"] for a in answers) / max(total, 1), 4),
        "fell_back": round(mean([a["fell_back"] for a in answers]), 4),
        "seconds_per_question": round(mean([a["seconds"] for a in answers]), 4),
        "answers": list(answers),
    }


def _earlier(question: str, assistant: Assistant) -> Turn:
    answer = assistant.ask(question)
    return Turn(answer.resolved_question, answer.text, tuple(c.source_id for c in answer.citations))


def as_text(results: Mapping[str, Mapping[str, Any]], against: Mapping[str, Mapping[str, Any]]) -> str:
    """Write measures as a table, half 0, half 1 and whole, with an earlier run beside it.

    Args:
        against: results of an earlier run, may be empty.
    """
    lines: list[str] = []
    for name, values in results.items():
        lines.append(f"{name} ({values['questions']} questions)")
        for measure, value in values.items():
            if measure in ("questions", "halves", "answers"):
                continue
            halves = values.get("halves", {}).get(measure, ())
            before = against.get(name, {}).get(measure)
            change = f"  was {before:.4f} ({value - before:+.4f})" if isinstance(before, int | float) else ""
            lines.append(f"  {measure:26} {value:8.4f}  {'  '.join(f'{h:.4f}' for h in halves)}{change}".rstrip())
        for answer in values.get("answers", ()):
            lines.append(f"  [{answer['outcome']:7}] {answer['question']}\n            {answer['text'][:300]}")
    return "\n".join(lines)


def load_run(path: Path) -> dict[str, dict[str, Any]]:
    """Read a run that was saved from ``--json``.

    Raises:
        CorpusError: the file is not such a run.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} is no saved run: {error}; write one with `rag eval DATA --json > FILE`") from error
    if not isinstance(loaded, dict):
        raise CorpusError(f"{path} holds {type(loaded).__name__}, expected an object of sets")
    return loaded
