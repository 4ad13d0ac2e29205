"""Change what a library holds: add, remove, fetch, build, check, go back. Nothing is ever deleted.

The command line, the chat and a program use the same methods; none needs an index
to be there.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rag.config import Settings
from rag.errors import CorpusError, LoadError, StoreError, UnknownSourceError
from rag.indexing import build
from rag.indexing.build import BuildReport, Progress, silent
from rag.indexing.encoder import Embedder, default_embedder
from rag.indexing.generation import Generation
from rag.indexing.store import Pointer, Store
from rag.library import doctor, syncing
from rag.library.doctor import Finding
from rag.library.syncing import SyncReport
from rag.records import SOURCE_FACTS, Document, Source, TextKind
from rag.sources.corpus import REMOVED, Corpus, Material, meta_path, read_material, slug
from rag.sources.fetching import Fetcher, HttpFetcher
from rag.text.dates import bounds

REASONS = 3
"""Reasons that are told where nothing in a folder or an archive can be read."""

WATCH_SECONDS = 1.0
"""Pause between two looks at the library's folder."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source and what the index holds of it."""

    source: Source
    text_kinds: tuple[TextKind, ...]
    """Kinds of text that are indexed: notes, full text, both or none."""
    chunks: int
    problem: str
    """Why a text of it is missing; empty when all is well."""


class Library:
    """A folder of sources and the index that is built from it."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None, *, fetcher: Fetcher | None = None) -> None:
        self.settings = settings
        self._embedder = embedder
        self._fetcher = fetcher

    @classmethod
    def open(cls, corpus: Path | str | None = None, index: Path | str | None = None, **settings: Any) -> Library:
        """Name a library by its folders; see `rag.config.Settings.load`."""
        return cls(Settings.load(corpus=corpus, index=index, **settings))

    @property
    def corpus(self) -> Corpus:
        """The library's description, read anew."""
        return Corpus.read(self.settings.corpus)

    def add(self, place: Path | str, *, source_id: str | None = None, meta: Mapping[str, str] | None = None) -> Path:
        """Copy a file, a folder or a web page into documents/, where the next build finds it.

        Args:
            place: a path, or an address that starts with ``http://`` or ``https://``.
            source_id: the declared source whose full text it is; None makes it a source
                of its own, named after it.
            meta: values of `rag.records.SOURCE_FACTS` for a new source; those of a
                declared one are kept in sources.toml.

        Returns:
            Where it stands now. What stood there is kept in documents/removed/.

        Raises:
            UnknownSourceError: no source has the id.
            CorpusError: there is no such file, a value of *meta* is malformed, or the
                source is declared and has its facts already.
            FetchError: the address is refused or gives no page.
            LoadError: it cannot become text; nothing is copied.
        """
        corpus = self.corpus
        told = _checked(meta or {})
        if source_id is not None:
            corpus.source(source_id)
        if str(place).startswith(("http://", "https://")):
            return self._add_page(corpus, str(place), source_id, told)
        path = Path(place).expanduser()
        if not path.exists():
            raise CorpusError(f"there is no file {str(path)!r}; check the name")
        return install(corpus, path, _owner(corpus, source_id or slug(path.stem), told), told)

    def remove(self, source_id: str) -> Path:
        """Move the texts of a source out of the index's sight, to documents/removed/.

        Raises:
            UnknownSourceError: documents/ holds no text of the source.
        """
        moved = _set_aside(self.corpus, source_id)
        if moved is None:
            raise UnknownSourceError(
                f"documents/ holds no text of source {source_id!r}; `rag sources` lists what there is"
            )
        return moved

    def sync(self, *, seconds: float | None = None, progress: Progress = silent) -> SyncReport:
        """Fetch the full text of every declared source; see `rag.library.syncing.sync`.

        Args:
            seconds: time for all of it together; None takes what it takes.
        """
        fetcher = self._fetcher or HttpFetcher(deadline=seconds)
        return syncing.sync(self.corpus, fetcher, install, progress=progress)

    def build(self, *, force: bool = False, progress: Progress = silent) -> BuildReport:
        """Bring the index in step with the library; see `rag.indexing.build.build`."""
        return build.build(self.corpus, self.settings, self.embedder, force=force, progress=progress)

    def watch(
        self,
        report: Callable[[BuildReport], None],
        problem: Callable[[CorpusError], None],
        *,
        progress: Progress = silent,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Build whenever a file of the library changes, until interrupted.

        Args:
            report: called after every build.
            problem: called where the library cannot be read as it is, as with a file
                that is half saved; the next change is built again.
        """
        seen: object = None
        while True:
            now = _stamps(self.settings.corpus)
            if now != seen:
                sleep(WATCH_SECONDS)
                if _stamps(self.settings.corpus) != now:
                    continue
                seen = now
                try:
                    report(self.build(progress=progress))
                except CorpusError as error:
                    problem(error)
            sleep(WATCH_SECONDS)

    def sources(self) -> list[SourceStatus]:
        """List every source with what the index holds of it; all are without text where there is no index."""
        corpus = self.corpus
        try:
            generation: Generation | None = Generation.open(self.settings)
        except StoreError:
            generation = None
        return source_statuses(corpus, generation)

    def doctor(self) -> list[Finding]:
        """Look for anything wrong with index and library; see `rag.library.doctor.examine`."""
        return doctor.examine(self.corpus, self.settings, self.embedder)

    def rollback(self) -> Pointer:
        """Make the generation before the current one current again.

        The library's files stay as they are, so the next build brings the index in
        step with them once more.

        Raises:
            StoreError: no earlier generation is kept, or none of them is whole.
        """
        store = Store(self.settings.index)
        with store.writing():
            current = store.current().generation
            for pointer in store.generations():
                if pointer.generation < current:
                    try:
                        store.verify(pointer)
                    except StoreError:
                        continue
                    store.point(pointer)
                    return pointer
        raise StoreError(f"no earlier generation than {current} is kept in {self.settings.index}; run `rag build`")

    @property
    def embedder(self) -> Embedder:
        """The model that the settings name, opened when first needed."""
        return self._embedder or default_embedder(self.settings.embedding_model, self.settings.embedding_languages)

    def _add_page(self, corpus: Corpus, url: str, source_id: str | None, meta: dict[str, str]) -> Path:
        fetched = (self._fetcher or HttpFetcher()).fetch(url)
        parts = urlsplit(fetched.url)
        stem = Path(unquote(parts.path)).stem or parts.hostname or "page"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{slug(stem)}{fetched.suffix}"
            path.write_bytes(fetched.body)
            return install(corpus, path, _owner(corpus, source_id or slug(stem), meta), {"url": url, **meta})


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
    _set_aside(corpus, name)
    fresh.replace(target)
    if meta:
        meta_path(target).write_text(json.dumps(dict(meta), ensure_ascii=False, indent=1), encoding="utf-8")
    return target


def source_statuses(corpus: Corpus, generation: Generation | None) -> list[SourceStatus]:
    """Say of every source, declared or dropped, what a generation holds of it."""
    held = generation.sources if generation else {}
    texts: dict[str, list[Document]] = {}
    for document in generation.documents.values() if generation else ():
        texts.setdefault(document.source_id, []).append(document)
    counts = Counter(chunk.doc_id for chunk in generation.chunks) if generation else Counter()
    parts = generation.parts if generation else []
    problems = {source_id: reason for part in parts for source_id, reason in part.failures}
    rows = []
    for source_id, source in {**corpus.sources, **held}.items():
        own = texts.get(source_id, [])
        count = sum(counts[document.doc_id] for document in own)
        none = "no text; add one with `rag add FILE --source ID`" if generation else "not indexed; run `rag build`"
        rows.append(
            SourceStatus(source, tuple(d.text_kind for d in own), count, problems.get(source_id, "" if own else none))
        )
    for source_id in problems.keys() - {row.source.id for row in rows}:
        rows.append(SourceStatus(Source.unnamed(source_id, source_id), (), 0, problems[source_id]))
    return rows


def _checked(meta: Mapping[str, str]) -> dict[str, str]:
    for name in sorted(set(meta) - set(SOURCE_FACTS)):
        raise CorpusError(f"{name!r} cannot be told of a source; known are {', '.join(SOURCE_FACTS)}")
    if "date" in meta:
        bounds(meta["date"])
    return dict(meta)


def _owner(corpus: Corpus, source_id: str, meta: Mapping[str, str]) -> str:
    """Give the id of a new text's source.

    Raises:
        CorpusError: the source is declared, and facts of it are told.
    """
    if meta and source_id in corpus.sources:
        told = ", ".join(f"{name}={value!r}" for name, value in meta.items())
        raise CorpusError(
            f"source {source_id!r} keeps its facts in sources.toml; found {told}; "
            "change them there, and add the text without them"
        )
    return source_id


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
    blank = corpus.sources.get(name) or Source.unnamed(name)
    reasons: list[str] = []
    for reading in read_material(Material(path, blank, "full text", declared=name in corpus.sources)):
        if reading.document:
            return
        reasons.append(reading.reason)
    more = [f"and {len(reasons) - REASONS} more"] if len(reasons) > REASONS else []
    told = "; ".join([*reasons[:REASONS], *more])
    raise LoadError(f"{path.name} was not added: {told or 'it holds no text'}")


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Name, time and size of every file of the library."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            stat = path.stat()
        except OSError:
            continue
        if path.is_file():
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return found
