"""Find the sentences of a block of text, by offset.

nupunkt, made for English law, tells where sentences end. What it cannot know is asked of word lists: an abbreviation
that it has not met is a short word that hardly anybody writes, and many of those that it has met are plain words.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.loading.dates import months
from rag.loading.tables import CELLS
from rag.records import Span
from rag.text.english import per_million
from rag.text.languages import language
from rag.text.words import CLOSERS, OTHER_ENDS, STOP_WORDS, find_words

COMMON, UNCOMMON, RARE = 12.0, 5.0, 0.1
"""Uses in a million words from which a word in small letters is none that is cut short; below which it is one before
a number; and below which it is one before small letters too, or with a capital. Chosen on half 0 of treebanks."""

LONGEST = 4
"""Letters of the longest abbreviation that is told by being rare."""

NEAR = 30
"""Characters on each side of a gap that are looked at."""

BRACKETED = 500
"""Characters before a gap among which a bracket may have opened."""

_OTHER_END = re.compile(
    rf"[{OTHER_ENDS}][{CLOSERS}]*|[.!?][{CLOSERS}]*[\u00b2\u00b3\u00b9\u2070-\u2079]+(?=\s+[^\W\d_a-z])"
)
"""The end of a sentence that nupunkt does not know: in another script, or with a note's number."""
_GAP = re.compile(rf"([.!?][{CLOSERS}]*)\s+(?=\S)")
"""Where a sentence may end."""
_INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.){2,}$")
_WORD = re.compile(r"(?<!['’\w])[^\W\d_]{2,}$")
_DAY = re.compile(r"(?<![\w.,])(?:[12]?\d|3[01])$")
_CLOSED = re.compile(r"[^().!?]*(?:[.!?](?!\s)[^().!?]*)*\)")
_NEW = re.compile(r"[IA](?!\w)|[^\W\d_][^\W\d_A-Z]")
"""The start of a word, not the number or letter of what is counted."""


def split_sentences(text: str, start: int = 0) -> list[Span]:
    """Find the sentences of one block, without the white space around them.

    A row of a table with more cells than sentence ends is one: its values mean nothing apart.

    Args:
        start: where the block begins in its document; the spans count from there.
    """
    from nupunkt import sentence_spans

    ends = {high for _, high in sentence_spans(text)}
    low = 0
    for gap in _GAP.finditer(text):
        end = gap.end(1)
        if end in ends:
            if _goes_on(text, low, gap):
                ends.remove(end)
        elif _is_missed(text, gap):
            ends.add(end)
        low = end if end in ends else low
    spans: list[Span] = []
    ends.update(end.end() for end in _OTHER_END.finditer(text))
    for low, high in pairwise(sorted({0, *ends})):
        piece = text[low:high]
        low += len(piece) - len(piece.lstrip())
        high = low + len(piece.strip())
        if high > low:
            spans.append(Span(start + low, start + high))
    if 1 < len(spans) <= text.count(CELLS):
        return [Span(spans[0].start, spans[-1].end)]
    return spans


def _goes_on(text: str, low: int, gap: re.Match[str]) -> bool:
    """Whether a sentence that begins at an offset was cut at a gap that is not its end.

    It goes on after an abbreviation, ``U.S.`` but before ``The``, ``In`` and the like; within brackets that opened
    in it; and in a date such as ``3. März``.
    """
    point, after = gap.start(), gap.end()
    near = max(low, point - NEAR)
    within = max(low + 1, point - BRACKETED)
    if text.count("(", within, point) > text.count(")", within, point) and _CLOSED.match(text, after):
        return True
    if _INITIALS.search(text, near, point + 1):
        words = find_words(text[after : after + NEAR])
        return bool(words) and words[0].term not in STOP_WORDS
    if text[point] != "." or gap.end(1) > point + 1:
        return False
    if text[after].isupper():
        day = _DAY.search(text, near, point)
        named = text[after : after + NEAR].split()[0].strip(",.").lower()
        return day is not None and named in months() and language(text) == "de"
    word = _WORD.search(text, near, point)
    if word is None or len(word[0]) > LONGEST or not (text[after].islower() or text[after].isdigit()):
        return False
    if not (word[0].islower() or word[0].istitle()):
        return False
    uses = _uses(word[0], text)
    return uses is not None and uses < (UNCOMMON if word[0].islower() and text[after].isdigit() else RARE)


def _is_missed(text: str, gap: re.Match[str]) -> bool:
    """Whether a sentence ends at a gap, with a plain word that nupunkt takes for an abbreviation."""
    word = _WORD.search(text, max(0, gap.start() - NEAR), gap.start())
    if word is None or not (word[0].islower() and text[gap.end()].isupper() and _NEW.match(text, gap.end())):
        return False
    uses = _uses(word[0], text)
    return uses is not None and uses >= COMMON


def _uses(word: str, text: str) -> float | None:
    """How often a word is used among a million of its text's language and of English; None where no list tells."""
    own = per_million(word.lower(), language(text) or "en")
    return None if own is None else max(own, per_million(word.lower(), "en") or 0.0)
