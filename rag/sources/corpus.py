"""The library on disk: which sources exist, and which files hold their texts.

::

    corpus/corpus.toml      title, description, example questions, notices, settings
    corpus/sources.toml     the declared sources
    corpus/notes/ID.md      our notes on a source; see `rag.sources.annotations` for what stands beside them
    corpus/documents/       full texts; ID.* belongs to source ID, any other file is a source,
                            and so is each file in a folder

What is told of a dropped file comes from the first of: its companion
``NAME.meta.json`` beside it, the list of a reference manager beside it, a front matter above its text, the text and the
format's own properties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.digests import Digests
from rag.errors import CorpusError, UnknownSourceError
from rag.loading.normalise import shown
from rag.records import UNKNOWN, Source
from rag.sources.annotations import Annotations
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
from rag.sources.files import README, DocumentFile, document_files, meta_path, path_name, read_meta
from rag.sources.identities import assign, read_known, slug, write_known
from rag.sources.materials import Material
from rag.sources.references import References

ABOUT = {"title", "description", "examples", "timeline", "notice", "main_source", "abbreviations", "settings"}
"""What corpus.toml may say."""
AS_IS = "as_is"
"""Key of a companion: ``true`` where a text that seems to be none, such as an error page, is taken as it is."""
DOCUMENTS, NOTES = "documents", "notes"


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
        """List the files to read, notes first, each group by name; no two texts have one id.

        Raises:
            CorpusError: documents/ cannot be read, or what stands beside the notes is malformed.
        """
        found = self._files()
        files = {file.name: file for file in found if not file.skipped}
        facts = References.of([file.path for file in found]).facts
        ids = assign({name: file.path for name, file in files.items()}, read_known(self.documents), self._wanted)
        return [
            *self._notes(),
            *(self._material(file, ids[name], facts.get(file.path, {})) for name, file in files.items()),
        ]

    def skipped(self) -> dict[Path, str]:
        """Say of each file of documents/ that nobody means as a text why it is none."""
        return {file.path: file.skipped for file in self._files() if file.skipped}

    def file(self, path: Path) -> str:
        """Name a file of the library, see `rag.sources.files.path_name`."""
        return path_name(path, self.root)

    def top(self, path: Path) -> Path:
        """Give the file or folder of documents/ that a path is or stands in."""
        return self.documents / path.relative_to(self.documents).parts[0]

    def remember(self, digests: Digests) -> None:
        """Note which id each file has, so that it keeps it where it is moved, renamed or joined by another."""
        texts = [m for m in self.materials() if m.text_kind == "full text" and m.path.is_file()]
        write_known(self.documents, {path_name(m.path, self.documents): (m.source.id, m.path) for m in texts}, digests)

    def _files(self) -> list[DocumentFile]:
        try:
            files = list(document_files(self.documents))
        except OSError as error:
            raise CorpusError(f"{self.documents} cannot be read: {error.strerror or error}") from error
        lists = References.of([file.path for file in files]).lists
        return [replace(file, skipped=file.skipped or lists.get(file.path, "")) for file in files]

    def _notes(self) -> Iterator[Material]:
        annotations = Annotations.read(self.root)
        for path in sorted((self.root / NOTES).glob("*.md")):
            if path.name == README:
                continue
            source = self.sources.get(path.stem)
            if source is None:
                name = shown(path.stem)
                problem = f"{name}.md: it belongs to no source; declare {name!r} in sources.toml"
                yield Material(path, Source.unnamed(slug(path.stem)), "notes", declared=False, problem=problem)
            else:
                yield Material(path, source, "notes", declared=True, annotations=annotations.of(source.id))

    def _wanted(self, name: str) -> list[str]:
        """Ids for a file by its path in documents/, the best first."""
        top, _, rest = name.partition("/")
        if rest:
            return [slug(f"{self._folder(top)}-{rest}")]
        stem = name.split(".")[0]
        return [stem if stem in self.sources else slug(Path(name).stem), slug(name)]

    def _folder(self, name: str) -> str:
        return name if name in self.sources else slug(name)

    def _material(self, file: DocumentFile, source_id: str, listed: Mapping[str, str]) -> Material:
        meta, warnings = _companions(file, listed)
        as_is = meta.get(AS_IS) is True
        if source_id in self.sources:
            return Material(file.path, self.sources[source_id], "full text", True, warnings=warnings, as_is=as_is)
        folder = self._folder(file.top.name) if file.path != file.top else ""
        told: dict[str, str] = {}
        if whole := self.sources.get(folder):
            told = {key: getattr(whole, key) for key in SOURCE_FACTS if key != "title"}
        told = {key: value for key, value in told.items() if value != UNKNOWN}
        told |= {key: str(meta[key]) for key in SOURCE_FACTS if meta.get(key) is not None}
        taken, odd = sound(told, shown(meta_path(file.path).name))
        source = replace(Source.unnamed(source_id), **taken)
        told_names, warnings = frozenset(taken), (*warnings, *odd)
        return Material(
            file.path, source, "full text", False, told=told_names, warnings=warnings, as_is=as_is, folder=folder
        )


def _companions(file: DocumentFile, listed: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give what is told of a file, and a warning for each companion that says nothing.

    The companion of its folder comes first, then what a list beside it tells, then its own.
    """
    meta: dict[str, Any] = {}
    warnings: list[str] = []
    for place in dict.fromkeys((file.top, file.path)):
        meta |= listed if place == file.path else {}
        try:
            meta |= read_meta(place)
        except CorpusError as error:
            warnings.append(f"{error}; nothing of it was taken")
    return meta, tuple(warnings)
