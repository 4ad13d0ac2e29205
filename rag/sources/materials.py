"""One file of a library to read, and what comes of reading it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rag.digests import Digests
from rag.errors import LoadError, SkippedError
from rag.loading import expand
from rag.loading.extract import Extract
from rag.loading.normalise import shown
from rag.records import UNKNOWN, Document, Source, TextKind, document_id
from rag.sources.annotations import BARE, Annotations
from rag.sources.declarations import SOURCE_FACTS, sound
from rag.sources.identities import free, slug
from rag.sources.notes import read_notes


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
    as_is: bool = False
    """Whether it is taken even if it seems to be no text that somebody wrote."""
    folder: str = ""
    """Id of the folder in documents/ that holds it; empty where it stands there itself."""
    problem: str = ""
    """What is wrong with it where it stands; empty where nothing is."""

    @property
    def trouble(self) -> str:
        """Why there is nothing to open, empty where there is; opening a FIFO would wait for ever."""
        if self.problem or self.path.is_file():
            return self.problem
        name = shown(self.path.name)
        if self.path.is_dir():
            found = "empty: the folder holds no files" if self.text_kind == "full text" else "a folder; expected a file"
            return f"{name}: {found}"
        if not self.path.exists() and not self.path.is_symlink():
            return f"{name}: gone since the folder was listed"
        if not self.path.exists():
            return f"{name}: a link to {str(self.path.readlink())!r}, which is not there; expected a file"
        return f"{name}: neither a file nor a folder; expected a file"

    def digest(self, digests: Digests) -> str:
        """Digest of everything that the reading depends on, the file and the source's record, or why there is none."""
        parts = (
            self.source, self.text_kind, sorted(self.told), self.warnings, self.as_is, self.trouble, self.annotations
        )  # fmt: skip
        told = hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace"))
        try:
            if self.path.is_file():
                told.update(digests.of(self.path).encode())
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
    skipped: bool = False
    """Whether nobody means it as a text."""

    def under(self, source_id: str) -> Reading:
        """Give it as the text of a source of another id, and say so."""
        document = self.document
        if document is not None:
            document = replace(document, doc_id=document_id(source_id, document.text_kind), source_id=source_id)
        told = f"{self.source.id!r} is the id of another text too; this one has the id {source_id!r}"
        source = replace(self.source, id=source_id)
        return replace(self, source=source, document=document, warnings=(*self.warnings, told))


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
        whole = shown(material.path.name)
        for name, found in expand(material.path, as_is=material.as_is):
            part = material if name == whole else _member(material, name.removeprefix(whole), taken)
            if isinstance(found, LoadError):
                yield Reading(part.source, None, str(found), skipped=isinstance(found, SkippedError))
            else:
                yield _reading(part, found, PurePosixPath(name).stem)
    except (LoadError, OSError, UnicodeDecodeError) as error:
        yield Reading(material.source, None, str(error))


def _member(material: Material, name: str, taken: set[str]) -> Material:
    """Make a source of its own of a document in a container, under an id that no other there has."""
    source_id = free(slug(f"{material.source.id}-{name}"), taken)
    taken.add(source_id)
    return replace(material, source=replace(material.source, id=source_id), declared=False)


def _reading(material: Material, extract: Extract, title: str) -> Reading:
    """Make a document of an extract; a dropped file's source is completed from what it says.

    Args:
        title: what it is called where nothing tells its title.
    """
    source, warnings = material.source, (*material.warnings, *extract.warnings)
    if not material.declared:
        told = {key: getattr(extract, key) for key in SOURCE_FACTS if key not in material.told}
        taken, odd = sound(told, shown(material.path.name))
        source, warnings = replace(source, **taken), (*warnings, *odd)
        if source.title == UNKNOWN:
            source = replace(source, title=title)
    document = Document(
        doc_id=document_id(source.id, "full text"),
        source_id=source.id,
        text_kind="full text",
        text=extract.text,
        sha256=hashlib.sha256(extract.text.encode()).hexdigest(),
        headings=extract.headings,
        pages=extract.pages,
        cues=extract.cues,
    )
    return Reading(source, document, warnings=warnings)
