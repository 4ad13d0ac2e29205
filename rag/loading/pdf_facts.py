"""Read what a PDF says of itself: its properties and its outline."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from rag.loading.dates import parse_date
from rag.loading.extract import Extract, known, titled
from rag.loading.normalise import clean_line, not_read
from rag.loading.packages import NOBODY
from rag.records import UNKNOWN

_ATTACHED = 20
"""Attached files that are named."""


def outline(document: Any) -> dict[str, int]:
    """Return the titles of the outline, folded, with their levels from 1."""
    import pypdfium2

    found: dict[str, int] = {}
    try:
        for mark in islice(document.get_toc(max_depth=6), 2_000):
            found.setdefault(folded(mark.get_title() or ""), int(mark.level) + 1)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        pass
    return found


def folded(text: str) -> str:
    """Return a heading as it compares: without its number, in lower case."""
    return re.sub(r"^[\d.]+\s+", "", clean_line(text)).lower()


def properties(document: Any) -> dict[str, str]:
    """Return title, author and creation date as the document's properties give them."""
    title, author = clean_line(_property(document, "Title")), clean_line(_property(document, "Author"))
    return {
        "title": titled(title),
        "author": UNKNOWN if len(author) > 200 or author.lower() in NOBODY else known(author),
        "date": parse_date(_property(document, "CreationDate")),
    }


def _property(document: Any, name: str) -> str:
    """Return a property, empty where it is none that can be read: programs cut titles within a letter."""
    try:
        return str(document.get_metadata_value(name))
    except UnicodeDecodeError:
        return ""


def attached(document: Any) -> tuple[str, ...]:
    """Return a warning that names the files that are attached, which are not read; none where there are none."""
    import pypdfium2

    names: list[str] = []
    for at in range(min(document.count_attachments(), _ATTACHED)):
        try:
            names.append(clean_line(document.get_attachment(at).get_name()))
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            names.append("of no name")
    return not_read(f"the attached file {name}" for name in names)


def first_heading(extract: Extract) -> str:
    """Return the largest heading of the first page, ``unknown`` if it has none."""
    end = extract.pages[0].end if extract.pages else 0
    tops = [heading for heading in extract.headings if heading.start < end]
    best = min(tops, key=lambda heading: heading.level, default=None)
    return extract.text[best.start : best.end] if best else UNKNOWN
