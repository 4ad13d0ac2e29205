"""Figures that disagree: sources that give different numbers for one measure, place and period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rag.composing.quotes import BEHIND
from rag.reading.reading import UNREAD, ReadSentence
from rag.records import Conflict, Document
from rag.text.dates import readable
from rag.text.figures import Figure, figures, in_digits
from rag.text.folding import fold
from rag.text.names import bounds_answer, names
from rag.text.words import counted_terms
from rag.verification.citations import cite

ALIKE = 0.5
"""Share of common words, numbers aside, from which two sentences speak of one measure."""

PROVISIONAL = re.compile(
    r"\b(?:provisional\w*|estimate[sd]?|estimated|preliminary|early count|predicted|unconfirmed)\b"
)
"""What says that a figure is not the last; searched in folded text."""
FINAL = re.compile(r"\b(?:final|revised|corrected|definitive)\b")
"""What says that it is."""


def find_conflicts(sentences: Sequence[ReadSentence], documents: Mapping[str, Document]) -> tuple[Conflict, ...]:
    """Find a sentence that gives another figure than the best one for the same thing.

    Both speak of one thing if they share most of their words, count the same noun or unit, name
    the same years and places, at least a year, and come from different publishers or dates. A
    provisional figure beside a final one is told as revised.

    Args:
        sentences: best first; those that answer nearly as surely as the first are compared with it.
    """
    if not sentences or sentences[0].logit == UNREAD:
        return ()
    best = sentences[0]
    for other in sentences[1:]:
        if other.logit < best.logit - BEHIND or other.passage.attribution == best.passage.attribution:
            continue
        pair = _differing(best.text, other.text)
        if pair is not None:
            return (_conflict((best, other), pair, documents),)
    return ()


def _conflict(
    both: tuple[ReadSentence, ReadSentence], pair: tuple[Figure, Figure], documents: Mapping[str, Document]
) -> Conflict:
    said = [
        f"{figure.text.strip()} according to {s.passage.attribution.publisher} ({readable(s.passage.attribution.date)})"
        for figure, s in zip(pair, both, strict=True)
    ]
    folded = [fold(s.text).text for s in both]
    final = [bool(FINAL.search(text)) for text in folded]
    early = [bool(PROVISIONAL.search(text)) and not last for text, last in zip(folded, final, strict=True)]
    if early[0] != early[1] and final[early.index(False)]:
        first, last = (said[0], said[1]) if early[0] else (said[1], said[0])
        text = f"A provisional figure was revised: {first}; later {last}."
    else:
        text = f"The sources give different figures: {'; '.join(said)}."
    cited = tuple(cite(s.passage, s.span, documents[s.passage.doc_id]) for s in both)
    return Conflict(text, cited)


def _differing(one: str, other: str) -> tuple[Figure, Figure] | None:
    """The first pair of figures that count the same thing in the same place and period, and differ."""
    if not _alike(one, other) or _places(one) != _places(other):
        return None
    mine, days = figures(fold(one).text)
    its, other_days = figures(fold(other).text)
    years = {day.year for day in days if day.year}
    if not years or years != {day.year for day in other_days if day.year}:
        return None
    nouns = dict(_counted(other, its))
    for noun, figure in _counted(one, mine):
        rival = nouns.get(noun)
        if rival and rival.unit == figure.unit and figure.values.isdisjoint(rival.values):
            return figure, rival
    return None


def _counted(sentence: str, found: Sequence[Figure]) -> Iterator[tuple[str, Figure]]:
    """The word after each figure, which it counts, else its unit."""
    text = in_digits(fold(sentence).text)
    for figure in found:
        following = [term for term in counted_terms(text[figure.end : figure.end + 40]) if not term[0].isdigit()]
        yield (following[0] if following else figure.unit), figure


def _places(text: str) -> set[str]:
    return {name for name in names(text) if bounds_answer(name)}


def _alike(one: str, other: str) -> bool:
    a, b = ({t for t in counted_terms(text) if not t[0].isdigit()} for text in (one, other))
    return len(a & b) >= ALIKE * max(min(len(a), len(b)), 1)
