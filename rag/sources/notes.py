"""Notes: our own sentences on a source, one statement a list point, each with its attribution.

The form is Markdown that reads as it stands; corpus/notes/README.md describes it::

    # Title of the source

    Notes by the project on ...          <- for readers of the file, not stored

    ## A heading

    - A statement that stands alone.
    - Another, read elsewhere. [CDC, 2024-05-15](<https://example.org/page>) [also](<https://example.org/more>)
      - What would a reader ask to be told this?
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from rag.errors import ConfigError, LoadError
from rag.records import PLACE_KINDS, Attribution, Document, Heading, Place, Source, Statement, document_id
from rag.text.dates import bounds

ALSO = "also"
"""What stands in the place of an origin where the same one was read at another address."""

_LINK = re.compile(r" \[([^\[\]]+)\]\(<([^<>\s]*)>\)$")
_SAID = re.compile(r"(?P<origin>[^,]+), (?P<date>[^,]+)(?:, (?P<release>.+))?")
_FORM = "[ORIGIN, DATE](<URL>), [ORIGIN, DATE, RELEASE](<URL>) or, after one, [also](<URL>)"


def read_notes(markdown: str, source: Source, places: Mapping[str, Place], *, name: str) -> Document:
    """Turn a notes file into a document with the attribution of every statement.

    Args:
        places: what pages.toml says of each address that is linked.
        name: the file's name, for messages.

    Raises:
        LoadError: a line is neither heading nor statement, or an attribution is malformed.
    """
    parts: list[str] = []
    headings: list[Heading] = []
    statements: list[Statement] = []
    length = 0
    for number, line in enumerate(markdown.replace("\r\n", "\n").lstrip("\ufeff").split("\n"), start=1):
        line = line.rstrip()
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            text = line[level:].strip()
            if not text:
                raise LoadError(f"{name}, line {number}: found {line[:40]!r}, expected a heading after the signs")
            headings.append(Heading(length, length + len(text), level))
        elif line.startswith("- "):
            text, said = _statement(line[2:], source, places, place=f"{name}, line {number}")
            statements.append(Statement(length, length + len(text), said[0], said[1:]))
        elif line.lstrip().startswith("- "):
            if not statements or (headings and headings[-1].start > statements[-1].start):
                raise LoadError(f"{name}, line {number}: found {line.strip()[:40]!r}, expected a statement above it")
            question = _question(line, place=f"{name}, line {number}")
            asked = dict.fromkeys((*statements[-1].questions, question))
            statements[-1] = replace(statements[-1], questions=tuple(asked))
            continue
        elif line and headings and headings[-1].level > 1:
            raise LoadError(f"{name}, line {number}: found {line[:40]!r}, expected a heading or a statement ('- ...')")
        else:
            continue
        parts.append(text)
        length += len(text) + 2
    if not statements:
        raise LoadError(f"{name} holds no statement; expected lines that start with '- '")
    text = "\n\n".join(parts)
    return Document(
        doc_id=document_id(source.id, "notes"),
        source_id=source.id,
        text_kind="notes",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        headings=tuple(headings),
        statements=tuple(statements),
    )


def _statement(
    line: str, source: Source, places: Mapping[str, Place], *, place: str
) -> tuple[str, tuple[Attribution, ...]]:
    """Split a statement from its attributions, the best place of reading first."""
    text, links = line, []
    while match := _LINK.search(text):
        links.append(match.groups())
        text = text[: match.start()]
    if "](" in text:
        raise LoadError(f"{place}: found {line[-80:]!r}, expected attributions of the form {_FORM}")
    said: list[Attribution] = []
    for label, url in reversed(links):
        if url not in places:
            raise LoadError(f"{place}: pages.toml says nothing of {url!r}; add its publisher, date and kind there")
        if label == ALSO and said:
            said.append(replace(said[-1], seen_at=places[url]))
        else:
            said.append(_attribution(label, places[url], place))
    said.sort(key=lambda one: PLACE_KINDS.index(one.seen_at.kind))
    return text.strip(), tuple(said) or (source.attribution,)


def _attribution(label: str, seen_at: Place, place: str) -> Attribution:
    match = _SAID.fullmatch(label)
    if match is None:
        raise LoadError(f"{place}: found [{label}], expected {_FORM}")
    try:
        bounds(match["date"])
    except ConfigError as error:
        raise LoadError(f"{place}: {error}") from error
    return Attribution(match["origin"], match["date"], seen_at, match["release"] or "")


def _question(line: str, *, place: str) -> str:
    """Take the question out of a nested list point."""
    question = line.strip().removeprefix("- ").strip()
    if not re.search(r"\w.*[?？؟][\"'”’»)]*$", question):
        raise LoadError(f"{place}: found {question[-40:]!r}, expected a question that ends with '?'")
    return question
