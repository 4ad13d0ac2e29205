"""What is measured, each stage in a process of its own: ``python -m benchmarks.stages STAGE WORK CONTESTANT FOLDER``.

A process prints its figures as JSON in its last line; `benchmarks.running` adds those of the process itself.
Seconds inside a process are counted after the same warm-up for everyone.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.contestants import Contestant, Models, Ours, RawOnnx, RawTorch
from benchmarks.material import read_questions
from benchmarks.peers import Haystack, LangChain, LlamaIndex, Txtai

Figures = dict[str, float]

CONTESTANTS: dict[str, type[Contestant]] = {
    "this": Ours,
    "torch": RawTorch,
    "onnx": RawOnnx,
    "langchain": LangChain,
    "txtai": Txtai,
    "llamaindex": LlamaIndex,
    "haystack": Haystack,
}
"""In the order of the table's columns."""

WARM_UP = 5
"""Questions that are asked before seconds are counted."""
MOST_ASKED = 60
"""Questions that are answered; searching is measured on all that there are."""


def build(contestant: Contestant) -> Figures:
    """Build, timed from where the model has encoded a word."""
    contestant.load()
    contestant.encode("start")
    return {"build_s": seconds(contestant.build)}


def first(contestant: Contestant) -> Figures:
    """Find one passage; the process is timed from outside."""
    contestant.open()
    assert contestant.retrieve(read_questions(contestant.folder)[0].text)
    return {}


def retrieve(contestant: Contestant) -> Figures:
    """Search one half of the questions and encode the other, in turn."""
    contestant.open()
    texts = [question.text for question in read_questions(contestant.folder)]
    for text in texts[:WARM_UP]:
        contestant.encode(text)
        contestant.retrieve(text)
    encoded, retrieved = [], []
    for one, other in zip(texts[::2], texts[1::2], strict=False):
        encoded.append(seconds(contestant.encode, one))
        retrieved.append(seconds(contestant.retrieve, other))
    return {**percentiles("encode", encoded), **percentiles("retrieve", retrieved), "retrieve_mb": resident()}


def quality(contestant: Contestant) -> Figures:
    """Share of the judged questions whose first passage is of a relevant document."""
    contestant.open()
    questions = read_questions(contestant.folder)
    firsts = [(contestant.retrieve(question.text)[:1], question.relevant) for question in questions]
    return {"r_at_1": statistics.mean(bool(set(first) & set(relevant)) for first, relevant in firsts)}


def ask(contestant: Contestant) -> Figures:
    """Answer questions; only ours does."""
    assert isinstance(contestant, Ours)
    texts = [question.text for question in read_questions(contestant.folder)]
    for text in texts[:WARM_UP]:
        contestant.ask(text)
    asked = [seconds(contestant.ask, text) for text in texts[-MOST_ASKED:]]
    return {**percentiles("ask", asked), "ask_mb": resident()}


def add(contestant: Contestant, added: str, name: str) -> Figures:
    """Add a document to the open index, until the next search has searched it."""
    contestant.open()
    question = read_questions(contestant.folder)[0].text
    contestant.retrieve(question)

    def added_and_found() -> None:
        contestant.add(Path(added), name)
        contestant.retrieve(question)

    return {"add_s": seconds(added_and_found)}


def seconds(act: Callable[..., object], *arguments: str) -> float:
    """Time a call."""
    began = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - began


def percentiles(name: str, times: list[float]) -> Figures:
    """Median and 95th percentile, in milliseconds."""
    p95 = statistics.quantiles(times, n=20, method="inclusive")[18]
    return {f"{name}_p50_ms": 1000 * statistics.median(times), f"{name}_p95_ms": 1000 * p95}


def resident() -> float:
    """Memory of this process that is in use now, in MB; where the system does not tell, the most that was."""
    status = Path("/proc/self/status")
    if status.is_file():
        kilobytes = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:")).split()[1]
        return int(kilobytes) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


STAGES: dict[str, Callable[..., Figures]] = {
    "build": build, "first": first, "retrieve": retrieve, "quality": quality, "ask": ask, "add": add,
}  # fmt: skip


def main(stage: str, work: str, name: str, folder: str, *arguments: str) -> None:
    """Run one stage and print its figures."""
    contestant = CONTESTANTS[name](Path(folder), Models.read(Path(work)))
    figures = STAGES[stage](contestant, *arguments)
    print("\n" + json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
