"""Medians and ratios of what was measured, as Markdown."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.running import Results
from benchmarks.stages import CONTESTANTS

LIMIT = "onnx"
"""Whose figure of the same run is 1 in the ratios."""

FRAMEWORKS = ("langchain", "txtai", "llamaindex", "haystack")

START, END = "<!-- bench: written by `make bench-docs` -->", "<!-- end of bench -->"
"""Between them stands what the last bench measured."""

ROWS: tuple[tuple[str, str, int], ...] = (
    ("first_s", "cold process to first hit, s", 2),
    ("first_cpu_s", "its CPU, s", 2),
    ("command_s", "cold `rag ask`, whole process, s", 2),
    ("command_cpu_s", "its CPU, s", 2),
    ("command_first_s", "the first `rag ask` after a build, s", 2),
    ("build_s", "build, whole process, s", 1),
    ("build_cpu_s", "its CPU, s", 1),
    ("build_peak_mb", "its peak memory, MB", 0),
    ("passages_per_s", "passages a second, model loaded", 1),
    ("index_mb", "index, MB", 2),
    ("encode_p50_ms", "encoding a question, warm, p50, ms", 1),
    ("encode_p95_ms", "its p95, ms", 1),
    ("retrieve_p50_ms", "retrieve, warm, p50, ms", 1),
    ("retrieve_p95_ms", "its p95, ms", 1),
    ("retrieve_mb", "resident memory when retrieving, MB", 0),
    ("ask_p50_ms", "ask, warm, p50, ms", 0),
    ("ask_p95_ms", "its p95, ms", 0),
    ("ask_mb", "resident memory when asking, MB", 0),
    ("add_s", "add a document of 9,000 characters, warm, s", 2),
    ("add_large_s", "the same to the large library, s", 2),
    ("page_s", "second start of the chat: page, s", 1),
    ("answer_s", "first answer, s", 1),
    ("r_at_1", "quality: R@1", 3),
)
"""Key, what it is called, and decimals, in the order of the table's rows."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of ours that is held to a bound, beside another figure of the same run where it is a ratio."""

    text: str
    key: str
    bound: float
    beside: str = ""
    """Key of the figure that it is divided by; empty for none."""
    of: Literal["this", "torch", "txtai", "lowest", "highest"] = "this"
    """Whose figure that is; of several frameworks the lowest or the highest."""
    at_least: bool = False


GOALS = (
    Goal("cold `rag ask` ÷ cold sentence-transformers", "command_s", 0.30, "first_s", "torch"),
    Goal("cold `rag ask` ÷ txtai's cold hit", "command_s", 0.25, "first_s", "txtai"),
    Goal("passages a second ÷ fastest framework's", "passages_per_s", 2.0, "passages_per_s", "highest", at_least=True),
    Goal("peak memory of the build ÷ leanest framework's", "build_peak_mb", 0.8, "build_peak_mb", "lowest"),
    Goal("index ÷ vectors and text", "index_mb", 2.0, "raw_mb"),
    Goal("retrieve p50 ÷ encoding the question", "retrieve_p50_ms", 1.5, "encode_p50_ms"),
    Goal("retrieve p50 ÷ fastest framework's", "retrieve_p50_ms", 0.5, "retrieve_p50_ms", "lowest"),
    Goal("retrieve p95 ÷ p50", "retrieve_p95_ms", 2.0, "retrieve_p50_ms"),
    Goal("ask p50, ms", "ask_p50_ms", 350),
    Goal("ask p95 ÷ p50", "ask_p95_ms", 2.0, "ask_p50_ms"),
    Goal("resident memory when asking, MB", "ask_mb", 450),
    Goal("add to the large library, s", "add_large_s", 0.5),
    Goal("add to the large library ÷ fastest framework's", "add_large_s", 1.0, "add_large_s", "lowest"),
    Goal("page of the chat, s", "page_s", 5),
    Goal("first answer of the chat, s", "answer_s", 6),
)


def main_table(results: Results) -> str:
    """The medians, and in brackets those of the ratios to raw ONNX Runtime in the same run."""
    names = list(results.runs)
    lines = [_row(["", *(CONTESTANTS[name].title for name in names)]), _row(["---"] * (len(names) + 1))]
    for key, title, decimals in ROWS:
        cells = [_cell(results, name, key, decimals) for name in names]
        if any(cells):
            lines.append(_row([title, *(cell or "–" for cell in cells)]))
    return "\n".join(lines)


def goals_table(results: Results) -> str:
    """Ours beside what is wanted of it; goals whose figures were not measured are left out."""
    lines = [_row(["of this", "measured", "wanted", ""]), _row(["---"] * 4)]
    for goal in GOALS:
        values = list(_held(goal, results))
        if values:
            value = statistics.median(values)
            met = value >= goal.bound if goal.at_least else value <= goal.bound
            sign = "≥" if goal.at_least else "≤"
            lines.append(_row([goal.text, short(value, 3), f"{sign} {goal.bound:g}", "met" if met else "not met"]))
    return "\n".join(lines)


def short(value: float, digits: int) -> str:
    """Write a number with so many significant digits, and a whole one from 100 on."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.{digits}g}"


def write_docs(page: Path, text: str) -> None:
    """Put what was measured between the two marks of a page.

    Raises:
        SystemExit: the page lacks them.
    """
    old = page.read_text(encoding="utf-8")
    parts = re.split(f"({re.escape(START)}\n).*?(?={re.escape(END)})", old, maxsplit=1, flags=re.DOTALL)
    if len(parts) != 3:
        raise SystemExit(f"{page} lacks the lines {START!r} and {END!r}, between which the table goes")
    page.write_text(f"{parts[0]}{parts[1]}\n{text}\n\n{parts[2]}", encoding="utf-8")


def median(results: Results, name: str, key: str) -> float | None:
    """The median over the runs that measured it; None where none did."""
    values = [figures[key] for figures in results.runs[name] if key in figures]
    return statistics.median(values) if values else None


def _cell(results: Results, name: str, key: str, decimals: int) -> str:
    value = median(results, name, key)
    if value is None:
        return ""
    limits = results.runs.get(LIMIT, [])
    pairs = zip(results.runs[name], limits, strict=True) if limits and name != LIMIT and key != "r_at_1" else ()
    ratios = [one[key] / other[key] for one, other in pairs if key in one and other.get(key)]
    return f"{value:,.{decimals}f}" + (f" (×{short(statistics.median(ratios), 2)})" if ratios else "")


def _held(goal: Goal, results: Results) -> Sequence[float]:
    """The goal's figure in each run that has all that it needs."""
    found = []
    for number, figures in enumerate(results.runs.get("this", [])):
        if goal.key not in figures:
            continue
        if not goal.beside:
            found.append(figures[goal.key])
            continue
        names = FRAMEWORKS if goal.of in ("lowest", "highest") else (goal.of,)
        rows = [{"raw_mb": results.raw_mb} | results.runs[name][number] for name in names if name in results.runs]
        others = [row[goal.beside] for row in rows if goal.beside in row]
        if others:
            found.append(figures[goal.key] / (max(others) if goal.of == "highest" else min(others)))
    return found


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
