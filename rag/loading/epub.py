"""Read EPUB books, chapter by chapter in reading order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.html import parse_html
from rag.loading.html_blocks import cut_blocks, lay_out
from rag.loading.limits import CHARACTERS
from rag.loading.normalise import Layout
from rag.loading.packages import Package, attribute, resolve

if TYPE_CHECKING:
    from lxml.etree import _Element

_ENCRYPTION = "META-INF/encryption.xml"

_SELF_CLOSED = re.compile(rb"<(title|script|style|iframe|textarea|a|b|i|em|div|span|p|td|li)((?:\s[^<>]*)?)/>")
"""What XML may close at once and HTML would leave open over the rest of the chapter."""


def read_epub(data: bytes) -> Extract:
    """Return the text of a book; a chapter that cannot be read is left out with a warning."""
    package = Package(data)
    root = next(package.xml("META-INF/container.xml").iter("{*}rootfile"), None)
    if root is None:
        raise LoadError("truncated or damaged: the book names no contents")
    contents = attribute(root, "full-path")
    chapters = _chapters(package.xml(contents), contents)
    _refuse_locked(package, chapters)
    layout, warnings = Layout(), []
    for name in chapters:
        try:
            lay_out(cut_blocks(parse_html(_SELF_CLOSED.sub(rb"<\1\2></\1>", package.data(name)))), layout)
        except LoadError as error:
            warnings.append(f"Chapter {name!r} was left out: {error}.")
        if layout.length > CHARACTERS:
            raise LoadError(f"too large: more than {CHARACTERS} characters of text")
    if not layout.text:
        raise LoadError(warnings[0] if warnings else "empty: the book holds no text")
    return layout.extract(package.facts(contents, date="date"), warnings=tuple(warnings))


def _chapters(contents: _Element, base: str) -> list[str]:
    """Return the names of the chapters in reading order, without the table of contents."""
    files = {
        attribute(part, "id"): resolve(base, attribute(part, "href"))
        for part in contents.iter("{*}item")
        if "html" in attribute(part, "media-type") and "nav" not in attribute(part, "properties").split()
    }
    order = [attribute(part, "idref") for part in contents.iter("{*}itemref")]
    return [files[key] for key in order if key in files]


def _refuse_locked(package: Package, chapters: list[str]) -> None:
    """Raise if a chapter is encrypted; fonts may be, and are not read."""
    if _ENCRYPTION in package:
        for part in package.xml(_ENCRYPTION).iter("{*}CipherReference"):
            if resolve("", attribute(part, "URI")) in chapters:
                raise LoadError("encrypted: the book is locked by its seller (DRM)")
