"""What every contestant is given: documents, the passages that they are cut into, questions.

A material is a folder that is a library of ours: each document a file in ``documents/`` with its
title above it. Cut once by our own rules, it has ``passages.jsonl`` too, so that all encode
the same texts; ours reads the documents and cuts them itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PASSAGES, QUESTIONS, MODELS = "passages.jsonl", "questions.jsonl", "models.json"

FEWEST = 4
"""Questions; half of them are searched, and a percentile needs two."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that is encoded and found."""

    document: str
    """Name of its document, without the folder and the ending."""
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and where people judged it the documents that answer it."""

    text: str
    relevant: tuple[str, ...] = ()


def write_rows(path: Path, records: Iterable[Passage | Question]) -> None:
    """Write records as lines of JSON."""
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in records), encoding="utf-8")


def read_passages(folder: Path) -> list[Passage]:
    """Read the passages of a material."""
    return [Passage(**row) for row in rows(folder / PASSAGES)]


def read_questions(folder: Path) -> list[Question]:
    """Read the questions of a material."""
    return [Question(row["text"], tuple(row["relevant"])) for row in rows(folder / QUESTIONS)]


def rows(path: Path) -> list[dict[str, Any]]:
    """Read lines of JSON."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]
