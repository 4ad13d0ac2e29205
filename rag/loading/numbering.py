"""Count the numbers of lists, which stand in no paragraph's text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from rag.loading.normalise import ordinal
from rag.loading.packages import attribute

if TYPE_CHECKING:
    from lxml.etree import _Element

BULLET = "-"
_PLACE = re.compile(r"%([1-9])")
_NOWHERE: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Level:
    """How the points of one level of a list are numbered."""

    start: int
    form: str
    """How the number is written, as ``decimal`` or ``lowerRoman``."""
    text: str
    """What is shown, as ``%1.%2)``."""


@dataclass(slots=True)
class Lists:
    """The lists of one document and how far each has counted."""

    _levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    """Levels of each abstract list."""
    _lists: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)
    """The abstract list of each list, and where its levels start anew."""
    _counts: dict[str, list[int]] = field(default_factory=dict)
    """The last number of each level, by abstract list or by a list that starts anew."""

    @classmethod
    def read(cls, root: _Element | None) -> Lists:
        """Take the lists from the part that defines them; none where there is no such part."""
        found = cls()
        for abstract in root.iterchildren("{*}abstractNum") if root is not None else ():
            found._levels[attribute(abstract, "abstractNumId")] = {
                _number(attribute(level, "ilvl")): Level(
                    _number(attribute(level.find("{*}start"), "val"), 1),
                    attribute(level.find("{*}numFmt"), "val") or "decimal",
                    attribute(level.find("{*}lvlText"), "val"),
                )
                for level in abstract.iterchildren("{*}lvl")
            }
        for one in root.iterchildren("{*}num") if root is not None else ():
            anew = {
                _number(attribute(override, "ilvl")): _number(attribute(override.find("{*}startOverride"), "val"), 1)
                for override in one.iterchildren("{*}lvlOverride")
                if override.find("{*}startOverride") is not None
            }
            found._lists[attribute(one, "numId")] = attribute(one.find("{*}abstractNumId"), "val"), anew
        return found

    def mark(self, list_id: str, depth: int) -> str:
        """Count one point of a list, and give what stands in front of it: a number as shown, or a bullet."""
        abstract, anew = self._lists.get(list_id, ("", {}))
        levels = self._levels.get(abstract, {})
        level = levels.get(depth)
        if level is None or level.form in ("bullet", "none"):
            return BULLET
        return counted(levels, self._counts.setdefault(list_id if anew else abstract, []), depth, anew)


def counted(levels: Mapping[int, Level], counts: list[int], depth: int, anew: Mapping[int, int] = _NOWHERE) -> str:
    """Count one point of a list, and give what stands in front of it.

    Args:
        levels: by depth, from 0; the point's own is one of them.
        counts: the last number of each level, changed here.
        anew: where levels start instead of where they say.
    """
    for at in range(len(counts), depth + 1):
        counts.append(anew.get(at, levels[at].start if at in levels else 1) - (at == depth))
    counts[depth] += 1
    del counts[depth + 1 :]
    numbers = [ordinal(number, levels[at].form) if at in levels else "" for at, number in enumerate(counts)]
    shown = _PLACE.sub(lambda place: "".join(numbers[int(place[1]) - 1 :][:1]), levels[depth].text)
    return shown.strip() or BULLET


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdigit() else otherwise
