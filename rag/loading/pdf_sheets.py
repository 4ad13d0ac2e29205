"""Turn a PDF page so that its text runs from left to right, however the file stores it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""
_SAMPLE = 200
"""Characters of a page that tell which way its text runs."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with the turn that sets most of its text upright, such as a wide table in a tall page."""

    text_page: Any
    quarters: int
    """Quarter turns that the text has to the right."""
    edges: Box
    """Of the page as the file stores it."""

    @classmethod
    def of(cls, page: Any) -> Sheet:
        """Turn a page; its text is taken off it anew, since what does that goes by the way that a page is shown."""
        edges, text_page = page.get_cropbox(), page.get_textpage()
        quarters = _quarters(text_page)
        if 90 * quarters != -page.get_rotation() % 360:
            text_page.close()
            page.set_rotation(-90 * quarters % 360)
            text_page = page.get_textpage()
        return cls(text_page, quarters, edges)

    @property
    def height(self) -> float:
        """Height of the page once it is turned."""
        left, bottom, right, top = self.edges
        return right - left if self.quarters % 2 else top - bottom

    def turned(self, box: Box) -> Box:
        """Return a box of the file where it stands on the turned page, whose origin is bottom left."""
        left, bottom, right, top = self.edges
        if self.quarters == 1:
            return top - box[3], box[0] - left, top - box[1], box[2] - left
        if self.quarters == 2:
            return right - box[2], top - box[3], right - box[0], top - box[1]
        if self.quarters == 3:
            return box[1] - bottom, right - box[2], box[3] - bottom, right - box[0]
        return box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom

    def box(self, at: int, *, loose: bool = False) -> Box:
        """Return the box of a character: its ink, or that of its font as drawn, which its signs do not change."""
        return self.turned(self.text_page.get_charbox(at, loose=loose))


def _quarters(text_page: Any) -> int:
    """Return the quarter turns to the right that most of a text has."""
    import pypdfium2.raw as pdfium

    count = text_page.count_chars()
    angles = Counter(
        round(pdfium.FPDFText_GetCharAngle(text_page, at) / (math.pi / 2)) % 4
        for at in range(0, count, max(1, count // _SAMPLE))
        if pdfium.FPDFText_GetUnicode(text_page, at) > 32
    )
    return angles.most_common(1)[0][0] if angles else 0
