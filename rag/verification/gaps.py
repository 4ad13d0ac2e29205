"""Tell apart the members of a list, which may leave out the verb: ``oak costs 90 crowns and pine 40``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.languages import language
from rag.text.lexicon import FUNCTION_WORDS, NUMBERS
from rag.text.words import brief_sentences
from rag.verification.parsing import parsed

_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth last".split())
_RANGE = re.compile(r"between \S+$")
_MEMBERS = re.compile(r"(?:[,;] (?:and |but |while )?| and | but )(?=\S)")


def told_apart(evidence: str) -> str:
    """Give a text with the members of its lists as sentences, with the words that a list leaves out.

    ``Oak costs 90 crowns and pine 40.`` is ``Oak costs 90 crowns. Pine costs 40 crowns.``: the two members agree
    word by word in what is a number, a word of grammar or another word. A list whose members agree in no way or in
    several stays as it is, since it cannot be told what is left out; so does one whose members tell but one thing,
    such as *in May and June*.
    """
    if language(evidence) not in (None, "en"):
        return evidence
    return " ".join(_apart(line) for line in brief_sentences(evidence))


def _apart(line: str) -> str:
    first, *others = _MEMBERS.split(line.rstrip("."))
    ways = [{*_filled(first, other, line)} for other in others]
    if not others or any(len(way) != 1 for way in ways) or _RANGE.search(first):
        return line
    return " ".join(f"{member[0].upper()}{member[1:]}." for member in (first, *(way.pop() for way in ways)))


def _filled(first: str, other: str, line: str) -> Iterator[str]:
    """Yield a member of a list with what of the first member it may leave out: words about the verb, a counted noun."""
    full, short = ([word.strip(",;") for word in text.split()] for text in (first, other))
    verbs, its = _verbs(first), {word for word in _verbs(line) & {*short} if _sort(word) == "word"}
    sorts, wanted = [*map(_sort, full)], [*map(_sort, short)]
    size = len(full) - len(short)
    if sum(sort in ("#", "word") for sort in wanted) < 2 or (size == 0 and not its):
        return
    runs = {
        range(start, start + long) for long in (size - 1, size) if long >= 0 for start in range(len(full) - long + 1)
    }
    runs = {run for run in runs if not run or (not its and not verbs.isdisjoint(full[at] for at in run))}
    counted = [at for at in range(1, len(full)) if sorts[at - 1 : at + 1] == ["#", "word"] and full[at] not in short]
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
    label = len(term) == 1 and term.isupper()
    return folded if folded in FUNCTION_WORDS and not label else "word"


def _verbs(text: str) -> set[str]:
    return {word.text for line in parsed(text) or () for word in line if word.kind in ("VERB", "AUX")}
