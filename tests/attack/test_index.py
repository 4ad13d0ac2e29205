"""An index folder that somebody else wrote, its digests right: nothing is run, nothing outside it is read."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexDamagedError, StoreError
from rag.indexing.engine.opened import fetch
from rag.indexing.generation import Generation
from rag.indexing.store import Pointer, Store
from tests.attack.test_models import Harm
from tests.conftest import Place

Manifest = dict[str, Any]


def segment(place: Place) -> Path:
    store = Store(place.settings.index)
    return store.segment(store.manifest(store.current())["segments"][0]["name"])


def seal(place: Place, change: Callable[[Manifest], object] = lambda _: None) -> None:
    """Change a manifest and make every digest right again."""
    store = Store(place.settings.index)
    name = (place.settings.index / "CURRENT").read_text().split()[0]
    path = store.folder(name) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for held in manifest["segments"]:
        for file in held["files"]:
            found = store.segment(held["name"]) / file
            if found.is_file() and not found.is_symlink():
                held["files"][file] = hashlib.sha256(found.read_bytes()).hexdigest()
    change(manifest)
    data = json.dumps(manifest).encode()
    path.write_bytes(data)
    for pointer in (place.settings.index / "CURRENT", path.parent / "POINTER"):
        pointer.write_text(f"{name} {hashlib.sha256(data).hexdigest()}\n")


def one(manifest: Manifest) -> Manifest:
    held: Manifest = manifest["segments"][0]
    return held


MANIFESTS: dict[str, Callable[[Manifest], object]] = {
    "a segment outside": lambda m: one(m).update(name="../../corpus"),
    "a segment of the machine": lambda m: one(m).update(name="/etc"),
    "a file outside": lambda m: one(m)["files"].update({"../../../corpus/corpus.toml": "0"}),
    "a file of the machine": lambda m: one(m)["files"].update({"/etc/passwd": "0"}),
    "a generation's file outside": lambda m: m["files"].update({"../../CURRENT": "0"}),
    "no segments": lambda m: m.pop("segments"),
    "segments that are none": lambda m: m.update(segments="x"),
    "a document gone that never was": lambda m: one(m).update(gone=[10**9]),
    "a negative document": lambda m: one(m).update(gone=[-1]),
    "another format": lambda m: m.update(format=99),
    "a format that is none": lambda m: m.update(format=None),
    "no files": lambda m: m.pop("files"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_leads_astray_is_damaged(place: Place, kind: str) -> None:
    place.library.build()
    seal(place, MANIFESTS[kind])
    with pytest.raises(IndexDamagedError, match="run `rag build`"):
        Generation.open(place.settings)


@pytest.mark.parametrize(
    "text", ["../../corpus abc", "/etc abc", "..", "", "a b c", "00000001", "9" * 5000 + " x", "1\0 x", "x" * 10**6]
)
def test_a_pointer_that_leads_astray_is_damaged(place: Place, text: str) -> None:
    place.library.build()
    (place.settings.index / "CURRENT").write_text(text)
    with pytest.raises(StoreError, match="run `rag build`"):
        Generation.open(place.settings)


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "loop", "pipe"])
def test_a_link_in_an_index_is_followed_nowhere(place: Place, target: str) -> None:
    place.library.build()
    path = segment(place) / "texts.rows"
    path.unlink()
    if target == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path if target == "loop" else target)
    seal(place)
    with pytest.raises(IndexDamagedError, match="is gone, or no file of its own"):
        Generation.open(place.settings)


@pytest.mark.parametrize("name", ["CURRENT", "generations/00000001", "segments/00000001"])
def test_a_link_on_the_way_to_a_file_of_an_index_is_followed_nowhere(place: Place, tmp_path: Path, name: str) -> None:
    place.library.build()
    path = place.settings.index / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexDamagedError, match="run `rag build`"):
        Generation.open(place.settings)


class Astray:
    """An engine that names files outside the folder."""

    name = "an engine"

    def call(self, _: str, **asked: Any) -> list[dict[str, Any]]:
        return [{"row": 0, "name": "../../../evil.txt", "piece": ""}] if "filter" in asked else []


def test_a_file_of_an_engine_that_leads_out_of_the_folder_is_not_written(tmp_path: Path) -> None:
    pointer = Pointer("00000001", "0" * 64)
    with pytest.raises(IndexDamagedError, match=r"names a file '\.\./"):
        fetch(Astray(), tmp_path / "a" / "b" / "index", pointer)  # type: ignore[arg-type]  # as much of one as is asked
    assert not (tmp_path / "evil.txt").exists() and not (tmp_path / "a" / "evil.txt").exists()


def test_nothing_in_an_index_is_unpickled(place: Place, tmp_path: Path) -> None:
    place.library.build()
    mark = tmp_path / "harmed"
    for path in segment(place).rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            path.write_bytes(pickle.dumps(Harm(mark)))
            seal(place)
            with pytest.raises(IndexDamagedError):
                Generation.open(place.settings)
            path.write_bytes(kept)
    (place.settings.index / "intents-0.npz").write_bytes(pickle.dumps(Harm(mark)))
    seal(place)
    place.open().ask("What did the Harbour Bridge cost?")
    assert not mark.exists()


def test_counts_and_sizes_that_cannot_be_are_damaged_in_little_memory(place: Place) -> None:
    place.library.build()
    draw = random.Random(2)
    refused = 0
    for path in sorted(segment(place).rglob("*")):
        if not path.is_file():
            continue
        kept = path.read_bytes()
        for made in (b"", kept[: len(kept) // 2], kept[:-8] + (2**62).to_bytes(8, "little"), draw.randbytes(len(kept))):
            path.write_bytes(made)
            seal(place)
            try:
                Generation.open(place.settings)
            except IndexDamagedError:
                refused += 1
        path.write_bytes(kept)
    assert refused > 60
