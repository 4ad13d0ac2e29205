"""Two servers over one engine while a builder swaps: part of `tests.measures.engine`.

Each text of the library names the state that it is of, so a passage of a wrong generation shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from rag.config import Settings
from rag.library.library import Library
from rag.testing import HashingEmbedder
from tests.indexing.served import Served, free_port

REBUILDS = 5
TEXTS = 4
"""Texts of the library that is rebuilt; a question finds all of them."""
QUESTION = "At which state does the gauge of the harbour stand?"


@contextmanager
def engine() -> Iterator[Served]:
    """An engine of its own, empty."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "engine", free_port())
        served.start()
        try:
            yield served
        finally:
            served.kill()


def library(folder: Path, served: Served) -> Library:
    """A library of a few texts of state 0, to be built into an engine with the stand-in embedder."""
    (folder / "corpus" / "documents").mkdir(parents=True)
    write(folder / "corpus" / "documents", 0)
    settings = Settings(corpus=folder / "corpus", index=folder / "index", index_url=served.url)
    return Library(settings, HashingEmbedder())


def write(documents: Path, state: int) -> None:
    """Write every text of the library in a state."""
    for number in range(TEXTS):
        text = f"The gauge {number} of the harbour stands at state {state}."
        (documents / f"gauge-{number}.txt").write_text(text, encoding="utf-8")


def states(texts: Sequence[str]) -> set[int]:
    """The states that passages are of."""
    return {int(found) for text in texts for found in re.findall(r"state (\d+)", text)}


def under_rebuilds(questions: int) -> dict[str, Any]:
    """Ask two servers over HTTP while a builder swaps; count answers that are of no generation that was current."""
    with tempfile.TemporaryDirectory() as folder, engine() as served:
        place = library(Path(folder), served)
        corpus, documents = place.settings.corpus, place.settings.corpus / "documents"

        def rag(*arguments: str, index: str) -> subprocess.Popen[bytes]:
            environment = os.environ | {"RAG_CORPUS": str(corpus), "RAG_INDEX": f"{folder}/{index}"}
            environment["RAG_INDEX_URL"] = served.url
            command = [sys.executable, "-m", "rag.interfaces.cli", *arguments]
            return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def build() -> None:
            assert rag("build", index="builder").wait() == 0

        build()
        ports = [free_port(), free_port()]
        servers = [rag("serve", "--no-sync", "--port", str(p), index=f"server{p}") for p in ports]
        try:
            return asked_while(build, documents, ports, questions)
        finally:
            for server in servers:
                server.terminate()
                server.wait()


def asked_while(build: Callable[[], None], documents: Path, ports: Sequence[int], questions: int) -> dict[str, Any]:
    """Ask servers, as often as told and as long as it builds; gives the counts."""
    begun = ended = 0
    counts: Counter[str] = Counter()

    def ask(port: int) -> None:
        asked, seen = 0, 0
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            while asked < questions // len(ports) or ended < REBUILDS:
                least = ended
                reply = client.post("/v1/retrieve", json={"question": QUESTION, "k": TEXTS})
                most, asked = begun, asked + 1
                counts["questions"] += 1
                if reply.status_code != httpx.codes.OK:
                    counts["errors"] += 1
                    continue
                texts = [passage["text"] for passage in reply.json()]
                found = states(texts)
                right = len(texts) == TEXTS and len(found) == 1 and least <= min(found) <= most and seen <= min(found)
                counts["wrong generation"] += not right
                counts[f"of state {min(found, default=-1)}"] += 1
                seen = max(found, default=seen)

    ready(ports)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(ports)) as pool:
        asking = [pool.submit(ask, port) for port in ports]
        for state in range(1, REBUILDS + 1):
            while counts["questions"] < state * questions / (REBUILDS + 1):
                time.sleep(0.05)
            write(documents, state)
            begun = state
            build()
            ended = state
        for one in asking:
            one.result()
    whole = {"servers": len(ports), "rebuilds": REBUILDS, "errors": 0, "wrong generation": 0}
    return whole | dict(sorted(counts.items())) | {"seconds": round(time.perf_counter() - began, 1)}


def ready(ports: Sequence[int]) -> None:
    """Wait until servers answer."""
    for port in ports:
        for _ in range(600):
            try:
                asked = httpx.post(
                    f"http://127.0.0.1:{port}/v1/retrieve", json={"question": QUESTION}, timeout=120, trust_env=False
                )
                if asked.status_code == httpx.codes.OK:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.5)
        else:
            raise SystemExit(f"the server on port {port} does not answer")
