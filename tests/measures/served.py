"""A library and a real `rag serve` over it, for `tests.measures.soak`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from rag.config import HOME, Settings
from rag.indexing.generation import Generation
from rag.library.library import Library
from rag.testing import HashingEmbedder
from tests.interfaces.browser.serving import free_port
from tests.measures import kill

Models = Literal["real", "stand-ins"]

SERVER = """
import sys
if sys.argv[1] == "stand-ins":
    from rag.interfaces.web import engine
    from collections import deque
    from rag.testing import HashingEmbedder, OverlapReader
    reader = OverlapReader()
    reader.asked = deque(maxlen=0)  # which would grow
    engine.default_embedder, engine.default_reader = lambda *_: HashingEmbedder(), lambda _: reader
from rag.interfaces import cli
sys.exit(cli.main(sys.argv[2:]))
"""

HANGS = 120.0
"""Seconds after which a client gives up, which counts as an error."""


@dataclass
class Place:
    """A library, who builds it from outside, and its server."""

    library: Library
    questions: list[str]
    url: str
    process: subprocess.Popen[bytes]
    held: dict[str, Generation] = field(default_factory=dict)
    """Every generation that there was, kept open."""

    def hold(self) -> None:
        """Keep the current generation open, so that what it gave can be checked when it is pruned."""
        generation = Generation.open(self.library.settings)
        self.held[generation.pointer.generation] = generation


def made(folder: Path, models: Models) -> tuple[Library, list[str]]:
    """Make a library and questions to it."""
    if models == "stand-ins":
        settings = kill.made(folder)
        asked = [f"How many crates did vessel {n} carry to quay {q}?" for n in range(kill.TEXTS) for q in range(1, 41)]
        return Library(settings, HashingEmbedder()), asked
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for part in (HOME / "corpus").iterdir():
        if part.name != "documents":
            (corpus / part.name).symlink_to(part)
    files = [HOME / "tests" / name for name in ("plain.jsonl", "tuning.jsonl")]
    asked = [json.loads(line)["question"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    library = Library(Settings(corpus=corpus, index=folder / "index"))
    library.build()
    return library, asked


@contextmanager
def serving(folder: Path, models: Models) -> Iterator[Place]:
    """Serve a library until the block ends."""
    library, questions = made(folder, models)
    port, settings = free_port(), library.settings
    arguments = ["serve", "--corpus", str(settings.corpus), "--index", str(settings.index), "--port", str(port)]
    with (folder / "log.jsonl").open("wb") as log:
        command = [sys.executable, "-c", SERVER, models, *arguments, "--no-sync", "--log-format", "json"]
        process = subprocess.Popen(command, cwd=HOME, stdout=log, stderr=subprocess.STDOUT)
    place = Place(library, questions, f"http://127.0.0.1:{port}", process)
    try:
        end = time.monotonic() + HANGS
        while time.monotonic() < end and process.poll() is None:
            try:
                if httpx.get(f"{place.url}/healthz", timeout=5).json()["status"] == "ready":
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        place.hold()
        yield place
    finally:
        process.kill()
        process.wait()


def rebuild(place: Place, *, force: bool) -> None:
    """Build in the server, as its page and programs do."""
    with httpx.Client(base_url=f"{place.url}/gradio_api/call", timeout=600) as client:
        event = client.post("/rebuild", json={"data": [force]}).raise_for_status().json()["event_id"]
        told = client.get(f"/rebuild/{event}").text
        assert "event: complete" in told, told


def under_way(place: Place) -> int:
    """Read from /metrics how many requests are being answered or wait."""
    lines = httpx.get(f"{place.url}/metrics", timeout=HANGS).text.splitlines()
    return int(next(line for line in lines if line.startswith("rag_requests_inside ")).split()[1])
