"""Kill operations on a library at random moments; after each, everything must be whole and nothing lost.

Each runs in a process of its own, forked from one that has loaded everything, with the stand-in
embedder, so that writing and swapping take a good part of the time. Only an operation that was still
at work when it was killed counts.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, get_args

from tqdm import tqdm

from rag.config import Settings
from rag.indexing.generation import Generation
from rag.library.library import Library
from rag.sources.fetched import Fetched
from rag.testing import HashingEmbedder

Operation = Literal["build", "add", "remove", "sync", "rollback"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)

BEYOND = 1.1
"""Moments are drawn from this many times an operation's length, so that its last steps are reached too."""

TEXTS = 40

SOURCES = """
[[source]]
id = "tide-table"
title = "The Tide Table"
author = "unknown"
publisher = "Port Office"
date = "2021"
url = "https://example.org/tide"
kind = "document"
licence = "theirs"
"""

CHANGING: dict[Operation, str] = {"build": "text-0", "add": "text-1", "remove": "text-2", "sync": "tide-table"}
"""The source that an operation changes."""


def text(name: object, number: int = -1) -> str:
    """Forty sentences on one vessel, and a note that tells one version from another."""
    lines = [f"Vessel {name} carried {n * n} crates to quay {n} in May." for n in range(1, 41)]
    return "\n".join([*lines, f"Note {number}."])


class Web:
    """A page that says something else each time."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        body = f"# The Tide Table\n\n{text('tide', self._number)}".encode()
        return Fetched(url, "fetched", body, "text/markdown", "", "")


def library(settings: Settings, number: int = 0, embedder: HashingEmbedder | None = None) -> Library:
    """Open a library with the stand-ins."""
    return Library(settings, embedder or HashingEmbedder(), fetcher=Web(number))


def made(folder: Path) -> Settings:
    """Write a library of forty texts and one declared source, fetch that and build it."""
    documents = folder / "corpus" / "documents"
    documents.mkdir(parents=True)
    (folder / "corpus" / "sources.toml").write_text(SOURCES, encoding="utf-8")
    for number in range(TEXTS):
        (documents / f"text-{number}.txt").write_text(text(number), encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    library(settings).sync()
    library(settings).build()
    return settings


def prepare(settings: Settings, operation: Operation, number: int) -> None:
    """Give an operation something to do, however many were killed before it, so that all take as long."""
    documents, source = settings.corpus / "documents", CHANGING.get(operation, "text-0")
    match operation:
        case "build":
            (documents / f"{source}.txt").write_text(text(0, number), encoding="utf-8")
        case "add":
            (settings.corpus.parent / f"{source}.txt").write_text(text(1, number), encoding="utf-8")
        case "remove" | "rollback":
            (documents / f"{source}.txt").write_text(text(2, number), encoding="utf-8")
            library(settings).build()


def act(settings: Settings, operation: Operation, number: int) -> None:
    """Run an operation to its end."""
    opened = library(settings, number)
    match operation:
        case "add":
            opened.add(settings.corpus.parent / "text-1.txt", source_id=CHANGING["add"])
        case "remove":
            if (settings.corpus / "documents" / f"{CHANGING['remove']}.txt").exists():  # else a killed one moved it
                opened.remove(CHANGING["remove"])
        case "sync":
            assert [row.status for row in opened.sync().rows] in (["fetched"], ["unchanged"])
        case "rollback":
            opened.rollback()
            return
    opened.build()


def _worker(settings: Settings, operation: Operation, number: int, told: Connection) -> None:
    told.send("begun")
    act(settings, operation, number)
    told.send("ended")


def tried(settings: Settings, operation: Operation, number: int, kill_after: float | None = None) -> float | None:
    """Run an operation in a process of its own; gives the seconds it took, or None where it was killed at work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe()
    process = context.Process(target=_worker, args=(settings, operation, number, there))
    process.start()
    there.close()
    assert here.recv() == "begun"
    began = time.perf_counter()
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    try:
        here.recv()
        seconds: float | None = time.perf_counter() - began
    except EOFError:
        seconds = None
    process.join()
    here.close()
    assert seconds is not None or kill_after is not None, f"{operation} failed by itself"
    return seconds


def check(settings: Settings, wanted: set[str]) -> None:
    """The index opens, doctor finds no damage, every source is there, and every text is whole in documents/."""
    generation = Generation.open(settings, HashingEmbedder())
    assert wanted <= generation.sources.keys(), wanted - generation.sources.keys()
    errors = [finding for finding in library(settings).doctor() if finding.severity == "error"]
    assert errors == [], errors
    documents = settings.corpus / "documents"
    for source in wanted:
        (path,) = (path for path in documents.glob(f"{source}.*") if path.suffix != ".json")
        assert path.read_text(encoding="utf-8").partition("Note ")[2].endswith("."), f"{path} is cut off"


def finish(settings: Settings, operation: Operation, number: int) -> None:
    """Run what was killed once more: it must come to the same end as if nothing had been."""
    if operation == "rollback":
        library(settings).build()
        return
    act(settings, operation, number)
    source, documents = CHANGING[operation], Generation.open(settings, HashingEmbedder()).documents
    if operation == "remove":
        assert f"{source}/text" not in documents
    else:
        assert documents[f"{source}/text"].text.endswith(f"Note {number}.")
    assert not library(settings).build().swapped
    left = [path.name for path in settings.index.glob("segments/*.new")]
    assert left == [], f"left behind: {left}"


def run(operation: Operation, kills: int, folder: Path, seed: int = 7) -> Counter[str]:
    """Kill an operation so many times at work; gives how often, and how many had ended before."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    settings = made(folder)
    wanted = {f"text-{number}" for number in range(TEXTS)} | {"tide-table"}
    wanted -= {CHANGING["remove"]} if operation == "remove" else set()
    prepare(settings, operation, 0)
    length = tried(settings, operation, 0) or 0.0
    with tqdm(total=kills, desc=operation, disable=None) as bar:
        while counts["killed"] < kills:
            number = counts.total() + 1
            prepare(settings, operation, number)
            ended = tried(settings, operation, number, chance.uniform(0, BEYOND * length))
            counts["killed" if ended is None else "ended"] += 1
            bar.update(ended is None)
            check(settings, wanted)
            finish(settings, operation, number)
    return counts
