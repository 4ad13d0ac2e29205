"""Files of the index: generations beside each other, and the pointer to the current one.

::

    index/CURRENT                  id of the current generation and digest of its manifest
    index/generations/<id>/        what one generation is made of; never changed once CURRENT names it. POINTER in it
                                   is what CURRENT says of it, so that one can go back to it and know it whole
    index/segments/<id>/           some documents, named after the generation that wrote them, shared by later ones
    index/digests.json             what files looked like when they were digested; may be deleted at any time
    index/intents-*.npz            what was learnt from example utterances; may be deleted at any time
    index/encoded.part             vectors of a build that was stopped; the next one goes on with them
    index/engine/                  small files of an engine; may be deleted while nothing is served
    index/.lock                    held by the one process that writes

A writer fills new folders, flushes them, and replaces CURRENT in one step, so a
reader sees the old index or the new one and nothing between.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Annotated, Any

import msgspec

from rag.digests import Digests, file_digest
from rag.errors import IndexDamagedError, IndexLockedError, IndexMissingError, StoreError
from rag.indexing.sealing import flush, seal

MANIFEST = "manifest.json"
POINTER = "POINTER"
FORMAT = 2
"""Version of the layout; a reader refuses another."""


NAME = "[0-9]{1,18}"
"""Names of generations and segments."""

_Name = Annotated[str, msgspec.Meta(pattern=f"^{NAME}$")]
File = Annotated[str, msgspec.Meta(pattern=r"^(?!/)(?!.*\.\.)[\w./-]+$")]
"""Names that lead out of the index's folder are none that a build writes."""


class _Held(msgspec.Struct):
    name: _Name
    files: dict[File, str]
    gone: list[Annotated[int, msgspec.Meta(ge=0)]]


class _Listed(msgspec.Struct):
    """What of a manifest names files."""

    files: dict[File, str]
    segments: list[_Held]


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says."""

    generation: str
    digest: str
    """SHA-256 of the generation's manifest."""

    @property
    def line(self) -> str:
        """The pointer as a file holds it."""
        return f"{self.generation} {self.digest}\n"


class Store:
    """The index folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._generations = root / "generations"
        self._segments = root / "segments"

    def current(self) -> Pointer:
        """Read which generation is current.

        Raises:
            IndexMissingError: nothing has been built here.
            IndexDamagedError: CURRENT is not what a build writes.
        """
        path = self.root / "CURRENT"
        if path.exists() and not self._is_own(path):
            raise IndexDamagedError(f"{path} is no file of its own; run `rag build`{self._offer()}")
        try:
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise IndexMissingError(f"no index at {self.root}; run `rag build`") from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamagedError(f"{path} cannot be read: {error}; run `rag build`{self._offer()}") from error
        words = text.split()
        known = len(words) == 2 and re.fullmatch(NAME, words[0])
        if not (known and self._is_own(self._generations / words[0] / MANIFEST)):
            told = f"{path} says {text[:80]!r}, which names no generation"
            raise IndexDamagedError(f"{told}; run `rag build`{self._offer()}")
        return Pointer(*words)

    def _is_own(self, path: Path) -> bool:
        """Whether a path of the index is a plain file, with no link on the way to it."""
        names = path.relative_to(self.root).parts
        on_the_way = accumulate(names, os.path.join, initial=str(self.root))
        return ".." not in names and not any(map(os.path.islink, islice(on_the_way, 1, None))) and path.is_file()

    def folder(self, generation: str) -> Path:
        """Where a generation stands."""
        return self._generations / generation

    def segment(self, name: str) -> Path:
        """Where a segment stands."""
        return self._segments / name

    def fresh(self, name: str) -> Path:
        """Where a build writes what it read anew, before that becomes a segment or a part of one."""
        return self._segments / f"{name}.new"

    @property
    def encoded(self) -> Path:
        """Where a build keeps the vectors that are not yet in the index; see `rag.indexing.encoded.Encoded`."""
        return self.root / "encoded.part"

    def digests(self, *, thorough: bool = False) -> Digests:
        """Open the memo of digests; see `rag.digests.Digests`."""
        return Digests(self.root / "digests.json", thorough=thorough)

    def manifest(self, pointer: Pointer) -> dict[str, Any]:
        """Read a generation's manifest and check its digest.

        Raises:
            IndexDamagedError: it is gone or changed.
        """
        path = self.folder(pointer.generation) / MANIFEST
        try:
            data = path.read_bytes()
        except OSError as error:
            raise IndexDamagedError(f"{path} cannot be read: {error}; run `rag build`") from error
        if hashlib.sha256(data).hexdigest() != pointer.digest:
            raise IndexDamagedError(f"{path} does not match its digest; run `rag build`")
        try:
            manifest: dict[str, Any] = msgspec.json.decode(data, type=dict)
            version = manifest["format"]
            if version == FORMAT:
                msgspec.convert(manifest, _Listed)
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise IndexDamagedError(f"{path} is not what a build writes: {error}; run `rag build`") from error
        if version != FORMAT:
            raise IndexDamagedError(f"{path} has format {version!r}, this version reads {FORMAT}; run `rag build`")
        return manifest

    def verify(self, pointer: Pointer, *, thorough: bool = False) -> dict[str, Any]:
        """Check every file of a generation against the manifest, and give the manifest.

        What differs from the memo of digests is digested anew: the memo may be damaged, too.

        Args:
            thorough: digest every file anew, also those that look as they did when last digested.

        Raises:
            IndexDamagedError: names the first file that is gone or changed.
        """
        told = self.folder(pointer.generation) / POINTER
        if self._is_own(told) and told.read_bytes() != pointer.line.encode():
            raise IndexDamagedError(f"{self.root / 'CURRENT'} and {told} do not say the same; run `rag build`")
        manifest = self.manifest(pointer)
        folders = [(self.folder(pointer.generation), manifest["files"])]
        folders += [(self.segment(held["name"]), held["files"]) for held in manifest["segments"]]
        with self.digests(thorough=thorough) as digests:
            for path, digest in (
                (folder / name, digest) for folder, files in folders for name, digest in files.items()
            ):
                if not self._is_own(path):
                    raise IndexDamagedError(f"{path} is gone, or no file of its own; run `rag build`")
                try:
                    found = digests.of(path)
                except OSError as error:
                    raise IndexDamagedError(f"{path} cannot be read: {error.strerror}; run `rag build`") from error
                if found != digest and file_digest(path) != digest:
                    raise IndexDamagedError(f"{path} does not match its digest; run `rag build`")
        return manifest

    def earlier(self, current: str | None = None) -> Pointer | None:
        """Find the newest whole generation, before *current* where that is told; None where there is none."""
        for pointer in self.generations():
            if current is None or pointer.generation < current:
                try:
                    self.verify(pointer, thorough=True)
                except StoreError:
                    continue
                return pointer
        return None

    def damaged(self, pointer: Pointer, error: Exception) -> StoreError | None:
        """Say which file keeps a generation from being opened, and which one before it is whole.

        Args:
            error: what was met; where it names no file, all are digested anew.

        Returns:
            What to raise instead; None where every file is what it was.
        """
        if not isinstance(error, StoreError):
            try:
                self.verify(pointer, thorough=True)
            except StoreError as found:
                error = found
        return IndexDamagedError(f"{error}{self._offer(pointer)}") if isinstance(error, StoreError) else None

    def _offer(self, pointer: Pointer | None = None) -> str:
        """Name what `rag rollback` would go back to, for the end of a message; empty where there is nothing."""
        whole = self.earlier(pointer.generation if pointer else None)
        return f", or `rag rollback` to answer from generation {whole.generation}" if whole else ""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writers' lock.

        Raises:
            IndexLockedError: another process holds it.
            StoreError: the folder cannot be written.
        """
        import filelock

        lock = filelock.FileLock(self.root / ".lock", timeout=0)
        with self._own_writes():
            for folder in (self._generations, self._segments):
                folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except filelock.Timeout:
                raise IndexLockedError(
                    f"another process is writing {self.root}; wait for it to end, then run the command again"
                ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _own_writes(self) -> Iterator[None]:
        """Raise what goes wrong with the index's files as a StoreError that names its folder."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the index folder {self.root} cannot be written: {error.strerror or error}; the index is as it was"
            ) from error

    def next_name(self) -> str:
        """A name for a generation and its segment that sorts after every other: its number in eight digits."""
        folders = [*self._generations.iterdir(), *self._segments.iterdir()]
        numbers = [int(path.name) for path in folders if path.name.isdigit()]
        return f"{max(numbers, default=0) + 1:08d}"

    @contextmanager
    def generation(self, generation: str) -> Iterator[Path]:
        """Fill a new generation's folder; it and its segment are dropped if the filling fails.

        Raises:
            StoreError: a file of it cannot be written.
        """
        folder = self.folder(generation)
        with self._own_writes():
            folder.mkdir()
            try:
                yield folder
            except BaseException:
                for written in (folder, self.segment(generation), self.fresh(generation)):
                    shutil.rmtree(written, ignore_errors=True)
                raise

    def publish(self, generation: str, manifest: dict[str, Any]) -> None:
        """Complete a filled folder with its manifest and make it the current one."""
        folder = self.folder(generation)
        files = seal(folder)
        data = json.dumps({"format": FORMAT, **manifest, "files": files}, indent=1, ensure_ascii=False).encode()
        (folder / MANIFEST).write_bytes(data)
        pointer = Pointer(generation, hashlib.sha256(data).hexdigest())
        (folder / POINTER).write_text(pointer.line, encoding="ascii")
        for path in (folder / MANIFEST, folder / POINTER, folder):
            flush(path)
        self.point(pointer)

    def point(self, pointer: Pointer) -> None:
        """Replace CURRENT in one step.

        Raises:
            StoreError: it cannot be written.
        """
        with self._own_writes():
            fresh = self.root / "CURRENT.new"
            fresh.write_text(pointer.line, encoding="ascii")
            flush(fresh)
            fresh.replace(self.root / "CURRENT")
            flush(self.root)

    def generations(self) -> list[Pointer]:
        """List the complete generations, newest first; one whose pointer is damaged is none."""
        found = []
        for path in filter(self._is_own, sorted(self._generations.glob(f"*/{POINTER}"), reverse=True)):
            words = path.read_bytes().decode("ascii", "replace").split()
            if len(words) == 2 and words[0] == path.parent.name:
                found.append(Pointer(*words))
        return found

    def prune(self, keep: int) -> None:
        """Remove what is left of interrupted builds, all but the newest generations, and segments that none names.

        The current generation stays, whatever its age.
        """
        kept = {pointer.generation for pointer in self.generations()[:keep]} | {self.current().generation}
        named = {name for generation in kept for name in self._named(generation)}
        for folder, names in ((self._generations, kept), (self._segments, named)):
            for path in folder.iterdir():
                if path.name not in names:
                    shutil.rmtree(path, ignore_errors=True)

    def _named(self, generation: str) -> list[str]:
        """The segments of a generation; none where its manifest is not of this format."""
        try:
            held = json.loads((self.folder(generation) / MANIFEST).read_bytes())["segments"]
        except (ValueError, KeyError):
            return []
        return [segment["name"] for segment in held]
