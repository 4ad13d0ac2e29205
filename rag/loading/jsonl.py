"""Read JSON and JSON Lines files of documents, a document a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.encodings import decode
from rag.loading.extract import Extract, known
from rag.loading.isolation import read_apart
from rag.loading.limits import MEMBERS
from rag.loading.normalise import clean, clean_line

_TEXT = "text content body contents full_text document passage markdown abstract page_content".split()
_NAME = "id _id doc_id docid key name".split()
_PUBLISHED = "date published publication_date datePublished date_published published_at".split()


def read_records(data: bytes) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield the documents of a JSON Lines file, of a JSON list, or of one JSON object.

    A record is named by its id, or ``3`` for the third where it has none. A record
    that cannot be read yields its error in its place.
    """
    text = decode(data)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list | dict):
        records = whole if isinstance(whole, list) else _inside(whole)
        for number, record in enumerate(records[:MEMBERS], start=1):
            yield _name(record, number), _read(record)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if number > MEMBERS * 100:
            yield str(number), LoadError(f"too many records: limit {MEMBERS * 100}")
            return
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield str(number), LoadError(f"line {number} is not JSON ({error})")
            else:
                yield _name(record, number), _read(record)


def _inside(whole: dict[str, Any]) -> list[Any]:
    """Return the list of documents that an object holds, or the object as the only one."""
    lists = [value for value in whole.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return lists[0] if lists and not any(isinstance(whole.get(key), str) for key in _TEXT) else [whole]


def _name(record: object, number: int) -> str:
    return (_first(record, _NAME) if isinstance(record, dict) else "") or str(number)


def _first(record: dict[str, Any], keys: list[str]) -> str:
    """Return the first of some fields that holds strings or a number, as one clean line."""
    for key in keys:
        value = record.get(key)
        values = value if isinstance(value, list) else [value]
        told = [clean_line(str(v)) for v in values if isinstance(v, str | int) and not isinstance(v, bool)]
        if any(told):
            return ", ".join(filter(None, told))
    return ""


def _read(record: object) -> Extract | LoadError:
    if not isinstance(record, dict):
        return LoadError(f"a record must be an object with a text, found {type(record).__name__}")
    text = next((record[key] for key in _TEXT if isinstance(record.get(key), str) and record[key].strip()), None)
    if text is None:
        return LoadError(f"empty: the record has none of the fields {', '.join(_TEXT[:4])} with text in it")
    try:
        extract = read_apart("markdown", clean(text).encode())
    except LoadError as error:
        return error
    return Extract(
        extract.text,
        extract.headings,
        title=known(_first(record, ["title", "headline"]), extract.title),
        author=known(_first(record, ["author", "authors"])),
        publisher=known(_first(record, ["publisher", "source", "site_name"])),
        date=parse_date(_first(record, _PUBLISHED)),
        doubt=extract.doubt,
    )
