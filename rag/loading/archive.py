"""Walk zip archives; one bad member never stops the others."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from rag.errors import LoadError, SkippedError
from rag.loading.bystanders import no_text
from rag.loading.limits import ARCHIVE_BYTES, MB, MEMBERS, RATIO, megabytes
from rag.loading.packages import open_zip, read_member


def zip_members(data: bytes) -> Iterator[tuple[str, bytes | LoadError]]:
    """Yield the members of an archive, unpacked or with the reason why not, in the order of their names.

    Raises:
        LoadError: the archive itself cannot be opened, is empty or holds too much.
    """
    archive = open_zip(data)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if not infos:
        raise LoadError("empty: the archive holds no files")
    if len(infos) > MEMBERS:
        raise LoadError(f"too large: an archive of {len(infos)} members, limit {MEMBERS}")
    _refuse_swarm(infos)
    left = ARCHIVE_BYTES
    for info in sorted(infos, key=lambda info: info.filename):
        try:
            if why := no_text(*PurePosixPath(_member_name(info)).parts):
                raise SkippedError(why)
            if info.file_size > left:
                raise LoadError(f"too large: the archive unpacks to more than {megabytes(ARCHIVE_BYTES)}")
            unpacked = read_member(archive, info)
        except LoadError as error:
            yield _member_name(info), error
            continue
        left -= len(unpacked)
        yield _member_name(info), unpacked


def _refuse_swarm(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse a bomb in many parts, each too small to be one by itself."""
    small = [info for info in infos if info.file_size <= MB]
    packed, unpacked = sum(info.compress_size for info in small), sum(info.file_size for info in small)
    if unpacked > MB and unpacked > RATIO * max(1, packed):
        raise LoadError(f"looks like a zip bomb: {megabytes(packed)} unpacks to {megabytes(unpacked)}")


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name for showing, without leading slashes or steps upward.

    Archives older than 2006 give names in the code page of their maker, which zipfile
    takes for cp437; those that are valid UTF-8 are read as that.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts).encode("utf-8", "replace").decode("utf-8")
