"""Compare who does what in two texts, and in which clause."""

from __future__ import annotations

import re

from rag.verification.clauses import Clause, clauses

_OPPOSITE = {"from": "to", "to": "from", "into": "from", "against": "from"}


def role_mismatch(sentence: str, evidence: str) -> tuple[str, ...]:
    """Give the words of *sentence* whose role, or whose place among the clauses, is not that of *evidence*.

    Every clause of the sentence must find its words together in one clause of the
    evidence, as far as the evidence has them; there agent and patient must be the
    same where the verb is, and words in the same order where the verb is another.
    """
    held = clauses(evidence)
    anywhere = set().union(*(clause.terms() for clause in held))
    exclusive = re.search(r"(?i)\b(?:only|solely|exclusively|sole)\b", sentence) is not None
    wrong: list[str] = []
    for said in clauses(sentence):
        shared = said.terms() & anywhere
        near = [clause for clause in held if shared <= clause.terms() | (clause.dependent - said.firm())]
        if not near:
            wrong.append(f"attachment: {' '.join(sorted(shared))}")
        elif not any(_same_roles(said, clause, exclusive=exclusive) for clause in near):
            wrong.append(f"role: {' '.join(sorted(shared))}")
    return tuple(wrong)


def _same_roles(said: Clause, held: Clause, *, exclusive: bool) -> bool:
    same_verb = said.verb != "" and said.verb == held.verb
    others = (term for term in held.fixed - said.terms() if held.roles[term] & {"agent", "patient"})
    if exclusive and any(term[0].isalpha() for term in others):
        return False
    for term, roles in said.roles.items():
        its = held.roles.get(term, set())
        core = same_verb and roles & {"agent", "patient"}
        if its and not roles & its and (core or any(_OPPOSITE.get(role) in its for role in roles)):
            return False
    for head, link, name in said.ties - held.ties:
        tied = {other for at, word, other in held.ties if (at, word) == (head, link)}
        if tied and any(other == name for _, _, other in held.ties):
            return False
    shared = [term for term in said.order if term in held.order]
    return same_verb or shared == sorted(shared, key=held.order.index)
