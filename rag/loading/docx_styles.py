"""Resolve the styles of a Word document, and write into its runs what their styles say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loading.normalise import is_monospaced
from rag.loading.packages import attribute, local
from rag.loading.symbols import is_symbolic

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING = re.compile(r"heading\s*([1-9])$", re.IGNORECASE)
_SWITCHES = ("strike", "dstrike", "vanish")
"""Properties of a run that strike it out or hide it."""
_BODY = (("paragraph", "1"), ("paragraph", "true"))
"""Type and mark of the style of paragraphs that name none."""
_DEEPEST = 20
"""Styles that one may rest on."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says that concerns the text set in it."""

    level: int = 0
    """Of a heading; 0 of any other."""
    list_id: str = ""
    depth: str = ""
    font: str = ""
    switches: Mapping[str, _Element] = field(default_factory=dict)
    """Properties that strike out or hide, by name, on or off."""
    parent: str = ""

    def under(self, parent: Style) -> Style:
        """Fill what it leaves unsaid from the style that it rests on."""
        numbered = self if self.list_id else parent
        return Style(
            self.level or parent.level,
            numbered.list_id,
            numbered.depth,
            self.font or parent.font,
            {**parent.switches, **self.switches},
            parent.parent,
        )


_PLAIN = Style()


class Styles:
    """The styles of one document by id, each with what it inherits."""

    def __init__(self, root: _Element | None) -> None:
        every = list(root.iterchildren("{*}style")) if root is not None else []
        own = {attribute(style, "styleId"): _read(style) for style in every}
        self._styles = {name: _resolved(style, own) for name, style in own.items()}
        bodies = (attribute(s, "styleId") for s in every if (attribute(s, "type"), attribute(s, "default")) in _BODY)
        default = root.find("{*}docDefaults/{*}rPrDefault/{*}rPr/{*}rFonts") if root is not None else None
        self._font = self.get(next(bodies, "")).font or attribute(default, "ascii")

    def get(self, name: str) -> Style:
        """Return a style; a plain one where the document does not define it."""
        return self._styles.get(name, _PLAIN)

    def of(self, paragraph: _Element | None) -> Style:
        """Return the style of a paragraph."""
        return self.get(attribute(paragraph.find("{*}pPr/{*}pStyle"), "val")) if paragraph is not None else _PLAIN

    def _of_run(self, run: _Element) -> Style:
        return self.get(attribute(run.find("{*}rPr/{*}rStyle"), "val"))

    def is_code(self, paragraph: _Element) -> bool:
        """Return whether a paragraph is set in a typewriter's letters, in a document that is not."""
        above = self.of(paragraph).font or self._font
        runs = [run for run in paragraph.iter("{*}r") if run.find("{*}t") is not None]
        fonts = (attribute(run.find("{*}rPr/{*}rFonts"), "ascii") or self._of_run(run).font or above for run in runs)
        return bool(runs) and not is_monospaced(self._font) and all(map(is_monospaced, fonts))

    def settle(self, root: _Element) -> _Element:
        """Write into each run of a part how its styles strike out or hide, and their font where its letters are signs.

        What a run says itself stays.
        """
        from lxml.etree import Element, QName, SubElement

        for run in root.iter("{*}r"):
            paragraph = next(run.iterancestors("{*}p"), None)
            switches = {**self.of(paragraph).switches, **self._of_run(run).switches}
            font = self._of_run(run).font or self.of(paragraph).font
            if is_symbolic(font):
                space = QName(run).namespace
                switches["rFonts"] = Element(QName(space, "rFonts"), {QName(space, "ascii"): font})
            props = run.find("{*}rPr")
            said = {local(prop) for prop in (props if props is not None else ())}
            if props is None and switches:
                props = SubElement(run, QName(QName(run).namespace, "rPr"))
            if props is not None:
                props.extend(deepcopy(switch) for name, switch in switches.items() if name not in said)
        return root


def outline_level(outline: str) -> int:
    """Return the level of a heading by its place in the outline; 0 for text."""
    return int(outline) + 1 if outline.isdigit() and int(outline) < 6 else 0


def _read(style: _Element) -> Style:
    """Return what a style says itself."""
    named = _HEADING.match(attribute(style.find("{*}name"), "val"))
    props = style.find("{*}rPr")
    return Style(
        min(int(named[1]), 6) if named else outline_level(attribute(style.find("{*}pPr/{*}outlineLvl"), "val")),
        attribute(style.find("{*}pPr/{*}numPr/{*}numId"), "val"),
        attribute(style.find("{*}pPr/{*}numPr/{*}ilvl"), "val"),
        attribute(style.find("{*}rPr/{*}rFonts"), "ascii"),
        {local(prop): prop for prop in (props if props is not None else ()) if local(prop) in _SWITCHES},
        attribute(style.find("{*}basedOn"), "val"),
    )


def _resolved(style: Style, own: Mapping[str, Style]) -> Style:
    for _ in range(_DEEPEST):
        if style.parent not in own:
            break
        style = style.under(own[style.parent])
    return style
