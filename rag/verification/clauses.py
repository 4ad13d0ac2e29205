"""Read who does what in each clause of a sentence, from its parse.

``The smuggler was killed by police`` has the verb *kill*, the agent *police* and the
patient *smuggler*. A list that leaves out its verb, ``5 in 2021 and 9 in 2022``, gives a
clause a member.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.text.lexicon import SCALES, UNITS
from rag.text.quantities import UNIT_WORDS
from rag.text.words import YEAR, stem
from rag.verification.clause import ANY, Clause
from rag.verification.parsing import Word
from rag.verification.trees import Tree

MEASURE = re.compile(rf"{UNIT_WORDS}|{'|'.join(UNITS.values())}|{'|'.join(SCALES)}|cubic|square")
"""Words of a measure."""
_ANOTHER_TIME = frozenset(map(stem, "earlier ago previous previously prior".split()))
_DENIALS = frozenset(
    "not n't no never none neither nobody nothing nowhere cannot hardly scarcely barely rarely seldom".split()
)
_FREE = {"agent", "patient", "adverb"}
"""Roles that a measure may have alike; one after a preposition is neither agent nor patient."""
_TURNING = frozenset(map(stem, "deny refuse fail reject dispute disagree doubt decline".split()))
"""Verbs that deny what hangs on them."""


def clauses(sentences: Sequence[Sequence[Word]], verbs: Collection[str] = ()) -> list[Clause]:
    """Read the clauses of parsed sentences, in order.

    Args:
        sentences: as a parser gives them.
        verbs: stems that are verbs where a sentence seems to have none: ``Tin melts at 232 degrees``.

    A clause without a subject of its own takes that of the clause before, one without a
    date the dates next to it in its sentence.
    """
    found: list[Clause] = []
    for words in sentences:
        own = list(_Sentence(words, verbs).clauses())
        dates = [clause.dates() for clause in own]
        for at, clause in enumerate(own):
            own_time = dates[at] or not _ANOTHER_TIME.isdisjoint(clause.roles)
            for date in set() if own_time else set().union(*dates[max(0, at - 1) : at + 2]):
                clause.roles[date] = {"in"}
        found += own
    return found


def appositions(sentences: Sequence[Sequence[Word]]) -> Iterator[Clause]:
    """Yield what a sentence says of a thing beside its name: ``Ulla Berg, mayor of Lund, left`` says who is mayor."""
    for words in sentences:
        yield from _Sentence(words).appositions()


class _Sentence(Tree):
    """Gives the clauses of one sentence."""

    def clauses(self) -> Iterator[Clause]:
        """Yield for each verb its clause, and one for each member of a list that leaves out the verb."""
        members = {verb: [at for at, owner in enumerate(self.owner) if owner == verb] for verb in self.verbs}
        made = {verb: list(self._parted(verb, members[verb])) for verb in self.verbs}
        for verb in self.verbs:
            below = {term for clause in made[verb] for term in clause.terms()}
            for above in self._above(verb):
                for clause in made.get(above, ()):
                    clause.dependent |= below
        for parts in made.values():
            yield from parts

    def appositions(self) -> Iterator[Clause]:
        """Yield a clause for each thing that is named twice."""
        for at, word in enumerate(self.words):
            if word.relation == "appos":
                below = {head: {n for n in range(len(self.words)) if head in self._up(n)} for head in (at, word.head)}
                clause = Clause("is", equates=True)
                self._place(clause, below[word.head] - below[at], word.head, "agent")
                self._place(clause, below[at], at, "patient")
                yield clause

    def _place(self, clause: Clause, members: Collection[int], head: int, role: str) -> None:
        """Put a noun and all that hangs on it into a clause; what is no part of its phrase has its preposition."""
        phrase = self._phrase(head)
        for at in filter(lambda at: self.terms[at], sorted(members)):
            governed = next((up for up in self._up(at) if self._relation(up) in ("pobj", "pcomp")), at)
            link = self.words[self.words[governed].head].text.lower()
            fixed = self.words[at].kind == "PROPN" or self.terms[at][0].isdigit()
            clause.add(self.terms[at], role if at in phrase else link, fixed=fixed)

    def _above(self, verb: int) -> Iterator[int]:
        """Yield what a verb hangs on, up to where its clause is one of equals."""
        while self.words[verb].head != verb and self._relation(verb) != "conj":
            verb = self.words[verb].head
            yield verb

    def _parted(self, verb: int, members: Sequence[int]) -> Iterator[Clause]:
        """Yield the clause of a verb, divided where a list repeats its pattern: ``5 in 2021 and 9 in 2022``."""
        first, *others = self._parts(verb, members)
        own = [(at, self._role(at, verb)) for at in [*self._borrowed(verb), *first]]
        yield self._clause(verb, own)
        for part in others:
            told = list(self._governed(part))
            if self._denies(part):  # what is denied has the place of what is told: milk but no cheese
                told = [(at, self._role(at, verb) if self._relation(at) == "conj" else role) for at, role in told]
            names = {(role, self._sort(at)) for at, role in told if role != ANY and self.terms[at]}
            opens = next((at for at, role in told if self.terms[at]), part[0])
            bare = dict(told)[opens] == ANY and not self._counted(opens)
            kept = [
                (at, role)
                for at, role in own
                if (role.rstrip("~"), self._sort(at)) not in names
                and not (bare and role.rstrip("~") == "agent")
                and (self._sort(at) != "number" or role.rstrip("~") == "agent")
            ]
            yield self._clause(verb, [*kept, *told])

    def _parts(self, verb: int, members: Sequence[int]) -> list[list[int]]:
        parts: list[list[int]] = [[]]
        for at in members:
            if at > verb and self.words[at].text.lower() in (",", ";", "and", "but"):
                parts.append([])
            elif self._is_end_of_range(at, parts[-1]):
                parts.append([at])
            else:
                parts[-1].append(at)
        kept = parts[:1]
        for part in filter(None, parts[1:]):
            opens = next((n for n in part if self.terms[n]), part[0])
            noun = self.words[part[0]].text.lower() not in ("a", "an")
            bare = noun and dict(self._governed(part))[opens] == ANY and not self._counted(opens)
            shared = {role for _, role in self._governed(part)} & {role for _, role in self._governed(kept[0])} - {ANY}
            counts = any(map(self._counted, part)) and any(map(self._counted, kept[0]))
            if (sum(bool(self.terms[at]) for at in part) > 1 and (shared or (counts and bare))) or self._denies(part):
                kept.append(part)
            else:
                kept[-1] += part
        return kept

    def _denies(self, part: Sequence[int]) -> bool:
        return any(self.words[at].text.lower() in _DENIALS for at in part)

    def _sort(self, at: int) -> str:
        """Return what a word is: a year, a number, or a word."""
        return "year" if YEAR.fullmatch(self.terms[at]) else "number" if self._counted(at) else "word"

    def _is_end_of_range(self, at: int, part: Sequence[int]) -> bool:
        """Return whether a word is the *to* of ``from 9 tonnes in 2012 to 4 tonnes in 2015``."""
        begun = [n for n in part if self.words[n].text.lower() == "from"]
        return self.words[at].text.lower() == "to" and any(map(self._counted, part)) and bool(begun)

    def _governed(self, part: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the words of a part without a verb, each with the preposition before it."""
        governor, last = ANY, part[0]
        for at in part:
            governor, last = governor if at <= last + 1 else ANY, at
            if self.words[at].kind == "ADP" and self.words[at].text.lower() != "of":
                governor = self.words[at].text.lower()
            yield at, governor

    def _clause(self, verb: int, members: Sequence[tuple[int, str]]) -> Clause:
        spoken = self.words[verb].kind in ("VERB", "AUX")
        clause = Clause(
            self._name(verb),
            spoken=spoken,
            negative=self._denied(verb, [verb, *(at for at, _ in members)]),
            equates=any(self._relation(at) == "attr" and self._is_definite(at) for at in self.children[verb]),
        )
        clause.links |= set(self._links(verb))
        for at, role in members:
            term, word = self.terms[at], self.words[at]
            if at == verb or not term or word.relation == "neg":
                continue
            number = term[0].isdigit() and not YEAR.fullmatch(term)
            measure = number or (word.text.islower() and MEASURE.fullmatch(word.text) is not None)
            if measure:
                clause.roles.setdefault(term, set()).add(ANY)
            clause.add(
                term,
                ANY if measure and role.rstrip("~") in _FREE else role,
                fixed=word.kind == "PROPN" or term[0].isdigit(),
            )
            above = self.words[word.head]
            if word.kind == "PROPN" and above.kind == "ADP" and self.terms[above.head]:
                clause.ties.add((self.terms[above.head], above.text.lower(), term))
        return clause

    def _links(self, verb: int) -> Iterator[tuple[str, str, str]]:
        """Yield what ties adverbial clauses to a verb, or it to the one after that the parser hangs on it.

        ``Before the roof was finished the walls were painted`` is read as if it told what was finished.
        """
        for at in self.children[verb]:
            relation = self._relation(at)
            under = at if relation == "advcl" else verb
            marks = [n for n in self.children[under] if self._relation(n) == "mark" and n < under]
            if marks and relation in ("advcl", "ccomp"):
                yield self._name(under), self.words[marks[0]].text.lower(), self._name(verb if under == at else at)

    def _is_definite(self, at: int) -> bool:
        """Return whether a noun means one certain thing: a name, or one with *the*, an owner or a number."""
        own = [(self._relation(n), self.words[n].text.lower()) for n in self.children[at]]
        return self.words[at].kind == "PROPN" or any(
            relation in ("poss", "nummod") or word in ("the", "this", "that") for relation, word in own
        )

    def _denied(self, verb: int, members: Sequence[int]) -> bool:
        """Return whether a clause is denied, by one of its words or by the verb that it completes."""
        own = {verb, *self.children[verb], *members}
        own |= {below for at in own for below in self.children[at] if self.owner[below] == verb}
        words = [self.words[at].text.lower() for at in own]
        denied = sum(word in _DENIALS or word.endswith("n't") for word in words) % 2 == 1
        few = any(self.words[at].text.lower() == "few" and self.words[at - 1].text.lower() != "a" for at in own)
        above = self.words[verb].head
        if above == verb or self._relation(verb) not in ("ccomp", "xcomp", "pcomp", "csubj", "csubjpass"):
            return denied or few
        head = self.owner[above]
        turned = stem(self.words[head].text.lower()) in _TURNING or self._denied(head, [])
        return (denied or few) != turned
