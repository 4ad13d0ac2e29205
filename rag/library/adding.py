"""Put files and pages into documents/, each once it is known to be readable; what stood there is set aside."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rag.digests import file_digest
from rag.errors import CorpusError, LoadError, listed
from rag.loading.normalise import shown
from rag.records import Source
from rag.sources.corpus import AS_IS, Corpus
from rag.sources.fetched import Fetcher
from rag.sources.files import REMOVED, document_files, meta_path, read_meta, write_meta
from rag.sources.identities import free, slug
from rag.sources.materials import Material, read_material


def add_file(corpus: Corpus, path: Path, source_id: str | None, meta: Mapping[str, str], *, as_is: bool) -> Path:
    """Install a file or folder as the text of a source, by default of one named after it; see `Library.add`."""
    if not path.exists():
        raise CorpusError(f"there is no file {str(path)!r}; check the name")
    name = source_id or _own_name(corpus, slug(path.stem if path.is_file() else path.name), path)
    return install(corpus, path, _owner(corpus, name, meta), meta, as_is=as_is)


def add_page(
    corpus: Corpus, url: str, fetcher: Fetcher, source_id: str | None, meta: Mapping[str, str], *, as_is: bool
) -> Path:
    """Install a web page as the text of a source, by default of one named after its address; see `Library.add`."""
    fetched = fetcher.fetch(url)
    parts = urlsplit(fetched.url)
    name = slug(Path(unquote(parts.path)).stem or parts.hostname or "page")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}{fetched.suffix}"
        path.write_bytes(fetched.body)
        name = source_id or _own_name(corpus, name, path, url)
        return install(corpus, path, _owner(corpus, name, meta), {"url": url, **meta}, as_is=as_is)


def _own_name(corpus: Corpus, name: str, path: Path, url: str = "") -> str:
    """Give the id under which a file or page is added: its own, if it is there already, else one that is free."""
    held = {m.folder or m.source.id: m for m in corpus.materials() if m.text_kind == "full text"}
    for source_id, material in held.items():
        same = path.is_file() and material.path.is_file() and file_digest(material.path) == file_digest(path)
        if path.resolve() in (material.path.resolve(), *material.path.resolve().parents):
            return source_id
        if source_id.startswith(name) and (same or (url and material.source.url == url)):
            return source_id
    return free(name, held)


def install(corpus: Corpus, path: Path, name: str, meta: Mapping[str, str], *, as_is: bool = False) -> Path:
    """Put a file or folder into documents/ under a source's name, once it is known to be readable.

    What was told of the text that stood there is told of the new one, but where *meta* says otherwise.

    Raises:
        LoadError: it cannot become text; nothing is changed.
    """
    target = corpus.documents / (name + ("" if path.is_dir() else path.suffix.lower()))
    documents = corpus.documents.resolve()
    there = path.resolve().is_relative_to(documents) and not path.resolve().is_relative_to(documents / REMOVED)
    before: dict[str, Any] = {}
    if not there:
        texts = [m for m in corpus.materials() if m.text_kind == "full text" and name in (m.source.id, m.folder)]
        before = {key: told for m in texts[:1] for key, told in read_meta(m.path).items() if key != AS_IS}
        with _writing(corpus):
            corpus.documents.mkdir(parents=True, exist_ok=True)
            _check_readable(path, corpus, name, as_is=as_is)
            _put(path, target, corpus, name)
    placed = path if there else target
    if told := {**before, **meta, **({AS_IS: True} if as_is else {})}:
        write_meta(placed, {**read_meta(placed), **told})
    return placed


def _put(path: Path, target: Path, corpus: Corpus, name: str) -> None:
    """Copy a file or folder to its place and set aside what stood for its source.

    A file that is replaced by one of its own name is there at every moment, the old one or the new.
    """
    fresh = target.with_name(f".{target.name}.new")
    try:
        if path.is_dir():
            shutil.rmtree(fresh, ignore_errors=True)  # of one that was interrupted
            shutil.copytree(path, fresh)
        else:
            shutil.copyfile(path, fresh)
        set_aside(corpus, name, stays=None if path.is_dir() else target)
        fresh.replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True) if path.is_dir() else fresh.unlink(missing_ok=True)


@contextmanager
def _writing(corpus: Corpus) -> Iterator[None]:
    """Raise what keeps documents/ from being written as a CorpusError that names it."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            f"{corpus.documents} cannot be written: {error.strerror or error}; what stood there still stands"
        ) from error


def set_aside(corpus: Corpus, name: str, *, stays: Path | None = None) -> Path | None:
    """Move the files of a source, or a folder of sources, to a dated folder; gives it, None where there are none.

    Args:
        stays: a file that is about to be replaced: it is copied, so that it stands until then.
    """
    texts = [m for m in corpus.materials() if m.text_kind == "full text"]
    found = {m.path for m in texts if m.source.id == name}
    found |= {corpus.top(m.path) for m in texts if m.folder == name}
    if not found:
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    kept = corpus.documents / REMOVED
    with _writing(corpus):
        kept.mkdir(parents=True, exist_ok=True)
        folder = kept / free(stamp, {path.name for path in kept.iterdir()})  # a clock may be put back
        folder.mkdir()
        for path in found:
            companion = meta_path(path)
            if path == stays:
                shutil.copy2(path, folder / path.name)
            if companion.exists():
                companion.replace(folder / companion.name)
            if path != stays:
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


def _check_readable(path: Path, corpus: Corpus, name: str, *, as_is: bool) -> None:
    """Raise unless at least one text of a file or folder can be read."""
    blank = corpus.sources.get(name) or Source.unnamed(name)
    files = [file.path for file in document_files(path) if not file.skipped] if path.is_dir() else [path]
    reasons: list[str] = []
    for file in files:
        material = Material(file, blank, "full text", declared=name in corpus.sources, as_is=as_is)
        for reading in read_material(material):
            if reading.document:
                return
            reasons.append(reading.reason)
    raise LoadError(f"{shown(path.name)} was not added: {listed(reasons) or 'it holds no text'}")
