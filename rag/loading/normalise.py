"""Normalise text once, and lay out the blocks of a document.

Everything downstream points into this text by offset, so it is settled here and
nowhere else: Unicode NFC, line feeds only, one paragraph, heading, list point or
table row a line, a blank line between blocks.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from rag.loading.extract import Extract
from rag.loading.hyphens import ENGLISH, Wording, join
from rag.records import UNKNOWN, Cue, Heading, Page

_DROPPED = dict.fromkeys(
    code
    for first, last in (
        *((0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x180E, 0x180E)),
        *((0x200B, 0x200B), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0xFEFF, 0xFEFF), (0xFFF0, 0xFFFC), (0xFFFE, 0xFFFF)),
    )
    for code in range(first, last + 1)
)
"""Controls, soft hyphens, zero-width spaces and direction overrides: they print
nothing and make equal words differ. Joiners stay, for scripts that need them."""

_LETTERS = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFB00, 0xFDFE), *range(0xFE70, 0xFEFD))
    if unicodedata.category(chr(code)).startswith("L") and not 0xFB18 <= code < 0xFB50 and code != 0xFDFA
}
"""Ligatures and presentation forms, which are shapes of letters and not letters."""

_MISREAD = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}
"""Controls that nobody writes, and the signs of Windows-1252 that they are where bytes were taken for Latin-1."""

_TABLE: dict[int, str | None] = {**_DROPPED, **_LETTERS, **_MISREAD}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
BREAK = "\u2028"
"""A line break that somebody set, as between two values in one cell."""
_PARTED = re.compile(r"(?<=\d)\s*[\u2028\u200b]\s*(?=\d)")
"""A break between two figures, which are no one figure."""
_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return text in NFC with line feeds only and nothing unprintable.

    A lone surrogate becomes U+FFFD; `ﬁ` becomes `fi`. White space other than line
    breaks is left as it stands.
    """
    text = _BREAKS.sub("\n", _PARTED.sub(" / ", text))
    text = _SURROGATE.sub("\ufffd", text).translate(_TABLE)
    return unicodedata.normalize("NFC", text)


_MONOSPACED = re.compile(
    r"courier|consol|menlo|monaco|typewriter|fixed|terminal|\bmono\b|[a-z]mono\b|\bcode\b", re.IGNORECASE
)


def is_monospaced(font: str) -> bool:
    """Return whether the name of a font is one of typewriters and code, as ``Courier New`` and ``DejaVu Sans Mono``."""
    return _MONOSPACED.search(font) is not None


def shown(name: str) -> str:
    """Return a file's name as it can be shown: U+FFFD for bytes that are no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def clean_line(text: str) -> str:
    """Return text as one clean line, each run of white space one space."""
    return _SPACES.sub(" ", clean(text)).strip()


def left_out(texts: Sequence[str]) -> tuple[str, ...]:
    """Return a warning that names texts which are struck out or hidden, and are not read; none where there are none."""
    if not texts:
        return ()
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return (f"Struck or hidden text was left out: {texts[0][:60]!r}{more}.",)


def not_read(things: Iterable[str]) -> tuple[str, ...]:
    """Return a warning for each kind of thing that a document shows and whose words are in no text."""
    return tuple(
        f"Not read: {what}{f' and {count - 1} more' if count > 1 else ''}; "
        "write its words or values as text to have them."
        for what, count in Counter(things).items()
    )


@dataclass(slots=True)
class Layout:
    """The text of a document as it grows, block by block."""

    wording: Wording = ENGLISH
    """Mends the words that its lines break."""
    _parts: list[str] = field(default_factory=list)
    length: int = 0
    """Code points so far."""
    _group: object = None
    _headings: list[Heading] = field(default_factory=list)
    _starts: list[tuple[int, int]] = field(default_factory=list)
    """Where each page starts, and its number."""
    _page: int | None = None
    """Number of a page that nothing was added of yet."""

    def add(self, text: str, *, level: int = 0, group: object = None, indented: bool = False) -> None:
        """Add one line.

        Args:
            text: cleaned here; an empty line adds nothing.
            indented: keep the spaces in front and within, as in a listing of code.
            level: 1 to 6 marks a heading.
            group: lines with the same group (rows of one table, points of one list)
                follow each other without a blank line.
        """
        line = clean(text).replace("\n", " ").rstrip() if indented else clean_line(text)
        if not line:
            return
        if self._parts:
            self._put("\n" if group is not None and group == self._group else "\n\n")
        start = self.length
        self._put_line(line)
        self._group = group
        if level:
            self._headings.append(Heading(start, self.length, min(level, 6)))

    def add_listing(self, lines: Iterable[str], *, group: object = None) -> None:
        """Add the lines of a listing of code as they stand; one that comes in pieces has a group."""
        group = group or object()
        for line in lines:
            self.add(line, group=group, indented=True)

    def run_on(self, text: str) -> None:
        """Add to the end of the last line, mending a word broken between them."""
        line = clean_line(text)
        heading = self._headings[-1] if self._headings else None
        grows = heading is not None and heading.end == self.length
        tail = self._parts.pop()
        self.length -= len(tail)
        joined = join(tail, line, self.wording)
        self._put(joined[: len(joined) - len(line)])
        self._put_line(line)
        if heading and grows:
            self._headings[-1] = replace(heading, end=self.length)

    def begin_page(self, number: int) -> None:
        """Say on which page stands what is added next."""
        self._page = number

    def _put_line(self, line: str) -> None:
        if self._page is not None:
            self._starts.append((self.length, self._page))
            self._page = None
        self._put(line)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def top(self, level: int = 6) -> str:
        """The first heading of at most a level, ``unknown`` where there is none."""
        tops = (h for h in self._headings if h.level <= level)
        return next((self.text[h.start : h.end] for h in tops), UNKNOWN)

    def extract(
        self,
        facts: Mapping[str, str] = MappingProxyType({}),
        *,
        warnings: tuple[str, ...] = (),
        cues: tuple[Cue, ...] = (),
    ) -> Extract:
        """Give what was laid out, with the facts of its source where the document says them."""
        text = self.text
        ends = [start for start, _ in self._starts[1:]] + [len(text)]
        pages = tuple(
            Page(start, start + len(text[start:end].rstrip()), number)
            for (start, number), end in zip(self._starts, ends, strict=False)
        )
        return Extract(text, tuple(self._headings), pages, cues, warnings=warnings, **facts)


def unwrap(lines: Iterable[str], wording: Wording = ENGLISH) -> str:
    """Join the lines of one hard-wrapped paragraph.

    A hyphen at the end of a line is dropped where it only breaks a word (``com-`` /
    ``pany`` gives ``company``) and stays in a compound (``cost-`` / ``effective``).

    Args:
        wording: how the document writes.
    """
    parts: list[str] = []
    for line in filter(None, map(clean_line, lines)):
        if parts:
            # Joined with the last line only, so that a long paragraph takes linear time.
            joined = join(parts[-1], line, wording)
            parts[-1] = joined[: len(joined) - len(line)]
        parts.append(line)
    return "".join(parts)


_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def _roman(number: int) -> str:
    """Write a number from 1 to 3999 in small Roman numerals."""
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def ordinal(number: int, form: str) -> str:
    """Write a number of a list: ``3``, ``c``, ``C``, ``iii`` or ``III``."""
    if form.endswith("Letter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form.startswith("upper") else letter
    if form.endswith("Roman") and 0 < number < 4000:
        return _roman(number).upper() if form.startswith("upper") else _roman(number)
    return f"{number:02}" if form == "decimalZero" else str(number)
