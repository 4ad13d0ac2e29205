"""What the styles of an OpenDocument file say that concerns its text, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.loading.normalise import is_monospaced
from rag.loading.numbering import Level
from rag.loading.packages import Package, attribute, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
OUTLINE = "\0"
"""Stands for the name of the list that headings are in."""
_BODY = "Standard"
"""The style of paragraphs that name none."""
_FONTS = ("font-name", "font-family")
_STRUCK = ("text-line-through-style", "text-line-through-type")
_DEEPEST = 20
"""Styles that one may rest on."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What the styles of a document say that concerns its text, by their names."""

    rises: Mapping[str, int]
    """1 of a style that raises text, -1 of one that lowers it."""
    unseen: frozenset[str]
    """Styles that strike text out or hide it."""
    code: frozenset[str]
    """Styles of a typewriter's letters, in a document that is not set in them."""
    fonts: Mapping[str, str]
    """The font of each style that names one."""
    lists: Mapping[str, Mapping[int, Level]]
    """The levels of each list that have numbers, from 0; those of headings by `OUTLINE`."""

    @classmethod
    def of(cls, package: Package) -> Looks:
        """Read the styles of a packed document."""
        return cls.read(*(package.xml(name) for name in ("styles.xml", "content.xml") if name in package))

    @classmethod
    def read(cls, *parts: _Element) -> Looks:
        """Read the styles of the parts of a document."""
        styles = {attribute(style, "name"): style for part in parts for style in part.iter("{*}style")}
        said = {name: _said(style, styles) for name, style in styles.items()}
        faces = {
            attribute(face, "name"): attribute(face, "font-family")
            for part in parts
            for face in part.iter("{*}font-face")
        }
        fonts = {name: _font(props, faces) for name, props in said.items() if not props.keys().isdisjoint(_FONTS)}
        code = {name for name, props in said.items() if any(is_monospaced(props.get(font, "")) for font in _FONTS)}
        return cls(
            {name: _rise(props["text-position"]) for name, props in said.items() if "text-position" in props},
            frozenset(name for name, props in said.items() if _is_unseen(props)),
            frozenset(code if _BODY not in code else ()),
            fonts,
            {name: levels for part in parts for name, levels in _lists(part)},
        )

    def hide(self, element: _Element) -> bool:
        """Return whether an element is struck out or hidden."""
        return attribute(element, "style-name") in self.unseen or attribute(element, "display") == "none"


def _said(style: _Element, styles: Mapping[str, _Element]) -> dict[str, str]:
    """Return what a style says of its text, with what it rests on."""
    said: dict[str, str] = {}
    for _ in range(_DEEPEST):
        props = style.find("{*}text-properties")
        own = props.attrib.items() if props is not None else ()
        said = {str(key).rpartition("}")[2]: str(value) for key, value in own} | said
        above = styles.get(attribute(style, "parent-style-name"))
        if above is None:
            break
        style = above
    return said


def _font(props: Mapping[str, str], faces: Mapping[str, str]) -> str:
    """Return the font that a style names, by its own name where the document declares it under another."""
    named, family = (props.get(kind, "") for kind in _FONTS)
    return (faces.get(named) or named or family).strip("'\"")


def _rise(place: str) -> int:
    """Return 1 of a place above the line, -1 of one below it, 0 of one on it."""
    if place[:1] in ("", "0"):
        return 0
    return -1 if place.startswith(("sub", "-")) else 1


def _is_unseen(props: Mapping[str, str]) -> bool:
    return props.get("display") == "none" or any(props.get(kind, "none") not in ("", "none") for kind in _STRUCK)


def _lists(part: _Element) -> Iterator[tuple[str, dict[int, Level]]]:
    """Yield each list by name with its levels that have numbers."""
    for style in part.iter("{*}list-style", "{*}outline-style"):
        outline = local(style) == "outline-style"
        levels = dict(map(_level, style.iterchildren("{*}list-level-style-number", "{*}outline-level-style")))
        yield OUTLINE if outline else attribute(style, "name"), {at: one for at, one in levels.items() if one.form}


def _level(told: _Element) -> tuple[int, Level]:
    at, shown, start = (attribute(told, name) for name in ("level", "display-levels", "start-value"))
    depth = int(at) - 1 if at.isdigit() else 0
    first = depth + 1 - (int(shown) if shown.isdigit() else 1)
    places = ".".join(f"%{place + 1}" for place in range(max(0, first), depth + 1))
    text = f"{attribute(told, 'num-prefix')}{places}{attribute(told, 'num-suffix')}"
    form = _FORMS.get(attribute(told, "num-format"), "")
    return depth, Level(int(start) if start.isdigit() else 1, form, text)
