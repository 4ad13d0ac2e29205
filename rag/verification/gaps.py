"""Read a list that leaves out its verb: ``oak costs 90 crowns and pine 40``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.lexicon import FUNCTION_WORDS, NUMBERS
from rag.text.words import brief_sentences, stems
from rag.verification.parsing import parsed

_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth last".split())
_MEMBERS = re.compile(r"(?:[,;] (?:and |but |while )?| and | but )(?=\S)")


def filled(sentence: str, evidence: str) -> Iterator[str]:
    """Yield the members of lists in *evidence* that *sentence* may tell, with the words that the list leaves out.

    Of ``Oak costs 90 crowns and pine 40.`` it is ``pine costs 40 crowns``: the two members agree word by word in
    what is a number, a word of grammar or another word. Where they agree in several ways it cannot be told what is
    left out.
    """
    said = stems(sentence)
    for line in brief_sentences(evidence):
        first, *others = _MEMBERS.split(line.rstrip("."))
        for other in others:
            if stems(other) <= said <= stems(first) | stems(other):
                ways = {*_filled(first, other)}
                yield from (f"{way}." for way in ways if len(ways) == 1)


def _filled(first: str, other: str) -> Iterator[str]:
    """Yield a member of a list with what of the first member it may leave out: words about the verb, a counted noun."""
    full, short = ([word.strip(",;") for word in text.split()] for text in (first, other))
    verbs = {word.text for line in parsed(first) or () for word in line if word.kind in ("VERB", "AUX")}
    sorts, wanted = [*map(_sort, full)], [*map(_sort, short)]
    size = len(full) - len(short)
    runs = {
        range(start, start + long) for long in (size - 1, size) if long >= 0 for start in range(len(full) - long + 1)
    }
    runs = {run for run in runs if not run or not verbs.isdisjoint(full[at] for at in run)}
    counted = [at for at in range(1, len(full)) if sorts[at - 1 : at + 1] == ["#", "word"]]
    for run in runs:
        for gap in [{*run}] if len(run) == size else [{*run, at} for at in counted if at not in run]:
            rest = [at for at in range(len(full)) if at not in gap]
            if [sorts[at] for at in rest] == wanted:
                own = dict(zip(rest, short, strict=True))
                yield " ".join(own.get(at, full[at]) for at in range(len(full)))


def _sort(term: str) -> str:
    """Return what members of a list agree in: a number, a certain word of grammar, or another word."""
    folded = term.casefold()
    if any(map(str.isdigit, folded)) or folded in NUMBERS or folded in _ORDINALS:
        return "#"
    return folded if folded in FUNCTION_WORDS else "word"
