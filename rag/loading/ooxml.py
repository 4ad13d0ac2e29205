"""What DOCX and PPTX share: runs of text, tables and document properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rag.loading.dates import parse_date
from rag.loading.normalise import clean_line
from rag.loading.packages import Package, attribute, local
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNSAID = frozenset(
    (
        "",
        "python-docx",
        "user",
        "windows user",
        "microsoft office user",
        "admin",
        "administrator",
        "unknown",
        "author",
    )
)
_UNTITLED = frozenset(("", "powerpoint presentation", "presentation", "word document", "untitled", "document", "title"))
_TEMPLATE_DATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z")
"""What the templates of python-docx and python-pptx say; no document was made then."""
_SKIPPED = frozenset((
    "del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "sdtPr", "fldData", "proofErr",
    "bookmarkStart", "annotationRef",
))  # fmt: skip


def text_of(element: _Element) -> str:
    """Return the text of a paragraph: runs, links, equations; deleted text and field codes left out."""
    return "".join(_pieces(element))


def _pieces(element: _Element) -> Iterator[str]:
    for child in element:
        tag = local(child)
        if tag == "t":
            yield child.text or ""
        elif tag in ("tab", "ptab", "br", "cr"):
            yield " "
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag == "sym" and attribute(child, "char"):
            yield _symbol(attribute(child, "char"))
        elif tag in ("footnoteReference", "endnoteReference"):
            yield f"[{attribute(child, 'id')}]"
        elif tag not in _SKIPPED and tag not in ("txbxContent", "p", "tbl"):
            yield from _pieces(child)


def _symbol(code: str) -> str:
    """Return a character given in hexadecimal; a symbol font's private ones say nothing."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= number <= 0xF8FF or number > 0x10FFFF else chr(number)


def table_rows(table: _Element, cell_text: Callable[[_Element], str]) -> Iterator[list[str]]:
    """Yield the rows of a table as texts of cells; a cell merged from the left or above is empty."""
    for row in table.iterchildren():
        if local(row) == "tr":
            cells = []
            for cell in row.iter():
                if local(cell) == "tc" and _nearest(cell, "tr") is row:
                    merged = attribute(cell, "hMerge") == "1" or attribute(cell, "vMerge") == "1"
                    cells.append("" if merged else cell_text(cell))
            yield cells


def _nearest(element: _Element, tag: str) -> _Element | None:
    return next((above for above in element.iterancestors() if local(above) == tag), None)


def core_properties(package: Package) -> dict[str, str]:
    """Return title, author, date and language from docProps/core.xml, ``unknown`` where unsaid."""
    found = dict.fromkeys(("title", "author", "date", "language"), UNKNOWN)
    if "docProps/core.xml" not in package:
        return found
    told = {local(part): clean_line(part.text or "") for part in package.xml("docProps/core.xml")}
    if told.get("title", "").lower() not in _UNTITLED:
        found["title"] = told["title"]
    if told.get("creator", "").lower() not in _UNSAID:
        found["author"] = told["creator"].replace(";", ", ").replace(" ,", ",")
    if (created := told.get("created", "")) not in _TEMPLATE_DATES:
        found["date"] = parse_date(created)
    language = told.get("language", "")[:2].lower()
    if len(language) == 2 and language.isalpha():
        found["language"] = language
    return found
