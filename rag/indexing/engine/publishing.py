"""Publish a generation of the index folder to an engine: what stands there is copied, nothing is encoded anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.digests import file_digest
from rag.errors import EngineError, IndexMissingError, StoreError
from rag.indexing.engine.client import GENERATION, Engine, files_of
from rag.indexing.engine.lease import Lease
from rag.indexing.engine.opened import FORMAT, collections, fetch
from rag.indexing.engine.outgoing import Outgoing
from rag.indexing.engine.rows import BLOCK, insert, packed, pieces
from rag.indexing.generation import Generation
from rag.indexing.report import Progress, silent
from rag.indexing.store import MANIFEST, Pointer

OWN = ("files", "segments", "format")
"""What a manifest says of the index folder alone."""


def publish(
    engine: Engine, lease: Lease, generation: Generation, index: Path, *, keep: int, progress: Progress = silent
) -> tuple[Pointer, bool]:
    """Copy a generation of the index folder to an engine and make it current there, unless it is.

    What a stopped builder left, and what was rolled back from, is removed first. Whatever
    fails, the engine's current generation stays as it was.

    Args:
        index: the index folder.
        keep: generations that are kept for `rag rollback`.

    Returns:
        The engine's current generation, and whether it took over now.

    Raises:
        EngineError: the engine cannot be reached, or refuses.
        IndexLockedError: the lease ran out.
    """
    with suppress(StoreError):
        current = engine.current()
        if verify(engine, index, current)["published_from"] == generation.pointer.digest:
            return current, False
    held = _published(engine)
    engine.prune(held)
    number = f"{int(max(held, default='0')) + 1:08d}"
    try:
        pointer = _write(engine, number, generation, progress)
        verify(engine, index, pointer)
        lease.check()
    except (EngineError, StoreError):
        with suppress(EngineError, StoreError):  # else the next builder removes it
            engine.drop(number)
        raise
    engine.point(pointer)
    engine.prune([number, *held[: keep - 1]])
    return pointer, True


def roll_back(engine: Engine, index: Path) -> Pointer:
    """Make the generation before the current one current again.

    Raises:
        StoreError: no earlier generation is kept, or none of them is whole.
    """
    current = engine.current().generation
    for pointer in engine.generations():
        if pointer.generation < current:
            with suppress(StoreError):
                verify(engine, index, pointer)
                engine.point(pointer)
                return pointer
    raise StoreError(f"no earlier generation than {current} is kept in the engine at {engine.name}; run `rag build`")


def verify(engine: Engine, index: Path, pointer: Pointer) -> dict[str, Any]:
    """Check a generation, its files whole and its rows on a sample, and give its manifest.

    Raises:
        IndexDamagedError: something of it is gone or changed.
    """
    _, manifest = fetch(engine, index, pointer)
    for entities in collections(engine, pointer, manifest).values():
        entities.verify(thorough=False)
    return manifest


def _published(engine: Engine) -> list[str]:
    """The numbers of the generations up to the current one, newest first; what is above was never current, or left."""
    try:
        current = engine.current().generation
    except IndexMissingError:
        return []
    return [pointer.generation for pointer in engine.generations() if pointer.generation <= current]


def _write(engine: Engine, number: str, generation: Generation, progress: Progress) -> Pointer:
    """Write the collections of a generation, that of its files last."""
    types, dim = engine.types, generation.manifest["dimension"]
    where = [("document", types.INT64), ("facet", types.INT64)]
    told = [(name, types.VARCHAR) for name in ("chunk", "words", "text")]
    with TemporaryDirectory() as scratch:
        outgoing = Outgoing(generation, Path(scratch) / "files")
        sizes, blocks, done = outgoing.sizes, dict[str, list[str]](), 0
        for kind, width, fields, rows in (
            ("chunks", dim, [("terms", types.SPARSE_FLOAT_VECTOR), *where, *told], outgoing.chunks()),
            ("questions", dim, where, outgoing.questions()),
            ("texts", 2, [("piece", types.VARCHAR)], outgoing.texts()),
        ):
            name, blocks[kind] = GENERATION.format(number=number, kind=kind), []
            engine.create(name, width, fields, count=sizes[kind])
            for digest in insert(engine, name, kind, rows):
                blocks[kind].append(digest)
                done = min(done + BLOCK, sum(sizes.values()))
                progress("publishing", done, sum(sizes.values()))
        said = {name: value for name, value in generation.manifest.items() if name not in OWN}
        said |= {"format": FORMAT, "published_from": generation.pointer.digest, "rows": sizes, "blocks": blocks}
        return _write_files(engine, number, outgoing.folder, said)


def _write_files(engine: Engine, number: str, folder: Path, said: dict[str, Any]) -> Pointer:
    """Write the small files and the manifest."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    digests = {name: file_digest(path) for name, path in paths.items()}
    manifest = json.dumps({**said, "files": digests}, ensure_ascii=False).encode()

    def rows() -> Iterator[dict[str, Any]]:
        for name, data in [*((name, path.read_bytes()) for name, path in paths.items()), (MANIFEST, manifest)]:
            yield from ({"vector": [0.0, 0.0], "name": name, "piece": piece} for piece in pieces(packed(data)))

    pointer = Pointer(number, hashlib.sha256(manifest).hexdigest())
    text = engine.types.VARCHAR
    engine.create(files_of(pointer), 2, [("name", text), ("piece", text)])
    for _ in insert(engine, files_of(pointer), "files", rows()):
        pass
    return pointer
