"""Compare the direction of two texts: what is negated, what rises, what is all."""

from __future__ import annotations

import re

from rag.text.languages import language
from rag.text.lexicon import FUTURE, NEGATIONS, OPPOSITES, POSSIBLE, QUANTITIES
from rag.text.words import stems

_CLAUSE = re.compile(r"[;:.!?](?=\s|$)|,\s|\s(?:but|although|though|while|whereas|and|which|who)\s")
_PREPOSITION = re.compile(r"without|except|excluding|instead of|rather than|sans|sin|senza|sem")
_VERB = re.compile(r"\s(?:is|are|was|were|has|have|had|do|does|did|can|could|may|might|must|should|will|would)(?!\w)")
_NOT_ONLY = re.compile(r"(?<!\w)not\s+only(?!\w)")
_ONLY = re.compile(r"(?<!\w)only(?!\w)")
_REACH = 60
"""Characters after a negation that it can turn."""


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")


_PAIRS = tuple((_whole(one), _whole(other)) for one, other in OPPOSITES)
_QUANTITIES = tuple(_whole(pattern) for pattern in QUANTITIES)


def negation(text: str) -> re.Pattern[str]:
    """Give the pattern of the negations of the text's own language; of English where that is unclear."""
    return NEGATIONS.get(language(text) or "en", NEGATIONS["en"])


def _scopes(folded: str) -> tuple[list[str], str]:
    """Return the words that each negation turns, to the end of its clause, and the text outside all of them.

    A preposition turns no verb: *without* in ``sales without prescription were
    allowed`` turns the prescription only.
    """
    scopes: list[str] = []
    outside, last = "", 0
    for match in negation(folded).finditer(folded):
        rest = folded[match.end() : match.end() + _REACH]
        ends = [_CLAUSE.search(rest), _VERB.search(rest) if _PREPOSITION.fullmatch(match[0]) else None]
        stop = min((end.start() for end in ends if end), default=None)
        if stop is None:
            stop = len(rest) if len(rest) < _REACH else max(rest.rfind(" "), 0) or len(rest)
        scopes.append(rest[:stop])
        outside += folded[last : max(last, match.start())] + " "
        last = max(last, match.end() + stop)
    return scopes, outside + folded[last:]


def negated(folded: str) -> frozenset[str]:
    """Return the stems that the negations of a folded text turn."""
    return frozenset().union(*map(stems, _scopes(folded)[0]))


def _nearest(scope: str, count: int) -> frozenset[str]:
    return frozenset([stem for word in scope.split() for stem in sorted(stems(word))][:count])


def negation_differs(sentence: str, evidence: str) -> bool:
    """Return whether one folded text denies what the other says.

    ``the ban did stop exports`` differs from ``the ban did not stop exports``; so
    does a sentence that denies more often than the evidence, or something else, or
    that says all that the evidence says and denies less often.
    """
    one, other = bool(_NOT_ONLY.search(sentence)), bool(_NOT_ONLY.search(evidence))
    if one != other and _ONLY.search(sentence) and _ONLY.search(evidence):
        return True
    (said, free), (held, affirmed) = _scopes(sentence), _scopes(evidence)
    if len(said) > len(held):
        return True
    if len(said) < len(held) and stems(negation(evidence).sub(" ", evidence)) <= stems(sentence):
        return True
    if any(near and not near & negated(evidence) for near in (_nearest(scope, 4) for scope in said)):
        return True
    stated = stems(free) - negated(sentence)
    only_negated = stated - stems(affirmed)
    return any(
        _nearest(scope, 1) & only_negated
        or (_nearest(scope, 2) & only_negated and len(stems(scope) & stated) * 2 >= min(len(stems(scope)), 4))
        for scope in held
    )


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
    near = " | ".join(part for part in _CLAUSE.split(evidence) if any(anchor in part for anchor in anchors))
    wrong: list[str] = []
    for order, pair in enumerate(_PAIRS):
        for mine, its in (pair, pair[::-1]):
            said, held = mine.findall(sentence), mine.findall(evidence)
            more = len(said) - len(held)
            if more > 0 and len(its.findall(evidence)) - len(its.findall(sentence)) == more:
                wrong.append(said[-1])
                break
            if not said or its.search(sentence):
                continue
            against = its.search(near) and not mine.search(near)
            if against or (not held and (order == 0 or its.search(evidence))):
                wrong.append(said[0])
    return tuple(wrong)


def opposites(word: str, evidence: str) -> tuple[str, ...]:
    """Return the words of a text that say the opposite of a word."""
    sides = [side for pair in _PAIRS for side in (pair, pair[::-1]) if side[0].fullmatch(word)]
    return tuple(dict.fromkeys(found for _, its in sides for found in its.findall(evidence.lower())))


def quantity_mismatch(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return words of quantity such as *all*, *only* or *half* that the evidence lacks or has fewer of."""
    found = ((pattern.findall(sentence), pattern.findall(evidence)) for pattern in _QUANTITIES)
    return tuple(said[0] for said, held in found if len(said) > len(held))


def possibility_as_fact(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return words of possibility or plan in the evidence whose verb the sentence states as a fact.

    ``China suspended the talks`` is more than ``China may suspend the talks`` says.
    """
    if POSSIBLE.search(sentence):
        return ()
    wrong: list[str] = []
    for match in POSSIBLE.finditer(evidence):
        clause = _CLAUSE.split(evidence[match.end() : match.end() + _REACH], maxsplit=1)[0]
        verb = _nearest(clause, 1)
        elsewhere = stems(evidence[: match.start()]) | stems(evidence[match.end() + len(clause) :])
        if verb and verb <= stems(sentence) and not verb & elsewhere:
            wrong.append(match[0])
    return tuple(wrong)


def future_mismatch(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return a word of the future in *sentence* where the evidence has none."""
    ahead = FUTURE.search(sentence)
    return (ahead[0],) if ahead and not FUTURE.search(evidence) else ()
