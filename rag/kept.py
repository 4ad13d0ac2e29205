"""Folders that are made once and kept, whichever of several processes comes first: all see the whole or nothing."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

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


def kept_arrays(name: str, names: Sequence[str], make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
    """Give arrays that take long to make, mapped from the user's cache, where the first who needs them writes them.

    Args:
        name: a path of what they are and of what they were made from; made of something else, they need another one.
        names: of the arrays, in the order in which *make* gives them.
    """
    import platformdirs

    folder = platformdirs.user_cache_path("cited-qa-assistant") / name

    def fill(made: Path) -> None:
        for array, values in zip(names, make(), strict=True):
            np.save(made / f"{array}.npy", values)

    try:
        if not folder.is_dir():
            keep(folder, fill)
        return [np.load(folder / f"{array}.npy", mmap_mode="r") for array in names]
    except (OSError, ValueError, EOFError) as error:
        _log.info("What is made once cannot be kept in %s: %s", folder, error)
        shutil.rmtree(folder, ignore_errors=True)
        return list(make())
