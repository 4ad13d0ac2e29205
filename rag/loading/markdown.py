"""Read Markdown as CommonMark with tables and a front matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract, known
from rag.loading.html import parse_html
from rag.loading.html_blocks import cut_blocks, lay_out
from rag.loading.normalise import Layout, clean_line, unwrap

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT = re.compile(r"---\n(.*?)\n(?:---|\.\.\.)(?:\n|$)", re.DOTALL)
_BULLET = re.compile(r"^([^\S\n]*)•(?=\s)", re.MULTILINE)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*|)")
_FOOTNOTE = re.compile(r"\[\^([^\]]{1,100})\]")


def read_markdown(data: bytes) -> Extract:
    """Return Markdown as text: headings marked, emphasis and link targets left out.

    Title, author, publisher and date come from a front matter; the title else from the
    first heading.
    """
    text = decode_text(data)
    facts: dict[str, str] = {}
    if match := _FRONT.match(text):
        facts = _front_matter(match[1])
        text = text[match.end() :]
    layout = _lay_out(_BULLET.sub(r"\1-", text))
    if not layout.text:
        raise LoadError("empty: the file holds no text")
    return layout.extract(
        {
            "title": known(facts.get("title", ""), layout.top(level=1)),
            "author": known(facts.get("author", ""), facts.get("authors", "")),
            "publisher": known(facts.get("publisher", "")),
            "date": parse_date(facts.get("date") or facts.get("published") or ""),
        }
    )


def _front_matter(text: str) -> dict[str, str]:
    """Return the plain ``key: value`` lines of a front matter."""
    facts = {}
    for line in text.split("\n"):
        key, mark, value = line.partition(":")
        if mark and key and not key[0].isspace():
            facts[key.strip().lower()] = clean_line(value).strip("\"'[]")
    return facts


def _lay_out(text: str) -> Layout:
    from markdown_it import MarkdownIt

    # What is indented is more often a paragraph than code.
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"]).disable("code")
    layout = Layout()
    level, mark = 0, ""
    row: list[str] | None = None
    groups: list[int] = []
    """Numbers of the tokens that opened the lists and tables around."""
    for number, token in enumerate(parser.parse(text)):
        group = groups[0] if groups else None
        if token.type in ("bullet_list_open", "ordered_list_open", "table_open"):
            groups.append(number)
        elif token.type in ("bullet_list_close", "ordered_list_close", "table_close"):
            groups.pop()
            mark = ""
        elif token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            layout.add_row(row, groups[-1])
            row = None
        elif token.type == "inline":
            if row is not None:
                row.append(_plain(token))
            else:
                layout.add(mark + _plain(token), level=level, group=group)
                level, mark = 0, ""
        elif token.type == "fence":
            for line in token.content.split("\n"):
                layout.add(line, group=number)
        elif token.type == "html_block":
            _add_html(token.content, layout)
    return layout


def _plain(token: Token) -> str:
    """Return the text of a paragraph, heading or cell without its marks, on one line."""
    from lxml.html import defs

    parts = []
    for child in token.children or ():
        tag = _TAG.match(child.content) if child.type == "html_inline" else None
        if child.type in ("softbreak", "hardbreak") or (tag and tag[1].lower() == "br"):
            parts.append("\n")
        elif tag is None or (tag[1] and tag[1].lower() not in defs.tags):
            # What looks like a tag and is none, such as <minutes>, is text.
            parts.append(child.content)
    return _FOOTNOTE.sub(r"[\1]", unwrap("".join(parts).split("\n")))


def _add_html(markup: str, layout: Layout) -> None:
    """Add the text of HTML that stands among Markdown; a comment without end is text."""
    if markup.lstrip().startswith("<!--") and "-->" not in markup:
        for line in markup.split("\n\n"):
            layout.add(line)
        return
    try:
        lay_out(cut_blocks(parse_html(markup.encode())), layout)
    except LoadError:
        return
