"""Measure an index of 10^3 to 10^6 passages: building, opening, retrieving, memory, disk and recall.

    python -m tests.measures.growth --out build/growth.json

Passages are made up: words as frequent as in prose (the nth as often as 1/n), and vectors that lie about
those of the shipped library as its own lie about each other: one of them, moved by a share of the way
between two others. They are written with the classes of the index, some at a time, and merged as a build
merges. Each index is opened and asked in a process of its own; recall is that of the ten nearest vectors
against all of them. Retrieving encodes the question with the default model, which `search` in the figures
leaves out; what is looked for is the made-up vector.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import Settings
from rag.indexing import segment
from rag.indexing.encoder import FloatArray, unit_rows
from rag.indexing.generation import PIPELINE, Generation, write_parts
from rag.indexing.parts import best
from rag.indexing.sealing import seal
from rag.indexing.segment import CutText, Segment
from rag.indexing.store import Store
from rag.library.library import Library
from rag.records import Chunk, Document, Source, Span
from rag.retrieval.query import Query
from rag.retrieval.retriever import Retriever
from rag.testing import HashingEmbedder
from rag.text.words import content_terms

SIZES = (1_000, 10_000, 100_000, 1_000_000)
BLOCK = 50_000
"""Passages written at once."""
PASSAGES, SENTENCES, WORDS = 20, 4, 15
"""Passages of a document, sentences of a passage, words of a sentence."""
VOCABULARY = 300_000
APART = 0.5
"""Share of the way between two vectors by which a third is moved."""
ASKED = 200
"""Questions to each index."""
SLOWER = 3
"""Most times that retrieving from the largest may take of what it takes from 10^4."""

LETTERS = np.array(list("bdfgklmnprstvz"))
VOWELS = np.array(list("aeiou"))


def words(numbers: Any) -> list[str]:
    """Spell numbers as words."""
    found = [""] * len(numbers)
    left = np.array(numbers) + len(LETTERS) * len(VOWELS)
    while left.any():
        syllables = np.char.add(LETTERS[left % len(LETTERS)], VOWELS[left // len(LETTERS) % len(VOWELS)])
        found = [word + str(more) * bool(n) for word, more, n in zip(found, syllables, left, strict=True)]
        left //= len(LETTERS) * len(VOWELS)
    return found


def near(base: FloatArray, count: int, random: np.random.Generator) -> FloatArray:
    """Make vectors that lie about those of the library."""
    one, two, three = (base[random.integers(len(base), size=count)] for _ in range(3))
    return unit_rows(one + np.float32(APART) * (two - three))


def texts(first: int, count: int, random: np.random.Generator) -> Iterator[CutText]:
    """Make documents of so many passages together."""
    spelled = words(np.arange(VOCABULARY))
    for number in range(first, first + count, PASSAGES):
        source = Source.unnamed(f"text-{number}", f"Text {number}")
        chosen = (VOCABULARY ** random.random((PASSAGES * SENTENCES, WORDS))).astype(int) - 1
        spans, text = [], ""
        for row in chosen.tolist():
            sentence = " ".join([spelled[word] for word in row]).capitalize() + "."
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence + " "
        doc_id = f"{source.id}/text"
        chunks = []
        for at in range(PASSAGES):
            own = tuple(spans[at * SENTENCES : (at + 1) * SENTENCES])
            where = (own[0].start, own[-1].end)
            chunks.append(Chunk(f"{doc_id}#{at}", doc_id, *where, "", None, own, source.attribution))
        yield CutText(
            source,
            Document(doc_id, source.id, "full text", text, hashlib.sha256(text.encode()).hexdigest()),
            tuple(chunks),
        )


def build(index: Path, base: FloatArray, size: int) -> None:
    """Write an index of so many passages."""
    store, random = Store(index), np.random.default_rng(size)
    with store.writing(), store.generation("00000001") as folder:
        parts = []
        for first in range(0, size, BLOCK):
            part = store.fresh(f"part-{first}")
            own = list(texts(first, min(BLOCK, size - first), random))
            segment.write(part, own, near(base, sum(len(text.chunks) for text in own), random), base[:0])
            parts.append(Segment(part))
        held = store.segment("00000001")
        segment.merge(held, parts)
        write_parts(folder, ())
        embedder = HashingEmbedder()
        told = {"pipeline": PIPELINE, "embedding_model": "made up", "embedding_digest": embedder.digest}
        files = {"name": held.name, "gone": [], "files": seal(held)}
        store.publish("00000001", told | {"chunk_tokens": 220, "segments": [files]})
    store.prune(1)


def ask(index: Path, vectors: Path) -> dict[str, Any]:
    """Open an index and ask it."""
    base, random = np.load(vectors), np.random.default_rng(1)
    settings = Settings(corpus=index, index=index, embedding_model="made up")
    Generation.open(settings)  # digests what nobody has digested on this machine
    began = time.perf_counter()
    generation = Generation.open(settings)
    opened = time.perf_counter() - began
    retriever = Retriever(generation, HashingEmbedder(), candidates=settings.candidates)
    queries = near(base, ASKED, random)
    spelled = words((VOCABULARY ** random.random((ASKED, 6))).astype(int).ravel() - 1)
    encoder = Library.open().embedder
    encoder.encode_queries(["start"])
    searched, retrieved, busy, recall = [], [], [], []
    for number, vector in enumerate(queries):
        text = " ".join(spelled[6 * number : 6 * number + 6])
        query = Query(text, dict.fromkeys(content_terms(text), 1.0), vector)
        began = time.perf_counter()
        encoder.encode_queries([text])
        encoded, worked = time.perf_counter(), time.process_time()
        retriever.search(query, settings.top_k)
        busy.append(time.process_time() - worked)
        ended = time.perf_counter()
        searched.append(ended - encoded)
        retrieved.append(ended - began)
    resident = _resident()
    (held,) = generation.segments
    for vector in queries[:50]:
        found, _ = generation.dense.search(vector, 10)
        cosines = np.concatenate([block @ vector for block in held.vectors.blocks()])
        recall.append(len(np.intersect1d(found, best([(np.arange(len(cosines)), cosines)], 10)[0])) / 10)
    whole, wall, cpu = (1000 * np.quantile(taken[10:], [0.5, 0.95]) for taken in (retrieved, searched, busy))
    disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {
        "open_s": round(opened, 3),
        "retrieve_p50_ms": round(float(whole[0]), 1),
        "retrieve_p95_ms": round(float(whole[1]), 1),
        "search_p50_ms": round(float(wall[0]), 1),
        "search_p95_ms": round(float(wall[1]), 1),
        "cpu_p50_ms": round(float(cpu[0]), 1),
        "cpu_p95_ms": round(float(cpu[1]), 1),
        "resident_mb": round(resident),
        "disk_mb": round(disk / 1e6, 1),
        "recall": round(float(np.mean(recall)), 4),
    }


def _resident() -> float:
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmRSS"))


def _apart(function: str, *given: object) -> dict[str, Any]:
    """Run a function of this module in a process of its own, and give what it prints, with its peak memory."""
    code = f"""
import json, resource, sys
from pathlib import Path
import numpy as np
from tests.measures import growth
told = growth.{function} or {{}}
print(json.dumps(told | {{"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}}))
"""
    run = subprocess.run([sys.executable, "-c", code, *map(str, given)], stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def measure(folder: Path, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Build and ask an index of each size."""
    library = Library.open()
    if not (library.settings.index / "CURRENT").exists():
        library.build()
    generation = Generation.open(library.settings)
    base = np.concatenate([b for s in generation.segments for v in (s.vectors, s.questions) for b in v.blocks()])
    vectors = folder / "vectors.npy"
    np.save(vectors, base)
    rows = []
    for size in sizes:
        index, began = folder / str(size), time.perf_counter()
        built = _apart("build(Path(sys.argv[1]), np.load(sys.argv[2]), int(sys.argv[3]))", index, vectors, size)
        seconds = time.perf_counter() - began
        asked = _apart("ask(Path(sys.argv[1]), Path(sys.argv[2]))", index, vectors)
        rows.append({"passages": size, "build_s": round(seconds, 1), **asked, "build_peak_mb": built["peak_mb"]})
        print("  ".join(f"{name} {value:,}" for name, value in rows[-1].items()), flush=True)
    return rows


def main() -> int:
    """Measure, print a row a size and write the figures; exit 1 where the largest is much slower than 10^4."""
    parser = argparse.ArgumentParser(description="Measure an index of 10^3 to 10^6 passages.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--out", type=Path, default=Path("build/growth.json"), help="file for the figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), tuple(options.sizes))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    times = {row["passages"]: row["retrieve_p95_ms"] for row in rows}
    slower = times[max(times)] / times.get(10_000, times[min(times)])
    print(f"p95 of the largest is {slower:.2f} of that of 10^4; at most {SLOWER} is wanted")
    return 0 if slower <= SLOWER else 1


if __name__ == "__main__":
    sys.exit(main())
