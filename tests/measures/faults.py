"""What a library outlives: kills at random moments, a full disk, a folder that cannot be written, damage, and more.

    python -m tests.measures.faults --kills 200 --out build/faults.json

Every fault ends in an error that names it, or in nothing at all; never in a wrong answer, a lost text or
an index that does not open. The models are the stand-ins of `rag.testing`: what is tried is the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from rag.errors import CorpusError, IndexLockedError, StoreError
from rag.indexing.store import Store
from rag.testing import HashingEmbedder
from tests.measures import kill
from tests.measures.damage import answered, damage_is_named, damage_that_no_stamp_shows, opened

FILL_STEP = 16 * 2**10
"""Bytes between two amounts of room that a full disk leaves."""

DISK = 8 * 2**20
"""Bytes of the small disk."""


class UntriedError(Exception):
    """Why a fault cannot be tried on this machine."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of a few megabytes.

    Raises:
        UntriedError: this user may not mount.
    """
    folder.mkdir()
    told = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if told.returncode:
        raise UntriedError(f"no disk can be mounted: {told.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full_disk(folder: Path) -> Counter[str]:
    """A disk with less and less room: a build and an added file end with an error that says so, and nothing is lost."""
    counts = Counter[str]()
    with small_disk(folder / "disk") as disk:
        settings = kill.made(disk)
        space = os.statvfs(disk)
        for room in range(0, 40 * FILL_STEP, FILL_STEP):
            kill.prepare(settings, "build", room)
            kill.prepare(settings, "add", room)
            space = os.statvfs(disk)
            (disk / "filler").write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - room)))
            for operation in ("build", "add"):
                try:
                    kill.act(settings, operation, room)
                    counts[f"{operation}: there was room"] += 1
                except (StoreError, CorpusError) as error:
                    assert "No space left on device" in str(error), error
                    counts[f"{operation}: refused, disk full"] += 1
            answered(settings)
            (disk / "filler").unlink()
            kill.finish(settings, "build", room)
            kill.finish(settings, "add", room)
    return counts


def read_only(folder: Path) -> Counter[str]:
    """A disk that cannot be written: it goes on answering, and every change ends with an error that names a folder."""
    with small_disk(folder / "disk") as disk:
        settings = kill.made(disk)
        kill.prepare(settings, "add", 1)
        kill.prepare(settings, "build", 1)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        counts = Counter[str]()
        for operation in kill.OPERATIONS:
            try:
                kill.act(settings, operation, 1)
                raise AssertionError(f"{operation} wrote to a disk that cannot be written")
            except (StoreError, CorpusError) as error:
                assert str(disk) in str(error) and "cannot be written" in str(error), error
                counts["changes refused"] += 1
        answered(settings)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        kill.finish(settings, "build", 1)
    return counts


class Vanishing(HashingEmbedder):
    """Takes a file away each time it is asked to cut a text."""

    def __init__(self, files: list[Path]) -> None:
        super().__init__()
        self._files = files

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        if self._files:
            self._files.pop().unlink(missing_ok=True)
        return super().token_offsets(text)


def vanishing_files(folder: Path) -> Counter[str]:
    """Files that go while a build reads: what was read stays, the next build takes leave of the others."""
    settings = kill.made(folder)
    files = sorted((settings.corpus / "documents").glob("text-*.txt"))
    gone = files[20:]
    for number, path in enumerate(files):
        path.write_text(kill.text(number, 1), encoding="utf-8")
    statuses = Counter(row.status for row in kill.library(settings, embedder=Vanishing(list(gone))).build().rows)
    answered(settings)
    kill.library(settings).build()
    held = opened(settings)._state.generation.sources.keys()
    assert {path.stem for path in files[:20]} <= held and not {path.stem for path in gone} & held
    return Counter({f"vanished while read, then: {status}": count for status, count in statuses.items()})


def jumping_clocks(folder: Path) -> Counter[str]:
    """Files from the past and the future, a clock that goes back: what changed is seen, and generations keep order."""
    settings, path = kill.made(folder), folder / "corpus" / "documents" / "text-0.txt"
    years = (-40, -1, 1, 10, 50)
    for number, years_off in enumerate(years, start=1):
        now = time.time() + years_off * 365 * 86400
        path.write_text(kill.text(0, number), encoding="utf-8")
        os.utime(path, (now, now))
        with patch("time.time", lambda now=now: now), patch("time.time_ns", lambda now=now: int(now * 1e9)):
            before = Store(settings.index).current().generation
            assert kill.library(settings).build().swapped
            assert Store(settings.index).current().generation > before
            assert opened(settings).document("text-0/text").text.endswith(f"Note {number}.")
    return Counter({"jumps of the clock": len(years)})


def two_builders(folder: Path, each: int = 10) -> Counter[str]:
    """Two that build at once, many times: one builds, the other is told so, and the index is whole."""
    settings, counts = kill.made(folder), Counter[str]()

    def build() -> None:
        for _ in range(each):
            try:
                kill.library(settings).build(force=True)
                counts["built"] += 1
            except IndexLockedError:
                counts["told that another builds"] += 1

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.total() == 2 * each and counts["built"] >= 1
    answered(settings)
    assert [f for f in kill.library(settings).doctor() if f.severity == "error"] == []
    return counts


FAULTS: dict[str, Callable[[Path], Counter[str]]] = {
    "each file of a generation damaged": damage_is_named,
    "one bit turned that no stamp shows": damage_that_no_stamp_shows,
    "disk full": full_disk,
    "read-only disk": read_only,
    "files that vanish while they are read": vanishing_files,
    "clocks that jump": jumping_clocks,
    "two builders at once": two_builders,
}


def main() -> int:
    """Try every fault, print a table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="of each operation")
    parser.add_argument("--out", type=Path, default=Path("build/faults.json"))
    options = parser.parse_args()
    began, found = time.monotonic(), dict[str, object]()
    with tempfile.TemporaryDirectory() as scratch:
        for operation in kill.OPERATIONS:
            folder = Path(scratch) / operation
            folder.mkdir()
            found[f"SIGKILL during {operation}"] = kill.run(operation, options.kills, folder)
        for number, (name, fault) in enumerate(FAULTS.items()):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            try:
                found[name] = fault(folder)
            except UntriedError as why:
                found[name] = f"not tried: {why}"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    told = {"models": "stand-ins", "seconds": round(time.monotonic() - began), "faults": found}
    options.out.write_text(json.dumps(told, indent=1), encoding="utf-8")
    for name, counts in found.items():
        outcome = counts if isinstance(counts, str) else ", ".join(f"{n} {what}" for what, n in dict(counts).items())  # type: ignore[call-overload]
        print(f"{name}: {outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
