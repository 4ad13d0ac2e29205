"""The files of documents/: which there are, which nobody means as texts, and what stands beside one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import CorpusError
from rag.loading.bystanders import no_text
from rag.sources.identities import STATE

META_SUFFIX = ".meta.json"
README = "README.md"
"""A page for readers of a folder; in notes/ it is no text, in documents/ it is one unless it says `NO_TEXT`."""
NO_TEXT = "This page is not read as a text."
REMOVED = "removed"
"""Folder in documents/ that keeps what was replaced or removed."""
QUARANTINE = "quarantine"
"""Folder in documents/ for fetched pages that are not what their source promises."""
SYNC_STATE = ".sync.json"
"""File in documents/ with the address, validators and digest of the text last fetched for each source."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file of documents/, or something there that is none."""

    path: Path
    top: Path
    """What stands in documents/ itself: the file, or the folder that holds it."""
    skipped: str = ""
    """Why nobody means it as a text; empty where somebody may."""

    @property
    def name(self) -> str:
        """Its path in documents/, see `path_name`."""
        return path_name(self.path, self.top.parent)


def path_name(path: Path, folder: Path) -> str:
    """Name a file by its path in a folder; bytes that are no UTF-8 stand as escapes."""
    return path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode(errors="backslashreplace")


def document_files(documents: Path) -> Iterator[DocumentFile]:
    """Yield what stands in documents/ and in its folders, in order; what is our own is left out.

    Raises:
        OSError: the folder cannot be listed.
    """
    for path in sorted(documents.iterdir()) if documents.is_dir() else ():
        own = path.name in (REMOVED, QUARANTINE, STATE, SYNC_STATE) or (
            path.name.startswith(".") and path.name.endswith(".new")
        )
        if not own:
            yield from _files(path, path)


def _files(path: Path, top: Path) -> Iterator[DocumentFile]:
    if path.name.endswith(META_SUFFIX) or (path == top and _is_for_readers(path)):
        return
    linked = path.is_symlink() and path.exists() and path != top
    why = "a link, which may lead anywhere; put the file itself there" if linked else no_text(path.name)
    if why or not path.is_dir():
        yield DocumentFile(path, top, why)
        return
    found = False
    try:
        for inner in sorted(path.iterdir()):
            found = True
            yield from _files(inner, top)
    except OSError:
        found = False
    if not found:
        yield DocumentFile(path, top)


def _is_for_readers(path: Path) -> bool:
    try:
        return path.name == README and NO_TEXT in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def meta_path(path: Path) -> Path:
    """Where the companion of a file in documents/ stands."""
    return path.with_name(path.name + META_SUFFIX)


def read_meta(path: Path) -> dict[str, Any]:
    """Read a file's companion; an empty dict where there is none.

    Raises:
        CorpusError: the companion is not a JSON object.
    """
    companion = meta_path(path)
    if not companion.is_file():
        return {}
    try:
        meta = json.loads(companion.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise CorpusError(f"{companion} is not valid JSON: {error}") from error
    if not isinstance(meta, dict):
        raise CorpusError(f"{companion} holds {type(meta).__name__}, expected an object")
    return meta


def write_meta(path: Path, meta: dict[str, Any]) -> Path:
    """Write a file's companion in one step; gives it.

    Raises:
        CorpusError: it cannot be written.
    """
    return replace_text(meta_path(path), json.dumps(meta, ensure_ascii=False, indent=1))


def replace_text(path: Path, text: str) -> Path:
    """Write a file of the library in one step; gives it.

    Raises:
        CorpusError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(text.encode("utf-8"))
        fresh.replace(path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be written: {error.strerror or error}; nothing was changed") from error
    return path
