"""Find where a quote stands in a stored text, letter by letter and digit by digit."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

from rag.records import Span
from rag.text.folding import Folded, fold
from rag.verification.polarity import negation

MAX_GAP = 300
"""Most characters that an ellipsis may stand for; longer, and it joins two statements."""

_DOTS = r"(?:\.{3,}|…+|⋯+|‥+|(?:\.\s){2,}\.)"
_ELLIPSIS = re.compile(rf"[\[(]\s*{_DOTS}\s*[\])]|{_DOTS}")
_INSERTED = re.compile(r"\[(\w)\]")
_EDGES = "\"' .,;:-[]()"
_PREFIXES = re.compile(r"(?:non|un|anti|counter|in|de|dis|ex|pre|post|semi|half|quasi|pseudo|self|sub)-$")
_AFTER_NEGATION = re.compile(r"(?:\s+(?:been|be|yet|very|fully|so|being|always|a|an|any|the))?\s*")


def find(quote: str, text: str, start: int = 0, end: int | None = None) -> Span | None:
    """Find where *quote* stands in ``text[start:end]``, but for typography and layout.

    An ellipsis in the quote (``...``, ``…``, ``[…]``, ``. . .``) joins fragments
    that must stand in order, at most :data:`MAX_GAP` characters and no negation
    apart; the span then runs from the first to the last. A quote never starts or
    ends inside a word or a number, nor right after a negation that it leaves out:
    ``5 percent`` is not found in ``1.5 percent``, nor ``effective`` in ``is not
    effective``.

    Returns:
        The first place, in code points of *text*, or None when there is none.
    """
    end = len(text) if end is None else min(end, len(text))
    stretch = text[start:end]
    quote = _INSERTED.sub(r"\1", quote)
    if not stretch or len(quote) > 4 * len(stretch) + 100:
        return None
    for join_text in _joins(stretch):
        where = fold(stretch, join=join_text)
        for join_quote in _joins(quote):
            found = next(_places(_core(quote, join=join_quote), where.text), None) or _fragments(
                quote, where, join=join_quote
            )
            if found:
                first, last = found
                return Span(start + where.starts[first], start + where.ends[last - 1])
    return None


def _joins(text: str) -> tuple[bool, ...]:
    """Return whether to try a hyphen at a line's end as kept only, or as dropped too."""
    return (False, True) if "\n" in text or "\r" in text else (False,)


def _core(quote: str, *, join: bool) -> str:
    """Return the folded quote without the marks at its edges; a minus sign stays."""
    folded = fold(quote, join=join).text
    core = folded.strip(_EDGES)
    at = folded.find(core)
    return "-" + core if core[:1].isdigit() and folded[at - 1 : at] == "-" else core


def _fragments(quote: str, where: Folded, *, join: bool) -> tuple[int, int] | None:
    """Find the quote's fragments in order, with no negation in a gap."""
    cores = [_core(part, join=join) for part in _ELLIPSIS.split(quote)]
    cores = [core for core in cores if any(char.isalnum() for char in core)]
    if len(cores) < 2:
        return next(_places(cores[0], where.text), None) if cores else None
    for first, last in _places(cores[0], where.text):
        reached: int | None = last
        for core in cores[1:]:
            reached = reached and _next_fragment(core, where.text, reached)
        if reached:
            return first, reached
    return None


def _next_fragment(core: str, text: str, after: int) -> int | None:
    """Return where the nearest *core* after *after* ends, if the gap may be left out."""
    first, last = next(_places(core, text, after, clipped=True), (len(text), None))
    gap = text[after:first]
    return None if len(gap) > MAX_GAP or negation(text).search(gap) else last


def _places(core: str, text: str, start: int = 0, *, clipped: bool = False) -> Iterator[tuple[int, int]]:
    """Yield every place where *core* stands in whole words, with its negation.

    With *clipped* the words before are the caller's to judge.
    """
    at = text.find(core, start) if any(char.isalnum() for char in core) else -1
    while at >= 0:
        last = at + len(core)
        if _apart(text, at) and _apart(text, last) and not _within_number(text, at, last):
            before = text[max(0, at - 40) : at]
            if not _PREFIXES.search(before) and (clipped or not _negated(before, negation(text))):
                yield at, last
        at = text.find(core, at + 1)


def _negated(before: str, negations: re.Pattern[str]) -> bool:
    return any(_AFTER_NEGATION.fullmatch(before, match.end()) for match in negations.finditer(before))


def _apart(text: str, at: int) -> bool:
    if at == 0 or at == len(text):
        return True
    left, right = text[at - 1], text[at]
    if left == "'" and right.isalpha() and text[at - 2 : at - 1].isalpha():
        return False
    return not (_wordy(left) and _wordy(right))


def _wordy(char: str) -> bool:
    """Return whether *char* joins its neighbour: scripts without spaces do not."""
    if not (char.isalnum() or unicodedata.category(char) in ("No", "Mn", "Mc")):
        return False
    return not ("\u0e00" <= char <= "\u109f" or "\u1780" <= char <= "\u17ff" or char >= "\u2e80")


def _within_number(text: str, first: int, last: int) -> bool:
    """Return whether the stretch cuts a number: ``5`` of ``1.5``, ``-5`` or ``5,000``."""
    before, after = text[max(0, first - 2) : first], text[last : last + 2]
    if text[first].isdigit():
        if len(before) == 2 and before[0].isdigit() and before[1] in ".,/:-":
            return True
        if before.endswith("-") and not before[:1].isalnum():
            return True
    cut = len(after) == 2 and after[0] in ".,/:-" and after[1].isdigit()
    return text[last - 1].isdigit() and cut


def stands(text: str, start: int, end: int) -> bool:
    """Return whether ``text[start:end]`` is cut at whole words and keeps its negation."""
    where = fold(text)
    first = bisect_right(where.ends, start)
    last = bisect_right(where.starts, end - 1)
    core = where.text[first:last].strip(_EDGES)
    at = where.text.find(core, first)
    return any(place[0] == at for place in _places(core, where.text, max(0, at)))
