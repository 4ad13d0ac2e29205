"""Tell the pages of a PDF whose text must be recognised, and recognise it."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import Any

from rag.loading import ocr
from rag.loading.pdf_columns import by_columns
from rag.loading.pdf_lines import Line, Row, add

_FEW = 100
"""Letters and digits below which a text layer may be only the stamp on a scan, and too short to judge its letters."""
_LEAST = 4
"""Letters and digits from which a picture holds print; a recogniser takes a stroke for a letter."""
_COVERED = 0.5
"""Share of the page that a scan's pictures cover at the least."""
_OBJECTS = 2_000
"""Objects of a page that are looked at."""
_FREQUENT = frozenset("aeinorst")
"""Letters that make up half of a text or more in each language of Europe, and a quarter where letters are shifted."""
_SHARE = 0.4
_LOST = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_GUTTER = 0.25
"""As `pdf_columns.GUTTER`; recognised lines hold no gaps between words."""
_PAD = 0.15
"""What a recognised box is wider than its print at each end, in its height."""
_EVEN = 0.7, 1.4
"""Heights of lines, in that of the middle one, that are one size of type: boxes differ by their letters."""


def is_scan(lines: Sequence[Line], page: Any) -> bool:
    """Return whether what is printed on a page is drawn, with a stamp or nothing as text."""
    import pypdfium2.raw as pdfium

    said = sum(char.isalnum() for line in lines for char in line.text)
    drawn: list[Any] = list(islice(page.get_objects(), _OBJECTS)) if said < _FEW else []
    if not said:
        return len(drawn) > 0
    width, height = page.get_size()
    boxes = [thing.get_bounds() for thing in drawn if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE]
    covered = sum((right - left) * (top - bottom) for left, bottom, right, top in boxes)
    return bool(covered >= _COVERED * width * height)


def is_garbled(lines: Sequence[Line]) -> bool:
    """Return whether the letters of a text layer are not those that are printed, as where a font's table is wrong.

    Shifted letters are told by which are frequent: of ``Wkh vhd`` two in seven are among `_FREQUENT`'s eight, of
    ``The sea`` five.
    """
    text = "".join(line.text for line in lines)
    signs = sum(not char.isspace() for char in text)
    if signs >= _FEW and len(_LOST.findall(text)) >= _SHARE * signs:
        return True
    letters = [char for char in unicodedata.normalize("NFD", text.lower()) if char.isalpha()]
    latin = [char for char in letters if char.isascii()]
    if len(latin) < max(_FEW, len(letters) / 2):
        return False
    return sum(char in _FREQUENT for char in latin) < _SHARE * len(latin)


def recognised(page: Any, layer: Sequence[Line]) -> tuple[list[Line], float]:
    """Return the lines that are printed on a page, columns one after the other, and how sure they are.

    Args:
        layer: lines of text that the page has; what is recognised in their places is left out.

    Returns:
        The lines, and the mean of their confidence by length from 0 to 1; 0 where nothing is printed.
    """
    width, height = page.get_size()
    scale = ocr.SIDE / max(width, height)
    # Fields and text boxes are read as text, see `rag.loading.pdf_forms`.
    picture = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    prints = ocr.recognise(picture.to_numpy())
    middle = statistics.median(found.bottom - found.top for found in prints) if prints else 0.0
    rows: list[Row] = []
    weights: list[tuple[float, int]] = []
    for found in prints:
        tall = found.bottom - found.top
        size = middle if _EVEN[0] * middle <= tall <= _EVEN[1] * middle else tall
        pad = min(_PAD * tall, 0.4 * (found.right - found.left))
        left, right, size = (found.left + pad) / scale, (found.right - pad) / scale, size / scale
        line = Line(
            found.text, left, right, height - found.bottom / scale, height - found.top / scale, size, bold=False
        )
        if not any(_within(line, known) for known in layer):
            add(rows, [line])
            weights.append((found.confidence, len(found.text)))
    if sum(char.isalnum() for line, _ in rows for char in line.text) < _LEAST:
        return [], 0.0
    total = sum(length for _, length in weights)
    sure = sum(confidence * length for confidence, length in weights) / total if total else 0.0
    return by_columns(rows, gutter=_GUTTER), sure


def _within(line: Line, known: Line) -> bool:
    """Return whether the middle of a line lies in another one."""
    across, up = (line.left + line.right) / 2, (line.bottom + line.top) / 2
    return known.left <= across <= known.right and known.bottom <= up <= known.top
