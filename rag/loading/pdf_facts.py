"""Read what a PDF says of itself: its properties and its outline."""

from __future__ import annotations

import re
from typing import Any

from rag.loading.dates import parse_date
from rag.loading.normalise import Layout, clean_line
from rag.records import UNKNOWN

_NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)|powerpoint presentation"
    r"|\S+\.(?:docx?|pdf|indd|tex|dvi|qxd|pptx?|rtf)$"
    r"|slide 1$|document\d*$|title$|no title|[\W\d_]*$",
    re.IGNORECASE,
)


def outline(document: Any) -> dict[str, int]:
    """Return the titles of the outline, folded, with their levels from 1."""
    import pypdfium2

    found: dict[str, int] = {}
    try:
        for at, mark in enumerate(document.get_toc(max_depth=6)):
            if at >= 2_000:
                break
            found.setdefault(folded(mark.get_title() or ""), int(mark.level) + 1)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return found
    return found


def folded(text: str) -> str:
    """Return a heading as it compares: without its number, in lower case."""
    return re.sub(r"^[\d.]+\s+", "", clean_line(text)).lower()


def properties(document: Any) -> tuple[str, str, str]:
    """Return title, author and creation date as the document's properties give them."""
    facts = document.get_metadata_dict(skip_empty=True)
    title, author = clean_line(facts.get("Title", "")), clean_line(facts.get("Author", ""))
    if not title or len(title) > 300 or _NO_TITLE.match(title):
        title = UNKNOWN
    if not author or len(author) > 200 or author.lower() in ("user", "admin", "administrator", "unknown", "author"):
        author = UNKNOWN
    return title, author, parse_date(facts.get("CreationDate", ""))


def first_heading(layout: Layout) -> str:
    """Return the largest heading of the first page, if it has one."""
    end = layout.pages[0].end if layout.pages else 0
    tops = [heading for heading in layout.headings if heading.start < end]
    best = min(tops, key=lambda heading: heading.level, default=None)
    return layout.text[best.start : best.end] if best else UNKNOWN
