"""What corpus.toml and sources.toml declare, checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import ConfigError, CorpusError
from rag.records import UNKNOWN, Source
from rag.text.dates import bounds

KINDS = ("article", "government", "news", "un", "think-tank", "journal", "document")
SOURCE_FACTS = tuple(fact.name for fact in fields(Source) if fact.name != "id")
"""What may be told of a source: every field of its record but the id."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_SOURCE_KEYS = {"id", *SOURCE_FACTS}


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A notice of corpus.toml and what calls for it."""

    kind: str
    """emergency or decline (shown in the place of an answer), or caution (shown above one)."""
    text: str
    examples: tuple[str, ...]
    """What people type who should see it, in their words; the engine knows emergencies without any."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; nothing where there is none.

    Raises:
        CorpusError: it is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read as TOML: {error}") from error


def declared_sources(table: dict[str, Any]) -> tuple[dict[str, Source], dict[str, tuple[str, ...]]]:
    """Check the sources that sources.toml declares; gives them, and their further addresses, by id.

    Raises:
        CorpusError: one is malformed.
    """
    no_others(table, {"source"}, "sources.toml")
    sources: dict[str, Source] = {}
    mirrors: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(tables(table, "source", "sources.toml"), start=1):
        place = f"sources.toml, source {number} ({row.get('id', 'without id')!r})"
        no_others(row, _SOURCE_KEYS | {"mirrors"}, place)
        missing = sorted(_SOURCE_KEYS - set(row))
        if missing:
            raise CorpusError(f"{place} lacks {missing[0]!r}; write {UNKNOWN!r} for what nobody knows")
        source = Source(**{key: text(row, key, place) for key in _SOURCE_KEYS})
        mirrors[source.id] = texts(row, "mirrors", place)
        if not _ID.fullmatch(source.id):
            raise CorpusError(f"{place}: an id is lower-case letters, digits and hyphens")
        if source.id in sources:
            raise CorpusError(f"{place}: the id stands twice")
        for key in ("kind", "date"):
            if found := fault(key, row[key]):
                raise CorpusError(f"{place}: {found}")
        sources[source.id] = source
    return sources, mirrors


def fault(key: str, value: str) -> str:
    """Say what is wrong with what is told of a source; empty where nothing is. Only an address may be empty."""
    if not value.strip() and key != "url":
        return f"{key} is empty; write {UNKNOWN!r} for what nobody knows"
    if key == "kind" and value not in KINDS:
        return f"kind is {value!r}, expected one of {', '.join(KINDS)}"
    if key == "date":
        try:
            bounds(value)
        except ConfigError as error:
            return str(error)
    return ""


def sound(told: Mapping[str, str], place: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Part what is told of a source into what can stand, and a warning for each value that cannot."""
    faults = {key: found for key, value in told.items() if (found := fault(key, value))}
    taken = {key: value for key, value in told.items() if key not in faults}
    return taken, tuple(f"{place}: {found}" for found in faults.values())


def notice_rule(row: dict[str, Any]) -> NoticeRule:
    """Check a ``[[notice]]`` of corpus.toml.

    Raises:
        CorpusError: it is malformed.
    """
    place = "a [[notice]] of corpus.toml"
    no_others(row, {"kind", "text", "examples"}, place)
    rule = NoticeRule(text(row, "kind", place), text(row, "text", place), texts(row, "examples", place))
    if rule.kind not in ("emergency", "decline", "caution") or not rule.text:
        raise CorpusError(f"{place} has kind {rule.kind!r}; expected emergency, decline or caution, with a text")
    if rule.kind != "emergency" and not rule.examples:
        raise CorpusError(f"{place} of kind {rule.kind!r} has no examples; write some of what people type")
    return rule


def no_others(table: Mapping[str, Any], known: set[str], place: str) -> None:
    """Raise CorpusError for a table with unknown keys; the message lists the known."""
    others = sorted(set(table) - known)
    if others:
        raise CorpusError(f"{place} has the unknown key {others[0]!r}; known are {', '.join(sorted(known))}")


def text(table: Mapping[str, Any], key: str, place: str) -> str:
    """Give a key's text, empty where it is missing; anything else there raises CorpusError."""
    value = table.get(key, "")
    if not isinstance(value, str):
        raise CorpusError(f"{place}: {key} is {value!r}; expected text in quotes")
    return value


def texts(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    """Give a key's list of texts, empty where it is missing; anything else there raises CorpusError."""
    value = table.get(key, [])
    if not _is_list(value, str):
        raise CorpusError(f"{place}: {key} is {value!r}; expected a list of texts in quotes")
    return tuple(value)


def texts_by_name(table: Mapping[str, Any], key: str, place: str) -> dict[str, str]:
    """Give a key's table of texts, empty where it is missing; anything else there raises CorpusError."""
    value = table.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise CorpusError(f'{place}: {key} is {value!r}; expected a table [{key}] of lines like NAME = "text"')
    return dict(value)


def tables(table: Mapping[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    """Give the tables that stand under a key, none where it is missing; anything else there raises CorpusError."""
    value = table.get(key, [])
    if not _is_list(value, dict):
        raise CorpusError(f"{place}: {key} is no list of tables; write each as [[{key}]]")
    return list(value)


def _is_list(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(part, kind) for part in value)
