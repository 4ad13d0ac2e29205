"""Fuzz every target of tests/fuzz for some seconds each: a table, and build/fuzz.json.

    python -m tests.measures.fuzz --seconds 20 --out build/fuzz.json

Each target runs in a process of its own with bounded memory. Where atheris is installed it leads by
coverage; else inputs are drawn from the seeds by chance. Gives 1 where a property failed; the input
is kept in build/fuzz/. ``slowest`` is the longest time of one input, bounded by `LONGEST`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LONGEST = 10.0
"""Seconds that one input of at most 200 kB may take."""
MEMORY = 3 * 2**30
"""Bytes of address space of a process that fuzzes by chance."""


class Run:
    """Counts what a target is given, and keeps what it fails on."""

    def __init__(self, name: str, seconds: float, kept: Path) -> None:
        from tests.fuzz.targets import TARGETS

        self._target, self.seeds = TARGETS[name]
        self.name, self._kept, self._end = name, kept, time.monotonic() + seconds
        self.told: dict[str, Any] = {"target": name, "inputs": 0, "failures": [], "slowest": 0.0}

    def over(self) -> bool:
        return time.monotonic() > self._end

    def one(self, data: bytes) -> None:
        """Run one input."""
        began = time.monotonic()
        try:
            self._target(data)
        except Exception as error:  # whatever it is, it is a finding
            self._fail(data, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
        took = time.monotonic() - began
        if took > LONGEST:
            self._fail(data, f"took {took:.0f} s")
        self.told["inputs"] += 1
        self.told["slowest"] = round(max(self.told["slowest"], took), 2)

    def _fail(self, data: bytes, why: str) -> None:
        if len(self.told["failures"]) < 20 and why not in [failure["why"] for failure in self.told["failures"]]:
            path = self._kept / f"{self.name.replace(' ', '-')}-{len(self.told['failures'])}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self.told["failures"].append({"why": why, "input": str(path)})

    def print(self) -> None:
        from tests.fuzz.targets import UNFORESEEN

        print(json.dumps({**self.told, "unforeseen": dict(UNFORESEEN)}), flush=True)


def by_chance(run: Run, seed: int) -> None:
    """Draw inputs from the seeds; what was taken without a fault is drawn from too."""
    from tests.fuzz.mutating import mutated

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    draw = random.Random(seed)
    pool = list(run.seeds)
    for data in pool:
        run.one(data)
    while not run.over():
        data = mutated(draw.choice(pool), run.seeds, draw)
        run.one(data)
        if len(pool) < 500 and draw.random() < 0.05 and len(data) < 20_000:
            pool.append(data)
    run.print()


def by_coverage(run: Run, seconds: float, kept: Path) -> None:
    """Let atheris lead; it ends the process itself."""
    import atheris

    corpus = kept / "corpus" / run.name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(run.seeds):
        (corpus / f"seed-{number}").write_bytes(data)

    def one(data: bytes) -> None:
        if run.over():  # libFuzzer ends the process without a word
            run.print()
            os._exit(0)
        run.one(data)

    arguments = [
        sys.argv[0],
        f"-max_total_time={int(seconds) + 30}",
        "-rss_limit_mb=4096",
        "-timeout=30",
        "-max_len=20000",
    ]
    atheris.Setup([*arguments, "-verbosity=0", str(corpus)], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz all targets, or one where it is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", type=Path, default=Path("build/fuzz.json"))
    parser.add_argument("--only", default="", help="a part of a target's name")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", help=argparse.SUPPRESS)
    options = parser.parse_args()
    led = importlib.util.find_spec("atheris") is not None
    kept: Path = options.out.parent / "fuzz"
    if options.target:
        if led:
            import atheris

            with atheris.instrument_imports(include=["rag"]):
                run = Run(options.target, options.seconds, kept)
            by_coverage(run, options.seconds, kept)
        else:
            by_chance(Run(options.target, options.seconds, kept), options.seed)
        return 0
    from tests.fuzz.targets import TARGETS

    found = [_apart(name, options) for name in TARGETS if options.only in name]
    failures = sum(len(one["failures"]) for one in found)
    inputs = sum(one["inputs"] for one in found)
    print(f"{inputs:,} inputs, {failures} findings; led by {'atheris' if led else 'chance'}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    told = {"led_by": "atheris" if led else "chance", "inputs": inputs, "findings": failures, "targets": found}
    options.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return int(failures > 0)


def _apart(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fuzz a target in a process of its own; one that ends before its time is a finding."""
    command = [sys.executable, "-m", "tests.measures.fuzz", "--target", name, "--seconds", str(options.seconds)]
    command += ["--out", str(options.out), "--seed", str(options.seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10 * options.seconds + 120, check=False)
    told: dict[str, Any] = {"target": name, "inputs": 0, "failures": [], "slowest": 0.0, "unforeseen": {}}
    for line in done.stdout.splitlines():
        if line.startswith('{"target"'):
            told = json.loads(line)
    if not told["inputs"] or done.returncode:
        why = (done.stderr.strip().splitlines() or ["no word"])[-1][:200]
        told["failures"].append({"why": f"the process ended with {done.returncode}: {why}", "input": ""})
    print(f"{name:<18} {told['inputs']:>8,} inputs  {len(told['failures'])} findings  slowest {told['slowest']} s")
    for failure in told["failures"]:
        print(f"    {failure['why']}")
    return told


if __name__ == "__main__":
    sys.exit(main())
