"""Find what a web page strikes out: by its elements, by their styles and by the rules of its style sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.loading.normalise import clean_line

if TYPE_CHECKING:
    from lxml.etree import _Element

STRUCK = ("del", "s", "strike")
_ROWS = ("table", "thead", "tbody", "tfoot", "tr")
_THROUGH = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAMED = re.compile(r"\w*([.#])([\w-]+)")
"""A selector of one class or one id, which holds wherever its element stands."""


def mark_struck(root: _Element) -> None:
    """Put a `del` around what a style strikes out, as it looks."""
    sheet = " ".join("".join(map(str, style.itertext())) for style in root.iter("style"))
    rules = (rule.rpartition("{") for rule in _REMARK.sub("", sheet).split("}") if _THROUGH.search(rule))
    selectors = (part.strip() for head, _, _ in rules for part in head.rpartition("{")[2].split(","))
    names = {(found[1], found[2]) for part in selectors if (found := _NAMED.fullmatch(part))}
    for element in list(root.iterfind(".//body//*")):
        own = {(".", name) for name in (element.get("class") or "").split()} | {("#", element.get("id") or "")}
        if own & names or _THROUGH.search(element.get("style") or ""):
            _strike(element)


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
    texts = (clean_line("".join(map(str, element.itertext()))) for element in root.iter(*STRUCK))
    return [text for text in texts if text]
