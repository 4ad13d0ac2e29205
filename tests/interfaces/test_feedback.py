"""Verdicts in their file."""

from __future__ import annotations

from pathlib import Path

from rag.interfaces.feedback import FILE, append, read


def test_of_one_press_the_row_with_the_reason_counts(tmp_path: Path) -> None:
    said = {"question": "q", "answer": "a", "verdict": "bad"}
    append(tmp_path, **said, press="one")
    append(tmp_path, **said, press="two")
    append(tmp_path, **said, reason="too long", press="one")
    append(tmp_path, **said)
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write('no JSON\n{"verdict": "good", "reason": ""}\n')
    found = [(row["verdict"], row["reason"]) for row in read(tmp_path)]
    assert found == [("bad", "too long"), ("bad", ""), ("bad", ""), ("good", "")]
