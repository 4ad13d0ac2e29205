"""Read RTF documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.extract import Extract, known, titled
from rag.loading.forms import chosen, ticked
from rag.loading.normalise import Layout, clean_line, left_out, not_read
from rag.loading.packages import NOBODY
from rag.loading.raised import lowered, raised
from rag.loading.rtf_symbols import coded, show_signs
from rag.loading.symbols import signs
from rag.loading.tables import add_table

_STRUCK = re.compile(r"\{[^{}]*\\(?:strike|striked1|v|deleted)(?![a-z0-9])[^{}]*\}")
_OUTLINE = re.compile(r"\\outlinelevel([0-5])(?!\d) ?")
_LEVELS = 0xE000
"""First of six private characters that stand in front of a heading's words, one a level."""
_NOTE = "\ue010"
"""Stands where a footnote's mark is."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_DAY = re.compile(r"\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_SHIFTED = re.compile(r"\\(super|sub)((?:\\[a-z]+-?\d*)*) ?([\d+-]{1,20})(?=[}\\ ])")
"""Figures that are raised or lowered."""
_MARKUP = re.compile(r"[{}]|\\[a-z]+-?\d* ?")
_AROUND = 80
"""Characters of markup in which what stands beside a figure is looked for."""
_SIGN = re.compile(r"\bSYMBOL\s+(\d{1,5})\b[^{}\"]*\\\\f\s*\"([^\"]+)\"")
"""A field that shows a sign by its code and font."""
_FORM = re.compile(r"\\ff(type|res|defres)(\d+)")
_ENTRY = re.compile(r"\{\\\*\\ffl ([^{}]*)\}")
_BOX, _UNSET = "1", "25"
"""The type of a field that is a box, and the number that stands for what is set before anybody fills the form in."""
_PROPERTIES = ("title", "author", "company")


def read_rtf(data: bytes) -> Extract:
    """Return the text of an RTF document with its tables, text boxes and footnotes; pictures are not looked into."""
    from striprtf.striprtf import font_table_group

    text = _fill_in(data.decode("cp1252", "replace"))
    text = show_signs(text, font_table_group(text))
    struck = [said for run in _STRUCK.findall(text) if (said := _plain(run))]
    text = _OUTLINE.sub(lambda found: chr(_LEVELS + int(found[1])), _STRUCK.sub("", text))
    text = _SHIFTED.sub(_on_line, text)
    # The library leaves out the numbers of old lists, but not those of new ones.
    text = text.replace(r"\pntext", r"\listtext")
    layout = Layout()
    notes, parts, done = list[str](), list[str](), 0
    for start, end in _groups(text, "footnote"):
        notes.append(_plain(text[start:end].replace(r"\footnote", "", 1)))
        parts += text[done:start], _NOTE
        done = end
    text = "".join([*parts, text[done:]])
    boxes = [_plain(text[start:end].replace(r"\shptxt", "", 1)) for start, end in _groups(text, "shptxt")]
    _add(_to_text(text), layout)
    for box in boxes:
        layout.add(box)
    for number, note in enumerate(notes, start=1):
        layout.add(f"[{number}] {note}", group="notes")
    if not layout.text:
        raise LoadError("empty: the document holds no text")
    warnings = (*left_out(struck), *not_read("an embedded file" for _ in _groups(text, "object")))
    return layout.extract(_facts(text, layout), warnings=warnings)


def _fill_in(text: str) -> str:
    """Write what fields show that hold no text of their own: a sign of a font, the entry of a list, or a box."""
    parts, done = list[str](), 0
    for start, end in _groups(text, "field"):
        field = text[start:end]
        if (said := _shown(field)) and not _plain(field):
            parts += text[done:start], coded(said)
            done = end
    return "".join([*parts, text[done:]])


def _shown(field: str) -> str:
    if sign := _SIGN.search(field):
        return signs(chr(int(sign[1]) & 0xFFFF), sign[2])
    told = dict(_FORM.findall(field))
    number = told.get("res", _UNSET)
    number = told.get("defres", "0") if number == _UNSET else number
    if told.get("type") == _BOX:
        return ticked(number != "0")
    return chosen([_plain(f"{{{entry}}}") for entry in _ENTRY.findall(field)], number)


def _on_line(found: re.Match[str]) -> str:
    """Write raised or lowered figures as signs of their own where they could run into others."""
    way, props, figures = found.groups()
    around = (
        found.string[max(0, found.start() - _AROUND) : found.start()],
        found.string[found.end() : found.end() + _AROUND],
    )
    before, after = (_MARKUP.sub("", text) for text in around)
    signs = raised(figures) if way == "super" else lowered(figures, before, after)
    return props + "".join(f"\\u{ord(sign)}?" for sign in signs)


def _add(text: str, layout: Layout) -> None:
    """Add plain text, a paragraph or table row a line."""
    note = 0
    rows: list[list[str]] = []
    """Those of the table at hand."""
    for line in text.split("\n"):
        while _NOTE in line:
            note += 1
            line = line.replace(_NOTE, f"[{note}]", 1)
        level = max((ord(sign) - _LEVELS + 1 for sign in line if _LEVELS <= ord(sign) < _LEVELS + 6), default=0)
        line = re.sub("[\ue000-\ue005]", "", line)
        if line.rstrip().endswith("|"):
            rows.append(line.split("|"))
            continue
        add_table(layout, rows, rows)
        rows = []
        layout.add(line, level=level)
    add_table(layout, rows, rows)


def _to_text(markup: str) -> str:
    from striprtf.striprtf import rtf_to_text

    text: str = rtf_to_text(markup, errors="replace")
    # A sign beyond 16 bits is written as two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(group: str) -> str:
    """Return the text of a group on one line."""
    return clean_line(_to_text(group))


def _groups(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where each group that begins with a control word starts and ends; of groups within groups the outermost."""
    begins = re.compile(r"\{(?:\\\*)?\\" + word + r"(?![a-z])")
    depth = 0
    start, level = -1, 0
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            depth += 1
            if start < 0 and begins.match(text, brace.start()):
                start, level = brace.start(), depth
        elif brace[0] == "}":
            if start >= 0 and depth == level:
                yield start, brace.end()
                start = -1
            depth -= 1


def _facts(text: str, layout: Layout) -> dict[str, str]:
    """Return title, author, publisher and date as the document's properties tell them."""
    told: dict[str, str] = {}
    for start, end in list(_groups(text, "info"))[:1]:
        info = text[start:end]
        for word in _PROPERTIES:
            for first, last in list(_groups(info, word))[:1]:
                told[word] = _plain(info[first:last].replace(f"\\{word}", "", 1).replace(r"\*", "", 1))
        if day := _DAY.search(info):
            told["date"] = parse_date(f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}")
    author = told.get("author", "")
    return {
        "title": known(titled(told.get("title", "")), layout.top(level=1)),
        "author": known("" if author.lower() in NOBODY else author),
        "publisher": known(told.get("company", "")),
        "date": known(told.get("date", "")),
    }
