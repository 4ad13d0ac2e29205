"""Read PDF files by their text layer, or by OCR where it does not hold what is printed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rag.errors import LoadError
from rag.loading import ocr
from rag.loading.extract import Extract
from rag.loading.limits import CHARACTERS, PAGES
from rag.loading.pdf_amounts import beside_words
from rag.loading.pdf_columns import by_columns
from rag.loading.pdf_facts import attached, first_heading, outline, properties
from rag.loading.pdf_forms import fill_in
from rag.loading.pdf_grids import with_grids
from rag.loading.pdf_lines import Line, page_rows
from rag.loading.pdf_margins import set_margins_apart
from rag.loading.pdf_order import in_order
from rag.loading.pdf_paragraphs import lay_out
from rag.loading.pdf_scans import is_garbled, is_scan, recognised
from rag.loading.pdf_sheets import Sheet
from rag.records import UNKNOWN


def read_pdf(data: bytes) -> Extract:
    """Return the text of a PDF, paragraphs joined, page by page."""
    import pypdfium2

    if b"%%EOF" not in data[-65_536:] and b"startxref" not in data[-65_536:]:
        raise LoadError("truncated: the PDF has no end mark")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise LoadError("encrypted: the PDF needs a password") from error
        raise LoadError(f"truncated or damaged: {error}") from error
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: Any) -> Extract:
    found = _Found.of(document)
    pages = found.pages
    if not any(any(c.isalnum() for c in line.text) for lines in pages for line in lines):
        raise LoadError(found.reason)
    set_margins_apart(pages, found.heights)
    layout = lay_out(pages, outline(document))
    if not layout.text:
        raise LoadError(f"no text layer but page numbers; {_unread()}")
    extract = layout.extract(properties(document), warnings=(*found.warnings, *attached(document)))
    pages_read = tuple(replace(page, by_ocr=found.by_ocr.get(page.number)) for page in extract.pages)
    title = extract.title if extract.title != UNKNOWN else first_heading(extract)
    return replace(extract, pages=pages_read, title=title)


@dataclass(slots=True)
class _Found:
    """The lines of every page, and the numbers of those whose text is not what the file says."""

    pages: list[list[Line]] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    """Of the pages as they are read, in points; 0 where one is damaged."""
    damaged: list[int] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    by_ocr: dict[int, float] = field(default_factory=dict)
    """How sure the recogniser is of each page that it read."""

    @classmethod
    def of(cls, document: Any) -> _Found:
        """Read every page."""
        import pypdfium2

        if len(document) > PAGES:
            raise LoadError(f"too large: {len(document)} pages, limit {PAGES}")
        document.init_forms()
        found = cls()
        characters = 0
        for number in range(1, len(document) + 1):
            lines: list[Line] = []
            height = 0.0
            try:
                page = document[number - 1]
                sheet = Sheet.of(page)
                height = sheet.height
                lines = found._page(number, page, sheet)
                fill_in(lines, page, document.formenv, sheet)
                sheet.text_page.close()
                page.close()
            except pypdfium2.PdfiumError:
                found.damaged.append(number)
            characters += sum(len(line.text) for line in lines)
            if characters > CHARACTERS:
                raise LoadError(f"too large: more than {CHARACTERS} characters of text")
            found.pages.append(lines)
            found.heights.append(height)
        return found

    def _page(self, number: int, page: Any, sheet: Sheet) -> list[Line]:
        """Return the lines of a page by its text layer, or by OCR where that does not hold what is printed."""
        layer = by_columns(in_order(beside_words(with_grids(page_rows(sheet), page, sheet))))
        garbled = is_garbled(layer)
        if garbled:
            self.garbled.append(number)
            layer = []
        elif is_scan(layer, page):
            self.scanned.append(number)
        else:
            return layer
        if not ocr.is_installed():
            return layer
        lines, sure = recognised(page, layer)
        if lines:
            self.by_ocr[number] = sure
        return lines + layer

    @property
    def reason(self) -> str:
        """Why there is no text."""
        if self.damaged:
            return "truncated or damaged: no page can be read"
        if not self.garbled and not self.scanned:
            return "empty: its pages are blank"
        what = "a text layer of other letters than are printed" if self.garbled else "no text layer"
        return f"{what}; {_unread()}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out or recognised, one sentence each."""
        least = min(self.by_ocr.values(), default=0.0)
        bare, wrong = ([n for n in numbers if n not in self.by_ocr] for numbers in (self.scanned, self.garbled))
        said = (
            (
                list(self.by_ocr),
                f"read by OCR (confidence {least:.2f} at the least); look at the page before relying on it",
            ),
            (bare, f"scanned or drawn, with no more than a stamp as text; {_unread()}"),
            (wrong, f"left out: the letters of the text layer are not those printed; {_unread()}"),
            (self.damaged, "damaged and left out"),
        )
        return tuple(f"{_pages(numbers)} {what}." for numbers, what in said if numbers)


def _unread() -> str:
    """Return why a page that is not text was not read."""
    return "OCR found no print" if ocr.is_installed() else ocr.NEEDS_OCR


def _pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:20])) + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
    return f"Page {shown} is" if len(numbers) == 1 else f"Pages {shown} are"
