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


def append(index: Path, *, question: str, answer: str, verdict: str, reason: str = "", press: str = "") -> None:
    """Add a verdict with the time of now.

    Args:
        verdict: ``good`` or ``bad``.
        press: names the reader's press of the button; of one press the last row counts, which has the reason.

    Raises:
        StoreError: the file cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"time": now, "verdict": verdict, "reason": reason, "question": question, "answer": answer, "press": press}
    try:
        with (index / FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StoreError(f"feedback cannot be written to {index / FILE}: {error}; check the folder's rights") from error


def read(index: Path) -> list[Mapping[str, Any]]:
    """List the verdicts, oldest first, one a press; a line that is no JSON is passed over."""
    path = index / FILE
    if not path.exists():
        return []
    rows: dict[object, Mapping[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        rows[row.get("press") or number] = row
    return list(rows.values())
