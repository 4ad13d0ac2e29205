"""Sets of questions with judged passages: each becomes a library of its own and is asked like any other.

A set is a folder with ``corpus.jsonl`` and ``queries.jsonl``; its corpus is built by the
same code that builds any other library, and asked through the same `Assistant`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.assistant import Assistant, at_once
from rag.composing.answers import Found
from rag.config import Settings
from rag.errors import CorpusError
from rag.evaluation.measures import RETRIEVAL, auc, half, holds_answer, is_evidence, mean, rank_measures
from rag.indexing.build import build
from rag.indexing.encoder import Embedder
from rag.indexing.report import Progress, silent
from rag.reading.reader import Reader
from rag.records import Turn
from rag.sources.corpus import Corpus

DEPTH = 30
"""Passages ranked for the retrieval measures; several may belong to one document."""

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"


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
    folder: Path,
    scratch: Path,
    embedder: Embedder,
    settings: Settings,
    *,
    reader: Reader | None = None,
    every: int = 1,
    progress: Progress = silent,
) -> Measured:
    """Build a set's library below *scratch* and ask its questions.

    Args:
        every: ask each n-th question only.

    Returns:
        Retrieval over the answerable questions; answer and evidence sentences over
        those that have gold answers or marked evidence, wherever the assistant would
        have abstained; abstention over all. Only measures that the set allows.
    """
    names, library = open_set(folder, scratch / folder.name, embedder, settings, reader=reader, progress=progress)
    titles = dict(names.values())
    queries = list(read_queries(folder / QUERIES, titles))[::every]
    keys = {source: key for source, (key, _) in names.items()}
    rows: dict[str, dict[str, float]] = {}
    runs: dict[str, list[str]] = {}
    began = time.perf_counter()

    def examined(query: Query) -> Found:
        return library.examine(query.question, history=query.history, depth=DEPTH, duplicates=True)

    for number, (query, found) in enumerate(zip(queries, at_once(examined, queries), strict=True), start=1):
        runs[query.id] = list(dict.fromkeys(keys[p.source.id] for p in found.reading.passages))
        sentences = [s.text for s in found.reading.sentences[:3]]
        rows[query.id] = {"confidence": found.confidence}
        rows[query.id] |= _answer_measures(query, sentences)
        progress(f"asking {folder.name}", number, len(queries))
    seconds = (time.perf_counter() - began) / max(len(queries), 1)
    for row in rows.values():
        row["seconds_per_question"] = seconds
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
    for line in path.read_text(encoding="utf-8").strip().split("\n"):
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
    folder: Path,
    scratch: Path,
    embedder: Embedder,
    settings: Settings,
    *,
    reader: Reader | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, tuple[str, str]], Assistant]:
    """Build a set as a library of its own; gives (document id, title) by source id, and the open library."""
    documents = scratch / "corpus" / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    names: dict[str, tuple[str, str]] = {}
    lines: list[str] = []
    for number, line in enumerate((folder / CORPUS).read_text(encoding="utf-8").strip().split("\n")):
        row = json.loads(line)
        lines.append(json.dumps({"id": f"d{number}", "title": row["title"], "text": row["text"]}))
        names[f"set-d{number}"] = (row["id"], row["title"])
    (documents / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
    own = replace(settings, corpus=scratch / "corpus", index=scratch / "index", index_url="")
    build(Corpus.read(own.corpus), own, embedder, progress=progress)
    return names, Assistant(own, embedder, reader=reader)


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
    if len({(q.half, q.answerable) for q in queries}) == 4:  # both halves have both kinds
        summary["abstention_auc"] = on_halves(
            lambda part: auc(
                [rows[q.id]["confidence"] for q in part if q.answerable],
                [rows[q.id]["confidence"] for q in part if not q.answerable],
            )
        )
    return summary
