"""Read slides: each slide is a page, its title a heading, its notes after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.charts import add_charts
from rag.loading.extract import Extract, known
from rag.loading.normalise import Layout, clean_line
from rag.loading.numbering import Level, counted
from rag.loading.ooxml import CORE, table_rows, text_of, text_within, told_left_out, told_unread
from rag.loading.packages import Package, attribute, local
from rag.loading.tables import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

_FORM = re.compile(r"(arabic|alpha|roman)(Lc|Uc|)(Period|ParenR|ParenBoth|Plain)")
"""Names of the forms of numbers in front of points."""
_MAIN = "ppt/presentation.xml"
_FURNITURE = frozenset(("sldNum", "ftr", "dt", "hdr"))


def read_pptx(data: bytes) -> Extract:
    """Return the text of a presentation in the order of its slides."""
    package = Package(data)
    layout, warnings = Layout(), list[str]()
    for number, name in enumerate(_slides(package), start=1):
        if name not in package:
            raise LoadError(f"truncated or damaged: slide {number} is missing")
        layout.begin_page(number)
        root = package.xml(name)
        _add_slide(root, layout, number, package, name)
        told = (*told_left_out(root), *told_unread(package, name))
        warnings.extend(f"Slide {number}: {warning}" for warning in told)
        for kind, target in package.relations(name).values():
            if kind == "notesSlide" and target in package:
                _add_notes(package.xml(target), layout)
    if not layout.text:
        raise LoadError("empty: the slides hold no text; pictures of text need OCR")
    facts = package.facts(CORE, date="created")
    facts["title"] = known(facts["title"], layout.top())
    return layout.extract(facts, warnings=tuple(warnings))


def _slides(package: Package) -> list[str]:
    """Return the names of the slides in the order shown."""
    main = package.main(_MAIN)
    relations = package.relations(main)
    ids = [
        next((str(value) for key, value in slide.attrib.items() if str(key).endswith("}id")), "")
        for slide in package.xml(main).iter("{*}sldId")
    ]
    return [relations[key][1] for key in ids if key in relations]


def _add_slide(root: _Element, layout: Layout, number: int, package: Package, name: str) -> None:
    for shape in root.iter("{*}sp", "{*}tbl", "{*}graphicData"):
        if local(shape) == "tbl":
            add_table(layout, table_rows(shape), shape)
        elif local(shape) == "graphicData":
            add_charts(layout, package, name, shape)
        elif next(shape.iterancestors("{*}Fallback"), None) is None:
            kind = _kind(shape)
            if kind in ("title", "ctrTitle"):
                layout.add(text_within(shape), level=1 if number == 1 else 2)
            elif kind not in _FURNITURE:
                for mark, text in _points(shape):
                    layout.add(f"{mark} {text}" if text else "", group=shape)


def _points(shape: _Element) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a box, each with the number in front of it, if it has one."""
    counts: list[int] = []
    levels: dict[int, Level] = {}
    styles = {local(style): style for style in shape.iterfind(".//{*}lstStyle/*")}
    for paragraph in shape.iter("{*}p"):
        props, text = paragraph.find("{*}pPr"), clean_line(text_of(paragraph))
        depth = int(attribute(props, "lvl") or 0)
        if not text:
            continue
        told = props is not None and any(local(prop).startswith("bu") for prop in props)
        level = _level(props if told else styles.get(f"lvl{depth + 1}pPr"), depth)
        if level is None or level != levels.get(depth):
            del counts[depth:]  # another form of number, or none, ends a list
        levels = {at: one for at, one in levels.items() if at < depth} | ({depth: level} if level else {})
        yield counted(levels, counts, depth) if level else "", text


def _level(props: _Element | None, depth: int) -> Level | None:
    """Return how properties of a paragraph number it: ``romanUcPeriod`` is ``IV.``; None where they do not."""
    told = props.find("{*}buAutoNum") if props is not None else None
    form = _FORM.fullmatch(attribute(told, "type"))
    if form is None:
        return None
    start = attribute(told, "startAt")
    kind = {"arabic": "decimal", "alpha": f"{form[2]}Letter", "roman": f"{form[2]}Roman"}[form[1]]
    kind = kind.replace("Lc", "lower").replace("Uc", "upper")
    signs = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}[form[3]]
    return Level(int(start) if start.isdigit() else 1, kind, signs.format(f"%{depth + 1}"))


def _add_notes(root: _Element, layout: Layout) -> None:
    for shape in root.iter("{*}sp"):
        if _kind(shape) == "body" and (text := text_within(shape)):
            layout.add(f"Notes: {text}")


def _kind(shape: _Element) -> str:
    """Return what a shape stands in for: title, body, slide number and so on; empty for a box of its own."""
    return attribute(next(shape.iter("{*}ph"), None), "type")
