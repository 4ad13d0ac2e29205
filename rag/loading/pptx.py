"""Read slides: each slide is a page, its title a heading, its notes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits
from rag.loading.normalise import Layout, clean_line
from rag.loading.ooxml import core_properties, table_rows, text_of
from rag.loading.packages import Package, attribute, local
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN = "ppt/presentation.xml"
_FURNITURE = frozenset(("sldNum", "ftr", "dt", "hdr"))


def read_pptx(data: bytes, *, limits: Limits = LIMITS) -> Extract:
    """Return the text of a presentation in the order of its slides.

    Raises:
        LoadError: truncated, damaged, too large, or without text.
    """
    package = Package(data, limits)
    layout = Layout()
    for number, name in enumerate(_slides(package), start=1):
        if name not in package:
            raise LoadError(f"truncated or damaged: slide {number} is missing")
        layout.begin_page(number)
        _shapes(package.xml(name), layout, number)
        for kind, target in package.relations(name).values():
            if kind == "notesSlide" and target in package:
                _notes(package.xml(target), layout)
    if not layout.text:
        raise LoadError("empty: the slides hold no text; pictures of text need OCR")
    facts = core_properties(package)
    title = facts["title"]
    if title == UNKNOWN and layout.headings:
        title = layout.text[layout.headings[0].start : layout.headings[0].end]
    return Extract(
        layout.text,
        layout.headings,
        layout.pages,
        title,
        facts["author"],
        date=facts["date"],
        language=facts["language"],
    )


def _slides(package: Package) -> list[str]:
    """Return the names of the slides in the order shown."""
    relations = package.relations(_MAIN)
    ids = [
        next((str(value) for key, value in slide.attrib.items() if str(key).endswith("}id")), "")
        for slide in package.xml(_MAIN).iter()
        if local(slide) == "sldId"
    ]
    return [relations[key][1] for key in ids if key in relations]


def _shapes(root: _Element, layout: Layout, number: int) -> None:
    for shape in root.iter():
        if local(shape) == "sp" and not any(local(above) == "Fallback" for above in shape.iterancestors()):
            _shape(shape, layout, number)
        elif local(shape) == "tbl":
            for cells in table_rows(shape, _paragraphs_text):
                layout.add_row(cells, shape)


def _shape(shape: _Element, layout: Layout, number: int) -> None:
    kind = next((attribute(part, "type") or "body" for part in shape.iter() if local(part) == "ph"), "")
    if kind in _FURNITURE:
        return
    if kind in ("title", "ctrTitle"):
        layout.add(_paragraphs_text(shape), level=1 if number == 1 else 2)
        return
    for paragraph in (part for part in shape.iter() if local(part) == "p"):
        layout.add(clean_line(text_of(paragraph)), group=shape)


def _notes(root: _Element, layout: Layout) -> None:
    for shape in (part for part in root.iter() if local(part) == "sp"):
        kind = next((attribute(part, "type") for part in shape.iter() if local(part) == "ph"), "")
        if kind == "body" and (text := _paragraphs_text(shape)):
            layout.add(f"Notes: {text}")


def _paragraphs_text(element: _Element) -> str:
    """Return the paragraphs of an element on one line."""
    return " ".join(filter(None, (clean_line(text_of(part)) for part in element.iter() if local(part) == "p")))
