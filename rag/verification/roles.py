"""Compare who does what in two texts, and in which clause."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.text.lexicon import PREPOSITIONS
from rag.text.names import normalise_names
from rag.text.quantities import measures_plain
from rag.text.words import STOP_WORDS, stem, tokenise
from rag.verification.clause import ANY, Clause
from rag.verification.clauses import appositions, clauses
from rag.verification.parsing import Word, parsed
from rag.verification.trees import EXCLUDING

_OPPOSITE = {"from": "to", "to": "from", "into": "from", "against": "from"}
_CORE = {"agent", "patient"}
_BEING = frozenset("is are was were be".split())
_STATES = _BEING | {"has", "have", "had"}
"""Verbs that tie a property to what has it: ``the height of the tower is 80 m``, ``the tower has a height``."""
_THIRD_PERSON = re.compile(r"ies$|(ss|sh|ch|x|zz)es$|s$")
Parse = Sequence[Sequence[Word]]
_LEADING = re.compile(rf"(?i)(?:{'|'.join(sorted(PREPOSITIONS))}|as|every|each|\d)\b")


def role_mismatch(sentence: str, evidence: str) -> tuple[tuple[str, ...], bool]:
    """Give the words of *sentence* whose role, or whose place among the clauses, is not that of *evidence*.

    Every clause of the sentence must find its words together in one clause of the
    evidence, as far as the evidence has them; there agent and patient must be the
    same where the verb is, and words in the same order where the verb is another.

    Returns:
        The reasons, and whether every clause was found with its verb, so that its denial
        was compared too.
    """
    evidence = _abbreviated(evidence, sentence)
    first: tuple[tuple[str, ...], bool] | None = None
    for variant in dict.fromkeys((*_unfronted(sentence, evidence), sentence)):
        found = _mismatch(variant, evidence)
        if not found[0]:
            return found
        first = first or found
    assert first is not None  # there is always the sentence itself
    return first


def _mismatch(sentence: str, evidence: str) -> tuple[tuple[str, ...], bool]:
    one, other = (parsed(normalise_names(measures_plain(text))) for text in (sentence, evidence))
    if one is None or other is None:
        return () if _stands(sentence, evidence) else ("roles: cannot be read",), False
    mine, its = _with_verbs(one, other), _with_verbs(other, one)
    verbs = {clause.verb for clause in (*clauses(mine), *clauses(its))}
    said, held = clauses(mine, verbs), clauses(its, verbs)
    held += appositions(its)
    verbs = {clause.verb for clause in held}
    if any(clause.roles and not clause.spoken and clause.verb not in verbs for clause in said):
        return () if _stands(sentence, evidence) else ("roles: cannot be read",), False
    anywhere = set().union(*(clause.terms() for clause in held))
    exclusive = re.search(r"(?i)\b(?:only|solely|exclusively|sole)\b", sentence) is not None
    wrong = list(_misplaced(said, held))
    for clause in filter(lambda clause: clause.roles, said):
        if clause.verb in _BEING:
            wrong += [f"new: {term}" for term, its in clause.roles.items() if "patient" in its and term not in anywhere]
        shared = clause.terms() & anywhere
        near = [other for other in held if shared <= other.terms() | (other.dependent - clause.firm())]
        fit = [other for other in near if any(_same_roles(*way, exclusive=exclusive) for way in _ways(clause, other))]
        told = " ".join(sorted(shared))
        if not near:
            wrong.append(f"attachment: {told}")
        elif not any(other.spoken or clause.verb not in other.roles for other in fit) and not _stands(
            sentence, evidence
        ):
            wrong.append(f"role: {told}")
        elif clause.verb in verbs and not any(clause.negative == other.negative for other in fit):
            wrong.append("negation")
    return tuple(wrong), all(clause.verb in verbs for clause in said)


def _misplaced(said: Sequence[Clause], held: Sequence[Clause]) -> Iterator[str]:
    """Yield what a sentence puts before, after or under another thing where the evidence turns it round or does not."""
    links = set().union(*(clause.links for clause in held))
    verbs = {clause.verb for clause in held}
    for one, link, other in set().union(*(clause.links for clause in said)) - links:
        if (other, link, one) in links or (link in ("before", "after") and {one, other} <= verbs):
            yield f"order: {one} {link} {other}"


def _with_verbs(text: Parse, other: Parse) -> Parse:
    """Read each sentence in which the parser finds no verb with *will* before the one that another text has.

    ``Kelp shelters cod`` may be two shelters; where the other says ``sheltered``, it is ``Kelp will shelter cod``.
    """
    verbs = {stem(word.text.lower()) for line in other for word in line if word.kind == "VERB"}
    return [read for line in text for read in _with_verb(line, verbs)]


def _with_verb(line: Sequence[Word], verbs: Collection[str]) -> Parse:
    words = [word.text for word in line]
    at = next((at for at in range(1, len(words)) if stem(words[at].lower()) in verbs), None)
    if at is None or any(clause.spoken for clause in clauses([line])):
        return [line]
    plain = _THIRD_PERSON.sub(lambda end: "y" if end[0] == "ies" else end[1] or "", words[at])
    helped = (*words[:at], "will", plain, *words[at + 1 :])
    return parsed(" ".join(helped)) or [line]


def _unfronted(sentence: str, evidence: str) -> Iterator[str]:
    """Yield a sentence that a phrase of the evidence opens, with the phrase at its end and with a comma after it."""
    words = sentence.rstrip(".").split()
    if not _LEADING.match(sentence):
        return
    for count in range(len(words) - 2, 1, -1):
        opening, rest = " ".join(words[:count]), " ".join(words[count:])
        if words[count - 1] not in STOP_WORDS and not opening.endswith(",") and _stands(opening, evidence):
            yield f"{rest} {opening[0].lower()}{opening[1:]}."
            yield f"{opening}, {rest}."
            return


def _abbreviated(evidence: str, sentence: str) -> str:
    """Return the evidence with a name of its own abbreviation, where the sentence uses that: ``Trade Union (TU)``."""
    for short in re.findall(r"\(([A-Z]{2,7})\)", evidence):
        if re.search(rf"\b{short}\b", sentence):
            full = r"\W+(?:(?:of|the|for|and|on|in)\W+)*".join(rf"{letter}\w*" for letter in short)
            evidence = re.sub(rf"\b{full}\s*\({short}\)", short, evidence)
    return evidence


def _stands(sentence: str, evidence: str) -> bool:
    """Return whether the words of a sentence stand side by side in the evidence."""
    said, held = (" ".join(tokenise(text)) for text in (sentence, evidence))
    return f" {said} " in f" {held} "


def _ways(said: Clause, held: Clause) -> Iterator[tuple[Clause, Clause]]:
    """Yield two clauses as they stand, and with what one gives another said in the way of the other."""
    yield said, held
    if (given := said.given()) and held.gives():
        yield given, held
    if (given := held.given()) and said.gives():
        yield said, given


def _same_roles(said: Clause, held: Clause, *, exclusive: bool) -> bool:
    same_verb = said.verb != "" and said.verb == held.verb
    others = (term for term in held.fixed - said.terms() if held.roles[term] & _CORE)
    if exclusive and any(term[0].isalpha() for term in others):
        return False
    for term, roles in said.roles.items():
        its = held.roles.get(term, set())
        plain = {role.rstrip("~") for role in its}
        fits = not its or ANY in its or not plain.isdisjoint(role.rstrip("~") for role in roles)
        core = same_verb and {role.rstrip("~") for role in roles} & (_CORE | {"than"})
        fits = fits or _interchangeable(said, held, plain)
        fits = fits or (bool(plain - _CORE - {"than"}) and all(role.endswith("~") for role in roles))
        unclear = plain <= {"adverb"} and _in_order(said.sequence, held.sequence)
        if not fits and not unclear and (core or any(_OPPOSITE.get(role) in its for role in roles)):
            return False
        if ((EXCLUDING & roles) and its and not EXCLUDING & its) or (EXCLUDING & its and not EXCLUDING & roles):
            return False
    for head, link, name in said.ties - held.ties:
        tied = {other for at, word, other in held.ties if (at, word) == (head, link)}
        if tied and any(other == name for _, _, other in held.ties):
            return False
    states = {said.verb, held.verb} <= _STATES
    return same_verb or states or _in_order(said.order, held.order)


def _interchangeable(said: Clause, held: Clause, its: set[str]) -> bool:
    """Return whether agent and patient may trade places: ``the seal is part 4``, ``the fair (was) opened``.

    They may where a verb of being makes two things one, and where neither clause has both of them; so may a property
    that is measured and what has it: ``the height of the tower is 80 m``, ``the tower is 80 m high``.
    """
    if said.measures() and held.measures() and its <= {*_CORE, "of"}:
        mine, other = said.core(), held.core()
        if len(mine) != len(other) and other <= said.terms() and {said.verb, held.verb} <= _STATES:
            return True
    return bool(its & _CORE) and ((said.equates and held.equates) or not (said.paired() or held.paired()))


def _in_order(said: Sequence[str], held: Sequence[str]) -> bool:
    """Return whether the words that two clauses share stand in one order."""
    shared = [term for term in said if term in held]
    return shared == sorted(shared, key=held.index)
