"""Run contestants in turn, each stage in a process of its own, and collect the figures of each run."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.material import MODELS, QUESTIONS, read_passages, read_questions, write_rows
from benchmarks.preparing import DOCUMENT_PASSAGES, asked_of, generated, judged
from benchmarks.stages import CONTESTANTS, Figures
from rag.config import HOME

PEERS = HOME / "build" / "peers"
"""Where ``make bench-peers`` puts the packages of other libraries."""

COMMAND = "import sys; from rag.interfaces.cli import main; sys.exit(main())"
"""The command line of this checkout, wherever its script was installed."""

SMALL, LARGE, ADDED = "small", "large", "added"
"""The materials: what all stages use, what a document is added to besides, and the documents that are added."""

PATIENCE = 300.0
"""Seconds that a server may take to answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bench does."""

    work: Path
    """Folder for everything that it writes; emptied first."""
    contestants: Sequence[str]
    runs: int
    data: Path | None
    """A set with judged questions; None for generated prose."""
    passages: int
    """Of generated prose."""
    questions: int
    large: int
    """Passages of the library that a document is added to besides; 0 leaves it out."""
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Results:
    """What was measured."""

    corpus: str
    """What was indexed, in words."""
    passages: int
    raw_mb: float
    """Vectors of 32 bits a number, and the text."""
    runs: dict[str, list[Figures]]
    """For each contestant the figures of each run."""


def available(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tell who of these can run here, and who lacks packages."""
    there = [n for n in names if not CONTESTANTS[n].package or (PEERS / CONTESTANTS[n].package).is_dir()]
    return there, [name for name in names if name not in there]


def run(plan: Plan) -> Results:
    """Prepare the materials, then give every contestant its turn in every run."""
    shutil.rmtree(plan.work, ignore_errors=True)
    _materials(plan)
    models = json.loads((plan.work / MODELS).read_text(encoding="utf-8"))
    names = [name for name in plan.contestants if name != "onnx" or models["exported"]]
    runs: dict[str, list[Figures]] = {name: [] for name in names}
    large = {name: _state(plan, LARGE, name) for name in names if plan.large}
    for name, folder in large.items():
        plan.tell(f"{CONTESTANTS[name].title}: building {plan.large} passages")
        _stage("build", plan, name, folder)
    for number in range(plan.runs):
        for name in names:
            plan.tell(f"run {number + 1} of {plan.runs}: {CONTESTANTS[name].title}")
            figures = _turn(plan, name, number)
            if plan.large:
                extra = (str(plan.work / ADDED), f"{ADDED}-{number}")
                figures["add_large_s"] = _stage("add", plan, name, large[name], *extra)["add_s"]
            runs[name].append(figures)
    passages = read_passages(plan.work / SMALL)
    characters = sum(len(passage.text.encode()) for passage in passages)
    documents = len({passage.document for passage in passages})
    raw = (len(passages) * models["dimension"] * 4 + characters) / 1e6
    kind = f"the set {plan.data.name}" if plan.data else "generated prose, whose questions nobody judged"
    told = f"{kind}: {documents:,} documents, {characters / 1e6:.1f} million characters, {len(passages):,} passages"
    return Results(told, len(passages), raw, runs)


def _materials(plan: Plan) -> None:
    small = plan.work / SMALL
    questions = judged(small, plan.data) if plan.data else []
    if not plan.data:
        generated(small, math.ceil(plan.passages / DOCUMENT_PASSAGES), seed=SMALL)
    if plan.large:
        generated(plan.work / LARGE, math.ceil(plan.large / DOCUMENT_PASSAGES), seed=LARGE)
    generated(plan.work / ADDED, plan.runs, seed=ADDED)
    _process([sys.executable, "-m", "benchmarks.preparing", str(plan.work)])
    questions = questions[:: max(1, math.ceil(len(questions) / plan.questions))] or asked_of(
        read_passages(small), plan.questions
    )
    write_rows(small / QUESTIONS, questions)
    if plan.large:
        write_rows(plan.work / LARGE / QUESTIONS, questions)


def _state(plan: Plan, material: str, name: str) -> Path:
    """A copy of a material for one contestant, without an index."""
    folder = plan.work / "states" / material / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(plan.work / material, folder)
    return folder


def _turn(plan: Plan, name: str, number: int) -> Figures:
    """One run of one contestant, through every stage."""
    folder = _state(plan, SMALL, name)
    built = _stage("build", plan, name, folder)
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    figures = {
        "build_s": built["process_s"],
        "build_cpu_s": built["cpu_s"],
        "build_peak_mb": built["peak_mb"],
        "passages_per_s": len(read_passages(folder)) / built["build_s"],
        "index_mb": size / 1e6,
    }
    cold = _stage("first", plan, name, folder)
    figures |= {"first_s": cold["process_s"], "first_cpu_s": cold["cpu_s"]}
    figures |= _figures(_stage("retrieve", plan, name, folder))
    if plan.data and number == 0:
        figures |= _figures(_stage("quality", plan, name, folder))
    if name == "this":
        question = read_questions(folder)[0].text
        command = [sys.executable, "-c", COMMAND, "ask", "--corpus", str(folder), question]
        figures["command_first_s"] = _process(command)["process_s"]
        asked = _process(command)
        figures |= {"command_s": asked["process_s"], "command_cpu_s": asked["cpu_s"]}
        figures |= _figures(_stage("ask", plan, name, folder))
        figures |= serve(folder, question)
    added = (str(plan.work / ADDED), f"{ADDED}-{number}")
    return {**figures, "add_s": _stage("add", plan, name, folder, *added)["add_s"]}


def _figures(found: Figures) -> Figures:
    """Those of the stage, without those of its process."""
    return {key: value for key, value in found.items() if key not in ("process_s", "cpu_s", "peak_mb")}


def _stage(stage: str, plan: Plan, name: str, folder: Path, *arguments: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.stages", stage, str(plan.work), name, str(folder), *arguments]
    return _process(command, peers=bool(CONTESTANTS[name].package))


def _environment(*, peers: bool) -> dict[str, str]:
    """No network, no telemetry, no settings of ours; the packages of peers for peers alone."""
    places = [str(HOME), *([str(PEERS)] if peers else []), os.environ.get("PYTHONPATH", "")]
    quiet = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "TQDM_DISABLE": "1"}
    given = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return {**given, **quiet, "PYTHONPATH": os.pathsep.join(filter(None, places))}


def _process(command: Sequence[str], *, peers: bool = False) -> Figures:
    """Run a process to its end; gives what it printed as JSON in its last line, and what it cost.

    Raises:
        SystemExit: it failed; with the end of what it said.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=said, cwd=HOME, env=_environment(peers=peers))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        out.seek(0)
        said.seek(0)
        if process.returncode:
            end = said.read().decode(errors="replace")[-2000:]
            raise SystemExit(f"{' '.join(command[1:])} ended with {process.returncode}:\n{end}")
        last = out.read().decode().rstrip().rpartition("\n")[2]
    scale = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    cost = {
        "process_s": seconds,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss * scale / 2**20,
    }
    return {**(json.loads(last) if last.startswith("{") else {}), **cost}


def serve(folder: Path, question: str) -> Figures:
    """Start the chat on a built library; seconds to its page and to the first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", COMMAND, "serve", "--no-sync", "--port", str(port), "--corpus", str(folder)]
    body = json.dumps({"question": question}).encode()
    ask = urllib.request.Request(f"{address}/v1/ask", body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=HOME, env=_environment(peers=False))
        try:
            page = _answered(process, urllib.request.Request(f"{address}/"), began)
            return {"page_s": page, "answer_s": _answered(process, ask, began)}
        finally:
            process.terminate()
            process.wait()


def _answered(process: subprocess.Popen[bytes], request: urllib.request.Request, began: float) -> float:
    """Try until the server answers with 200; gives the seconds since it was started."""
    while time.perf_counter() - began < PATIENCE and process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                if response.status == 200:
                    response.read()
                    return time.perf_counter() - began
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise SystemExit(f"`rag serve` did not answer {request.full_url} within {PATIENCE:.0f} s")
