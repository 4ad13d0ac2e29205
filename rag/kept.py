"""Folders that are made once and kept, whichever of several processes comes first: all see the whole or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

FILLING = ".new"
"""How a folder's name ends in which one is being made."""


def keep(folder: Path, fill: Callable[[Path], object]) -> None:
    """Make a folder by filling an empty one beside it; another process may be quicker, whose folder then stays.

    Raises:
        OSError: it cannot be kept here.
        Exception: whatever *fill* raises; nothing is left then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, suffix=FILLING) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        fill(made)
        if not folder.is_dir():
            made.rename(folder)
