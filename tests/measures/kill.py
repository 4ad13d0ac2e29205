"""Kill a build at random moments; after each, the index must be whole and everything must answer.

    python -m tests.measures.kill --kills 200

Builds run in processes of their own, with the stand-in embedder so that writing and swapping
take a good part of the time. Only a build that was still at work when it was killed counts.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from rag.config import Settings
from rag.indexing.generation import Generation
from rag.library.doctor import examine
from rag.library.library import Library
from rag.testing import HashingEmbedder

BUILDER = """
import sys
from pathlib import Path
from rag.config import Settings
from rag.library.library import Library
from rag.testing import HashingEmbedder
print("begun", flush=True)
Library(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), HashingEmbedder()).build()
print("ended", flush=True)
"""

BEYOND = 1.1
"""Moments are drawn from this many times a build's length, so that its last steps are reached too."""


def text(number: int) -> str:
    """Forty sentences on one vessel."""
    return "\n".join(f"Vessel {number} carried {number * n} crates to quay {n} in May." for n in range(1, 41))


def library(folder: Path) -> tuple[Settings, Library]:
    """Write a library of forty texts and build it."""
    documents = folder / "corpus" / "documents"
    documents.mkdir(parents=True)
    for number in range(40):
        (documents / f"text-{number}.txt").write_text(text(number), encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    made = Library(settings, HashingEmbedder())
    made.build()
    return settings, made


def change(settings: Settings, number: int) -> None:
    """Give the next build one changed file, however many builds were killed before it, so that all take as long."""
    path = settings.corpus / "documents" / "text-0.txt"
    path.write_text(f"{text(0)}\nNote {number}.", encoding="utf-8")


def build(settings: Settings, *, kill_after: float | None = None) -> float | None:
    """Build in a process of its own; gives the seconds it took, or None where it was killed at work."""
    command = [sys.executable, "-c", BUILDER, str(settings.corpus), str(settings.index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        began = time.perf_counter()
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        ended = process.stdout.readline() == "ended\n"
        seconds = time.perf_counter() - began
    assert ended or kill_after is not None, "a build failed by itself"
    return seconds if ended else None


def check(settings: Settings, wanted: set[str]) -> None:
    """The index opens, doctor finds no damage, and every source that was there is still there."""
    generation = Generation.open(settings, HashingEmbedder())
    assert wanted <= generation.sources.keys(), wanted - generation.sources.keys()
    errors = [f for f in examine(Library(settings).corpus, settings, HashingEmbedder()) if f.severity == "error"]
    assert errors == [], errors


def run(kills: int, seed: int = 7) -> Counter[str]:
    """Kill so many builds at work; gives how many there were, and how many had ended before."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        settings, made = library(Path(folder))
        wanted = set(Generation.open(settings, HashingEmbedder()).sources)
        change(settings, -1)
        length = build(settings) or 0.0
        with tqdm(total=kills, disable=None) as bar:
            while counts["killed"] < kills:
                change(settings, counts.total())
                ended = build(settings, kill_after=chance.uniform(0, BEYOND * length))
                counts["killed" if ended is None else "ended"] += 1
                bar.update(ended is None)
                check(settings, wanted)
        made.build()
        check(settings, wanted)
    return counts


def main() -> int:
    """Run and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    counts = run(parser.parse_args().kills)
    print(f"{counts['killed']} builds killed at work, {counts['ended']} more had ended; every index was whole")
    return 0


if __name__ == "__main__":
    sys.exit(main())
