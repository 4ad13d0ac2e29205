"""Damage to the files of an index: cut, emptied, one bit turned, seen or unseen by the stamps of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from rag import digests
from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import IndexDamagedError, StoreError
from rag.indexing.store import MANIFEST, Store
from rag.testing import HashingEmbedder, OverlapReader
from tests.measures import kill

QUESTION = "How many crates did vessel 7 carry to quay 12?"
"""`kill.text` says it: 144."""


def opened(settings: Settings) -> Assistant:
    """Open a library, every stamp trusted or not as `rag.digests` has it."""
    return Assistant(settings, HashingEmbedder(), reader=OverlapReader())


def answered(settings: Settings) -> None:
    """The library opens and answers what it says."""
    answer = opened(settings).ask(QUESTION)
    assert any("144 crates" in sentence.text for sentence in answer.sentences), answer.text


def cut(data: bytes) -> bytes:
    """Leave half of a file."""
    return data[: len(data) // 2]


def emptied(data: bytes) -> bytes:
    """Leave nothing of a file."""
    return b""


def flipped(data: bytes, place: float = 0.5) -> bytes:
    """Turn one bit of a file."""
    at = int(place * len(data))
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {"cut": cut, "emptied": emptied, "flipped": flipped}


def files_of(settings: Settings) -> list[Path]:
    """Every file that the current generation is made of, the pointer to it too."""
    store = Store(settings.index)
    pointer = store.current()
    held = [store.segment(segment["name"]) for segment in store.manifest(pointer)["segments"]]
    found = [path for folder in (store.folder(pointer.generation), *held) for path in sorted(folder.rglob("*"))]
    return [store.root / "CURRENT", *(path for path in found if path.is_file())]


@contextmanager
def damaged(path: Path, how: Callable[[bytes], bytes], *, unseen: bool = False) -> Iterator[None]:
    """Damage a file until the block ends; *unseen*: its size, times and number stay, as when a disk fails."""
    whole, stamp = path.read_bytes(), digests._stamp
    old = stamp(path)
    path.write_bytes(how(whole))
    try:
        with patch.object(digests, "_stamp", lambda one: old if one == path and unseen else stamp(one)):
            yield
    finally:
        path.write_bytes(whole)


def damage_is_named(folder: Path) -> Counter[str]:
    """Each file of a generation cut, emptied, one bit turned: named when it is opened, with the generation before."""
    settings, counts = two_generations(folder), Counter[str]()
    store = Store(settings.index)
    older = store.generations()[1].generation
    for path in files_of(settings):
        for name, how in DAMAGES.items():
            with damaged(path, how):
                try:
                    opened(settings)
                    raise AssertionError(f"{path} was {name}, and nobody noticed")
                except IndexDamagedError as error:
                    assert str(path) in str(error), f"{path} was {name}, told was: {error}"
                    # Where only CURRENT is damaged, what it named may still be the newest whole one.
                    whole = "" if path.name == "CURRENT" else older
                    assert f"`rag rollback` to answer from generation {whole}" in str(error), error
                counts[f"{name}, named at open"] += 1
    path = store.folder(store.current().generation) / MANIFEST
    with damaged(path, emptied):
        assert kill.library(settings).rollback().generation == older
        answered(settings)
    return counts


def damage_that_no_stamp_shows(folder: Path, places: Sequence[float] = (0.1, 0.5, 0.9)) -> Counter[str]:
    """One bit turned while size, times and number of the file stay: doctor names it, and nothing of it is quoted."""
    settings, counts = two_generations(folder), Counter[str]()
    right = opened(settings)
    texts = {doc_id: right.document(doc_id).text for doc_id in right._state.generation.documents}
    kill.library(settings).build()
    for path in files_of(settings)[1:]:
        for place in places:
            settle(settings)
            with damaged(path, lambda data, place=place: flipped(data, place), unseen=True):  # type: ignore[misc]
                memo = (settings.index / "digests.json").read_bytes()
                findings = [finding.text for finding in kill.library(settings).doctor() if finding.severity == "error"]
                assert any(str(path) in text for text in findings), f"{path}: {findings}"
                (settings.index / "digests.json").write_bytes(memo)  # what doctor learnt would help the next step
                try:
                    answer = opened(settings).ask(QUESTION)
                    told = [(c.doc_id, c.start, c.end, c.quote) for c in answer.citations]
                    assert all(texts.get(doc_id, "")[start:end] == quote for doc_id, start, end, quote in told)
                    counts["a bit turned unseen: not touched by the question, quotes whole"] += 1
                except StoreError as error:
                    assert str(path) in str(error) or "run `rag" in str(error), error
                    counts["a bit turned unseen: refused by name"] += 1
                (settings.index / "digests.json").write_bytes(memo)
            counts["a bit turned unseen: named by doctor"] += 1
    return counts


def settle(settings: Settings) -> None:
    """Let every stamp of the index be trusted, and remembered."""
    with patch.object(digests, "SETTLED", -60.0):
        opened(settings)


def two_generations(folder: Path) -> Settings:
    """A library whose two generations share nothing, so that one can take the place of the other."""
    settings = kill.made(folder)
    kill.library(settings).build(force=True)
    return settings
