"""Find what a web page strikes out: by its elements, by their styles and by the rules of its style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.loading.normalise import clean_line

if TYPE_CHECKING:
    from lxml.etree import _Element

STRUCK = ("del", "s", "strike")
_ROWS = ("table", "thead", "tbody", "tfoot", "tr")
_THROUGH = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAMED = re.compile(r"(\w*)([.#])([\w-]+)")
"""A selector of one class or one id, perhaps of one kind of element, which holds wherever its element stands."""
_ALWAYS = re.compile(r"@media\s+(?:all|screen)", re.IGNORECASE)
"""What may stand around a rule that holds on every screen."""


def mark_struck(root: _Element) -> None:
    """Put a `del` around what a style strikes out, as it looks."""
    sheet = " ".join("".join(map(str, style.itertext())) for style in root.iter("style"))
    selectors = (part.strip() for head in _striking(_REMARK.sub("", sheet)) for part in head.split(","))
    names = {(found[1].lower(), found[2], found[3]) for part in selectors if (found := _NAMED.fullmatch(part))}
    for element in list(root.iterfind(".//body//*")):
        own = [*((".", name) for name in (element.get("class") or "").split()), ("#", element.get("id") or "")]
        named = any((tag, *name) in names for tag in ("", element.tag) for name in own)
        if named or _THROUGH.search(element.get("style") or ""):
            _strike(element)


def _striking(sheet: str) -> Iterator[str]:
    """Yield the selectors of each rule that strikes out, whatever the page is shown on."""
    around: list[str] = []
    pieces = re.split("([{}])", sheet)
    for text, brace in zip(pieces[::2], pieces[1::2], strict=False):
        if brace == "{":
            around.append(text.strip())
        elif around:
            selectors = around.pop()
            if len(around) < 2 and _THROUGH.search(text) and all(map(_ALWAYS.fullmatch, around)):
                yield selectors


def _strike(element: _Element) -> None:
    """Strike out what an element holds; it keeps its place, so that no cell or number moves up, but in rows as such."""
    if element.tag in _ROWS:
        element.tag = "del"
        return
    inner = element.makeelement("del")
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    element.append(inner)


def struck(root: _Element) -> list[str]:
    """Return the texts of a page that are struck out."""
    outer = (element for element in root.iter(*STRUCK) if next(element.iterancestors(*STRUCK), None) is None)
    texts = (clean_line("".join(map(str, element.itertext()))) for element in outer)
    return [text for text in texts if text]
