"""Write formulas on a line as one types them: ``x=(-b±√(b²-4ac))/(2a)``, from MathML and from Office's own form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rag.loading.normalise import clean_line
from rag.loading.packages import attribute, local
from rag.loading.raised import FIGURES, raised

if TYPE_CHECKING:
    from lxml.etree import _Element

_SIMPLE = re.compile(r"\d*[.,]?\d*|[^\W\d_]")
_SKIPPED = frozenset(("annotation", "annotation-xml", "rPr", "ctrlPr", "mphantom", "maligngroup"))
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064")


def linear(element: _Element) -> str:
    """Return a formula, or a part of one, on one line."""
    tag = local(element)
    if tag in _SKIPPED or tag.endswith("Pr"):
        return ""
    parts = [text for child in element if (text := linear(child)) or local(child) in _SLOTS]
    if tag in _FORMS:
        kinds = {local(child): linear(child) for child in element}
        return _FORMS[tag](element, parts, kinds)
    inside = "".join([clean_line(element.text or ""), *parts]) if not len(element) else "".join(parts)
    return inside.translate(_INVISIBLE)


def _grouped(text: str) -> str:
    """Return a part in brackets unless it is one number, word or bracket."""
    closed = text[:1] == "(" and text[-1:] == ")" and text.count("(") == 1
    return text if closed or _SIMPLE.fullmatch(text) else f"({text})"


def _power(base: str, power: str) -> str:
    if not power:
        return base
    return _grouped(base) + (raised(power) if FIGURES.fullmatch(power) else f"^{_grouped(power)}")


def _index(base: str, index: str) -> str:
    return f"{base}_{index if index.isalnum() else _grouped(index)}" if index else base


def _both(base: str, index: str, power: str) -> str:
    return f"{_index(base, index)}^{_grouped(power)}" if index and power else _power(_index(base, index), power)


def _sum(sign: str, index: str, power: str) -> str:
    """Write a sum, product or integral apart from what follows it; letters with bounds are no such sign."""
    return _both(sign, index, power) + ("" if sign.isalnum() else " ")


def _fraction(top: str, bottom: str) -> str:
    return f"{_grouped(top)}/{_grouped(bottom)}"


def _root(base: str, degree: str = "") -> str:
    return f"{raised(degree) if degree not in ('', '2') else ''}√{_grouped(base)}"


def _own(element: _Element, name: str, otherwise: str) -> str:
    """Return a sign that the properties of a part name, as its brackets."""
    found = next(element.iterfind(f"{{*}}{local(element)}Pr/{{*}}{name}"), None)
    return otherwise if found is None else attribute(found, "val")


Form = Callable[["_Element", list[str], Mapping[str, str]], str]


def _at(parts: list[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


_SLOTS = frozenset(("mrow", "mi", "mn", "mo", "mtext", "mspace", "none", "e", "num", "den", "sup", "sub", "deg", "lim"))
"""Parts whose place counts though they may be empty."""
_FORMS: Mapping[str, Form] = {
    "msup": lambda e, p, k: _power(_at(p, 0), _at(p, 1)),
    "mover": lambda e, p, k: _at(p, 0) if not _at(p, 1).isalnum() else _power(_at(p, 0), _at(p, 1)),
    "msub": lambda e, p, k: _index(_at(p, 0), _at(p, 1)),
    "munder": lambda e, p, k: _index(_at(p, 0), _at(p, 1)),
    "msubsup": lambda e, p, k: _both(_at(p, 0), _at(p, 1), _at(p, 2)),
    "munderover": lambda e, p, k: _sum(_at(p, 0), _at(p, 1), _at(p, 2)),
    "mfrac": lambda e, p, k: _fraction(_at(p, 0), _at(p, 1)),
    "msqrt": lambda e, p, k: _root("".join(p)),
    "mroot": lambda e, p, k: _root(_at(p, 0), _at(p, 1)),
    "mfenced": lambda e, p, k: f"{attribute(e, 'open') or '('}{','.join(p)}{attribute(e, 'close') or ')'}",
    "mtd": lambda e, p, k: "".join(p),
    "mtr": lambda e, p, k: ", ".join(p),
    "mtable": lambda e, p, k: "[" + "; ".join(p) + "]",
    "sSup": lambda e, p, k: _power(k.get("e", ""), k.get("sup", "")),
    "sSub": lambda e, p, k: _index(k.get("e", ""), k.get("sub", "")),
    "sSubSup": lambda e, p, k: _both(k.get("e", ""), k.get("sub", ""), k.get("sup", "")),
    "sPre": lambda e, p, k: f"{_both('', k.get('sub', ''), k.get('sup', ''))}{k.get('e', '')}",
    "f": lambda e, p, k: _fraction(k.get("num", ""), k.get("den", "")),
    "rad": lambda e, p, k: _root(k.get("e", ""), k.get("deg", "")),
    "nary": lambda e, p, k: _sum(_own(e, "chr", "∫"), k.get("sub", ""), k.get("sup", "")) + k.get("e", ""),
    "d": lambda e, p, k: f"{_own(e, 'begChr', '(')}{','.join(p)}{_own(e, 'endChr', ')')}",
    "limLow": lambda e, p, k: _index(k.get("e", ""), k.get("lim", "")),
    "limUpp": lambda e, p, k: _power(k.get("e", ""), k.get("lim", "")),
    "func": lambda e, p, k: f"{k.get('fName', '')}{_grouped(k.get('e', '')) if k.get('e', '')[:1] != '(' else k['e']}",
    "mr": lambda e, p, k: ", ".join(p),
    "m": lambda e, p, k: "[" + "; ".join(p) + "]",
    "eqArr": lambda e, p, k: "; ".join(p),
}
"""How each part of a formula is written: from its element, its parts in order, and its parts by kind."""
