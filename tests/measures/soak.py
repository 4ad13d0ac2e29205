"""Ask a server from many clients at once while its index is swapped, then overload it, then stop it.

    python -m tests.measures.soak --asked 10000 --out build/soak.json

A real `rag serve` on loopback. Half of the changes are built by another process, as by a cron job, half in
the server itself, as by its page. Every citation is checked against the generation that its answer names.
With the real models the library is the shipped notes and its questions those of the tests; with the
stand-ins, for a quick look, it is a small one made up.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tqdm import tqdm

from rag.interfaces.web.monitoring import resident
from tests.measures import kill
from tests.measures.served import HANGS, Models, Place, rebuild, serving, under_way

OVERLOAD = 400
"""Clients that ask at the same time to see the server refuse."""

UNDER_WAY: dict[Models, int] = {"real": 20, "stand-ins": 100}
"""Questions that are asked when it is told to stop, so many that some are still under way."""

SAMPLE = 0.5
"""Seconds between two looks at the server's memory."""


@dataclass
class Tally:
    """What the clients saw. Safe to share between threads."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    citations: dict[str, set[tuple[str, int, int, str]]] = field(default_factory=dict)
    """Of each generation: document, start, end and quote of what answers cited."""
    cited: int = 0
    busy: int = 0
    memory: list[tuple[int, int]] = field(default_factory=list)
    """Questions answered so far, and resident bytes of the server then."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, answer: dict[str, Any], seconds: float) -> None:
        """Count an answer."""
        told = {(c["doc_id"], c["start"], c["end"], c["quote"]) for c in answer["citations"]}
        with self.lock:
            self.seconds.append(seconds)
            self.outcomes[answer["outcome"]] += 1
            self.citations.setdefault(answer["generation"], set()).update(told)
            self.cited += len(answer["citations"])

    def told_to_wait(self) -> None:
        """Count a refusal that says when to come back; who does is answered."""
        with self.lock:
            self.busy += 1

    def failed(self, why: str) -> None:
        """Count what is no answer."""
        with self.lock:
            self.errors[why] += 1


def ask(place: Place, client: httpx.Client, number: int, tally: Tally) -> None:
    """Ask one question, or now and then what else a program asks."""

    def patiently(method: str, path: str, body: Any = None) -> tuple[httpx.Response, float]:
        while True:
            began = time.perf_counter()
            answer = client.request(method, path, json=body)
            if answer.status_code != 503 or not answer.json()["error"].startswith("busy: "):
                return answer, time.perf_counter() - began
            tally.told_to_wait()
            time.sleep(int(answer.headers["retry-after"]))

    try:
        if number % 100 == 99:
            for path in ("/v1/sources", "/healthz", "/metrics"):
                patiently("GET", path)[0].raise_for_status()
        question = place.questions[number % len(place.questions)]
        answer, seconds = patiently("POST", "/v1/ask", {"question": question, "k": 3})
        if answer.status_code == 200:
            tally.answered(answer.json(), seconds)
        else:
            tally.failed(f"{answer.status_code}: {answer.text[:120]}")
    except httpx.HTTPError as error:
        tally.failed(type(error).__name__)


def swap(place: Place, number: int) -> str:
    """Change the library and build it: in turn an added text, a changed one, a removed one, and all anew."""
    documents = place.library.settings.corpus / "documents"
    documents.mkdir(exist_ok=True)
    added = documents / f"swapped-{number // 4}.txt"
    match number % 4:
        case 0:
            added.write_text(kill.text(f"added {number}", number), encoding="utf-8")
        case 1:
            added.write_text(kill.text(f"changed {number}", number), encoding="utf-8")
        case 2:
            place.library.remove(added.stem)
    what = ("add", "change", "remove", "rebuild")[number % 4]
    if number // 4 % 2:
        place.library.build(force=what == "rebuild")
        what += ", by another process"
    else:
        rebuild(place, force=what == "rebuild")
        what += ", in the server"
    place.hold()
    return what


def load(place: Place, asked: int, clients: int, swaps: int, tally: Tally) -> Counter[str]:
    """Ask from many clients while the index is swapped; gives what the swaps were."""
    numbers, lock = iter(range(asked)), threading.Lock()
    swapped: Counter[str] = Counter()
    over = threading.Event()

    def client() -> None:
        with httpx.Client(base_url=place.url, timeout=HANGS) as own:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                ask(place, own, number, tally)
                bar.update()

    def swapper() -> None:
        for number in range(swaps):
            while len(tally.seconds) < asked * (number + 0.5) / (swaps + 0.5):
                if over.wait(0.05):
                    tally.failed(f"swap {number} was never due")
                    return
            try:
                swapped[swap(place, number)] += 1
            except Exception as error:
                tally.failed(f"swap {number}: {error!r}")

    def watcher() -> None:
        while not over.wait(SAMPLE):
            tally.memory.append((len(tally.seconds), resident(place.process.pid) or 0))

    with tqdm(total=asked, desc="asking", disable=None) as bar:
        others = [threading.Thread(target=one) for one in (swapper, watcher)]
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in (*others, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        for thread in others:
            thread.join()
    return swapped


def failing(place: Place, tally: Tally) -> list[str]:
    """Citations that are not what stands in the generation that gave them."""
    wrong = [f"{name} is no generation that there was" for name in tally.citations.keys() - place.held.keys()]
    for name in tally.citations.keys() & place.held.keys():
        documents = place.held[name].documents
        for doc_id, start, end, quote in tally.citations[name]:
            if doc_id not in documents or documents[doc_id].text[start:end] != quote:
                wrong.append(f"{name}: {doc_id} {start} to {end} is not {quote!r}")
    return wrong


def overload(place: Place, clients: int) -> dict[str, Any]:
    """Ask from more clients than may wait; each is answered, or told when to try again, and none hangs."""

    def one(number: int) -> tuple[int, str, float]:
        began = time.perf_counter()
        question = place.questions[number % len(place.questions)]
        answer = httpx.post(f"{place.url}/v1/ask", json={"question": question}, timeout=HANGS)
        return answer.status_code, answer.headers.get("retry-after", ""), time.perf_counter() - began

    with ThreadPoolExecutor(clients) as pool:
        told = list(pool.map(one, range(clients)))
    refused = [(after, seconds) for status, after, seconds in told if status == 503]
    assert {status for status, _, _ in told} <= {200, 503}, Counter(status for status, _, _ in told)
    assert all(after.isdecimal() and int(after) >= 1 for after, _ in refused), refused
    return {
        "asked at once": clients,
        "answered": len(told) - len(refused),
        "told to try again": len(refused),
        "slowest refusal": round(max((seconds for _, seconds in refused), default=0.0), 2),
        "slowest answer": round(max(seconds for status, _, seconds in told if status == 200), 2),
    }


def stopped(place: Place, count: int) -> dict[str, Any]:
    """Tell the server to stop while it answers; all that is under way is answered, and the process ends."""

    def one(number: int) -> int:
        question = place.questions[-1 - number % len(place.questions)]
        return httpx.post(f"{place.url}/v1/ask", json={"question": question}, timeout=HANGS).status_code

    with ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(one, number) for number in range(count)]
        while under_way(place) < count - sum(future.done() for future in asked):
            time.sleep(0.005)
        done = sum(future.done() for future in asked)
        place.process.send_signal(signal.SIGTERM)
        began = time.perf_counter()
        statuses = Counter(future.result() for future in asked)
        place.process.wait(HANGS)
    return {
        "under way": count - done,
        "answered": statuses[200] - done,
        "seconds": round(time.perf_counter() - began, 2),
        "exit": place.process.returncode,
    }


def memory(tally: Tally) -> dict[str, float]:
    """Peak in MB, and the slope over the second half of the questions in MB a thousand, by least squares."""
    late = [(count, size) for count, size in tally.memory if count >= len(tally.seconds) / 2]
    counts, sizes = np.array(late or [(0, 0)], float).T
    slope = float(np.polyfit(counts, sizes, 1)[0]) if len(set(counts)) > 1 else 0.0
    peak = max((size for _, size in tally.memory), default=0)
    return {
        "peak MB": round(peak / 2**20, 1),
        "MB at half, mean of the second half, at the end": [  # type: ignore[dict-item]
            round(value / 2**20, 1) for value in (sizes[0], sizes.mean(), sizes[-1])
        ],
        "slope of the second half, MB in 1,000 questions": round(slope * 1000 / 2**20, 2),
    }


def run(folder: Path, models: Models, *, asked: int, clients: int, swaps: int, most: int = OVERLOAD) -> dict[str, Any]:
    """Do all of it, with *most* clients at once in the end; gives the figures."""
    tally = Tally()
    with serving(folder, models) as place:
        began = time.perf_counter()
        swapped = load(place, asked, clients, swaps, tally)
        took = time.perf_counter() - began
        wrong = failing(place, tally)
        findings = [finding.text for finding in place.library.doctor() if finding.severity == "error"]
        ordered = sorted(tally.seconds) or [math.nan]
        return {
            "models": models,
            "cores": os.cpu_count(),
            "asked": asked,
            "distinct questions": min(asked, len(set(place.questions))),
            "clients": clients,
            "minutes": round(took / 60, 1),
            "answered": dict(tally.outcomes),
            "errors": dict(tally.errors),
            "told to wait, and answered then": tally.busy,
            "swaps": dict(swapped),
            "generations that answered": len(tally.citations),
            "citations": tally.cited,
            "citations that fail": wrong,
            "errors that doctor finds": findings,
            "p50": round(ordered[len(ordered) // 2], 3),
            "p95": round(ordered[int(len(ordered) * 0.95)], 3),
            "slowest": round(ordered[-1], 3),
            "memory": memory(tally),
            "overload": overload(place, most),
            "stopping": stopped(place, UNDER_WAY[models]),
        }


def main() -> int:
    """Run, print the figures and write them; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--models", choices=("real", "stand-ins"), default="real")
    parser.add_argument("--out", type=Path, default=Path("build/soak.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), options.models, asked=options.asked, clients=options.clients, swaps=options.swaps)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    return int(bool(found["errors"] or found["citations that fail"] or found["errors that doctor finds"]))


if __name__ == "__main__":
    sys.exit(main())
