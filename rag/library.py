"""Change what the library holds: add a file, take a source out. Nothing is ever deleted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rag.corpus import REMOVED, Corpus, meta_path, read_material, slug
from rag.dates import bounds
from rag.errors import CorpusError, LoadError, UnknownSourceError
from rag.records import Source


def add_file(
    corpus: Corpus, path: Path, *, source_id: str | None = None, meta: Mapping[str, str] | None = None
) -> Path:
    """Copy a file into documents/, where the next build finds it.

    Args:
        source_id: the declared source whose full text the file is; None makes the
            file a source of its own, named after it.
        meta: title, author, publisher, date, url, kind, licence of a new source.

    Returns:
        Where the file stands now. A file that stood there is kept in documents/removed/.

    Raises:
        UnknownSourceError: no source has the id.
        CorpusError: there is no such file, or a value of *meta* is malformed.
        LoadError: the file cannot become text; nothing is copied.
    """
    if not path.exists():
        raise CorpusError(f"there is no file {str(path)!r}; check the name")
    if source_id is not None:
        corpus.source(source_id)
    if meta and "date" in meta:
        bounds(meta["date"])
    name = source_id or slug(path.stem)
    target = corpus.documents / (name + ("" if path.is_dir() else path.suffix.lower()))
    if target.resolve() == path.resolve():
        return target
    corpus.documents.mkdir(parents=True, exist_ok=True)
    _check_readable(path, corpus, name)
    _set_aside(corpus, name)
    fresh = target.with_name(f".{target.name}.new")
    if path.is_dir():
        shutil.copytree(path, fresh)
    else:
        shutil.copyfile(path, fresh)
    fresh.replace(target)
    if meta:
        meta_path(target).write_text(json.dumps(dict(meta), ensure_ascii=False, indent=1), encoding="utf-8")
    return target


def remove(corpus: Corpus, source_id: str) -> Path:
    """Move the texts of a source out of the index's sight, to documents/removed/.

    Raises:
        UnknownSourceError: documents/ holds no text of the source.
    """
    moved = _set_aside(corpus, source_id)
    if moved is None:
        raise UnknownSourceError(
            f"documents/ holds no text of source {source_id!r}; `rag sources` lists what there is"
        )
    return moved


def _set_aside(corpus: Corpus, name: str) -> Path | None:
    """Move the files of a source to a dated folder; gives it, or None where there were none."""
    found = [m.path for m in corpus.materials() if m.text_kind == "full text" and m.source.id == name]
    if not found:
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    folder = corpus.documents / REMOVED / stamp
    folder.mkdir(parents=True)
    for path in found:
        companion = meta_path(path)
        if companion.exists():
            companion.replace(folder / companion.name)
        path.replace(folder / path.name)
    return folder


def _check_readable(path: Path, corpus: Corpus, name: str) -> None:
    from rag.corpus import Material

    blank = corpus.sources.get(name) or Source(
        name, "unknown", "unknown", "unknown", "unknown", "", "document", "unknown"
    )
    readings = list(read_material(Material(path, blank, "full text", declared=name in corpus.sources)))
    if not any(reading.document for reading in readings):
        reason = "; ".join(reading.reason for reading in readings) or "it holds no text"
        raise LoadError(f"{path.name} was not added: {reason}")
