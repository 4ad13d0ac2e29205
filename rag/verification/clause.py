"""One verb of a sentence with what belongs to it, and in which role."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rag.text.dates import MONTHS
from rag.text.words import YEAR, stem

_TIMES = frozenset(
    map(
        stem, (*MONTHS, *"spring summer autumn winter monday tuesday wednesday thursday friday saturday sunday".split())
    )
)
ANY = "any"
"""Role of a word whose place in its clause cannot be told, since the clause leaves out its verb."""


@dataclass(slots=True)
class Clause:
    """One verb and what belongs to it."""

    verb: str = ""
    roles: dict[str, set[str]] = field(default_factory=dict)
    """For each term ``agent``, ``patient``, ``adverb``, or the preposition that governs it; with ``~`` for a
    word that only describes the one that has the role."""
    order: list[str] = field(default_factory=list)
    """Terms that no preposition governs, as they stand."""
    sequence: list[str] = field(default_factory=list)
    """All terms, as they stand."""
    fixed: set[str] = field(default_factory=set)
    """Terms that are names or numbers."""
    ties: set[tuple[str, str, str]] = field(default_factory=set)
    """Names with the preposition before them and the word before that: ``hospital in Chile``."""
    spoken: bool = True
    """Whether its verb was told as one; not where a parser takes *imports* for a noun."""
    negative: bool = False
    """Whether it is denied, by a word of its own or by the verb that it hangs on."""
    equates: bool = False
    """Whether it says of two things that they are one: ``the seal is part 4``, not ``the seal is a part``."""
    links: set[tuple[str, str, str]] = field(default_factory=set)
    """Verbs of adverbial clauses with what ties them to its own: ``heat before make``."""
    dependent: set[str] = field(default_factory=set)
    """Terms of the clauses that hang on it."""

    def terms(self) -> set[str]:
        """Return the terms with the verb."""
        return {*self.roles, self.verb} - {""}

    def paired(self) -> bool:
        """Return whether it has both an agent and a patient, or may have; a measure can be either."""
        words = [roles for term, roles in self.roles.items() if not term[0].isdigit()]
        return {"agent", "patient"} <= set().union(*words) or {ANY} in words

    def gives(self) -> bool:
        """Return whether it says to whom: ``water to the town``."""
        return any("to" in roles for roles in self.roles.values())

    def given(self) -> Clause | None:
        """Give ``supply the town with water`` as ``supply water to the town``; None where it is no such clause."""
        turned = {"patient": "to", "patient~": "to~", "with": "patient", "with~": "patient~"}
        roles = {term: {turned.get(role, role) for role in its} for term, its in self.roles.items()}
        return replace(self, roles=roles) if {"patient", "with"} <= set().union(*self.roles.values()) else None

    def measures(self) -> bool:
        """Return whether it tells a measure of something and compares it with nothing."""
        told = set().union(*self.roles.values())
        return {ANY} in self.roles.values() and "than" not in told

    def core(self) -> set[str]:
        """Return the terms that are agent or patient, or describe one."""
        return {
            term for term, roles in self.roles.items() if {role.rstrip("~") for role in roles} & {"agent", "patient"}
        }

    def firm(self) -> set[str]:
        """Return the terms that must stand in the same clause: all but common nouns after a preposition."""
        return {self.verb, *self.order, *self.fixed}

    def dates(self) -> set[str]:
        """Return the terms that are a year, a month, a season or a day of the week."""
        return {term for term in self.roles if YEAR.fullmatch(term) or term in _TIMES}

    def add(self, term: str, role: str, *, fixed: bool) -> None:
        """Put a term into the clause."""
        self.roles.setdefault(term, set()).add(role)
        self.sequence.append(term)
        if role.rstrip("~") in ("agent", "patient"):
            self.order.append(term)
        if fixed:
            self.fixed.add(term)
