"""Compare who does what in two texts, and in which clause."""

from __future__ import annotations

import re

from rag.text.names import normalise_names
from rag.text.words import tokenise
from rag.verification.clauses import ANY, Clause, clauses
from rag.verification.parsing import parsed

_OPPOSITE = {"from": "to", "to": "from", "into": "from", "against": "from"}
_EXCLUDING = {"without", "except", "excluding", "despite"}
_CORE = {"agent", "patient"}
_LEADING = r"(?i)(?:about|above|after|as|at|before|below|between|by|during|for|from|in|of|on|over|per|to|under|until|with|every|each|\d)\b"


def role_mismatch(sentence: str, evidence: str) -> tuple[tuple[str, ...], bool]:
    """Give the words of *sentence* whose role, or whose place among the clauses, is not that of *evidence*.

    Every clause of the sentence must find its words together in one clause of the
    evidence, as far as the evidence has them; there agent and patient must be the
    same where the verb is, and words in the same order where the verb is another.

    Returns:
        The reasons, and whether every clause was found with its verb, so that its denial
        was compared too.
    """
    sentence = _unfronted(sentence, evidence)
    one, other = (parsed(normalise_names(text)) for text in (sentence, evidence))
    if one is None or other is None:
        return () if _stands(sentence, evidence) else ("roles: cannot be read",), False
    held = clauses(other)
    verbs = {clause.verb for clause in held}
    said = clauses(one, verbs)
    if not any(word.kind in ("VERB", "AUX") for words in one for word in words) and said[0].verb not in verbs:
        return () if _stands(sentence, evidence) else ("roles: cannot be read",), False
    anywhere = set().union(*(clause.terms() for clause in held))
    exclusive = re.search(r"(?i)\b(?:only|solely|exclusively|sole)\b", sentence) is not None
    links = set().union(*(clause.links for clause in held))
    wrong = [f"order: {a} {link} {b}" for one in said for a, link, b in one.links - links if (b, link, a) in links]
    for clause in said:
        shared = clause.terms() & anywhere
        near = [other for other in held if shared <= other.terms() | (other.dependent - clause.firm())]
        fit = [other for other in near if _same_roles(clause, other, exclusive=exclusive)]
        told = " ".join(sorted(shared))
        if not near:
            wrong.append(f"attachment: {told}")
        elif not fit or (clause.verb in anywhere - verbs and not _stands(sentence, evidence)):
            wrong.append(f"role: {told}")
        elif clause.verb in verbs and not any(clause.negative == other.negative for other in fit):
            wrong.append("negation")
    return tuple(wrong), all(clause.verb in verbs for clause in said)


def _unfronted(sentence: str, evidence: str) -> str:
    """Return a sentence with a phrase that opens it, as the evidence has it, moved to its end."""
    words = sentence.rstrip(".").split()
    if not re.match(_LEADING, sentence) or "," in words[0]:
        return sentence
    for count in range(len(words) - 2, 1, -1):
        opening = " ".join(words[:count])
        if not opening.endswith(",") and _stands(opening, evidence):
            return f"{' '.join(words[count:])} {opening[0].lower()}{opening[1:]}."
    return sentence


def _stands(sentence: str, evidence: str) -> bool:
    """Return whether the words of a sentence stand side by side in the evidence."""
    said, held = (" ".join(tokenise(text)) for text in (sentence, evidence))
    return f" {said} " in f" {held} "


def _same_roles(said: Clause, held: Clause, *, exclusive: bool) -> bool:
    same_verb = said.verb != "" and said.verb == held.verb
    others = (term for term in held.fixed - said.terms() if held.roles[term] & _CORE)
    if exclusive and any(term[0].isalpha() for term in others):
        return False
    for term, roles in said.roles.items():
        its = held.roles.get(term, set())
        fits = not its or ANY in its or any(role in its or role.rstrip("~") in its for role in roles)
        core = same_verb and {role.rstrip("~") for role in roles} & _CORE
        if not fits and (core or any(_OPPOSITE.get(role) in its for role in roles)):
            return False
        if (_EXCLUDING & roles) and its and not _EXCLUDING & its or (_EXCLUDING & its and not _EXCLUDING & roles):
            return False
    for head, link, name in said.ties - held.ties:
        tied = {other for at, word, other in held.ties if (at, word) == (head, link)}
        if tied and any(other == name for _, _, other in held.ties):
            return False
    shared = [term for term in said.order if term in held.order]
    return same_verb or shared == sorted(shared, key=held.order.index)
