"""Make an empty library: the files that describe one, and the folder for its texts."""

from __future__ import annotations

import shutil
from pathlib import Path

from rag.errors import CorpusError
from rag.loading.normalise import clean_line

BLANK = Path(__file__).with_name("blank")
"""The empty library that is copied."""


def make_library(folder: Path) -> None:
    """Copy the empty library to a folder, and name it after that; see `Library.new`."""
    import tomlkit

    try:
        found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        if found:
            raise CorpusError(f"{folder} holds {found[0]!r} already; expected a new folder or an empty one")
        shutil.copytree(BLANK, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
        about = folder / "corpus.toml"
        words = clean_line(folder.resolve().name.replace("-", " ").replace("_", " "))
        title = tomlkit.item(words[:1].upper() + words[1:]).as_string()
        about.write_text(
            about.read_text(encoding="utf-8").replace('title = ""', f"title = {title}", 1), encoding="utf-8"
        )
    except OSError as error:
        raise CorpusError(f"no library can be made at {folder}: {error.strerror or error}") from error
