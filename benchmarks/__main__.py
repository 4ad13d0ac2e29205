"""Measure this library beside the raw limits and other libraries: ``make bench``, or ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import load, machine, versions
from benchmarks.material import FEWEST
from benchmarks.running import PEERS, Plan, Results, available, run
from benchmarks.stages import CONTESTANTS
from benchmarks.table import ROWS, goals_table, main_table, median, write_docs
from rag.config import HOME


def main() -> None:
    """Measure, print the tables, and write all figures."""
    options = _options()
    names, lacking = available(options.only)
    plan = Plan(
        work=HOME / "build" / "bench",
        contestants=names,
        runs=options.runs,
        data=options.data,
        passages=options.passages,
        questions=options.questions,
        large=options.large,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    before = load()
    results = run(plan)
    told = report(plan, results, lacking, f"{before} at its start, {load()} at its end")
    print(told)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    medians = {name: {key: median(results, name, key) for key, _, _ in ROWS} for name in results.runs}
    figures = {"machine": machine(), "versions": versions(PEERS), **asdict(results), "medians": medians}
    options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if options.docs:
        write_docs(HOME / "docs" / "performance.md", told)


def report(plan: Plan, results: Results, lacking: list[str], loads: str) -> str:
    """Both tables, with what was measured where and when."""
    runs = f"Medians of {plan.runs} runs" if plan.runs > 1 else "One run"
    many = f"; the large library has about {plan.large:,} passages of generated prose" if plan.large else ""
    facts = [
        f"{runs} in turn, on {datetime.now(UTC):%-d %B %Y}; {machine()}; {versions(PEERS)}; load {loads}.",
        f"Indexed: {results.corpus}; vectors of 32 bits and text alone are {results.raw_mb:.2f} MB{many}.",
    ]
    if not plan.data:
        facts.append("Quality is left out: nobody judged these questions; `make bench DATA=SET` measures it.")
    if lacking:
        titles = ", ".join(CONTESTANTS[name].title for name in lacking)
        facts.append(f"Not installed, and left out: {titles}; `make bench-peers` installs them.")
    return "\n\n".join([" ".join(facts), main_table(results), goals_table(results)])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure this library beside the raw limits and other libraries."
    )
    parser.add_argument("--data", type=Path, metavar="SET", help="folder with corpus.jsonl and queries.jsonl")
    parser.add_argument("--passages", type=_at_least(1), default=600, help="of generated prose, where no set is given")
    parser.add_argument("--questions", type=_at_least(FEWEST), default=200, help="at most so many are asked")
    parser.add_argument("--large", type=_at_least(0), default=5000, help="passages of a library to add to; 0 for none")
    parser.add_argument("--runs", type=_at_least(1), default=5)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), help="contestants")
    parser.add_argument("--out", type=Path, default=HOME / "build" / "bench.json", help="file for the figures")
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/performance.md")
    return parser.parse_args()


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least}")
        return int(text)

    return number


if __name__ == "__main__":
    main()
