"""Start a library and change what it holds: add, tell, remove, fetch, build, check, go back. Nothing is ever deleted.

The command line, the chat and a program use the same methods; none needs an index
to be there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rag.config import Settings
from rag.errors import CorpusError, IndexDamagedError, LoadError, StoreError, UnknownSourceError
from rag.indexing import build
from rag.indexing.encoder import Embedder
from rag.indexing.engine.client import Engine, connect
from rag.indexing.engine.lease import Lease
from rag.indexing.engine.publishing import publish, roll_back
from rag.indexing.exporting import default_embedder
from rag.indexing.generation import Generation
from rag.indexing.opening import open_generation, published_vectors
from rag.indexing.report import BuildReport, Progress, silent
from rag.indexing.store import Pointer, Store
from rag.library import doctor, syncing
from rag.library.adding import add_file, add_page, install, set_aside
from rag.library.doctor import Finding
from rag.library.facts import checked_facts, set_facts
from rag.library.notes_report import NotesReport, report_on
from rag.library.starting import make_library
from rag.library.status import SourceStatus, source_statuses
from rag.library.syncing import SyncReport
from rag.sources.corpus import DOCUMENTS, NOTES, Corpus
from rag.sources.fetched import Fetcher
from rag.sources.materials import read_material

WATCH_SECONDS = 1.0
"""Pause between two looks at the library's folder."""


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

    @classmethod
    def new(cls, folder: Path | str) -> Library:
        """Make an empty library, named after its folder, and open it; its index stands in it.

        Raises:
            CorpusError: the folder holds something already, or cannot be written.
        """
        make_library(Path(folder).expanduser())
        return cls.open(folder)

    @property
    def corpus(self) -> Corpus:
        """The library's description, read anew."""
        return Corpus.read(self.settings.corpus)

    def add(
        self,
        place: Path | str,
        *,
        source_id: str | None = None,
        meta: Mapping[str, str] | None = None,
        as_is: bool = False,
    ) -> Path:
        """Copy a file, a folder or a web page into documents/, where the next build finds it.

        Args:
            place: a path, or an address that starts with ``http://`` or ``https://``.
            source_id: the source whose full text it is, declared or there already, whose
                text it replaces; None makes it a source of its own, named after it, with a
                number where another file has that name. The same file or page stays one.
            meta: values of `rag.sources.declarations.SOURCE_FACTS` for a new source; those
                of a declared one are kept in sources.toml.
            as_is: take it even if it seems to be no text that somebody wrote, such as an
                error page.

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
        told = checked_facts(meta or {})
        if source_id is not None and source_id not in {m.folder or m.source.id for m in corpus.materials()}:
            corpus.source(source_id)
        if str(place).startswith(("http://", "https://")):
            return add_page(corpus, str(place), self._fetcher_for(), source_id, told, as_is=as_is)
        return add_file(corpus, Path(place).expanduser(), source_id, told, as_is=as_is)

    def set(self, source_id: str, meta: Mapping[str, str]) -> Path:
        """Change what is told of a source; the next build takes it into the answers.

        Args:
            meta: values of `rag.sources.declarations.SOURCE_FACTS`; what it does not name stays.
                Of a zip or another file that holds several texts, they are told of each text.

        Returns:
            The file that was changed: sources.toml for a declared source, the companion
            ``NAME.meta.json`` of a file in documents/ for another.

        Raises:
            UnknownSourceError: no source has the id.
            CorpusError: there is nothing to set, a value is malformed, or the source is one
                of several texts in a file.
        """
        return set_facts(self.corpus, source_id, meta)

    def remove(self, source_id: str) -> Path:
        """Move the texts of a source out of the index's sight, to documents/removed/.

        Raises:
            UnknownSourceError: documents/ holds no text of the source.
        """
        moved = set_aside(self.corpus, source_id)
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
        return syncing.sync(self.corpus, self._fetcher_for(seconds), install, progress=progress)

    def build(self, *, force: bool = False, progress: Progress = silent) -> BuildReport:
        """Bring the index in step with the library; see `rag.indexing.build.build`.

        Where the settings name an engine, the index folder is built as always and then published there; a folder
        that is empty takes the vectors that stand in the engine.
        """
        if not self.settings.index_url:
            return build.build(self.corpus, self.settings, self.embedder, force=force, progress=progress)
        engine = connect(self.settings.index_url)
        published = partial(published_vectors, self.settings, self.embedder)
        with Lease(engine) as lease:
            report = build.build(
                self.corpus, self.settings, self.embedder, force=force, progress=progress, known=published
            )
            pointer, swapped = self._publish(engine, lease, progress)
        return replace(report, generation=pointer.generation, swapped=swapped)

    def export_index(self, url: str, *, progress: Progress = silent) -> Pointer:
        """Publish the index of the library's folder to an engine, as it is; nothing is encoded anew.

        Args:
            url: see `rag.config.Settings.index_url`.

        Raises:
            EngineError: the engine cannot be reached, or refuses.
            IndexLockedError: another builder holds it.
        """
        engine = connect(url)
        with Lease(engine) as lease:
            return self._publish(engine, lease, progress)[0]

    def _publish(self, engine: Engine, lease: Lease, progress: Progress) -> tuple[Pointer, bool]:
        generation = Generation.open(self.settings, self.embedder)
        keep = self.settings.generations_kept
        return publish(engine, lease, generation, self.settings.index, keep=keep, progress=progress)

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

    def notes_report(self) -> NotesReport:
        """Count what the library's notes are made of; see `rag.library.notes_report.report_on`.

        Raises:
            LoadError: a notes file cannot be read.
        """
        found = []
        for material in self.corpus.materials():
            for reading in read_material(material) if material.text_kind == "notes" else ():
                if reading.document is None:
                    raise LoadError(reading.reason)
                found.append(reading.document)
        return report_on(found)

    def sources(self) -> list[SourceStatus]:
        """List every source with what the index holds of it; all are without text where there is no index."""
        corpus = self.corpus
        try:
            generation: Generation | None = open_generation(self.settings)
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
        if self.settings.index_url:
            engine = connect(self.settings.index_url)
            with Lease(engine):
                return roll_back(engine, self.settings.index)
        store = Store(self.settings.index)
        with store.writing():
            try:
                current = store.current().generation
            except IndexDamagedError:  # nothing says which one was current, so the newest that is whole is taken
                current = None
            pointer = store.earlier(current)
            if pointer is None:
                told = f"no earlier generation than {current}" if current else "no whole generation"
                raise StoreError(f"{told} is kept in {self.settings.index}; run `rag build`")
            store.point(pointer)
            return pointer

    @property
    def embedder(self) -> Embedder:
        """The model that the settings name, opened when first needed."""
        return self._embedder or default_embedder(self.settings.embedding_model, self.settings.embedding_languages)

    def _fetcher_for(self, seconds: float | None = None) -> Fetcher:
        """What fetches, for at most so long; only here are the libraries for it loaded."""
        if self._fetcher is not None:
            return self._fetcher
        from rag.sources.fetching import HttpFetcher

        return HttpFetcher(deadline=seconds)


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Name, time and size of every file that a build reads; the index may stand beside them."""
    read = sorted(folder.glob("*.toml"))
    for name in (NOTES, DOCUMENTS):
        read += sorted((folder / name).rglob("*"))
    found = []
    for path in read:
        try:
            stat = path.stat()
        except OSError:
            continue
        if path.is_file() and not path.name.startswith("."):
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return found
