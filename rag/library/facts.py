"""Change what is told of a source: in sources.toml, or in the companion of a file in documents/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.errors import CorpusError, UnknownSourceError
from rag.sources.corpus import Corpus
from rag.sources.declarations import SOURCE_FACTS, fault
from rag.sources.files import read_meta, replace_text, write_meta
from rag.sources.materials import read_material


def checked_facts(meta: Mapping[str, str]) -> dict[str, str]:
    """Give what is told of a source.

    Raises:
        CorpusError: a name is none of `rag.sources.declarations.SOURCE_FACTS`, or a value cannot be.
    """
    for name in sorted(set(meta) - set(SOURCE_FACTS)):
        raise CorpusError(f"{name!r} cannot be told of a source; known are {', '.join(SOURCE_FACTS)}")
    for name, value in meta.items():
        if found := fault(name, value):
            raise CorpusError(found)
    return dict(meta)


def set_facts(corpus: Corpus, source_id: str, meta: Mapping[str, str]) -> Path:
    """Write facts of a source where they are kept; see `Library.set`."""
    told = checked_facts(meta)
    if not told:
        raise CorpusError(f"nothing is told of {source_id!r}; give at least one of {', '.join(SOURCE_FACTS)}")
    if source_id in corpus.sources:
        return _set_declared(corpus.root / "sources.toml", source_id, told)
    texts = [m for m in corpus.materials() if m.text_kind == "full text"]
    dropped = {m.source.id: m for m in texts if not m.declared}
    places = {m.folder: corpus.top(m.path) for m in texts if m.folder}
    places |= {name: m.path for name, m in dropped.items()}
    if source_id in places:
        return write_meta(places[source_id], {**read_meta(places[source_id]), **told})
    for material in dropped.values():
        # The id of a text in a container begins with that of the container, which is opened to be sure.
        inside = source_id.startswith(f"{material.source.id}-") and read_material(material)
        if inside and any(reading.source.id == source_id for reading in inside):
            raise CorpusError(
                f"the facts of {source_id!r} stand with its text in {material.path.name}; change them there and run "
                f"`rag build`, or tell one of every text in it with `rag set {material.source.id}`"
            )
    raise UnknownSourceError(f"no source has the id {source_id!r}; `rag sources` lists the ids")


def _set_declared(path: Path, source_id: str, told: Mapping[str, str]) -> Path:
    """Change values of one table of sources.toml; comments, order and all else stay as they are."""
    import tomlkit

    document = tomlkit.parse(path.read_bytes().decode("utf-8-sig"))
    tables: Any = document["source"]
    table = next(table for table in tables if table["id"] == source_id)
    for name, value in told.items():
        table[name] = value
    return replace_text(path, tomlkit.dumps(document))
