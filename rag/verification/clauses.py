"""Read who does what in each clause of a sentence, by word classes and word order alone.

``The smuggler was killed by police`` has the verb *kill*, the agent *police* and the
patient *smuggler*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from rag.text import lexicon
from rag.text.dates import MONTHS
from rag.text.names import normalise_names
from rag.text.words import YEAR, brief_sentences, stem
from rag.verification.tagging import STOPS, Token, before, tag

_SHARES = frozenset("% percent percentage all most many some half third thirds quarter quarters majority".split())
"""Words before *of* that count what follows, which is then what the sentence speaks of."""
_ANOTHER_TIME = frozenset(map(stem, "earlier ago previous previously prior".split()))
_HELPERS = ("auxiliary", "adverb", "function")
_TIMES = frozenset(
    map(
        stem, (*MONTHS, *"spring summer autumn winter monday tuesday wednesday thursday friday saturday sunday".split())
    )
)


@dataclass(slots=True)
class Clause:
    """One verb and what belongs to it."""

    verb: str = ""
    roles: dict[str, set[str]] = field(default_factory=dict)
    """For each term ``agent``, ``patient``, ``modifier``, or the preposition that governs it."""
    order: list[str] = field(default_factory=list)
    """Terms that no preposition governs, as they stand."""
    fixed: set[str] = field(default_factory=set)
    """Terms that are names or numbers."""
    ties: set[tuple[str, str, str]] = field(default_factory=set)
    """Names with the preposition before them and the word before that: ``hospital in Chile``."""

    subordinate: bool = False
    dependent: set[str] = field(default_factory=set)
    """Terms of the relative and adverbial clauses that follow it."""

    def terms(self) -> set[str]:
        """Return the terms with the verb."""
        return {*self.roles, self.verb} - {""}

    def firm(self) -> set[str]:
        """Return the terms that must stand in the same clause: all but common nouns after a preposition."""
        return {self.verb, *self.order, *self.fixed}

    def dates(self) -> set[str]:
        """Return the terms that are a year, a month, a season or a day of the week."""
        return {term for term in self.roles if YEAR.fullmatch(term) or term in _TIMES}


def clauses(text: str) -> list[Clause]:
    """Read the clauses of every sentence of *text*, in order.

    A clause without a subject of its own takes that of the clause before, one
    without a date the dates next to it in its sentence.
    """
    found: list[Clause] = []
    for sentence in brief_sentences(normalise_names(text)):
        own = list(_sentence(tag(sentence)))
        dates = [clause.dates() for clause in own]
        for at, clause in reversed([*enumerate(own)]):
            own_time = dates[at] or not _ANOTHER_TIME.isdisjoint(clause.roles)
            beside = set() if own_time else set().union(*dates[max(0, at - 1) : at + 2])
            clause.roles |= {date: {"in"} for date in beside}
            if at and clause.subordinate:
                own[at - 1].dependent |= clause.terms() | clause.dependent
        found += own
    return found


def _has_subject(tokens: Sequence[Token]) -> bool:
    return any(token.kind in ("content", "number", "pronoun") for token in tokens)


def _sentence(tokens: list[Token]) -> Iterator[Clause]:
    """Yield the clauses of one sentence: one a verb, with the words that belong to it."""
    verbs = [at for at, token in enumerate(tokens) if token.kind == "verb"]
    if not verbs:
        cut = next((at for at, token in enumerate(tokens) if _divides(tokens, at)), len(tokens))
        yield from _gapped(Clause(), tokens[:cut], [], passive=False)
        yield from _sentence(tokens[cut + 1 :]) if cut < len(tokens) else ()
        return
    end, subject, antecedent = _opening(tokens[: verbs[0]])
    passive, below = False, bool(antecedent)
    for at, following in zip(verbs, [*verbs[1:], len(tokens)], strict=True):
        start = end = following
        if following < len(tokens):
            end, start = _boundary(tokens, at + 1, following)
        passive = _passive(tokens, at, passive)
        reported = start == at + 1 < following == end and tokens[start].kind != "preposition" and not below
        rest = [] if reported else tokens[at + 1 : end]
        gap = antecedent if below and not passive and subject != antecedent and not _has_subject(rest[:2]) else []
        yield from _gapped(Clause(tokens[at].term, subordinate=below), subject, [*gap, *rest], passive=passive)
        if passive and before(tokens, at).kind in ("content", "mark"):  # a participle: people evicted by somebody
            antecedent, below = subject, True
        own = tokens[start:following]
        opener = next((n for n in range(end, following) if tokens[n].kind == "subordinator"), -1)
        closed = end == following or (start == following and tokens[end].word in STOPS)
        if below and antecedent and closed:  # the main verb after a relative clause
            subject, antecedent, below = antecedent, [], False
        elif opener >= 0 and opener == end and tokens[opener - 1].kind == "content":
            antecedent, below = tokens[_phrase(tokens, at + 1, opener) : opener], True
            subject = own if start > end else antecedent
        elif _has_subject(own):
            subject, below = own, any(_opens_clause(tokens, n, following) for n in range(end, following))


def _divides(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a word may part two clauses whose verbs are not known."""
    after = [token for token in tokens[at + 1 :] if token.kind != "adverb"]
    told = [token.kind in ("content", "number", "pronoun") for token in after[:3]]
    return tokens[at].kind == "subordinator" or (tokens[at].kind == "conjunction" and len(told) == 3 and all(told))


def _opening(tokens: list[Token]) -> tuple[int, list[Token], list[Token]]:
    """Return where the first clause starts, its subject, and the noun that a relative clause there belongs to."""
    for at, token in enumerate(tokens):
        if token.kind == "subordinator" and _has_subject(tokens[:at]):
            return at, tokens[at + 1 :] if _has_subject(tokens[at + 1 :]) else tokens[:at], tokens[:at]
    return 0, tokens, []


def _opens_clause(tokens: Sequence[Token], at: int, verb: int) -> bool:
    """Return whether the word at *at* opens the clause of the verb that follows."""
    if tokens[at].word in lexicon.CLAUSAL_PREPOSITIONS:
        between = tokens[at + 1 : verb]
        return _has_subject(between) and not any(t.kind == "conjunction" or t.word in STOPS for t in between)
    return tokens[at].kind == "subordinator"


def _boundary(tokens: Sequence[Token], first: int, verb: int) -> tuple[int, int]:
    """Return where the clause before ends, and where the subject of *verb* starts, of the words between two verbs."""
    for at in range(first, verb):
        if _opens_clause(tokens, at, verb):
            return at, at + 1 if _has_subject(tokens[at + 1 : verb]) else at
    last = next((at for at in range(verb - 1, first, -1) if tokens[at].kind not in _HELPERS), first)
    if tokens[last].kind == "conjunction" or tokens[last].word in STOPS:
        return last, verb
    conjunctions = [at for at in range(first, verb) if tokens[at].kind == "conjunction"]
    stops = [at for at in range(first, verb) if tokens[at].word in STOPS]
    for at in [*reversed(conjunctions), *reversed(stops)]:
        if _has_subject(tokens[at + 1 : verb]):
            return at, at + 1
    return verb, first


def _phrase(tokens: Sequence[Token], first: int, end: int) -> int:
    """Return where the noun phrase that ends at *end* starts."""
    for at in range(end - 1, first - 1, -1):
        if tokens[at].kind in ("preposition", "conjunction", "verb") or tokens[at].word in STOPS:
            return at + 1
    return first


def _passive(tokens: Sequence[Token], at: int, again: bool) -> bool:
    """Return whether the verb at *at* is passive; *again* says whether the one before is."""
    last, word = before(tokens, at), tokens[at].word
    if not (word.endswith("ed") or word in lexicon.PARTICIPLES):
        return False
    after = [*tokens[at + 1 : at + 3], Token("", "mark", ""), Token("", "mark", "")]
    if last.kind == "conjunction" and again and after[0].kind not in ("content", "determiner", "number"):
        return True
    agent = (
        after[0].word == "by"
        and after[1].kind != "number"
        and (word not in lexicon.PASTS or word in lexicon.PARTICIPLES)
    )
    return last.word in lexicon.BE or (agent and last.kind != "auxiliary")


def _gapped(clause: Clause, subject: list[Token], rest: list[Token], *, passive: bool) -> Iterator[Clause]:
    """Yield the clause, or one for each member of a list that leaves out the verb: ``5 in 2021 and 9 in 2022``."""
    groups: list[list[Token]] = [[]]
    for at, token in enumerate(rest):
        ranged = token.word == "to" and any(t.word == "from" for t in rest[:at]) and rest[at + 1 : at + 2]
        if token.word in ("and", "but", ",", ";") or (ranged and ranged[0].kind == "number"):
            groups.append([])
        groups[-1].append(token)
    tied = [group for group in groups if _tied(group, counts=any(t.kind == "number" for t in subject))]
    if len(tied) < 2:
        _fill(clause, subject, rest, passive=passive)
        yield clause
        return
    others = [token for group in groups if group not in tied for token in group]
    shared = list(takewhile(lambda token: token.kind not in ("number", "preposition"), rest))
    for group in tied:
        one = Clause(clause.verb, subordinate=clause.subordinate)
        own = subject if group is groups[0] else [t for t in subject if t.kind != "number"]
        _fill(one, own, [*([] if group is groups[0] else shared), *group, *others], passive=passive)
        yield one


def _tied(group: Sequence[Token], *, counts: bool) -> bool:
    """Say whether a group, or its subject if that *counts*, ties a number to a year or noun by a preposition."""
    number = next((at for at, t in enumerate(group) if t.kind == "number" and not YEAR.fullmatch(t.word)), None)
    if number is None and not (counts and group[:1] and group[0].kind == "preposition"):
        return False
    return any(
        left.kind == "preposition" and left.word != "of" and (right.kind == "content" or YEAR.fullmatch(right.word))
        for left, right in pairwise(group[number or 0 :])
    )


def _fill(clause: Clause, subject: Sequence[Token], rest: Sequence[Token], *, passive: bool) -> None:
    for part, role in ((subject, "patient" if passive else "agent"), (rest, "patient")):
        governor = ""
        for at, token in enumerate(part):
            following = next((after.kind for after in part[at + 1 :] if after.word != "-"), "mark")
            if token.word == "of" and not governor:
                share = at > 0 and (part[at - 1].kind == "number" or part[at - 1].word in _SHARES)
                governor = "" if share else "of"
            elif (token.kind == "preposition" and token.word != "of") or _participial(part, at):
                governor = token.word
            elif token.word in STOPS or token.kind in ("auxiliary", "subordinator"):
                governor = ""
            elif token.kind in ("content", "number", "verb"):
                own = governor or role
                if passive and governor == "by" and token.kind != "number" and part is rest:
                    own = "agent"
                elif not governor and following == "content" and not _participial(part, at + 1):
                    own = "modifier"
                clause.roles.setdefault(token.term, set()).add(own)
                if not governor:
                    clause.order.append(token.term)
                if token.name or token.kind == "number":
                    clause.fixed.add(token.term)
                if token.name and at > 1 and part[at - 1].kind == "preposition":
                    clause.ties.add((part[at - 2].term, part[at - 1].word, token.term))
                if (token.term in _TIMES or YEAR.fullmatch(token.word)) and following != "number":
                    governor = ""


def _participial(part: Sequence[Token], at: int) -> bool:
    """Return whether a word ties what follows to a noun, as *carrying* does in ``ships carrying grain``."""
    if not (0 < at < len(part) - 1 and part[at].word.endswith("ing") and part[at - 1].kind == "content"):
        return False
    after = part[at + 1].kind
    return after in ("determiner", "number") or (after == "content" and part[at - 1].word.endswith("s"))
