"""Read the clauses of one parsed sentence: each verb with its agent, its patient and the rest.

A list that leaves out its verb, ``5 in 2021 and 9 in 2022``, gives a clause a member; a
clause takes what it shares with the one that it hangs on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from rag.text.folding import fold
from rag.text.lexicon import FUNCTION_WORDS, NUMBERS
from rag.text.words import YEAR, stem
from rag.verification.clause import ANY
from rag.verification.parsing import Word

EXCLUDING = frozenset("without except excluding despite".split())
"""Prepositions of what a clause does not hold for."""

_SUBJECTS = ("nsubj", "csubj", "expl", "nsubjpass", "csubjpass")
_OBJECTS = ("dobj", "attr", "oprd", "acomp", "xcomp", "dative")
_INSIDE = ("amod", "compound", "nummod", "quantmod", "poss", "nmod", "advmod", "appos", "conj", "npadvmod")
_HELPERS = ("aux", "auxpass", "amod", "compound", "nummod", "prep", "advmod", "pcomp")
_PRONOUNS = frozenset("it they he she".split())
_ORDINALS = frozenset("first second third last".split())
_SHARES = frozenset(
    "percent percentage all most many some several few half halves third thirds quarter quarters fifth fifths majority "
    "minority none both each".split()
)
"""Words before *of* that count what follows, which is then what the sentence speaks of."""
_FIGURE = re.compile(r"[^\w]*(\d[\d.,:/]*?)[.,]?")


def _term(word: Word) -> str:
    """Return what stands for a word in a clause; an empty string for one that says nothing of the subject.

    A number that looks like a year but counts something ends in ``#``.
    """
    folded = fold(word.text).text.removesuffix("'s")
    number = _FIGURE.fullmatch(folded)
    if number or folded in NUMBERS:
        value = number[1].replace(",", "") if number else str(NUMBERS[folded])
        return f"{value}#" if "," in word.text and YEAR.fullmatch(value) else value
    if word.kind == "PUNCT" or word.tag == "POS" or not any(map(str.isalnum, folded)):
        return ""
    label = word.tag == "NNP" or (len(word.text) == 1 and word.text.isupper() and word.tag not in ("DT", "PRP"))
    return "" if folded in FUNCTION_WORDS - _ORDINALS and not label else stem(folded)


def _with_verb(words: Sequence[Word]) -> Sequence[Word]:
    """Give a sentence without a main verb the one that the parser took for a participle.

    ``The reservoir level changed by 2 metres`` is read as a level that was changed by something.
    """
    root = next((at for at, word in enumerate(words) if word.head == at), 0)
    past = [at for at, word in enumerate(words) if word.relation == "acl" and word.tag in ("VBN", "VBD")]
    if not past or words[root].kind in ("VERB", "AUX"):
        return words
    verb = past[-1]
    changed = [replace(word, head=verb) if word.head == root and at > verb else word for at, word in enumerate(words)]
    changed[root] = replace(words[root], head=verb, relation="nsubj")
    changed[verb] = replace(words[verb], head=verb, relation="ROOT", kind="VERB", tag="VBD")
    return changed


class Tree:
    """The words of one sentence, and the verb that each belongs to."""

    def __init__(self, words: Sequence[Word], verbs: Collection[str] = ()) -> None:
        self.words = words = _with_verb(words)
        self.known = verbs
        self.terms = [_term(word) for word in words]
        self.children: list[list[int]] = [[] for _ in words]
        for at, word in enumerate(words):
            if word.head != at:
                self.children[word.head].append(at)
        root = next((at for at, word in enumerate(words) if word.head == at), 0)
        self.verbs = [at for at in range(len(words)) if at == root or self._is_verb(at)]
        self.owner = [next((up for up in self._up(at) if up in self.verbs), root) for at in range(len(words))]
        self.owner = [self._asked(at) for at in range(len(words))]

    def _asked(self, at: int) -> int:
        """Return the verb of a word; of an agent that hangs on what was asked of another, the one of asking."""
        verb = self.owner[at]
        above = self.words[verb].head
        agent = any(self.words[up].text.lower() == "by" and self.words[up].head == verb for up in self._up(at))
        asked = agent and self._relation(verb) == "xcomp" and self._passive(above) and not self._passive(verb)
        return above if asked else verb

    def _is_verb(self, at: int) -> bool:
        word = self.words[at]
        if word.kind in ("VERB", "AUX"):
            gerund = word.tag == "VBG" and word.relation in (*_SUBJECTS, "pobj")
            below = {self._relation(n) for n in self.children[at]}
            describes = (
                word.relation == "acl" and word.tag == "VBN" and below <= {"prep", "advmod", "npadvmod", "punct"}
            )
            return word.relation not in _HELPERS and not self._compares(at) and not gerund and not describes
        return word.relation == "relcl" or any(self._relation(n) in _SUBJECTS for n in self.children[at])

    def _compares(self, at: int) -> bool:
        """Return whether a verb only stands in for another after *than*: ``deeper than the lake is``."""
        return self.words[at].kind == "AUX" and any(self.words[n].text.lower() == "than" for n in self.children[at])

    def _relation(self, at: int) -> str:
        return self.words[at].relation

    def _up(self, at: int) -> Iterator[int]:
        yield at
        while self.words[at].head != at:
            at = self.words[at].head
            yield at

    def _counted(self, at: int) -> bool:
        """Return whether a word is a number, or counted by one; years are none."""
        own = self.terms[at][:1].isdigit() and not YEAR.fullmatch(self.terms[at])
        return own or any(self._relation(n) == "nummod" for n in self.children[at])

    def _name(self, verb: int) -> str:
        return self.terms[verb] or stem(self.words[verb].text.lower())

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
        sides = self._subjects(head)
        if word.relation == "xcomp":  # whom one teaches to swim is the one who swims
            sides = [at for at in self.children[head] if self._relation(at) == "dobj"] or sides
        found = [at for side in sides for at in self._phrase(side)]
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
            if (
                self._relation(verb) == "conj"
                and self.words[verb].tag == "VBD"
                and self._passive(self.words[verb].head)
            ):
                return ANY  # born in Rome and raised in Ulm, but: and died in Bari
            return "patient" if self._passive(verb) or self._is_object(verb) else "agent"
        weak = ""
        for up in self._up(at):
            word = self.words[up]
            above = self.words[word.head]
            if word.relation == "poss":
                return "of"
            if word.relation in ("pobj", "pcomp") and self._is_share(word.head):
                continue
            if word.relation == "pobj" and above.relation == "dative":
                return "to" + weak
            if word.relation in ("pobj", "pcomp"):
                outer = self.words[above.head]
                if outer.text.lower() in EXCLUDING:
                    return outer.text.lower() + weak  # except in winter
                by = above.text.lower() == "by" and self._passive(verb) and not self._counted(up)
                return ("agent" if by else above.text.lower()) + weak
            if word.relation in _SUBJECTS and self._compares(word.head):
                return "than" + weak
            if self._receives(up, verb):
                return "to" + weak
            if word.relation in _SUBJECTS:
                return ("patient" if self._passive(verb) else "agent") + weak
            if word.relation in _OBJECTS:
                there = any(self._relation(n) == "expl" for n in self.children[verb])
                return ("agent" if there else "patient") + weak
            if word.head == verb:
                told = self.words[verb].kind == "VERB" or self.terms[verb] in self.known
                return ("agent" if told and word.relation in ("compound", "nmod") else "adverb") + weak
            kept = (
                word.relation in ("conj", "appos")
                or (above.kind == "ADP" and self._is_share(word.head))
                or word.kind == "ADP"
            )
            weak = weak if kept else "~"
        return "adverb"

    def _receives(self, at: int, verb: int) -> bool:
        """Return whether a word is the one to whom something is given: ``gave the clinic a grant``.

        So is the subject where the verb is passive and still has an object: ``the clinic was given a grant``.
        """
        objects = any(self._relation(n) == "dobj" for n in self.children[verb])
        return self._relation(at) == "dative" or (self._relation(at) == "nsubjpass" and objects)

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
