"""The library on disk: which sources exist, and which files hold their texts.

::

    corpus/corpus.toml      title, description, example questions, notices, settings
    corpus/sources.toml     the declared sources
    corpus/notes/ID.md      our notes on a source; see `rag.sources.annotations` for what stands beside them
    corpus/documents/       full texts; ID.* belongs to source ID, any other file is a source

What is told of a dropped file comes from the first of: its companion
``NAME.meta.json`` beside it, a front matter above its text, the text and the
format's own properties.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from rag.digests import Digests
from rag.errors import CorpusError, LoadError, UnknownSourceError
from rag.loading import expand
from rag.loading.extract import Extract
from rag.records import UNKNOWN, Document, Source, TextKind, document_id
from rag.sources.annotations import BARE, Annotations
from rag.sources.declarations import (
    SOURCE_FACTS,
    NoticeRule,
    declared_sources,
    no_others,
    notice_rule,
    read_toml,
    sound,
    tables,
    text,
    texts,
    texts_by_name,
)
from rag.sources.notes import read_notes

ABOUT = {"title", "description", "examples", "timeline", "notice", "main_source", "abbreviations", "settings"}
"""What corpus.toml may say."""
META_SUFFIX = ".meta.json"
DOCUMENTS, NOTES = "documents", "notes"
README = "README.md"
"""What tells readers about a folder and is no text of it."""
REMOVED = "removed"
"""Folder in documents/ that keeps what was replaced or removed."""
QUARANTINE = "quarantine"
"""Folder in documents/ for fetched pages that are not what their source promises."""


@dataclass(frozen=True, slots=True)
class Material:
    """One file to read: a notes file, or a full text, or a container of texts."""

    path: Path
    source: Source
    """For a dropped file only what its name and companion tell."""
    text_kind: TextKind
    declared: bool
    """Whether sources.toml names the source."""
    annotations: Annotations = BARE
    """Of notes: what stands beside them as data."""
    told: frozenset[str] = frozenset()
    """Facts of a dropped file that its companion tells; the file itself is not asked for them."""
    warnings: tuple[str, ...] = ()
    """What its companion tells and cannot be."""

    @property
    def trouble(self) -> str:
        """Why there is nothing to open, empty where there is; opening a FIFO would wait for ever."""
        if self.path.is_file() or (self.path.is_dir() and self.text_kind == "full text"):
            return ""
        found = "a folder" if self.path.is_dir() else "neither a file nor a folder"
        if not self.path.exists():
            found = f"a link to {str(self.path.readlink())!r}, which is not there"
        return f"{self.path.name}: {found}; expected a file"

    def digest(self, digests: Digests) -> str:
        """Digest of everything that the reading depends on: the files and the source's record, or why there is none."""
        parts = (self.source, self.text_kind, sorted(self.told), self.warnings, self.trouble, self.annotations)
        told = hashlib.sha256(repr(parts).encode())
        try:
            for path in [self.path, *sorted(self.path.rglob("*"))]:
                if path.is_file():
                    told.update(path.relative_to(self.path).as_posix().encode("utf-8", "surrogateescape"))
                    told.update(bytes.fromhex(digests.of(path)))
        except OSError as error:
            return f"unreadable: {error}"
        return told.hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one text: a document, or the reason why there is none."""

    source: Source
    document: Document | None
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """A library's description and the files that belong to it."""

    root: Path
    title: str
    description: str
    examples: tuple[str, ...]
    notices: tuple[NoticeRule, ...]
    main_source: str
    """Id of the source that "the article" means; empty where there is none."""
    sources: Mapping[str, Source]
    """The declared sources by id."""
    timeline: str = ""
    """The question behind the welcome's door to a timeline; no such door where it is empty."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """What each abbreviation of this library stands for: a question with the one is searched with the other too."""
    mirrors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further addresses at which a source's full text may be fetched."""

    @classmethod
    def read(cls, root: Path) -> Corpus:
        """Read and check corpus.toml and sources.toml.

        Raises:
            CorpusError: the folder is missing, or a file in it is malformed.
        """
        if not root.is_dir():
            raise CorpusError(
                f"no library at {root}; expected a folder with sources.toml or documents/; `rag new` makes one"
            )
        about = read_toml(root / "corpus.toml")
        no_others(about, ABOUT, "corpus.toml")
        sources, mirrors = declared_sources(read_toml(root / "sources.toml"))
        main = text(about, "main_source", "corpus.toml")
        if main and main not in sources:
            raise CorpusError(f"corpus.toml names main_source {main!r}, which sources.toml does not declare")
        return cls(
            root=root,
            title=text(about, "title", "corpus.toml") or root.name,
            description=text(about, "description", "corpus.toml"),
            examples=texts(about, "examples", "corpus.toml"),
            notices=tuple(map(notice_rule, tables(about, "notice", "corpus.toml"))),
            main_source=main,
            sources=sources,
            timeline=text(about, "timeline", "corpus.toml"),
            abbreviations=texts_by_name(about, "abbreviations", "corpus.toml"),
            mirrors=mirrors,
        )

    @property
    def documents(self) -> Path:
        """Folder of the full texts."""
        return self.root / DOCUMENTS

    def source(self, source_id: str) -> Source:
        """Give a declared source.

        Raises:
            UnknownSourceError: sources.toml declares no such id.
        """
        try:
            return self.sources[source_id]
        except KeyError:
            raise UnknownSourceError(f"no source has the id {source_id!r}; `rag sources` lists the ids") from None

    def materials(self) -> list[Material]:
        """List the files to read, notes first, each group by name.

        Raises:
            CorpusError: a notes file belongs to no source, two files claim one source, or
                documents/ cannot be read.
        """
        found = list(self._notes())
        claimed: dict[str, Path] = {}
        try:
            files = self._document_files()
        except OSError as error:
            raise CorpusError(f"{self.documents} cannot be read: {error.strerror or error}") from error
        for path in files:
            material = self._material(path)
            source = material.source
            other = claimed.setdefault(source.id, path)
            if other is not path:
                raise CorpusError(
                    f"{other.name} and {path.name} in {self.documents} both belong to source {source.id!r}; "
                    "keep one, or rename the other"
                )
            found.append(material)
        return found

    def _notes(self) -> Iterator[Material]:
        annotations = Annotations.read(self.root)
        for path in sorted((self.root / NOTES).glob("*.md")):
            if path.name == README:
                continue
            if path.stem not in self.sources:
                raise CorpusError(f"{path} belongs to no source; declare {path.stem!r} in sources.toml")
            source = self.sources[path.stem]
            yield Material(path, source, "notes", declared=True, annotations=annotations.of(source.id))

    def _document_files(self) -> list[Path]:
        if not self.documents.is_dir():
            return []
        return [
            path
            for path in sorted(self.documents.iterdir())
            if not path.name.startswith(".")
            and not path.name.endswith(META_SUFFIX)
            and path.name not in (REMOVED, QUARANTINE, README)
        ]

    def _material(self, path: Path) -> Material:
        meta = read_meta(path)
        source_id = path.name if path.is_dir() else path.name.split(".")[0]
        if source_id in self.sources:
            return Material(path, self.sources[source_id], "full text", declared=True)
        told = {key: str(meta[key]) for key in SOURCE_FACTS if meta.get(key) is not None}
        taken, warnings = sound(told, meta_path(path).name)
        source = replace(Source.unnamed(slug(path.stem)), **taken)
        return Material(path, source, "full text", False, told=frozenset(taken), warnings=warnings)


def read_material(material: Material) -> Iterator[Reading]:
    """Read one file; a container gives a reading for each of its members.

    Nothing is raised for what a file holds: a reading says why it has no document.
    """
    try:
        if material.trouble:
            raise LoadError(material.trouble)
        if material.text_kind == "notes":
            markdown = material.path.read_text(encoding="utf-8")
            annotations, name = material.annotations, material.path.name
            document = read_notes(markdown, material.source, annotations.places, name=name)
            yield Reading(material.source, annotations.annotate(document, name=name))
            return
        taken: set[str] = set()
        for name, extract in expand(material.path):
            part = material if name == material.path.name else _member(material, name, taken)
            if isinstance(extract, LoadError):
                yield Reading(part.source, None, str(extract))
            else:
                yield _reading(part, extract)
    except (LoadError, OSError, UnicodeDecodeError) as error:
        yield Reading(material.source, None, str(error))


def _member(material: Material, name: str, taken: set[str]) -> Material:
    """Make a source of its own of a document in a container, under an id that no other has."""
    wanted = slug(f"{material.source.id}-{name.removeprefix(material.path.name)}")
    numbered = (f"{wanted}-{number}" for number in count(2))
    free = next(source_id for source_id in chain([wanted], numbered) if source_id not in taken)
    taken.add(free)
    return replace(material, source=replace(material.source, id=free), declared=False)


def _reading(material: Material, extract: Extract) -> Reading:
    """Make a document of an extract; a dropped file's source is completed from what it says."""
    source, warnings = material.source, (*material.warnings, *extract.warnings)
    if not material.declared:
        told = {key: getattr(extract, key) for key in SOURCE_FACTS if key not in material.told}
        taken, odd = sound(told, material.path.name)
        source, warnings = replace(source, **taken), (*warnings, *odd)
        if source.title == UNKNOWN:
            source = replace(source, title=material.path.stem)
    document = Document(
        doc_id=document_id(source.id, "full text"),
        source_id=source.id,
        text_kind="full text",
        text=extract.text,
        sha256=hashlib.sha256(extract.text.encode()).hexdigest(),
        headings=extract.headings,
        pages=extract.pages,
    )
    return Reading(source, document, warnings=warnings)


def meta_path(path: Path) -> Path:
    """Where the companion of a file in documents/ stands."""
    return path.with_name(path.name + META_SUFFIX)


def read_meta(path: Path) -> dict[str, Any]:
    """Read a file's companion; an empty dict where there is none.

    Raises:
        CorpusError: the companion is not a JSON object.
    """
    companion = meta_path(path)
    if not companion.is_file():
        return {}
    try:
        meta = json.loads(companion.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{companion} is not valid JSON: {error}") from error
    if not isinstance(meta, dict):
        raise CorpusError(f"{companion} holds {type(meta).__name__}, expected an object")
    return meta


def slug(name: str) -> str:
    """Make a source id of a file name: lower-case letters, digits and hyphens.

    ``Annual Report (2024).v2`` gives ``annual-report-2024-v2``. Of a name with letters of
    another script only ASCII letters and digits stay, and a name of more than 80 signs is
    cut, so that two names could become one; such a name gets eight digits of its digest
    too. ``Отчёт (2)`` gives ``2-c3b97bb4``; ``text-`` stands where nothing stays. The id
    of an id is itself.
    """
    name = unicodedata.normalize("NFC", name)
    decomposed = unicodedata.normalize("NFKD", name)
    plain = decomposed.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if 0 < len(words) <= 80 and not any(char.isalnum() and not char.isascii() for char in decomposed):
        return words
    return f"{words[:71].strip('-') or 'text'}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
