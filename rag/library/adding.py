"""Put files and pages into documents/, each once it is known to be readable; what stood there is set aside."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rag.errors import CorpusError, LoadError, listed
from rag.records import Source
from rag.sources.corpus import REMOVED, Corpus, Material, meta_path, read_material, slug
from rag.sources.fetched import Fetcher


def add_file(corpus: Corpus, path: Path, source_id: str | None, meta: Mapping[str, str]) -> Path:
    """Install a file or folder as the text of a source, by default of one named after it; see `Library.add`."""
    if not path.exists():
        raise CorpusError(f"there is no file {str(path)!r}; check the name")
    return install(corpus, path, _owner(corpus, source_id or slug(path.stem), meta), meta)


def add_page(corpus: Corpus, url: str, fetcher: Fetcher, source_id: str | None, meta: Mapping[str, str]) -> Path:
    """Install a web page as the text of a source, by default of one named after its address; see `Library.add`."""
    fetched = fetcher.fetch(url)
    parts = urlsplit(fetched.url)
    name = slug(Path(unquote(parts.path)).stem or parts.hostname or "page")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}{fetched.suffix}"
        path.write_bytes(fetched.body)
        return install(corpus, path, _owner(corpus, source_id or name, meta), {"url": url, **meta})


def install(corpus: Corpus, path: Path, name: str, meta: Mapping[str, str]) -> Path:
    """Put a file or folder into documents/ under a source's name, once it is known to be readable.

    Raises:
        LoadError: it cannot become text; nothing is changed.
    """
    target = corpus.documents / (name + ("" if path.is_dir() else path.suffix.lower()))
    if target.resolve() == path.resolve():
        return target
    corpus.documents.mkdir(parents=True, exist_ok=True)
    _check_readable(path, corpus, name)
    fresh = target.with_name(f".{target.name}.new")
    if path.is_dir():
        shutil.copytree(path, fresh, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, fresh)
    set_aside(corpus, name)
    fresh.replace(target)
    if meta:
        meta_path(target).write_text(json.dumps(dict(meta), ensure_ascii=False, indent=1), encoding="utf-8")
    return target


def set_aside(corpus: Corpus, name: str) -> Path | None:
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


def _owner(corpus: Corpus, source_id: str, meta: Mapping[str, str]) -> str:
    """Give the id of a new text's source; of one that is declared no facts may be told."""
    if meta and source_id in corpus.sources:
        told = ", ".join(f"{name}={value!r}" for name, value in meta.items())
        raise CorpusError(
            f"source {source_id!r} keeps its facts in sources.toml; found {told}; "
            f"change them with `rag set {source_id}`, and add the text without them"
        )
    return source_id


def _check_readable(path: Path, corpus: Corpus, name: str) -> None:
    blank = corpus.sources.get(name) or Source.unnamed(name)
    reasons: list[str] = []
    for reading in read_material(Material(path, blank, "full text", declared=name in corpus.sources)):
        if reading.document:
            return
        reasons.append(reading.reason)
    raise LoadError(f"{path.name} was not added: {listed(reasons) or 'it holds no text'}")
