"""Push what was written to the disk, so that it outlives a power cut, and note its digests."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag.digests import file_digest

FLUSHERS = 16
"""Files that are pushed to the disk at once; file systems do that together."""


def seal(folder: Path) -> dict[str, str]:
    """Push a filled folder to the disk, and give the digest of each file in it."""
    paths = sorted(folder.rglob("*"))
    with ThreadPoolExecutor(FLUSHERS, thread_name_prefix="flusher") as pool:
        list(pool.map(flush, [*paths, folder, folder.parent]))
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in paths if path.is_file()}


def flush(path: Path) -> None:
    """Push a file or folder to the disk; a system that cannot flush folders is left to itself."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
