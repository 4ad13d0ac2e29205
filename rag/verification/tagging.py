"""Tell the class of each word of a sentence by closed lists, endings and neighbours alone.

Verbs in the present are seen only before an article or a pronoun, since their forms
are those of nouns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.text import lexicon
from rag.text.figures import in_digits
from rag.text.folding import fold
from rag.text.names import find_names
from rag.text.words import WORD, stem

STOPS = frozenset(",;:()")
"""Marks that part phrases."""
_MARKS = re.compile(rf"{WORD.pattern}|[,;:()%$€£-]")
_KINDS = (
    ("auxiliary", lexicon.BE | lexicon.HAVE | lexicon.MODALS),
    ("determiner", lexicon.DETERMINERS),
    ("pronoun", lexicon.PRONOUNS),
    ("conjunction", lexicon.CONJUNCTIONS),
    ("subordinator", lexicon.SUBORDINATORS),
    ("preposition", lexicon.PREPOSITIONS),
    ("content", frozenset({*lexicon.PASTS, *lexicon.PARTICIPLES})),
    ("function", lexicon.FUNCTION_WORDS),
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a sentence and its class."""

    term: str
    """Stem, number, or a name's one spelling."""
    kind: str
    """``content``, ``number``, ``verb``, ``preposition``, ``determiner``, ``pronoun``, ``conjunction``,
    ``subordinator``, ``auxiliary``, ``adverb``, ``mark`` or ``function``."""
    word: str
    name: bool = False


def tag(sentence: str) -> list[Token]:
    """Give the words and marks of a sentence with their classes."""
    named = {fold(name.text).text for name in find_names(sentence) if not name.opens or name.text.isupper()}
    folded = in_digits(fold(sentence).text)
    tokens = [Token(stem(match[0]), _kind(match[0]), match[0]) for match in _MARKS.finditer(folded)]
    for at, token in enumerate(tokens):
        name = token.word.removesuffix("'s") in named and token.kind in ("content", "adverb")
        if name or (token.word == "may" and _is_month(tokens, at)):
            tokens[at] = replace(token, kind="content", name=True)
    for at, token in enumerate(tokens):
        if token.kind == "content" and not token.name and _is_verb(tokens, at):
            tokens[at] = replace(token, kind="verb")
    return [
        replace(t, kind="verb") if t.word in lexicon.BE | lexicon.HAVE and _alone(tokens, at) else t
        for at, t in enumerate(tokens)
    ]


def _kind(word: str) -> str:
    if not word[0].isalnum():
        return "mark"
    if word[0].isdigit():
        return "number"
    bare = word.removesuffix("'s")
    if bare.endswith("ed") and len(bare) > 3:
        return "content"
    ending = "adverb" if bare.endswith("ly") else "content"
    return next((kind for kind, words in _KINDS if bare in words), ending)


def _is_month(tokens: Sequence[Token], at: int) -> bool:
    beside = [t for n in (at - 1, at + 1) if 0 <= n < len(tokens) for t in [tokens[n]]]
    return any(t.kind == "number" for t in beside) or (at > 0 and tokens[at - 1].kind == "preposition")


def before(tokens: Sequence[Token], at: int) -> Token:
    """Give the last token before *at* that is no adverb."""
    skipped = ("adverb", "function")
    return next((t for t in reversed(tokens[:at]) if t.kind not in skipped), Token("", "mark", ""))


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    word, last = tokens[at].word, before(tokens, at)
    after = tokens[at + 1] if at + 1 < len(tokens) else Token("", "mark", "")
    participle = word.endswith("ed") or word in lexicon.PARTICIPLES
    if last.kind == "auxiliary":
        return last.word in lexicon.MODALS or participle or word.endswith("ing")
    counted = last.kind == "number" and word not in lexicon.PASTS
    if last.word == "-" or counted or (last.kind in ("determiner", "preposition") and last.word != "to"):
        return False
    if word in lexicon.PASTS or (participle and last.kind == "conjunction"):
        return True
    has_object = after.kind in ("content", "determiner", "pronoun", "number", "adverb")
    if last.word == "to":
        return has_object and not word.endswith("s") and at > 1 and tokens[at - 2].kind == "verb"
    if word.endswith("ed") and len(word) > 3:
        if last.kind == "verb":
            return False
        first = all(token.kind != "verb" for token in tokens[:at])
        return first or has_object or after.word == "by" or not _governed(tokens, at)
    named = last.kind in ("content", "pronoun", "subordinator", "conjunction")
    return named and after.kind in ("determiner", "pronoun")


def _governed(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the words before *at* hang on a preposition, or on a verb with no boundary between."""
    for token in reversed(tokens[:at]):
        if token.kind in ("preposition", "verb"):
            return token.word not in lexicon.CLAUSAL_PREPOSITIONS
        if token.kind in ("conjunction", "subordinator") or token.word in STOPS:
            return False
    return False


def _alone(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a form of *be* or *have* is a clause's only verb."""
    for token in tokens[at + 1 :]:
        if token.kind not in ("auxiliary", "adverb", "function"):
            return token.kind != "verb"
    return True
