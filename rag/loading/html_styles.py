"""Turn what a style of a web page says, by itself or by a rule of the style sheet, into an element that says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.loading.html_blocks import INLINE, STRUCK
from rag.loading.normalise import clean_line
from rag.loading.symbols import is_symbolic, signs

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROWS = ("table", "thead", "tbody", "tfoot", "tr")
_THROUGH = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_SHIFTED = {
    tag: re.compile(rf"\b(?:vertical-align|font-variant-position)\s*:\s*{where}\b", re.IGNORECASE)
    for tag, where in (("sup", "super"), ("sub", "sub"))
}
_FONT = re.compile(r"\bfont-family\s*:\s*[\"']?([^;,\"']+)", re.IGNORECASE)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAMED = re.compile(r"(\w*)([.#])([\w-]+)")
"""A selector of one class or one id, perhaps of one kind of element, which holds wherever its element stands."""
_ALWAYS = re.compile(r"@media\s+(?:all|screen)", re.IGNORECASE)
"""What may stand around a rule that holds on every screen."""


def mark_styles(root: _Element) -> None:
    """Put a `del`, `sup` or `sub` around what a style strikes out, raises or lowers, as it looks."""
    sheet = _REMARK.sub("", " ".join("".join(map(str, style.itertext())) for style in root.iter("style")))
    for element in _styled(root, sheet, _THROUGH):
        _strike(element)
    for tag, shifted in _SHIFTED.items():
        for element in _styled(root, sheet, shifted):
            if element.tag in INLINE and element.tag not in _SHIFTED:
                _wrap(element, tag)


def show_signs(root: _Element) -> None:
    """Write what is set in a font of signs as the signs that it shows."""
    for element in root.iterfind(".//body//*"):
        named = _FONT.search(element.get("style") or "")
        if is_symbolic(font := named[1] if named else element.get("face") or ""):
            element.text = signs(element.text or "", font)
            for child in element:
                child.tail = signs(child.tail or "", font)


def _styled(root: _Element, sheet: str, style: re.Pattern[str]) -> list[_Element]:
    """Return the elements whose own style, or a rule of the sheet for their class or id, holds a declaration."""
    selectors = (part.strip() for head in _heads(sheet, style) for part in head.split(","))
    names = {(found[1].lower(), found[2], found[3]) for part in selectors if (found := _NAMED.fullmatch(part))}

    def named(element: _Element) -> bool:
        own = [*((".", name) for name in (element.get("class") or "").split()), ("#", element.get("id") or "")]
        return any((tag, *name) in names for tag in ("", element.tag) for name in own)

    elements = root.iterfind(".//body//*")
    return [element for element in elements if style.search(element.get("style") or "") or named(element)]


def _heads(sheet: str, style: re.Pattern[str]) -> Iterator[str]:
    """Yield the selectors of each rule that holds a declaration, whatever the page is shown on."""
    around: list[str] = []
    pieces = re.split("([{}])", sheet)
    for text, brace in zip(pieces[::2], pieces[1::2], strict=False):
        if brace == "{":
            around.append(text.strip())
        elif around:
            selectors = around.pop()
            if len(around) < 2 and style.search(text) and all(map(_ALWAYS.fullmatch, around)):
                yield selectors


def _strike(element: _Element) -> None:
    """Strike out what an element holds; it keeps its place, so that no cell or number moves up, but in rows as such."""
    if element.tag in _ROWS:
        element.tag = "del"
    else:
        _wrap(element, "del")


def _wrap(element: _Element, tag: str) -> None:
    """Put an element of a tag around all that an element holds."""
    inner = element.makeelement(tag)
    inner.text, element.text = element.text, None
    inner.extend(list(element))
    element.append(inner)


def struck(root: _Element) -> list[str]:
    """Return the texts of a page that are struck out."""
    outer = (element for element in root.iter(*STRUCK) if next(element.iterancestors(*STRUCK), None) is None)
    texts = (clean_line("".join(map(str, element.itertext()))) for element in outer)
    return [text for text in texts if text]
