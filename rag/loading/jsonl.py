"""Read JSON and JSON Lines files of documents, a document a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.encodings import decode
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import clean, clean_line
from rag.loading.text import read_markdown
from rag.records import UNKNOWN

_TEXT = (
    "text",
    "content",
    "body",
    "contents",
    "full_text",
    "document",
    "passage",
    "markdown",
    "abstract",
    "page_content",
)
_NAME = ("id", "_id", "doc_id", "docid", "key", "name")
_PUBLISHED = ("date", "published", "publication_date", "datePublished", "date_published", "published_at")


def expand_json(data: bytes, *, name: str, limits: Limits = LIMITS) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield the documents of a JSON Lines file, of a JSON list, or of one JSON object.

    A record is named ``FILE#ID``, or ``FILE#3`` for the third where it has no id. A
    record that cannot be read yields its error in its place.
    """
    text = decode(data)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list | dict):
        records = whole if isinstance(whole, list) else _inside(whole)
        for number, record in enumerate(records[: limits.members], start=1):
            yield _named(name, record, number), _read(record)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if number > limits.members * 100:
            yield f"{name}#{number}", LoadError(f"too many records: limit {limits.members * 100}")
            return
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield f"{name}#{number}", LoadError(f"line {number} is not JSON ({error})")
            else:
                yield _named(name, record, number), _read(record)


def _inside(whole: dict[str, Any]) -> list[Any]:
    """Return the list of documents that an object holds, or the object as the only one."""
    lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return lists[0] if lists and not any(isinstance(whole.get(key), str) for key in _TEXT) else [whole]


def _named(name: str, record: object, number: int) -> str:
    told = _first(record, _NAME) if isinstance(record, dict) else ""
    return f"{name}#{told or number}"


def _first(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first of some fields that holds a string or a number, as one clean line."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return clean_line(str(value))
    return ""


def _people(value: object) -> str:
    names = value if isinstance(value, list) else [value]
    return ", ".join(clean_line(name) for name in names if isinstance(name, str) and name.strip())


def _read(record: object) -> Extract | LoadError:
    if not isinstance(record, dict):
        return LoadError(f"a record must be an object with a text, found {type(record).__name__}")
    text = next((record[key] for key in _TEXT if isinstance(record.get(key), str) and record[key].strip()), None)
    if text is None:
        return LoadError(f"empty: the record has none of the fields {', '.join(_TEXT[:4])} with text in it")
    try:
        extract = read_markdown(clean(text).encode())
    except LoadError as error:
        return error
    return Extract(
        extract.text,
        extract.headings,
        title=_first(record, ("title", "headline")) or extract.title,
        author=_people(record.get("author") or record.get("authors")) or UNKNOWN,
        publisher=_first(record, ("publisher", "source", "site_name")) or UNKNOWN,
        date=parse_date(_first(record, _PUBLISHED)),
        language=_first(record, ("language", "lang"))[:2].lower() or UNKNOWN,
    )
