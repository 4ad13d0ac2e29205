"""Read web pages: the article without menus, footers and banners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.encodings import decode
from rag.loading.error_pages import refuse_error_page
from rag.loading.extract import Extract
from rag.loading.html_blocks import Block, cut_blocks
from rag.loading.html_furniture import is_furniture
from rag.loading.html_meta import PageFacts
from rag.loading.html_select import Selection
from rag.loading.html_votes import folded
from rag.loading.limits import LIMITS, Limits, megabytes
from rag.loading.normalise import Layout

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z](?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+")
_LONG_TAG = 1000
"""Characters below which a tag is not looked into."""
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_THIN = 0.15
"""Share of the page's prose below which trafilatura's thorough way votes beside its quick one."""


def read_html(data: bytes, *, charset: str = "", url: str = "", limits: Limits = LIMITS) -> Extract:
    """Return the article of a web page.

    Raises:
        LoadError: too large, nested too deep, an error page or wall saved in an article's
            place, or no text.
    """
    root = parse_html(data, charset=charset, limits=limits)
    facts = PageFacts(root, url=url)
    body = root.find("body")
    blocks = cut_blocks(root if body is None else body)
    chosen = _choose(root, blocks, {folded(title) for title in facts.titles()}, url)
    layout = lay_out(chosen)
    refuse_error_page(root, facts.title, layout.text, blocks)
    if not layout.text:
        raise LoadError("empty: the page holds no text of its own (it may be built by scripts)")
    return Extract(
        text=layout.text,
        headings=layout.headings,
        title=facts.title,
        author=facts.author,
        publisher=facts.publisher,
        date=facts.date,
        language=facts.language,
    )


def parse_html(data: bytes, *, charset: str = "", limits: Limits = LIMITS) -> _Element:
    """Return the root of a web page's tree.

    Raises:
        LoadError: too large, nested too deep, crowded with attributes, or not a page at all.
    """
    from lxml import etree, html

    if len(data) > limits.html_bytes:
        raise LoadError(f"too large: a web page of {megabytes(len(data))}, limit {megabytes(limits.html_bytes)}")
    declared = charset or (match[1].decode("ascii") if (match := _CHARSET.search(data[:4096])) else "")
    text = decode(data, declared=declared).replace("\0", "")
    _refuse_crowded_tags(text, limits)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise LoadError("empty: the page holds no elements") from error
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise LoadError("nested too deep: elements stand within each other more than 256 times")
    if sum(1 for _ in root.iter()) > limits.elements:
        raise LoadError(f"too large: a web page of more than {limits.elements} elements")
    return root


def _refuse_crowded_tags(text: str, limits: Limits) -> None:
    """Refuse a page of elements with so many attributes that the parser would never end.

    Its time grows with the square of an element's attributes, so squares are summed.
    Scripts are counted too where they look like a tag, which is why the limit is wide.
    """
    effort = 0
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _LONG_TAG:
            effort += len(re.split(r"[\s/=]+", _QUOTED.sub(" ", tag[0]))) ** 2
    if effort > limits.attributes**2:
        raise LoadError(f"too large: elements of more than {limits.attributes} attributes")


def lay_out(blocks: list[Block]) -> Layout:
    """Return the text of blocks; lists and tables keep their lines together."""
    layout = Layout()
    for block in blocks:
        group = block.group if block.kind in ("li", "row", "pre") else None
        layout.add(block.text, level=block.level, group=group)
    return layout


def _choose(root: _Element, blocks: list[Block], titles: set[str], url: str) -> list[Block]:
    """Return the blocks of the article; of a page too small to have one, all but its furniture."""
    prose = sum(len(b.text) for b in blocks if b.kind in ("p", "quote") and len(b.text) >= 60 and b.link_density < 0.35)
    voters = [_vote(root, url, thorough=False)]
    if len(voters[0]) < _THIN * prose or not voters[0]:
        voters.append(_vote(root, url, thorough=True))
    chosen = Selection(blocks, titles).run(voters)
    if chosen:
        return chosen
    return [b for b in blocks if b.link_density < 0.5 and not is_furniture(b.ancestors)]


def _vote(root: _Element, url: str, *, thorough: bool) -> str:
    """Return the text that trafilatura takes for the article."""
    from copy import deepcopy

    import trafilatura

    options = {"favor_recall": True} if thorough else {"fast": True}
    return trafilatura.extract(deepcopy(root), url=url or None, include_comments=False, **options) or ""
