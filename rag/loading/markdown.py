"""Read Markdown as CommonMark with tables and a front matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract
from rag.loading.front_matter import cut_front_matter
from rag.loading.html import parse_html
from rag.loading.html_blocks import cut_blocks, lay_out
from rag.loading.normalise import BREAK, Layout, clean_line, left_out, unwrap
from rag.loading.raised import on_line
from rag.loading.tables import add_table
from rag.loading.text import is_code
from rag.loading.wikilinks import REMARK, link_words, paragraph_words

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLET = re.compile(r"^([^\S\n]*)•(?=\s)", re.MULTILINE)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*|)")
_STRUCK = re.compile(r"~~(?=\S)([^\n~]+)(?<=\S)~~")
_RISES = {"sup": 1, "sub": -1}
_FOOTNOTE = re.compile(r"\[\^([^\]]{1,100})\]")


def read_markdown(data: bytes) -> Extract:
    """Return Markdown as text: headings marked, emphasis and link targets left out.

    What a front matter tells of the source is given with it; the title comes else from
    the first heading.
    """
    front, text = cut_front_matter(decode_text(data))
    hidden = [said for found in REMARK.finditer(text) if (said := clean_line(found[1] or found[2]))]
    text = REMARK.sub("", text)
    layout = Layout()
    layout.add(front.row)
    add_markdown(text, layout)
    if not layout.text:
        raise LoadError("empty: the file holds no text")
    warnings = (*front.warnings, *left_out([*_STRUCK.findall(text), *hidden]))
    return layout.extract({"title": layout.top(level=1), **front.facts}, warnings=warnings)


def add_markdown(text: str, layout: Layout) -> None:
    """Add the blocks of Markdown without a front matter."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    level, mark = 0, ""
    rows: list[list[str]] = []
    """Those of the table at hand."""
    groups: list[object] = []
    """The lists and tables around."""
    points: list[int | None] = []
    """The next number of each list around; None where it has bullets."""
    for token in parser.parse(_BULLET.sub(r"\1-", text)):
        group = groups[0] if groups else None
        if token.type == "table_close":
            add_table(layout, rows, groups[-1], heads=1)
            rows = []
        if token.type in ("bullet_list_open", "ordered_list_open", "table_open"):
            groups.append(object())
            points.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close", "table_close"):
            groups.pop()
            points.pop()
            mark = ""
        elif token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "list_item_open":
            counted = points[-1]
            mark = "- " if counted is None else f"{counted}{token.markup} "
            points[-1] = None if counted is None else counted + 1
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            if rows:
                rows[-1].append(_plain(token))
            else:
                layout.add(mark + _plain(token), level=level, group=group)
                level, mark = 0, ""
        elif token.type in ("fence", "code_block"):
            _add_code(token, layout)
        elif token.type == "html_block":
            add_html(token.content, layout)


def _add_code(token: Token, layout: Layout) -> None:
    """Add a listing as it stands; what is indented and reads as prose is a paragraph."""
    lines = token.content.split("\n")
    if token.type == "code_block" and not is_code(lines):
        layout.add(unwrap(lines))
        return
    layout.add_listing(lines)


def _plain(token: Token) -> str:
    """Return the text of a paragraph, heading or cell without its marks, on one line."""
    from lxml.html import defs

    pieces: list[tuple[str, int]] = []
    struck = rise = 0
    for child in token.children or ():
        struck += {"s_open": 1, "s_close": -1}.get(child.type, 0)
        if struck:
            continue
        tag = _TAG.match(child.content) if child.type == "html_inline" else None
        name = tag[1].lower() if tag else ""
        if name in _RISES:
            rise = 0 if child.content.startswith("</") else _RISES[name]
        elif child.type == "softbreak":
            pieces.append(("\n", 0))
        elif child.type == "hardbreak" or name == "br":
            pieces.append((BREAK, 0))
        elif tag is None or (tag[1] and tag[1].lower() not in defs.tags):
            # What looks like a tag and is none, such as <minutes>, is text.
            pieces.append((link_words(child.content) if child.type == "text" else child.content, rise))
    return _FOOTNOTE.sub(r"[\1]", paragraph_words(unwrap(on_line(pieces).split("\n"))))


def add_html(markup: str, layout: Layout) -> None:
    """Add the text of HTML that stands among Markdown; a comment without end is text."""
    if markup.lstrip().startswith("<!--") and "-->" not in markup:
        for line in markup.split("\n\n"):
            layout.add(line)
        return
    try:
        lay_out(cut_blocks(parse_html(markup.encode())), layout)
    except LoadError:
        return
