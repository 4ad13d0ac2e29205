"""Which id each file of documents/ has: by its path, and where it was moved or renamed, by its content.

``documents/.ids.json`` says of each file its id and digest. A build brings it up to date;
where it is gone or cannot be written, ids go by paths alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import chain, count
from pathlib import Path

import msgspec

from rag.digests import Digests, file_digest

STATE = ".ids.json"


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a file."""

    source_id: str
    sha256: str


def read_known(folder: Path) -> dict[str, Known]:
    """Return what is known of the files of a folder by their paths in it; nothing where that cannot be read."""
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=dict[str, Known])
    except (OSError, msgspec.DecodeError):
        return {}


def assign(
    files: Mapping[str, Path], known: Mapping[str, Known], wanted: Callable[[str], Iterable[str]]
) -> dict[str, str]:
    """Return an id for each file, no two the same.

    A file keeps the id that it had, the first of several that are said to have one; one that
    is new has that of a file of the same content that is gone, else the first free one of
    those that are wanted for it, else the last of these with a number.
    """
    had = {known[name].source_id: name for name in reversed(list(files)) if name in known}
    ids = {name: source_id for source_id, name in had.items()}
    gone = {known[name].sha256: known[name].source_id for name in sorted(known.keys() - files.keys(), reverse=True)}
    fresh = [name for name in files if name not in ids]
    taken = set(ids.values())
    for name in fresh if gone else ():
        moved = gone.get(_digest(files[name]), "")
        if moved and moved not in taken:
            ids[name] = moved
            taken.add(moved)
    for name in fresh:
        if name not in ids:
            ids[name] = next(one for one in _numbered(wanted(name)) if one not in taken)
            taken.add(ids[name])
    return ids


def free(wanted: str, taken: Container[str]) -> str:
    """Return an id, with a number where it is taken."""
    return next(one for one in _numbered([wanted]) if one not in taken)


def write_known(folder: Path, files: Mapping[str, tuple[str, Path]], digests: Digests) -> None:
    """Note the id and content of every file by its path in the folder."""
    before, now = read_known(folder), dict[str, Known]()
    for name, (source_id, path) in files.items():
        with contextlib.suppress(OSError):  # what cannot be read is not known again
            now[name] = Known(source_id, digests.of(path))
    if now != before:
        fresh = folder / f"{STATE}.new"
        with contextlib.suppress(OSError):
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(now), indent=0))
            fresh.replace(folder / STATE)


def slug(name: str) -> str:
    """Make a source id of a file name: lower-case letters, digits and hyphens.

    ``Annual Report (2024).v2`` gives ``annual-report-2024-v2``. Of a name with letters of
    another script only ASCII letters and digits stay, and a name of more than 80 signs is
    cut, so that two names could become one; such a name gets eight digits of its digest
    too. ``Отчёт (2)`` gives ``2-c3b97bb4``; ``text-`` stands where nothing stays. The id
    of an id is itself.
    """
    name = unicodedata.normalize("NFC", name)
    decomposed = unicodedata.normalize("NFKD", name)
    plain = decomposed.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if 0 < len(words) <= 80 and not any(char.isalnum() and not char.isascii() for char in decomposed):
        return words
    return f"{words[:71].strip('-') or 'text'}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _numbered(wanted: Iterable[str]) -> Iterator[str]:
    """Yield ids in the order in which they are wanted, then the last with numbers from 2."""
    ids = list(wanted)
    return chain(ids, (f"{ids[-1]}-{number}" for number in count(2)))


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return ""
