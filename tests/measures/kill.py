"""Kill a build at random moments; after each, the index must be whole and everything must answer.

    python -m tests.measures.kill --kills 200

Builds run in processes of their own, with the stand-in embedder so that writing and swapping
take a good part of the time.
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
from rag.doctor import examine
from rag.index import Generation
from rag.library import Library
from rag.testing import HashingEmbedder

BUILDER = """
import sys
from pathlib import Path
from rag.config import Settings
from rag.library import Library
from rag.testing import HashingEmbedder
print("begun", flush=True)
Library(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), HashingEmbedder()).build()
"""


def library(folder: Path) -> tuple[Settings, Library]:
    """Write a library of forty texts and build it."""
    documents = folder / "corpus" / "documents"
    documents.mkdir(parents=True)
    for number in range(40):
        lines = (f"Vessel {number} carried {number * n} crates to quay {n} in May." for n in range(1, 40))
        (documents / f"text-{number}.txt").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    made = Library(settings, HashingEmbedder())
    made.build()
    return settings, made


def kill_once(settings: Settings, delay: float) -> bool:
    """Start a build, kill it after a delay; gives whether it was still running."""
    command = [sys.executable, "-c", BUILDER, str(settings.corpus), str(settings.index)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout
    process.stdout.readline()
    time.sleep(delay)
    running = process.poll() is None
    process.kill()
    process.wait()
    process.stdout.close()
    return running


def check(settings: Settings, wanted: set[str]) -> None:
    """The index opens, doctor finds no damage, and every source that was there is still there."""
    generation = Generation.open(settings, HashingEmbedder())
    assert wanted <= generation.sources.keys(), wanted - generation.sources.keys()
    errors = [f for f in examine(Library(settings).corpus, settings, HashingEmbedder()) if f.severity == "error"]
    assert errors == [], errors


def run(kills: int, seed: int = 7) -> Counter[str]:
    """Kill so many builds; gives how many were killed while running and how many had ended."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        settings, made = library(Path(folder))
        wanted = set(Generation.open(settings, HashingEmbedder()).sources)
        began = time.perf_counter()
        made.build(force=True)
        whole = time.perf_counter() - began
        for number in tqdm(range(kills), disable=None):
            changed = settings.corpus / "documents" / f"text-{number % 40}.txt"
            changed.write_text(f"{changed.read_text(encoding='utf-8')}\nNote {number}.", encoding="utf-8")
            running = kill_once(settings, chance.uniform(0, 1.3 * whole + 0.5))
            counts["killed" if running else "ended"] += 1
            check(settings, wanted)
        made.build()
        check(settings, wanted)
    return counts


def main() -> int:
    """Run and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    counts = run(parser.parse_args().kills)
    print(f"{counts['killed']} builds killed while running, {counts['ended']} had ended; every index was whole")
    return 0


if __name__ == "__main__":
    sys.exit(main())
