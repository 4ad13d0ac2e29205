"""Digests of files, computed anew only where a file's stamp says that it may have changed."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from types import TracebackType

SETTLED = 2.0
"""Seconds after its last change from which a file's stamp is trusted: clocks of file systems tick no slower."""

Stamp = list[int]


class Digests:
    """Digests files and remembers, in a small memo file, what each looked like when it was digested.

    A context: what was learnt is written where it ends. A memo that cannot be read holds nothing,
    and one that cannot be written is done without.

    Args:
        memo: the file beside what is digested; may be deleted at any time.
        thorough: digest every file anew, whatever is remembered.
    """

    def __init__(self, memo: Path, *, thorough: bool = False) -> None:
        self._memo = memo
        self._thorough = thorough
        self._known = _read(memo)
        self._learnt = False

    def of(self, path: Path) -> str:
        """Give the SHA-256 of a file, hexadecimal.

        Raises:
            OSError: it cannot be read.
        """
        name, stamp = str(path.absolute()), _stamp(path)
        known = self._known.get(name)
        if known is not None and known[0] == stamp and not self._thorough:
            return known[1]
        digest = file_digest(path)
        if _settled(stamp) and stamp == _stamp(path):
            self._known[name] = (stamp, digest)
            self._learnt = True
        return digest

    def __enter__(self) -> Digests:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._learnt:
            return
        kept = {name: known for name, known in self._known.items() if Path(name).exists()}
        fresh = self._memo.with_name(f"{self._memo.name}.new")
        try:
            fresh.write_text(json.dumps(kept), encoding="utf-8")
            fresh.replace(self._memo)
        except OSError:
            fresh.unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Digest a file: SHA-256, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _settled(stamp: Stamp) -> bool:
    """Whether a later change of the file would show in its stamp."""
    return time.time_ns() - max(stamp[1], stamp[2]) > SETTLED * 1e9


def _read(memo: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        loaded = json.loads(memo.read_text(encoding="utf-8"))
        return {str(name): (list(map(int, stamp)), str(digest)) for name, (stamp, digest) in loaded.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
