"""Notes: our own sentences on a source, one statement a list point, each with its attribution.

The form is Markdown that reads as it stands::

    # Title of the source

    Notes by the project on ...          <- for readers of the file, not stored

    ## A heading

    - A statement that stands alone.
    - Another, seen elsewhere. [Publisher, 2024-05](<https://example.org/page>)
      - What would a reader ask to be told this?

A statement without a link has the attribution of the source. The first link is
the attribution of its statement; a date may be ``unknown``. The questions below a
statement are those that it answers, in readers' words: they are searched, never quoted.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from rag.errors import ConfigError, LoadError
from rag.records import Attribution, Document, Heading, Source, Statement, document_id
from rag.text.dates import bounds

_LINK = re.compile(r" \[([^\[\]]+), ([^\[\],]+)\]\(<([^<>\s]*)>\)$")


def read_notes(markdown: str, source: Source, *, name: str) -> Document:
    """Turn a notes file into a document with the attribution of every statement.

    Args:
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
            text, attribution = line[level:].strip(), None
            headings.append(Heading(length, length + len(text), level))
        elif line.startswith("- "):
            text, attribution = _statement(line[2:], source, place=f"{name}, line {number}")
            statements.append(Statement(length, length + len(text), attribution))
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


def _statement(line: str, source: Source, *, place: str) -> tuple[str, Attribution]:
    """Split a statement from its links and check what they say."""
    attribution = source.attribution
    text = line
    while match := _LINK.search(text):
        publisher, date, url = match.groups()
        try:
            bounds(date)
        except ConfigError as error:
            raise LoadError(f"{place}: {error}") from error
        attribution = Attribution(publisher, date, url)
        text = text[: match.start()]
    if "](" in text:
        raise LoadError(f"{place}: expected attributions of the form ' [Publisher, DATE](<URL>)', found {line[-80:]!r}")
    return text.strip(), attribution


def _question(line: str, *, place: str) -> str:
    """Take the question out of a nested list point."""
    question = line.strip().removeprefix("- ").strip()
    if not re.search(r"\w.*[?？؟][\"'”’»)]*$", question):
        raise LoadError(f"{place}: found {question[-40:]!r}, expected a question that ends with '?'")
    return question
