"""Read who does what in each clause of a sentence, from its parse.

``The smuggler was killed by police`` has the verb *kill*, the agent *police* and the
patient *smuggler*.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from rag.text.dates import MONTHS
from rag.text.folding import fold
from rag.text.lexicon import FUNCTION_WORDS, NUMBERS, SCALES, UNITS
from rag.text.quantities import UNIT_WORDS
from rag.text.words import YEAR, stem
from rag.verification.parsing import Word

ANY = "any"
"""Role of a word whose place in its clause cannot be told, since the clause leaves out its verb."""

_SUBJECTS = ("nsubj", "csubj", "expl", "nsubjpass", "csubjpass")
_OBJECTS = ("dobj", "attr", "oprd", "acomp", "xcomp", "dative")
_CLAUSES = ("relcl", "advcl", "ccomp")
_INSIDE = ("amod", "compound", "nummod", "quantmod", "poss", "nmod", "advmod", "appos", "conj", "npadvmod")
_HELPERS = ("aux", "auxpass", "amod", "compound", "nummod", "prep", "advmod", "pcomp")
_PRONOUNS = frozenset("it they he she".split())
_ORDINALS = frozenset("first second third last".split())
_SHARES = frozenset(
    "percent percentage all most many some several few half halves third thirds quarter quarters fifth fifths majority "
    "minority none both each".split()
)
"""Words before *of* that count what follows, which is then what the sentence speaks of."""
_DENIALS = frozenset(
    "not n't no never none nor neither nobody nothing nowhere cannot hardly scarcely barely rarely seldom".split()
)
_TURNING = frozenset(map(stem, "deny refuse fail reject dispute disagree doubt decline".split()))
"""Verbs that deny what hangs on them."""
_FIGURE = re.compile(r"[^\w]*(\d[\d.,:/]*?)[.,]?")
_MEASURE = re.compile(rf"{UNIT_WORDS}|{'|'.join(UNITS.values())}|{'|'.join(SCALES)}|cubic|square")
_TIMES = frozenset(
    map(
        stem, (*MONTHS, *"spring summer autumn winter monday tuesday wednesday thursday friday saturday sunday".split())
    )
)
_ANOTHER_TIME = frozenset(map(stem, "earlier ago previous previously prior".split()))


@dataclass(slots=True)
class Clause:
    """One verb and what belongs to it."""

    verb: str = ""
    roles: dict[str, set[str]] = field(default_factory=dict)
    """For each term ``agent``, ``patient``, ``adverb``, or the preposition that governs it; with ``~`` for a
    word that only describes the one that has the role."""
    order: list[str] = field(default_factory=list)
    """Terms that no preposition governs, as they stand."""
    fixed: set[str] = field(default_factory=set)
    """Terms that are names or numbers."""
    ties: set[tuple[str, str, str]] = field(default_factory=set)
    """Names with the preposition before them and the word before that: ``hospital in Chile``."""
    negative: bool = False
    """Whether it is denied, by a word of its own or by the verb that it hangs on."""
    links: set[tuple[str, str, str]] = field(default_factory=set)
    """Verbs of adverbial clauses with what ties them to its own: ``heat before make``."""
    dependent: set[str] = field(default_factory=set)
    """Terms of the clauses that hang on it."""

    def terms(self) -> set[str]:
        """Return the terms with the verb."""
        return {*self.roles, self.verb} - {""}

    def firm(self) -> set[str]:
        """Return the terms that must stand in the same clause: all but common nouns after a preposition."""
        return {self.verb, *self.order, *self.fixed}

    def dates(self) -> set[str]:
        """Return the terms that are a year, a month, a season or a day of the week."""
        return {term for term in self.roles if YEAR.fullmatch(term) or term in _TIMES}

    def add(self, term: str, role: str, *, fixed: bool) -> None:
        """Put a term into the clause."""
        self.roles.setdefault(term, set()).add(role)
        if role.rstrip("~") in ("agent", "patient"):
            self.order.append(term)
        if fixed:
            self.fixed.add(term)


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
        own = list(_Tree(words, verbs).clauses())
        dates = [clause.dates() for clause in own]
        for at, clause in enumerate(own):
            own_time = dates[at] or not _ANOTHER_TIME.isdisjoint(clause.roles)
            for date in set() if own_time else set().union(*dates[max(0, at - 1) : at + 2]):
                clause.roles[date] = {"in"}
        found += own
    return found


def _term(word: Word) -> str:
    """Return what stands for a word in a clause; an empty string for one that says nothing of the subject."""
    folded = fold(word.text).text.removesuffix("'s")
    number = _FIGURE.fullmatch(folded)
    if number or folded in NUMBERS:
        return number[1].replace(",", "") if number else str(NUMBERS[folded])
    if word.kind == "PUNCT" or word.tag == "POS" or not any(map(str.isalnum, folded)):
        return ""
    label = len(word.text) == 1 and word.text.isupper() and word.tag not in ("DT", "PRP")
    return "" if folded in FUNCTION_WORDS - _ORDINALS and not label else stem(folded)


class _Tree:
    """The words of one sentence, and the verb that each belongs to."""

    def __init__(self, words: Sequence[Word], verbs: Collection[str] = ()) -> None:
        self.words = words
        self.known = verbs
        self.terms = [_term(word) for word in words]
        self.children: list[list[int]] = [[] for _ in words]
        for at, word in enumerate(words):
            if word.head != at:
                self.children[word.head].append(at)
        root = next((at for at, word in enumerate(words) if word.head == at), 0)
        self.verbs = [at for at in range(len(words)) if self._is_verb(at)] or [root]
        self.owner = [next((up for up in self._up(at) if up in self.verbs), self.verbs[0]) for at in range(len(words))]

    def _is_verb(self, at: int) -> bool:
        word = self.words[at]
        if word.kind in ("VERB", "AUX"):
            return word.relation not in _HELPERS
        return word.relation in _CLAUSES or any(self._relation(n) in _SUBJECTS for n in self.children[at])

    def _relation(self, at: int) -> str:
        return self.words[at].relation

    def _up(self, at: int) -> Iterator[int]:
        yield at
        while self.words[at].head != at:
            at = self.words[at].head
            yield at

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
            names = {role for _, role in told if role != ANY}
            opens = next((at for at, role in told if self.terms[at]), part[0])
            bare = dict(told)[opens] == ANY and not self._counted(opens)
            drop = {*names, *(("agent",) if bare else ())}
            numbers = {role for at, role in own if self._counted(at)}
            kept = [(at, role) for at, role in own if role.rstrip("~") not in drop and role not in numbers - {"agent", "agent~"}]
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
            shared = {role for _, role in self._governed(part)} & {role for _, role in self._governed(kept[0])} - {ANY}
            counts = any(map(self._counted, part)) and any(map(self._counted, kept[0]))
            denied = any(self.words[at].text.lower() in _DENIALS for at in part)
            if (sum(bool(self.terms[at]) for at in part) > 1 and (shared or counts)) or denied:
                kept.append(part)
            else:
                kept[-1] += part
        return kept

    def _is_end_of_range(self, at: int, part: Sequence[int]) -> bool:
        """Return whether a word is the *to* of ``from 9 tonnes in 2012 to 4 tonnes in 2015``."""
        begun = [n for n in part if self.words[n].text.lower() == "from"]
        return self.words[at].text.lower() == "to" and any(map(self._counted, part)) and bool(begun)

    def _governed(self, part: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the words of a part without a verb, each with the preposition before it."""
        governor = ANY
        for at in part:
            if self.words[at].kind == "ADP" and self.words[at].text.lower() != "of":
                governor = self.words[at].text.lower()
            yield at, governor

    def _counted(self, at: int) -> bool:
        """Return whether a word is a number, or counted by one; years are none."""
        own = self.terms[at][:1].isdigit() and not YEAR.fullmatch(self.terms[at])
        return own or any(self._relation(n) == "nummod" for n in self.children[at])

    def _clause(self, verb: int, members: Sequence[tuple[int, str]]) -> Clause:
        clause = Clause(self._name(verb), negative=self._denied(verb, [verb, *(at for at, _ in members)]))
        for at in self.children[verb]:
            mark = next((self.words[n].text.lower() for n in self.children[at] if self._relation(n) == "mark"), "")
            if self._relation(at) == "advcl" and mark:
                clause.links.add((self._name(at), mark, self._name(verb)))
        for at, role in members:
            term, word = self.terms[at], self.words[at]
            if at == verb or not term or word.relation == "neg":
                continue
            number = term[0].isdigit() and not YEAR.fullmatch(term)
            measure = number or _MEASURE.fullmatch(word.text.lower()) is not None
            clause.add(term, ANY if measure else role, fixed=word.kind == "PROPN" or term[0].isdigit())
            above = self.words[word.head]
            if word.kind == "PROPN" and above.kind == "ADP" and self.terms[above.head]:
                clause.ties.add((self.terms[above.head], above.text.lower(), term))
        return clause

    def _name(self, verb: int) -> str:
        return self.terms[verb] or stem(self.words[verb].text.lower())

    def _denied(self, verb: int, members: Sequence[int]) -> bool:
        """Return whether a clause is denied, by one of its words or by the verb that it completes."""
        own = {verb, *self.children[verb], *members}
        words = [self.words[at].text.lower() for at in own for at in (at, *self.children[at])]
        denied = any(word in _DENIALS or word.endswith("n't") for word in words)
        few = any(self.words[at].text.lower() == "few" and self.words[at - 1].text.lower() != "a" for at in own)
        above = self.words[verb].head
        if above == verb or self._relation(verb) not in ("ccomp", "xcomp", "pcomp"):
            return denied or few
        head = self.owner[above]
        turned = stem(self.words[head].text.lower()) in _TURNING or self._denied(head, [])
        return (denied or few) != turned

    def _subjects(self, verb: int) -> list[int]:
        return [at for at in self.children[verb] if self._relation(at) in _SUBJECTS]

    def _borrowed(self, verb: int) -> list[int]:
        """Return the words that a verb shares: its antecedent, or the subject of the verb that it hangs on."""
        word, above = self.words[verb], self.words[verb].head
        subjects = self._subjects(verb)
        if word.relation in ("relcl", "acl"):
            return self._phrase(above)
        own = any(self.words[at].text.lower() not in _PRONOUNS for at in subjects)
        if own or above == verb or word.relation not in ("conj", "advcl", "xcomp", "pcomp", "ccomp"):
            return []
        if word.relation == "ccomp" and not subjects:
            return []
        head = self.owner[above]
        found = [at for subject in self._subjects(head) for at in self._phrase(subject)]
        return found or (self._borrowed(head) if head != verb else [])

    def _phrase(self, at: int) -> list[int]:
        """Return a noun with what describes it, without its prepositions and clauses."""
        inside = [n for n in self.children[at] if self._relation(n) in _INSIDE]
        return sorted([at, *(deep for n in inside for deep in self._phrase(n))])

    def _passive(self, verb: int) -> bool:
        word = self.words[verb]
        own = any(self._relation(at) in ("auxpass", "nsubjpass") for at in self.children[verb])
        after = word.relation == "conj" and word.tag == "VBN" and not self._subjects(verb)
        return own or (word.relation == "acl" and word.tag == "VBN") or (after and self._passive(word.head))

    def _role(self, at: int, verb: int) -> str:
        """Return the role of a word in a verb's clause."""
        if self.owner[at] != verb:
            return "patient" if self._passive(verb) or self._is_object(verb) else "agent"
        weak = ""
        for up in self._up(at):
            word = self.words[up]
            above = self.words[word.head]
            if word.relation == "poss":
                return "of"
            if word.relation in ("pobj", "pcomp") and self._is_share(word.head):
                continue
            if word.relation in ("pobj", "pcomp"):
                by = above.text.lower() == "by" and self._passive(verb) and not self._counted(up)
                return ("agent" if by else above.text.lower()) + weak
            if word.relation in _SUBJECTS:
                return ("patient" if self._passive(verb) else "agent") + weak
            if word.relation in _OBJECTS:
                return "patient" + weak
            if word.head == verb:
                noun = self.words[verb].kind not in ("VERB", "AUX") and self.terms[verb] in self.known
                return ("agent" if noun and word.relation in ("compound", "amod", "nmod") else "adverb") + weak
            kept = word.relation in ("conj", "appos") or (above.kind == "ADP" and self._is_share(word.head)) or word.kind == "ADP"
            weak = weak if kept else "~"
        return "adverb"

    def _is_share(self, at: int) -> bool:
        """Return whether a preposition is the *of* of a share, as in ``half of the wells``."""
        word = self.words[at]
        head = self.words[word.head]
        share = head.text.lower() in _SHARES or self.terms[word.head][:1].isdigit()
        return word.text.lower() == "of" and share

    def _is_object(self, verb: int) -> bool:
        """Return whether the antecedent of a relative clause is its object: ``the plan that the mayor proposed``."""
        subjects = self._subjects(verb)
        return self._relation(verb) == "relcl" and bool(subjects) and self.words[subjects[0]].tag not in ("WDT", "WP")
