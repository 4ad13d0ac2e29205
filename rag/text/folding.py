"""Fold typography and layout out of a text, with a map back to its offsets.

Folding makes two texts equal that differ only in how they are set: curly and
straight quotation marks, kinds of dash, ligatures, soft hyphens, no-break and
repeated spaces, line breaks, full-width forms, emphasis marks and case. Every
letter and every digit stays: ``5`` never equals ``6``, nor ``10²`` ``102``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d")
_DOUBLE = frozenset('"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036\u301d\u301e\u301f\uff02')
_SINGLE = frozenset("'\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u00b4`\u02bc\uff07")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u180e")
_OPENING = frozenset("\u3010\uff3b")
_CLOSING = frozenset("\u3011\uff3d")
_KEPT_FORMS = ("<super>", "<sub>", "<fraction>", "<circle>", "<square>")
_TIGHT = frozenset("%?!;:")
"""Marks before which French and some tables set a space."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from."""

    text: str
    starts: tuple[int, ...]
    """For each folded character, the first code point it stands for."""
    ends: tuple[int, ...]
    """For each folded character, one past the last code point it stands for."""


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield each character with the combining marks and conjoining vowels after it."""
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text):
            char = text[end]
            if char > "\u02ff" and (unicodedata.combining(char) or "\u1160" <= char <= "\u11ff"):
                continue
        yield start, end
        start = end


def _plain(cluster: str) -> str:
    """Return one character in its plain form: ``ﬁ`` is ``fi``, ``A`` is ``a``, ``²`` stays."""
    if len(cluster) > 1:
        cluster = unicodedata.normalize("NFC", cluster)
    plain = []
    for char in cluster:
        if char in _OPENING or char in _CLOSING:
            plain.append("[" if char in _OPENING else "]")
        elif char < "\u0080" or unicodedata.decomposition(char).startswith(_KEPT_FORMS):
            plain.append(char)
        else:
            plain.append(unicodedata.normalize("NFKC", char))
    return "".join(plain).casefold()


def _quote_mark(text: str, at: int) -> str:
    """Return ``'`` for an apostrophe or a prime after a digit, else ``"``.

    Editors swap single and double quotation marks when they nest a quotation, so
    both are one; 6' stays apart from 6".
    """
    if text[at] in _DOUBLE:
        return '"'
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return "'" if before.isdigit() or (before.isalnum() and after.isalnum()) else '"'


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    for start, end in _clusters(text):
        char = text[start]
        if end - start > 1:
            yield _plain(text[start:end]), start, end
        elif char in _INVISIBLE:
            continue
        elif char in _DASHES:
            yield "-", start, end
        elif char in _DOUBLE or char in _SINGLE:
            yield _quote_mark(text, start), start, end
        elif char == "*" and not (text[start - 1 : start] + text[end : end + 1]).isdigit():
            continue
        elif char.isspace():
            if text[start - 1 : start] == "\u00ab" or text[end : end + 1] == "\u00bb":
                continue
            yield ("\n" if char in "\n\r\u2028\u2029" else " "), start, end
        else:
            yield _plain(text[start:end]), start, end


def _settle(pieces: list[tuple[str, int, int]], *, join: bool) -> list[tuple[str, int, int]]:
    """Collapse spaces, doubled quotes and doubled dashes; with *join* undo hyphenation."""
    settled: list[tuple[str, int, int]] = []
    for char, start, end in ((c, s, e) for p, s, e in pieces for c in p):
        last = settled[-1] if settled else (" ", 0, 0)
        if char in " \n":
            broken = join and char == "\n" and last[0] == "-" and len(settled) > 1
            if broken and settled[-2][0].isalpha():
                settled[-1] = ("", last[1], end)
            elif last[0] not in (" ", ""):
                settled.append((" ", start, end))
        elif char in "-\"'" and last[0] == char:
            settled[-1] = ('"' if char == "'" else char, last[1], end)
        elif char in _TIGHT and last[0] == " " and settled:
            settled[-1] = (char, start, end)
        elif char == "-" and last[0] == " " and settled:
            settled.append((char, start, end))
        else:
            if last[0] == " " and len(settled) > 2 and settled[-2][0] == "-":
                if settled[-3][0] == " ":
                    del settled[-1], settled[-2]
                elif settled[-3][0].isalpha() and char.isalpha():
                    del settled[-1]
            settled.append((char, start, end))
    return [piece for piece in settled if piece[0]]


@lru_cache(maxsize=256)
def fold(text: str, *, join: bool = False) -> Folded:
    """Fold typography, layout and case out of *text*.

    Runs of white space are one space and none stands at either end; a dash set
    with a space on both sides, or a hyphen with one after it, is the dash alone.
    ``“5 %”`` gives ``"5%"``, and ``low- level`` gives ``low-level``.

    Args:
        text: any text.
        join: drop a hyphen at the end of a line between letters, as in
            ``interna-`` / ``tional``; otherwise that hyphen stays.

    Returns:
        The folded text; ``starts`` and ``ends`` hold one offset a character, in
        code points of *text*, and never fall.
    """
    settled = _settle(list(_pieces(text)), join=join)
    while settled and settled[-1][0] == " ":
        settled.pop()
    return Folded(
        "".join(piece[0] for piece in settled),
        tuple(piece[1] for piece in settled),
        tuple(piece[2] for piece in settled),
    )
