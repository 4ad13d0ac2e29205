"""Read what a reference manager such as Zotero tells of the files that it exports.

An export is a list (RDF, CSL-JSON or BibTeX) in a folder with the files. A work of the
list belongs to the file that it names; where it names none that is there, to the one
whose name is its citation key, or has its title in it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigError
from rag.loading.bibtex import read_entries
from rag.loading.dates import parse_date
from rag.loading.limits import FILE_BYTES
from rag.loading.normalise import clean_line
from rag.records import UNKNOWN
from rag.text.dates import bounds

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HEAD = 4096
_SIGNS = {
    ".bib": re.compile(r"@\w+\s*[{(]"),
    ".rdf": re.compile(r"zotero\.org/namespaces/export"),
    ".json": re.compile(r"\s*\[\s*\{(?=[^\[\]{}]*\"(?:type|citation-key)\"\s*:\s*\"[a-z-]+\")(?=[^\[\]{}]*\"id\"\s*:)"),
}
"""What stands at the beginning of a list, by the suffix of its name."""
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LONG = 12
"""Letters and digits of a title from which it tells one file from others."""


@dataclass(frozen=True, slots=True)
class Work:
    """A work of a list."""

    key: str
    facts: Mapping[str, str]
    """By the names of `rag.records.Source`; only what is known."""
    files: tuple[str, ...] = ()
    """Paths of its files, from the folder of the list."""
    fault: str = ""
    """Of an entry that is wrong: what is; nothing else is known of it."""


@dataclass(frozen=True, slots=True)
class References:
    """What the lists among some files tell."""

    facts: Mapping[Path, Mapping[str, str]]
    """Of each file that belongs to a work."""
    lists: Mapping[Path, str]
    """Each list that tells of a file, and why it is no text itself."""

    @classmethod
    def of(cls, paths: Sequence[Path]) -> References:
        """Read the lists among files; one that cannot be read tells nothing."""
        facts: dict[Path, Mapping[str, str]] = {}
        lists: dict[Path, str] = {}
        for path in paths:
            if path.suffix.lower() not in _SIGNS:
                continue
            works = _works(path)
            others = [other for other in paths if path.parent in other.parents and other != path] if works else []
            found = [_files(work, path.parent, others) for work in works]
            facts |= {file: work.facts for work, files in zip(works, found, strict=True) for file in files}
            with_file = sum(map(bool, found))
            if with_file:
                rest = sum(not work.fault for work in works) - with_file
                more = f"; {rest} have no file here: export them with their files to have their texts" if rest else ""
                faults = "".join(f"; an entry cannot be read ({work.fault})" for work in works if work.fault)
                told = f"which tells of {with_file} of the files beside it{more}{faults}"
                lists[path] = f"a list of {len(works)} works, {told}"
        return cls(facts, lists)


def _works(path: Path) -> tuple[Work, ...]:
    """Return the works of a list; none where a file is no list, or cannot be read."""
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns) if path.is_file() and stat.st_size <= FILE_BYTES else ()
    except OSError:
        return ()


@lru_cache(64)
def _read(path: Path, changed: int) -> tuple[Work, ...]:
    """Return the works of a list; none where a file is no list. A list is read once, until it changes."""
    suffix = path.suffix.lower()
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.read(_HEAD)
        if not _SIGNS[suffix].search(head):
            return ()
        text = head + file.read()
    try:
        return tuple({".bib": _bibtex, ".rdf": _rdf, ".json": _csl}[suffix](text))
    except Exception:  # a list may be wrong in any way, and its files are read without it
        return ()


def _files(work: Work, folder: Path, others: Sequence[Path]) -> list[Path]:
    """Return the files that a work is told of."""
    named = {Path(os.path.normpath(folder / file)) for file in work.files}
    names = {Path(file.replace("\\", "/")).name for file in work.files}
    title = _bare(work.facts.get("title", ""))
    ways: tuple[Iterable[Path], ...] = (
        [path for path in others if path in named],
        [path for path in others if path.name in names],
        [path for path in others if path.stem.casefold() == work.key.casefold()],
        [path for path in others if len(title) >= _LONG and title in _bare(path.stem)],
    )
    return list(next(filter(None, ways), ()))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _facts(title: str, authors: Iterable[str], publishers: Iterable[str], day: str, url: str) -> dict[str, str]:
    told = {
        "title": clean_line(title),
        "author": ", ".join(filter(None, map(clean_line, authors))),
        "publisher": next(filter(None, map(clean_line, publishers)), ""),
        "date": _date(clean_line(day)),
        "url": url.strip() if url.strip().startswith(("http://", "https://")) else "",
    }
    return {key: value for key, value in told.items() if value}


def _date(text: str) -> str:
    try:
        bounds(text)
        return text if text != UNKNOWN else ""
    except ConfigError:
        day = parse_date(text)
        return "" if day == UNKNOWN else day


def _bibtex(text: str) -> Iterator[Work]:
    for entry in read_entries(text):
        url = entry.fields.get("url", "").replace("\\", "")
        facts = _facts(entry.plain("title"), entry.people, [entry.publisher], entry.day, url)
        yield Work(entry.key, facts, tuple(_attached(entry.fields.get("file", ""))), entry.fault)


def _attached(field: str) -> Iterator[str]:
    """Yield the paths in a field such as ``Full Text:files/1/a.pdf:application/pdf;files/2/b.pdf``."""
    for part in re.split(r"(?<!\\);", field):
        pieces = [re.sub(r"\\(.)", r"\1", piece) for piece in re.split(r"(?<!\\):", part)]
        yield pieces[1] if len(pieces) >= 3 else ":".join(pieces)


def _csl(text: str) -> Iterator[Work]:
    for row in json.loads(text):
        people = row.get("author") or row.get("editor") or ()
        names = [p.get("literal") or " ".join(filter(None, (p.get("given"), p.get("family")))) for p in people]
        issued = row.get("issued") or {}
        parts = [int(part) for part in (issued.get("date-parts") or [[]])[0] if part]
        day = "-".join(f"{part:02}" for part in parts) or str(issued.get("raw") or issued.get("literal") or "")
        published = [row.get("publisher") or "", row.get("container-title") or ""]
        facts = _facts(row.get("title") or "", names, published, day, row.get("URL") or "")
        yield Work(str(row.get("citation-key") or row.get("id")), facts)


def _rdf(text: str) -> Iterator[Work]:
    from xml.etree.ElementTree import fromstring

    if "<!ENTITY" in text:
        return
    nodes = list(fromstring(text))
    by_name = {node.get(_ABOUT, ""): node for node in nodes}
    for node in nodes:
        if _text(node, "itemType") in ("", "attachment", "note"):
            continue
        people = next(filter(None, (node.findall(f"{{*}}{role}//{{*}}Person") for role in ("authors", "editors"))), [])
        names = [f"{_text(p, 'givenName', 'givenname')} {_text(p, 'surname')}" for p in people]
        whole = node.find("{*}isPartOf")
        whole = by_name.get(whole.get(_RESOURCE, ""), whole) if whole is not None else None
        published = [_text(node, "publisher//{*}name"), _text(whole, ".//{*}title") if whole is not None else ""]
        url = _text(node, "identifier/{*}URI/{*}value") or node.get(_ABOUT, "")
        facts = _facts(_text(node, "title"), names, published, _text(node, "date"), url)
        links = [by_name.get(link.get(_RESOURCE, "")) for link in node.findall("{*}link")]
        paths = [
            path for link in links if link is not None for path in (link.find("{*}resource"), link.find("{*}path"))
        ]
        yield Work("", facts, tuple(path.get(_RESOURCE, "") for path in paths if path is not None))


def _text(node: Element, *names: str) -> str:
    """Return the text of the first descendant of a name."""
    return next((text for name in names if (text := node.findtext(_any(name)) or "")), "")


def _any(name: str) -> str:
    return name if name.startswith(".") else f"{{*}}{name}"
