"""Read PDF files by their text layer, or by OCR where it does not hold what is printed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from rag.errors import LoadError
from rag.loading import ocr
from rag.loading.extract import Extract
from rag.loading.limits import CHARACTERS, PAGES
from rag.loading.normalise import Layout
from rag.loading.pdf_columns import by_columns
from rag.loading.pdf_facts import first_heading, folded, outline, properties
from rag.loading.pdf_forms import fill_in
from rag.loading.pdf_lines import Line, page_rows
from rag.loading.pdf_scans import is_garbled, is_scan, recognised
from rag.records import UNKNOWN

_NUMBER_LINE = re.compile(r"(?:page\s*)?[-–—\s]*(?:\d{1,4}|[ivxlc]{1,6})[-–—\s]*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_MARGIN = 0.12
"""Share of the printed height, above and below, in which running lines stand."""
_LARGE = 1.15
"""Size of a heading's type at the least, in sizes of the body's."""
_POINT = re.compile(r"(?:[•●▪◦‣·■–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s", re.IGNORECASE)


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
    _drop_running_lines(pages)
    layout = _lay_out(pages, outline(document))
    if not layout.text:
        raise LoadError(f"no text layer but page numbers; {_unread()}")
    extract = layout.extract(properties(document), warnings=found.warnings)
    pages_read = tuple(replace(page, by_ocr=found.by_ocr.get(page.number)) for page in extract.pages)
    title = extract.title if extract.title != UNKNOWN else first_heading(extract)
    return replace(extract, pages=pages_read, title=title)


@dataclass(slots=True)
class _Found:
    """The lines of every page, and the numbers of those whose text is not what the file says."""

    pages: list[list[Line]] = field(default_factory=list)
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
            try:
                page = document[number - 1]
                lines = found._page(number, page)
                fill_in(lines, page, document.formenv)
                page.close()
            except pypdfium2.PdfiumError:
                found.damaged.append(number)
            characters += sum(len(line.text) for line in lines)
            if characters > CHARACTERS:
                raise LoadError(f"too large: more than {CHARACTERS} characters of text")
            found.pages.append(lines)
        return found

    def _page(self, number: int, page: Any) -> list[Line]:
        """Return the lines of a page by its text layer, or by OCR where that does not hold what is printed."""
        text_page = page.get_textpage()
        layer = by_columns(page_rows(text_page))
        text_page.close()
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
            (list(self.by_ocr), f"read by OCR (confidence {least:.2f} or more); look at the page before relying on it"),
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


def _drop_running_lines(pages: list[list[Line]]) -> None:
    """Drop headers, footers and page numbers that repeat on at least three pages.

    The first of each stays unless it is a bare number, since a header may hold what
    stands nowhere else, as the volume and the date of a journal.
    """
    heights = [line.bottom for lines in pages for line in lines]
    margin = _MARGIN * (max(heights) - min(heights))
    high, low = max(heights) - margin, min(heights) + margin
    edges = [_edges(lines, high, low) for lines in pages]
    seen = Counter(key for lines in edges for key in {_key(line) for line in lines})
    least = max(3, 0.3 * sum(map(bool, pages)))
    said: set[str] = set()
    for lines, outer in zip(pages, edges, strict=True):
        for line in outer:
            key = _key(line)
            if seen[key] >= least:
                if key in said or key.startswith("#@"):
                    lines.remove(line)
                said.add(key)


def _edges(lines: list[Line], high: float, low: float) -> list[Line]:
    """Return those of the three highest and three lowest lines of a page that stand at its edge."""
    by_height = sorted(lines, key=lambda line: line.bottom)
    outer = {id(line): line for line in (*by_height[:3], *by_height[-3:])}
    return [line for line in outer.values() if line.bottom > high or line.bottom < low]


def _key(line: Line) -> str:
    """Return a line as it compares between pages: numbers apart, place coarse."""
    text = "#" if _NUMBER_LINE.fullmatch(line.text) else re.sub(r"\d+", "#", line.text)
    return f"{text}@{round(line.bottom / 12)}"


def _lay_out(pages: list[list[Line]], marks: dict[str, int]) -> Layout:
    """Return the text with paragraphs joined, across pages too.

    Args:
        marks: levels of the headings that the outline names.
    """
    sizes = Counter[float]()
    for line in (line for lines in pages for line in lines):
        sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    steps = sorted({size for size in sizes if size > _LARGE * body}, reverse=True)
    layout = Layout()
    table = 0
    previous: Line | None = None
    above = 0
    """Level of the previous line."""
    for number, lines in enumerate(pages, start=1):
        layout.begin_page(number)
        widths = sorted(line.right - line.left for line in lines)
        full = widths[int(0.9 * (len(widths) - 1))] if widths else 0.0
        for at, line in enumerate(lines):
            level = _level(line, body, steps, marks)
            if previous is not None and level == above and _joins(previous, line, level, full, fresh=at == 0):
                layout.run_on(line.text)
            else:
                table += not (line.cells > 1 and previous is not None and previous.cells > 1)
                layout.add(line.text, level=level, group=table if line.cells > 1 else None)
            previous, above = line, level
    return layout


def _level(line: Line, body: float, steps: list[float], marks: dict[str, int]) -> int:
    """Return the level of a heading, 0 for text."""
    letters = sum(char.isalpha() for char in line.text)
    if len(line.text) > 150 or letters < 3 or line.cells > 1:
        return 0
    if level := marks.get(folded(line.text), 0):
        return min(level, 6)
    if line.size > _LARGE * body and letters >= 0.5 * len(line.text.replace(" ", "")):
        return min(1 + sum(size > line.size * 1.05 for size in steps), 4)
    ended = line.text.endswith((".", ",", ";", ":"))
    if line.bold and not ended and len(line.text) <= 100 and line.size > 0.95 * body and not _POINT.match(line.text):
        return min(len(steps) + 2, 5)
    return 0


def _joins(previous: Line, line: Line, level: int, full: float, *, fresh: bool) -> bool:
    """Return whether a line goes on with the heading or the paragraph of the one before.

    Args:
        full: width of a full line of the page.
        fresh: whether the line is the first of its page.
    """
    drop = previous.bottom - line.bottom
    if level:
        return 0 < drop < 1.25 * line.size and abs(previous.size - line.size) < 0.05 * line.size
    if previous.cells > 1 or line.cells > 1 or _POINT.match(line.text):
        return False
    if abs(previous.size - line.size) > 0.12 * previous.size:
        return False
    ended = previous.text.endswith((".", "!", "?", ":", "”"))
    lower = line.text[:1].islower()
    width = previous.right - previous.left
    if fresh or drop < 0 or drop > 20 * line.size:
        return lower or (not ended and width > 0.8 * full)
    if drop > 1.9 * max(previous.size, line.size, line.height):
        return False
    short = width < 0.75 * full and previous.right < line.right - 2 * line.size
    indented = 0.8 * line.size < line.left - previous.left < 6 * line.size
    return not (ended and (short or indented)) and not (short and not lower and len(previous.text) < 60)
