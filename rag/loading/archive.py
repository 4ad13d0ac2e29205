"""Walk folders and zip archives; one bad member never stops the others."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.limits import MB, Limits, megabytes
from rag.loading.packages import open_zip, read_member

Member = tuple[str, Extract | LoadError]
Expand = Callable[[bytes, str, int], Iterator[Member]]
"""Reads one member's bytes under its name, at a depth of archives."""
_IGNORED = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))


def expand_zip(data: bytes, *, name: str, depth: int, limits: Limits, expand: Expand) -> Iterator[Member]:
    """Yield the members of an archive as ``ARCHIVE/MEMBER`` in the order of their names.

    Raises:
        LoadError: the archive itself cannot be opened, or is nested too deep.
    """
    if depth > limits.depth:
        raise LoadError(f"nested too deep: archives within archives more than {limits.depth} levels down")
    archive = open_zip(data)
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_ignored(info.filename)]
    if not infos:
        raise LoadError("empty: the archive holds no files")
    if len(infos) > limits.members:
        raise LoadError(f"too large: an archive of {len(infos)} members, limit {limits.members}")
    _refuse_swarm(infos, limits)
    left = limits.archive_bytes
    for info in sorted(infos, key=lambda info: info.filename):
        label = f"{name}/{_member_name(info)}"
        try:
            if info.file_size > left:
                raise LoadError(f"too large: the archive unpacks to more than {megabytes(limits.archive_bytes)}")
            unpacked = read_member(archive, info, limits)
        except LoadError as error:
            yield label, error
            continue
        left -= len(unpacked)
        yield from expand(unpacked, label, depth + 1)


def expand_folder(folder: Path, *, limits: Limits, expand: Callable[[Path, str], Iterator[Member]]) -> Iterator[Member]:
    """Yield the files of a folder and of folders in it, named from the folder down, in order.

    Hidden files and links are left out, the latter since they may lead anywhere.

    Raises:
        LoadError: the folder holds no files, or too many.
    """
    count = 0
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or _is_ignored(inside.as_posix()):
            continue
        if any(folder.joinpath(*inside.parts[:end]).is_symlink() for end in range(1, len(inside.parts))):
            continue
        count += 1
        if count > limits.members:
            raise LoadError(f"too large: a folder of more than {limits.members} files")
        yield from expand(path, inside.as_posix())
    if not count:
        raise LoadError("empty: the folder holds no files")


def _refuse_swarm(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse a bomb in many parts, each too small to be one by itself.

    Raises:
        LoadError: the small members together unpack to more than the ratio allows.
    """
    small = [info for info in infos if info.file_size <= MB]
    packed, unpacked = sum(info.compress_size for info in small), sum(info.file_size for info in small)
    if unpacked > MB and unpacked > limits.ratio * max(1, packed):
        raise LoadError(f"looks like a zip bomb: {megabytes(packed)} unpacks to {megabytes(unpacked)}")


def _is_ignored(name: str) -> bool:
    """Return whether a member is the system's own or hidden."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part in _IGNORED or (part.startswith(".") and part not in (".", "..")) for part in parts)


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name for showing, without leading slashes or steps upward.

    Archives older than 2006 give names in the code page of their maker, which zipfile
    takes for cp437; those that are valid UTF-8 are read as that.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = info.filename
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts).encode("utf-8", "replace").decode("utf-8")
