"""Read a list that leaves out its verb: ``oak costs 90 crowns and pine 40``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.lexicon import FUNCTION_WORDS, NUMBERS
from rag.text.words import brief_sentences, tokenise
from rag.verification.parsing import parsed

_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth last".split())
_MEMBERS = re.compile(r"(?:[,;] (?:and |but |while )?| and | but )(?=\S)")


def fills_gap(sentence: str, evidence: str) -> bool:
    """Return whether *sentence* is a member of a list in *evidence*, with the words that the list leaves out.

    ``Pine costs 40 crowns.`` is, where ``Oak costs 90 crowns and pine 40.`` stands: the two members agree
    word by word in what is a number, a word of grammar or another word. Where they agree in several ways
    it cannot be told what is left out.
    """
    said = tokenise(sentence)
    for line in brief_sentences(evidence):
        first, *others = _MEMBERS.split(line)
        for other in others:
            if len(tokenise(other)) < len(said) == len(tokenise(first)) and set(_filled(first, other)) == {said}:
                return True
    return False


def _filled(first: str, other: str) -> Iterator[tuple[str, ...]]:
    """Yield a member of a list with what of the first member it may leave out: words about the verb, a counted noun."""
    full, short = tokenise(first), tokenise(other)
    verbs = {
        term
        for line in parsed(first) or ()
        for word in line
        if word.kind in ("VERB", "AUX")
        for term in tokenise(word.text)
    }
    sorts, wanted = [*map(_sort, full)], [*map(_sort, short)]
    size = len(full) - len(short)
    runs = {range(start, start + long) for long in (size - 1, size) for start in range(len(full) - long + 1)}
    runs = {run for run in runs if not run or not verbs.isdisjoint(full[at] for at in run)}
    counted = [at for at in range(1, len(full)) if sorts[at - 1 : at + 1] == ["#", "word"]]
    for run in runs:
        for gap in [{*run}] if len(run) == size else [{*run, at} for at in counted if at not in run]:
            rest = [at for at in range(len(full)) if at not in gap]
            if [sorts[at] for at in rest] == wanted:
                own = dict(zip(rest, short, strict=True))
                yield tuple(own.get(at, full[at]) for at in range(len(full)))


def _sort(term: str) -> str:
    """Return what members of a list agree in: a number, a certain word of grammar, or another word."""
    if term[0].isdigit() or term in NUMBERS or term in _ORDINALS:
        return "#"
    return term if term in FUNCTION_WORDS else "word"
