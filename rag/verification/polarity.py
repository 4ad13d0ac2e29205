"""Compare the direction of two texts: what is denied, what rises, what is all."""

from __future__ import annotations

import re

from rag.text.names import stems
from rag.text.wording import NEGATION, OPPOSITES, POSSIBLE, WIDE

_CLAUSE = re.compile(r"[;:.!?](?=\s|$)|,\s|\s(?:but|although|though|while|whereas|and|which|who)\s")
_PREPOSITION = re.compile(r"without|except|excluding|instead of|rather than|sans|sin|senza|sem")
_VERB = re.compile(r"\s(?:is|are|was|were|has|have|had|do|does|did|can|could|may|might|must|should|will|would)(?!\w)")
_NOT_ONLY = re.compile(r"(?<!\w)not\s+only(?!\w)")
_ONLY = re.compile(r"(?<!\w)only(?!\w)")
_REACH = 60
"""Characters after a negation that it can turn."""


def _whole(pattern: str) -> re.Pattern[str]:
    """Return *pattern* for whole words."""
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")


_PAIRS = tuple((_whole(one), _whole(other)) for one, other in OPPOSITES)
_WIDE = tuple(_whole(pattern) for pattern in WIDE)


def _scopes(folded: str) -> list[str]:
    """Return what each negation turns: the words after it, to the end of its clause.

    A preposition turns no verb: *without* in ``sales without prescription were
    allowed`` turns the prescription only.
    """
    scopes = []
    for match in NEGATION.finditer(folded):
        rest = folded[match.end() : match.end() + _REACH]
        stop = _stop(match, rest)
        whole = len(rest) < _REACH
        scopes.append(rest[:stop] if stop is not None else rest if whole else rest.rpartition(" ")[0] or rest)
    return scopes


def _stop(negation: re.Match[str], rest: str) -> int | None:
    """Return where in the words after it the reach of a negation ends before :data:`_REACH`; None where nowhere."""
    ends = [_CLAUSE.search(rest), _VERB.search(rest) if _PREPOSITION.fullmatch(negation[0]) else None]
    return min((end.start() for end in ends if end), default=None)


def denied(folded: str) -> frozenset[str]:
    """Return the stems that the negations of a folded text turn."""
    return frozenset().union(*map(stems, _scopes(folded)))


def _nearest(scope: str, count: int) -> frozenset[str]:
    """Return the stems of the first words of a scope that say something."""
    found: list[str] = []
    for word in scope.split():
        found += sorted(stems(word))
        if len(found) >= count:
            break
    return frozenset(found[:count])


def _affirmed(folded: str) -> frozenset[str]:
    """Return the stems that stand outside the reach of every negation."""
    kept, last = [], 0
    for match in NEGATION.finditer(folded):
        kept.append(folded[last : max(last, match.start())])
        rest = folded[match.end() : match.end() + _REACH]
        stop = _stop(match, rest)
        last = max(last, match.end() + (len(rest) if stop is None else stop))
    return stems(" ".join([*kept, folded[last:]]))


def negation_differs(sentence: str, evidence: str) -> bool:
    """Return whether one folded text denies what the other says.

    ``the ban did stop exports`` differs from ``the ban did not stop exports``; so
    does a sentence that denies more often than the evidence, or something else, or
    that says all that the evidence says and denies less often.
    """
    one, other = bool(_NOT_ONLY.search(sentence)), bool(_NOT_ONLY.search(evidence))
    if one != other and _ONLY.search(sentence) and _ONLY.search(evidence):
        return True
    said, held = _scopes(sentence), _scopes(evidence)
    if len(said) > len(held):
        return True
    if len(said) < len(held) and stems(NEGATION.sub(" ", evidence)) <= stems(sentence):
        return True
    turned = denied(evidence)
    for scope in said:
        near = _nearest(scope, 4)
        if near and not near & turned:
            return True
    free = stems(sentence) - denied(sentence)
    affirmed = _affirmed(evidence)
    for scope in held:
        near = _nearest(scope, 2)
        shared = stems(scope) & free
        if (near & free) - affirmed and len(shared) * 2 >= min(len(stems(scope)), 4):
            return True
        first = next((sorted(stems(word)) for word in scope.split() if stems(word)), [])
        if first and first[0] in free and first[0] not in affirmed:
            return True
    return False


def opposed(sentence: str, evidence: str, anchors: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the words of *sentence* whose opposite *evidence* says instead.

    Args:
        sentence: folded.
        evidence: folded.
        anchors: numbers of the sentence; the clauses of the evidence that hold one
            decide where the evidence says both.

    Returns:
        ``("rose",)`` for ``deaths rose`` against ``deaths fell``; for a rise or a
        fall, also where the evidence gives no direction.
    """
    clauses = [part for part in _CLAUSE.split(evidence) if any(a in part for a in anchors)]
    near = " | ".join(clauses)
    wrong: list[str] = []
    for order, (one, other) in enumerate(_PAIRS):
        if swapped := _swapped(one, other, sentence, evidence):
            wrong.append(swapped)
            continue
        for mine, its in ((one, other), (other, one)):
            said = mine.search(sentence)
            if not said or its.search(sentence):
                continue
            absent = not mine.search(evidence)
            against = its.search(near) and not mine.search(near)
            if against or (absent and (order == 0 or its.search(evidence))):
                wrong.append(said[0])
    return tuple(wrong)


def _swapped(one: re.Pattern[str], other: re.Pattern[str], sentence: str, evidence: str) -> str:
    """Return a word of a pair that stands in *sentence* in the place of its opposite, where both use as many."""
    for mine, its in ((one, other), (other, one)):
        mine_said = mine.findall(sentence)
        more = len(mine_said) - len(mine.findall(evidence))
        if more > 0 and len(its.findall(evidence)) - len(its.findall(sentence)) == more:
            return str(mine_said[-1])
    return ""


def widened(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return words of amount such as *all*, *only* or *half* that the evidence lacks or has fewer of."""
    found = ((pattern.findall(sentence), pattern.findall(evidence)) for pattern in _WIDE)
    return tuple(said[0] for said, held in found if len(said) > len(held))


def settled(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return words of possibility or plan in the evidence whose verb the sentence states as a fact.

    ``China suspended the talks`` is more than ``China may suspend the talks`` says.
    """
    if POSSIBLE.search(sentence):
        return ()
    said = stems(sentence)
    wrong: list[str] = []
    for match in POSSIBLE.finditer(evidence):
        clause = _CLAUSE.split(evidence[match.end() : match.end() + _REACH], maxsplit=1)[0]
        verb = _nearest(clause, 1)
        elsewhere = stems(evidence[: match.start()]) | stems(evidence[match.end() + len(clause) :])
        if verb and verb <= said and not verb & elsewhere:
            wrong.append(match[0])
    return tuple(wrong)
