"""Read plain text, Markdown and tables of comma-separated values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.encodings import decode, is_text
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import Layout, clean, clean_line, unwrap
from rag.records import UNKNOWN

HEADING_WORDS = 8
"""Words that a heading of plain text has at most."""

HEADING_LEVEL = 2
"""The level that it is given: below the title, all alike."""

_HEADING = re.compile(r"[^\W_][^.!?:;,/|=]*[^\W_]")
_WHOLE = re.compile(r"[.!?][\"'”’)\]]*(?:\s|$)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:\s+(.*?))?\s*#*\s*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_POINT = re.compile(r"(\s*)(?:([-*+•])|(\d{1,3}[.)]))\s+(.*)$")
_RULE = re.compile(r" {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_DELIMITERS = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_FRONT = re.compile(r"---\n(.*?)\n(?:---|\.\.\.)(?:\n|$)", re.DOTALL)
_LINK = r"\((?:[^()\s]|\([^()]{0,200}\)){0,2000}(?:\s+\"[^\"]{0,300}\")?\)"
_INLINE = (
    (re.compile(r"<!--.{0,2000}?-->", re.DOTALL), ""),
    (re.compile(rf"!\[([^\]\[]{{0,500}})\]{_LINK}"), r"\1"),
    (re.compile(rf"\[([^\]\[]{{1,500}})\]{_LINK}"), r"\1"),
    (re.compile(r"\[([^\]\[]{1,500})\]\[[^\]]{0,200}\]"), r"\1"),
    (re.compile(r"\[\^([^\]]{1,100})\]"), r"[\1]"),
    (re.compile(r"<((?:https?://|mailto:)[^>\s]{1,2000})>"), r"\1"),
    (
        re.compile(r"</?(?:a|b|i|em|strong|span|sub|sup|br|p|div|u|s|small|mark|kbd|code|img|font)\b[^>]{0,500}>"),
        "",
    ),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])(.{1,500}?)(?<=[^\s*])\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])(.{1,500}?)(?<=[^\s_])\1(?![\w_])"), r"\2"),
    (re.compile(r"(`{1,3})(.{1,500}?)\1"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])"), r"\1"),
)
"""Marks and what stays of them; every stretch is bounded, so that a line of nothing but marks is quick."""


def _decoded(data: bytes, charset: str, limits: Limits) -> str:
    text = decode(data, declared=charset)
    if not is_text(text):
        raise LoadError("not text: too many control characters; it may be a damaged or an unknown format")
    text = clean(text)
    if not text.strip():
        raise LoadError("empty: the file holds no text")
    if len(text) > limits.characters:
        raise LoadError(f"too large: more than {limits.characters} characters of text")
    return text


def read_text(data: bytes, *, charset: str = "", limits: Limits = LIMITS) -> Extract:
    """Return plain text in any encoding, hard-wrapped paragraphs joined.

    A short line of its own without an end, above a paragraph of whole sentences, is a heading.

    Raises:
        LoadError: not text, too large, or empty.
    """
    text = _decoded(data, charset, limits)
    layout = Layout()
    width = _wrap_width(text)
    blocks = [list(_paragraphs(block.split("\n"), width)) for block in re.split(r"\n(?:[^\S\n]*\n)+", text)]
    for number, (block, below) in enumerate(zip(blocks, [*blocks[1:], []], strict=True)):
        level = HEADING_LEVEL if _is_heading(block, below) else 0
        for paragraph in block:
            layout.add(paragraph, level=level, group=number)
    return Extract(layout.text, layout.headings)


def _is_heading(block: list[str], below: list[str]) -> bool:
    """Whether a block of plain text is the heading of the one below it."""
    return (
        len(block) == 1
        and len(block[0].split()) <= HEADING_WORDS
        and not block[0].strip()[:1].islower()
        and _HEADING.fullmatch(block[0].strip()) is not None
        and bool(below)
        and _WHOLE.search(below[0]) is not None
    )


def _wrap_width(text: str) -> int:
    """Return the width at which a text was hard-wrapped, 0 if it was not.

    Wrapped text has most of its lines just below one width; a text with a paragraph a
    line has some lines that are much longer than others.
    """
    lengths = sorted(len(line.rstrip()) for line in text.split("\n") if line.strip())
    if len(lengths) < 2 or lengths[-1] < 40:
        return 0
    width = lengths[int(0.95 * (len(lengths) - 1))]
    return width if 40 <= width <= 120 and lengths[-1] <= 1.6 * width else 0


def _paragraphs(lines: list[str], width: int) -> Iterator[str]:
    """Yield the paragraphs of a block: lines that fill the width run on, others stand alone."""
    held: list[str] = []
    for line in lines:
        full = bool(held) and width and len(held[-1].rstrip()) >= 0.75 * width
        lower = bool(held) and width and line.strip()[:1].islower() and len(held[-1].rstrip()) >= 0.5 * width
        if held and (not (full or lower) or _POINT.match(line)):
            yield unwrap(held)
            held = []
        if line.strip():
            held.append(line)
    if held:
        yield unwrap(held)


def read_markdown(data: bytes, *, charset: str = "", limits: Limits = LIMITS) -> Extract:
    """Return Markdown as text: headings marked, emphasis and link targets left out.

    Title, author, publisher and date come from a front matter; the title else from the
    first heading.

    Raises:
        LoadError: not text, too large, or empty.
    """
    text = _decoded(data, charset, limits)
    facts: dict[str, str] = {}
    if match := _FRONT.match(text):
        facts = _front_matter(match[1])
        text = text[match.end() :]
    reader = _Markdown()
    for line in text.split("\n"):
        reader.take(line)
    reader.end()
    layout = reader.layout
    whole = layout.text
    tops = [whole[h.start : h.end] for h in layout.headings if h.level == 1]
    if not whole:
        raise LoadError("empty: the file holds no text")
    return Extract(
        whole,
        layout.headings,
        title=facts.get("title") or (tops[0] if tops else UNKNOWN),
        author=facts.get("author") or facts.get("authors") or UNKNOWN,
        publisher=facts.get("publisher") or UNKNOWN,
        date=parse_date(facts.get("date") or facts.get("published") or ""),
        language=facts.get("lang", facts.get("language", ""))[:2].lower() or UNKNOWN,
    )


def _front_matter(text: str) -> dict[str, str]:
    """Return the plain ``key: value`` lines of a front matter."""
    facts = {}
    for line in text.split("\n"):
        key, mark, value = line.partition(":")
        if mark and key and not key[0].isspace():
            facts[key.strip().lower()] = clean_line(value).strip("\"'[]")
    return facts


class _Markdown:
    """Takes Markdown line by line; one use a file."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._held: list[str] = []
        self._prefix = ""
        self._group: object = None
        self._fence = ""
        self._count = 0

    def end(self) -> None:
        """Put down the paragraph at hand."""
        if self._held:
            self.layout.add(self._prefix + inline(unwrap(self._held)), group=self._group)
        self._held, self._prefix = [], ""

    def take(self, line: str) -> None:
        """Take in one line."""
        fence = _FENCE.match(line)
        if fence or self._fence:
            self._code(line, fence[1] if fence else "")
            return
        line = re.sub(r"^ {0,3}(?:> ?)+", "", line)
        setext = _SETEXT.match(line)
        if setext and self._held and not self._prefix:
            heading = inline(unwrap(self._held))
            self._held = []
            self.layout.add(heading, level=1 if setext[1][0] == "=" else 2)
        elif not line.strip():
            self.end()
            self._group = self._group if isinstance(self._group, str) else None
        elif match := _ATX.match(line):
            self.end()
            self._group = None
            self.layout.add(inline(match[2] or ""), level=len(match[1]))
        elif _RULE.match(line):
            self.end()
        elif "|" in line and (line.lstrip().startswith("|") or _DELIMITERS.match(line)):
            self._row(line)
        elif match := _POINT.match(line):
            self.end()
            self._group = self._group if isinstance(self._group, str) else self._fresh("list")
            self._prefix = f"{match[3]} " if match[3] else "- "
            self._held = [match[4]]
        else:
            if not self._held and not line[:1].isspace():
                self._group = None
            self._held.append(line)

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind} {self._count}"

    def _row(self, line: str) -> None:
        self.end()
        if _DELIMITERS.match(line):
            return
        if not (isinstance(self._group, tuple)):
            self._group = (self._fresh("table"),)
        cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
        self.layout.add_row([inline(cell) for cell in cells], self._group)

    def _code(self, line: str, mark: str) -> None:
        if not self._fence:
            self.end()
            self._fence, self._group = mark, (self._fresh("code"),)
        elif mark.startswith(self._fence):
            self._fence, self._group = "", None
        else:
            self.layout.add(line, group=self._group)


def inline(text: str) -> str:
    """Return a line of Markdown without its marks."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def read_csv(data: bytes, *, charset: str = "", limits: Limits = LIMITS) -> Extract:
    """Return a table of separated values, a readable row a line.

    Raises:
        LoadError: not text, too large, or empty.
    """
    text = _decoded(data, charset, limits)
    mark = max("\t;,", key=text[:4096].count)
    layout = Layout()
    try:
        for row in csv.reader(io.StringIO(text), delimiter=mark):
            layout.add_row(row, "table")
    except csv.Error as error:
        raise LoadError(f"damaged: not a table of separated values ({error})") from error
    return Extract(layout.text)
