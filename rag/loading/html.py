"""Read web pages: the article without menus, footers and banners."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.encodings import decode
from rag.loading.extract import Extract
from rag.loading.formulas import linear
from rag.loading.html_blocks import Block, cut_blocks, inner_text, lay_out
from rag.loading.html_furniture import is_furniture
from rag.loading.html_meta import page_facts, page_titles
from rag.loading.html_select import Selection
from rag.loading.html_styles import mark_styles, show_signs, struck
from rag.loading.limits import ATTRIBUTES, ELEMENTS, HTML_BYTES, megabytes
from rag.loading.normalise import Layout, left_out
from rag.loading.quality import error_page

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z](?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+")
_LONG_TAG = 1000
"""Characters below which a tag is not looked into."""
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_THIN = 0.15
"""Share of the page's prose below which trafilatura's thorough way votes beside its quick one."""


def read_html(data: bytes) -> Extract:
    """Return the article of a web page."""
    root = parse_html(data)
    facts = page_facts(root)
    blocks = cut_blocks(root)
    layout = Layout()
    lay_out(_choose(root, blocks, [facts["title"], *page_titles(root)]), layout)
    doubt = error_page(_heads(root, facts["title"]), layout.text or "".join(block.text for block in blocks[:1]))
    if not layout.text:
        raise LoadError(doubt or "empty: the page holds no text of its own (it may be built by scripts)")
    return replace(layout.extract(facts, warnings=left_out(struck(root))), doubt=doubt)


def _heads(root: _Element, title: str) -> list[str]:
    """Return what a page calls itself."""
    tops = [inner_text(element) for element in root.iter("h1")]
    return [title, *("".join(map(str, e.itertext())) for e in root.iter("title")), *(tops if len(tops) == 1 else ())]


def parse_html(data: bytes) -> _Element:
    """Return the root of a web page's tree.

    Raises:
        LoadError: too large, nested too deep, crowded with attributes, or not a page at all.
    """
    from lxml import etree, html

    if len(data) > HTML_BYTES:
        raise LoadError(f"too large: a web page of {megabytes(len(data))}, limit {megabytes(HTML_BYTES)}")
    declared = _CHARSET.search(data[:4096])
    text = decode(data, declared=declared[1].decode("ascii") if declared else "").replace("\0", "")
    _refuse_crowded_tags(text)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise LoadError("empty: the page holds no elements") from error
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise LoadError("nested too deep: elements stand within each other more than 256 times; save it as text")
    if sum(1 for _ in root.iter()) > ELEMENTS:
        raise LoadError(f"too large: a web page of more than {ELEMENTS} elements")
    mark_styles(root)
    show_signs(root)
    return root


def _refuse_crowded_tags(text: str) -> None:
    """Refuse a page of elements with so many attributes that the parser would never end.

    Its time grows with the square of an element's attributes, so squares are summed.
    Scripts are counted too where they look like a tag, which is why the limit is wide.
    """
    effort = 0
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _LONG_TAG:
            effort += len(re.split(r"[\s/=]+", _QUOTED.sub(" ", tag[0]))) ** 2
    if effort > ATTRIBUTES**2:
        raise LoadError(f"too large: elements of more than {ATTRIBUTES} attributes")


def _choose(root: _Element, blocks: list[Block], titles: list[str]) -> list[Block]:
    """Return the blocks of the article; of a page too small to have one, all but its furniture."""
    prose = sum(len(b.text) for b in blocks if b.kind in ("p", "quote") and len(b.text) >= 60 and b.link_density < 0.35)
    votes = [_vote(root, fast=True)]
    if len(votes[0]) < _THIN * prose or not votes[0]:
        votes.append(_vote(root, favor_recall=True))
    chosen = Selection.from_votes(blocks, titles, votes).corrected()
    return chosen or [b for b in blocks if b.link_density < 0.5 and not is_furniture(b.ancestors)]


def _vote(root: _Element, **options: bool) -> str:
    """Return the text that trafilatura takes for the article, with formulas as our own blocks have them."""
    from copy import deepcopy

    import trafilatura

    page = deepcopy(root)
    for formula in list(page.iter("math")):
        written = linear(formula)
        for part in list(formula):
            formula.remove(part)
        formula.tag, formula.text = "span", written
    return trafilatura.extract(page, include_comments=False, **options) or ""
