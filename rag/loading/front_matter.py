"""Read the front matter of a note: a block of ``key: value`` lines between ``---`` at the top of its text,
or one of TOML between ``+++``.

::

    ---
    title: The Harbour Bridge
    author: [Ada Example, Bo Other]
    publisher: Port Office
    date: 2021-05
    url: https://example.org/bridge
    kind: government
    licence: CC BY 4.0
    ---

What tells nothing of the source, such as ``valid_until``, is a row of the text.
Each entry of the first kind is read as YAML by itself, so that one which is none, such as a title with
a colon in it, is taken as it stands and spoils no other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from rag.errors import ConfigError
from rag.loading.dates import parse_date
from rag.loading.normalise import clean_line
from rag.loading.tables import row_of
from rag.records import UNKNOWN
from rag.text.dates import bounds

FACTS = {
    "title": "title",
    "author": "author", "authors": "author",
    "publisher": "publisher",
    "date": "date", "published": "date", "publishdate": "date", "year": "date",
    "url": "url", "source": "url",
    "kind": "kind",
    "licence": "licence", "license": "licence",
}  # fmt: skip
"""Keys in small letters, and what each tells of a source; of two that tell the same the earlier here counts."""

OTHERS = frozenset(
    "aliases citekey created cssclass cssclasses draft lang layout modified permalink slug tags updated weight".split()
)
"""Keys that note-taking programs and site generators write, and that say nothing to a reader."""

_BLOCK = re.compile(r"---[^\S\n]*\n(.{1,20000}?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[^\S\n]*\n(.{1,20000}?)\n\+\+\+[^\S\n]*(?:\n|$)", re.DOTALL)
_ENTRY = re.compile(r"[\"']?\w[\w .-]*[\"']?:(?:\s|$)")
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a note tells of itself above its text."""

    facts: dict[str, str] = field(default_factory=dict)
    """By the names of `rag.records.Source`; the date is ISO 8601 of reduced precision."""
    row: str = ""
    """What else it tells, as a row of the text."""
    warnings: tuple[str, ...] = ()
    """One for each value that could not be taken."""


def cut_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Give the front matter of a text, and the text without it.

    A block counts when all of it is ``key: value``, or all of it TOML, and at least one
    key is known; any other stays in the text, as it stands.
    """
    block = _BLOCK.match(text) or _TOML.match(text)
    told = (_told(block[1]) if block[0].startswith("-") else _told_in_toml(block[1])) if block else {}
    known = {key.lower(): value for key, value in told.items()}
    if block is None or not known.keys() & (FACTS.keys() | OTHERS):
        return FrontMatter(), text
    facts: dict[str, str] = {}
    warnings: list[str] = []
    for key, name in FACTS.items():
        if name in facts or not known.get(key):
            continue
        value = _taken(name, known[key])
        if value:
            facts[name] = value
        else:
            warnings.append(f"its front matter says {key}: {known[key]}; expected {_EXPECTED[name]}")
    rest = {key: value for key, value in told.items() if key.lower() not in FACTS.keys() | OTHERS}
    named = {"title": facts.get("title", "")} if any(rest.values()) else {}  # so that the row says of what it speaks
    row = row_of(named | {re.sub(r"[_-]", " ", key): value for key, value in rest.items()})
    return FrontMatter(facts, row, tuple(warnings)), text[block.end() :]


def _told(block: str) -> dict[str, str]:
    """Give what a block of YAML tells, by keys; nothing where not all of it is entries."""
    entries = list(_entries(block))
    return dict(map(_read, entries)) if all(map(_ENTRY.match, entries)) else {}


def _told_in_toml(block: str) -> dict[str, str]:
    """Give what a block of TOML tells, by keys; nothing where it is none."""
    try:
        return {key: _line(value) for key, value in tomllib.loads(block).items()}
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _entries(block: str) -> Iterator[str]:
    """Yield each entry of a block with the lines below that belong to it: indented, points and ends of a list."""
    for entry in re.split(r"\n(?=[^\s\-\]}])", block):
        if entry.strip() and not entry.startswith("#"):
            yield entry


def _read(entry: str) -> tuple[str, str]:
    """Give the key of an entry, and its value as one line."""
    import yaml

    # A link to another note is its words; without quotes YAML would take it for a list in a list.
    entry = _LINK.sub(r"\1", entry)
    key, _, plain = entry.partition(":")
    try:
        # This loader makes nothing but texts, lists and tables, so that 2021-05 and "no" stay as written.
        (value,) = yaml.load(entry, yaml.BaseLoader).values()
    except (yaml.YAMLError, RecursionError, ValueError):
        value = plain
    return key.strip("\"' "), _line(value)


def _line(value: object) -> str:
    """Give a value as one line; a list is joined by commas."""
    parts = value if isinstance(value, list) else [value]
    # A person may be a table with a name. Lists in lists tell nothing, and may be made to have no end.
    named = (part.get("name") if isinstance(part, dict) else part for part in parts)
    texts = (str(part) if isinstance(part, int | date) else part for part in named)  # as TOML has years and dates
    return ", ".join(clean_line(text) for text in texts if isinstance(text, str) and text)


def _taken(name: str, value: str) -> str:
    """Give a value in the form that a source's record has; empty where it can be none."""
    if name == "date":
        try:
            bounds(value)
            return value
        except ConfigError:
            day = parse_date(value)
            return "" if day == UNKNOWN else day
    if name == "url":
        return value if value.startswith(("http://", "https://")) else ""
    return value.lower() if name == "kind" else value


_EXPECTED = {"date": "a date such as 2021, 2021-05 or 2021-05-14", "url": "an address that starts with https://"}
