"""Read EPUB books, chapter by chapter in reading order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.extract import Extract
from rag.loading.html import parse_html
from rag.loading.html_blocks import cut_blocks
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import Layout, clean_line
from rag.loading.packages import Package, attribute, local, resolve
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"

_SELF_CLOSED = re.compile(rb"<(title|script|style|iframe|textarea|a|b|i|em|div|span|p|td|li)((?:\s[^<>]*)?)/>")
"""What XML may close at once and HTML would leave open over the rest of the chapter."""


def read_epub(data: bytes, *, limits: Limits = LIMITS) -> Extract:
    """Return the text of a book; a chapter that cannot be read is left out with a warning.

    Raises:
        LoadError: encrypted, truncated, damaged, too large, or no chapter can be read.
    """
    package = Package(data, limits)
    roots = [attribute(part, "full-path") for part in package.xml(_CONTAINER).iter() if local(part) == "rootfile"]
    if not roots:
        raise LoadError("truncated or damaged: the book names no contents")
    contents = package.xml(roots[0])
    chapters = _chapters(contents, roots[0])
    _refuse_locked(package, chapters)
    layout, warnings = Layout(), []
    for name in chapters:
        try:
            page = _SELF_CLOSED.sub(rb"<\1\2></\1>", package.data(name))
            root = parse_html(page, charset="utf-8", limits=limits)
        except LoadError as error:
            warnings.append(f"Chapter {name!r} was left out: {error}.")
            continue
        body = root.find("body")
        for block in cut_blocks(root if body is None else body):
            group = block.group if block.kind in ("li", "row", "pre") else None
            layout.add(block.text, level=block.level, group=group)
        if len(layout.text) > limits.characters:
            raise LoadError(f"too large: more than {limits.characters} characters of text")
    if not layout.text:
        raise LoadError(warnings[0] if warnings else "empty: the book holds no text")
    facts = _properties(contents)
    return Extract(layout.text, layout.headings, (), **facts, warnings=tuple(warnings))


def _chapters(contents: _Element, base: str) -> list[str]:
    """Return the names of the chapters in reading order, without the table of contents."""
    files = {}
    for part in contents.iter():
        navigation = "nav" in attribute(part, "properties").split()
        if local(part) == "item" and not navigation and "html" in attribute(part, "media-type"):
            files[attribute(part, "id")] = resolve(base, attribute(part, "href"))
    order = [attribute(part, "idref") for part in contents.iter() if local(part) == "itemref"]
    return [files[key] for key in order if key in files]


def _refuse_locked(package: Package, chapters: list[str]) -> None:
    """Raise if a chapter is encrypted; fonts may be, and are not read."""
    if _ENCRYPTION in package:
        for part in package.xml(_ENCRYPTION).iter():
            if local(part) == "CipherReference" and resolve("", attribute(part, "URI")) in chapters:
                raise LoadError("encrypted: the book is locked by its seller (DRM)")


def _properties(contents: _Element) -> dict[str, str]:
    told: dict[str, list[str]] = {}
    for part in contents.iter():
        if text := clean_line(part.text or "") if local(part) else "":
            told.setdefault(local(part), []).append(text)
    language = told.get("language", [""])[0][:2].lower()
    day = next((d for d in map(parse_date, told.get("date", [])) if d != UNKNOWN), UNKNOWN)
    return {
        "title": told.get("title", [UNKNOWN])[0],
        "author": ", ".join(dict.fromkeys(told.get("creator", []))) or UNKNOWN,
        "publisher": told.get("publisher", [UNKNOWN])[0],
        "date": day,
        "language": language if len(language) == 2 and language.isalpha() else UNKNOWN,
    }
