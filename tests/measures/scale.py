"""Measure what adding one document costs beside building the whole library.

    python -m tests.measures.scale --chunks 5000 --out build/scale.json

A library of generated prose is built with the embedding model of the settings; then one
document of ten pages is added and built, then nothing is changed and built. Each build
runs in a process of its own that loads the model first, timed from its start to its end,
so the last one is the constant start-up: loading the model and checking the index. (Left to
itself, a build with nothing changed loads no model and is quicker.) The measure is
``(added - unchanged) / full``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rag.config import HOME

BUILDER = """
import json, sys
from pathlib import Path
from rag.config import Settings
from rag.library.library import Library
library = Library(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])))
library.embedder.encode(["start"])
report = library.build()
held = {"generation": report.generation, "swapped": report.swapped, "embedded": report.embedded}
print(json.dumps({**held, "chunks": sum(row.chunks for row in report.rows)}))
"""

CHUNK_WORDS = 102
"""Words of the generated prose in one chunk, as measured."""
DOCUMENT_WORDS = 5000
"""Words of each document: ten pages."""
LIMIT = 0.03
"""Most that adding a document may take of a full build's time."""


def prose(chance: random.Random, words: int) -> str:
    """Write paragraphs of sentences of 8 to 24 words of the shipped notes, the nth word as often as 1/n."""
    paragraphs: list[str] = []
    sentences: list[str] = []
    while words > 0:
        length = chance.randint(8, 24)
        chosen = (VOCABULARY[int(len(VOCABULARY) ** chance.random()) - 1] for _ in range(length))
        sentences.append(" ".join(chosen).capitalize() + ".")
        words -= length
        if len(sentences) == 6 or words <= 0:
            paragraphs.append(" ".join(sentences))
            sentences = []
    return "\n\n".join(paragraphs)


def _vocabulary() -> list[str]:
    """The words of the shipped notes, in one fixed order."""
    notes = sorted((HOME / "corpus" / "notes").glob("*.md"))
    words = {word for path in notes for word in re.findall(r"\b[a-z]{2,}\b", path.read_text(encoding="utf-8"))}
    return random.Random(1).sample(sorted(words), len(words))


VOCABULARY = _vocabulary()


def build(corpus: Path, index: Path) -> dict[str, Any]:
    """Build in a fresh process; gives its report, with the seconds from its start to its end."""
    began = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-c", BUILDER, str(corpus), str(index)], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds = time.perf_counter() - began
    return {**json.loads(run.stdout), "seconds": round(seconds, 2)}


def measure(folder: Path, chunks: int) -> dict[str, Any]:
    """Build a library of so many chunks, add a document, and change nothing."""
    corpus, index = folder / "corpus", folder / "index"
    documents = corpus / "documents"
    documents.mkdir(parents=True)
    for number in range(max(1, round(chunks * CHUNK_WORDS / DOCUMENT_WORDS))):
        text = prose(random.Random(number), DOCUMENT_WORDS)
        (documents / f"volume-{number}.txt").write_text(text, encoding="utf-8")
    full = build(corpus, index)
    (documents / "new.txt").write_text(prose(random.Random("new"), DOCUMENT_WORDS), encoding="utf-8")
    added = build(corpus, index)
    unchanged = build(corpus, index)
    assert (unchanged["embedded"], unchanged["swapped"]) == (0, False), unchanged
    assert unchanged["generation"] == added["generation"], (added, unchanged)
    ratio = (added["seconds"] - unchanged["seconds"]) / full["seconds"]
    return {"full": full, "added": added, "unchanged": unchanged, "ratio": round(ratio, 4)}


def main() -> int:
    """Measure, print a table and write the figures; exit 1 where adding takes more than the limit."""
    parser = argparse.ArgumentParser(description="Measure what adding one document costs.")
    parser.add_argument("--chunks", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=Path("build/scale.json"), help="file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), options.chunks)
    for name in ("full", "added", "unchanged"):
        row = found[name]
        print(f"{name:10} {row['seconds']:8.2f} s  {row['chunks']:6} chunks  {row['embedded']:6} texts embedded")
    print(f"adding takes {found['ratio']:.2%} of a full build beyond the start-up; at most {LIMIT:.0%} is wanted")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0 if found["ratio"] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
