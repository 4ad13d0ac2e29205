"""Readers' verdicts on answers, kept in a file of their own that never leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import StoreError

FILE = "feedback.jsonl"
"""Name of the file in the index folder: one JSON object a line."""


def append(index: Path, *, question: str, answer: str, verdict: str, reason: str = "") -> None:
    """Add a verdict with the time of now.

    Args:
        verdict: ``good`` or ``bad``.

    Raises:
        StoreError: the file cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"time": now, "verdict": verdict, "reason": reason, "question": question, "answer": answer}
    try:
        with (index / FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StoreError(f"feedback cannot be written to {index / FILE}: {error}; check the folder's rights") from error


def read(index: Path) -> list[Mapping[str, Any]]:
    """List the verdicts, oldest first; a line that is no JSON is passed over."""
    path = index / FILE
    if not path.exists():
        return []
    rows: list[Mapping[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows
