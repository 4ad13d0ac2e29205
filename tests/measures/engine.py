"""Measure an index in an engine beside the same index in its folder: equality, losses, servers under rebuilds, size.

    python -m tests.measures.engine --data DATA --out build/engine.json

The engine is Milvus Lite as a server of its own, asked over its wire. Equality is measured on the shipped
library with the questions of `DATA/natural-dev/questions.jsonl` and on the set in `DATA/nq-qed`; what is not
there is left out. Losses are builders killed and engines killed and started anew in the midst of builds and
questions. Under rebuilds, two `rag serve` answer over HTTP while a third process builds; each text of their
library names the state that it is of, so a passage of a wrong generation shows.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import EngineError, RagError
from rag.evaluation.sets import QUERIES, open_set, read_queries
from rag.indexing.engine.client import connect
from rag.indexing.exporting import default_embedder
from rag.indexing.opening import open_generation
from rag.library.doctor import examine
from rag.library.library import Library
from rag.reading.reader import ENGLISH_READER, default_reader
from tests.indexing.served import BUILDER, Served
from tests.measures.swaps import QUESTION, TEXTS, engine, library, states, under_rebuilds, write

DEPTH = 30
"""Passages that are compared of each question."""
TIE = 1e-5
"""Scores that differ by less are equal."""


def compared(settings: Settings, questions: Sequence[str], answers: int) -> dict[str, Any]:
    """Publish an index and ask both; *answers* of the questions, evenly spread, are answered too."""
    embedder = default_embedder(settings.embedding_model)
    reader = default_reader(ENGLISH_READER)
    with engine() as served:
        began = time.perf_counter()
        Library(settings, embedder).export_index(served.url)
        published = time.perf_counter() - began
        here = Assistant(settings, embedder, reader=reader)
        there = Assistant(replace(settings, index_url=served.url), embedder, reader=reader)
        counts: Counter[str] = Counter()
        seconds = {"folder": 0.0, "engine": 0.0}
        for question in tqdm(questions, disable=None):
            found = {}
            for name, one in (("folder", here), ("engine", there)):
                began = time.perf_counter()
                found[name] = [(p.chunk_id, p.score) for p in one.retrieve(question, DEPTH)]
                seconds[name] += time.perf_counter() - began
            counts[same_passages(found["folder"], found["engine"])] += 1
        step = max(len(questions) // max(answers, 1), 1)
        asked = list(questions)[::step][:answers]
        same = sum(spoken(here, question) == spoken(there, question) for question in tqdm(asked, disable=None))
        held = sum(path.stat().st_size for path in served.folder.rglob("*") if path.is_file())
        small = sum(path.stat().st_size for path in (settings.index / "engine").rglob("*") if path.is_file())
        return {
            "passages": len(open_generation(settings).chunks),
            "questions": len(questions),
            **{f"passages {name}": counts[name] for name in ("equal", "equal but for ties", "different")},
            "answers": len(asked),
            "answers equal": same,
            **{f"ms a question, {name}": round(1000 * spent / len(questions), 1) for name, spent in seconds.items()},
            "seconds to publish": round(published, 1),
            "bytes in the engine": held,
            "bytes of small files": small,
        }


def same_passages(ours: Sequence[tuple[str, float]], theirs: Sequence[tuple[str, float]]) -> str:
    """Say how two rankings compare; those equal but for ties have the same scores, place by place."""
    if [key for key, _ in ours] == [key for key, _ in theirs]:
        return "equal"
    level = len(ours) == len(theirs) and all(abs(a - b) < TIE for (_, a), (_, b) in zip(ours, theirs, strict=True))
    return "equal but for ties" if level else "different"


def spoken(assistant: Assistant, question: str) -> tuple[Any, ...]:
    """What a reader sees of an answer."""
    answer = assistant.ask(question)
    return answer.outcome, answer.text, [(c.doc_id, c.start, c.end, c.quote) for c in answer.citations]


def shipped(data: Path, scratch: Path) -> dict[str, Any]:
    """The shipped library."""
    rows = (data / "natural-dev" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    settings = Settings.load(corpus=None, index=scratch / "shipped", index_url="", reader_seconds=60)
    Library(settings).build()
    return compared(settings, [json.loads(row)["question"] for row in rows], len(rows))


def public_set(data: Path, scratch: Path) -> dict[str, Any]:
    """A set of public questions, built as `rag eval` builds it."""
    base = Settings.load(index_url="", reader_seconds=60)
    names, library = open_set(data / "nq-qed", scratch / "nq-qed", default_embedder(base.embedding_model), base)
    questions = [query.question for query in read_queries(data / "nq-qed" / QUERIES, dict(names.values()))]
    return compared(library.settings, questions, 65)


def losses(builders: int, engines: int, seed: int = 7) -> dict[str, Any]:
    """Kill builders and engines in the midst of builds, and engines in the midst of questions."""
    chance, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder, engine() as served:
        place = library(Path(folder), served)
        documents = place.settings.corpus / "documents"
        place.build()
        began = time.perf_counter()
        write(documents, 1)
        place.build()
        length, state = time.perf_counter() - began, 1
        for number in tqdm(range(builders + engines), disable=None):
            write(documents, state + 1)
            command = [sys.executable, "-c", BUILDER, str(place.settings.corpus), str(place.settings.index), served.url]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as builder:
                assert builder.stdout and builder.stderr
                builder.stdout.readline()
                time.sleep(chance.uniform(0, length))
                if number < builders:
                    builder.kill()
                else:
                    served.kill()
                    served.restart()
                    said = builder.stderr.read().strip().splitlines()
                    counts["builds ended by a lost engine"] += bool(said)
                    counts["clear last lines"] += bool(said) and "EngineError: the engine at" in said[-1]
            for mark in connect(served.url).marked("rag_lease_"):  # as if its time were over
                connect(served.url).call("drop_collection", collection_name=mark)
            counts["damaged or half"] += not whole(place, (state, state + 1))
            place.build()
            state += 1
            counts["recovered by the next build"] += whole(place, (state,))
        asked, errors, wrong = lost_questions(place, served)
    counts |= Counter({"questions under restarts": asked, "clear errors": errors, "wrong or other": wrong})
    return {"builders killed": builders, "engines killed in a build": engines, **counts}


def lost_questions(place: Library, served: Served) -> tuple[int, int, int]:
    """Ask while the engine is killed and started anew; gives questions, clear errors, what else is wrong."""
    reader, errors, wrong, asked = Assistant(place.settings, place.embedder), 0, 0, 0
    wanted = [p.text for p in reader.retrieve(QUESTION, TEXTS)]
    for _ in range(5):
        for at in range(60):
            if at == 10:
                served.kill()
            if at == 20:
                served.restart()
            asked += 1
            try:
                wrong += [p.text for p in reader.retrieve(QUESTION, TEXTS)] != wanted
            except EngineError as error:
                errors += 1
                wrong += "\n" in str(error) or not 10 <= at < 20
            except RagError:
                wrong += 1
    return asked, errors, wrong


def whole(place: Library, allowed: Sequence[int]) -> bool:
    """Whether all texts are there in one of some states, and nothing is damaged."""
    found = states([p.text for p in Assistant(place.settings, place.embedder).retrieve(QUESTION, TEXTS)])
    errors = [f for f in examine(place.corpus, place.settings, place.embedder) if f.severity == "error"]
    return len(found) == 1 and found <= set(allowed) and not errors


def main() -> int:
    """Run what there is data for, print the figures and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="shipped, nq-qed, losses or servers")
    parser.add_argument("--questions", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts: dict[str, tuple[bool, Callable[[], dict[str, Any]]]] = {
            "shipped": ((options.data / "natural-dev").is_dir(), lambda: shipped(options.data, Path(folder))),
            "nq-qed": ((options.data / "nq-qed").is_dir(), lambda: public_set(options.data, Path(folder))),
            "losses": (True, lambda: losses(10, 5)),
            "servers": (True, lambda: under_rebuilds(options.questions)),
        }
        found = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
        for name, (there, run) in parts.items():
            if there and options.only in ("", name):
                found[name] = run()
                print(name, *(f"  {key}: {value}" for key, value in found[name].items()), sep="\n", flush=True)
                options.out.parent.mkdir(parents=True, exist_ok=True)
                options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
