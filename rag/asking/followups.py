"""Complete a question that leans on the conversation, by rule and without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Turn
from rag.text.words import counted_terms, tokenise

POINTING = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|such|"
    r"the (?:former|latter|same|other|others|ones?)(?!-)|others|else)\b",
    re.IGNORECASE,
)
"""Words that stand for something said before."""

OWN_SUBJECT = re.compile(
    r"\b(this|that|these|those|the) (article|essay|piece|text|author|writer|library|assistant|year|month)\b"
    r"|\b(is|are|was|were|did|does|do) there\b|\bthere (is|are|was|were)\b"
    r"|\bthat (the|a|an|it)\b|\bit (is|was) that\b",
    re.IGNORECASE,
)
"""Phrases with such a word that stand for nothing said before."""

_LEAD = r"(?:(?:and|but|so|ok|okay|then),? )*"
BARE = re.compile(
    _LEAD + r"(why|why not|how|how so|how come|when|since when|where|who|whom|by whom|how many|how much|how long|which"
    r"|which ones?|what for|says who|really|is that so|more|tell me more|go on|what else|anything else"
    r"|for example|such as|like what|what then)[?.! ]*",
    re.IGNORECASE,
)
"""A question that is nothing but a question word."""

SHIFT = re.compile(
    r"(?:(?:and|but|so|ok|okay|then),? )*(?:what about|how about|what of|and|or)\s+(?P<rest>.+?)[?.! ]*",
    re.IGNORECASE,
)
"""A question that puts something else in the place of what was asked about."""

WHO_SAID = re.compile(
    r"(and )?(who|which source|where) (said|says|wrote|claims?|reports?|states?) (that|this|so|it)\b",
    re.IGNORECASE,
)
"""A question about where the last answer comes from."""

YEAR = re.compile(r"\b(19|20)\d\d\b")
NAME = re.compile(r"\b(?:U\.S\.|[A-Z][\w’'-]*)(?: (?:[A-Z][\w’'-]*|of|the|and)(?= [A-Z])| [A-Z][\w’'-]*)*")
SUPERLATIVE = re.compile(
    r"(?<=\bthe )(?:(?:most|least) [a-z]+|(?!(?:for|inter|w|t|gu|harv|prot|conqu|requ|arr|cont)est\b)[a-z]{2,}est)\b"
)
ELLIPTIC = re.compile(
    r"(?:and|but|or|so|also|in|for|by|of|with|from|during|among|since|until|before|after|the \w+est)\b", re.IGNORECASE
)
"""How a question opens that goes on with the last one."""
AFTER = " – asked after: "
"""Joins a follow-up with the question that it leans on."""

CLAUSE = re.compile(
    r"\b(?:when|if|because|while|whenever|after|before|until|although|though|unless|so that|who|which)\b", re.IGNORECASE
)
"""Words that open a clause; a pronoun in it stands for what the question itself names before."""

FEW_WORDS = 2
"""Content words up to which a question with a pointing word, or one that goes on, leans on the last one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question as understood."""

    text: str
    """Stands alone; shown where it is not what was typed."""
    search: str
    """What is encoded as the question itself."""
    history: tuple[Turn, ...]
    """Earlier turns that are folded into the search; empty where the question stands alone."""
    asks_who_said: bool = False
    """Whether it asks who said what the last answer says."""


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    """Complete a follow-up from the conversation.

    A year, a name or a superlative that is put in the place of another one takes its
    place in the last question: after ``How many deaths were there in 2022?``, ``and in 2023?``
    becomes ``How many deaths were there in 2023?``. Any other question that leans on
    the last one is joined with it, and searched with the conversation folded in.

    Args:
        history: earlier turns, oldest first, their questions as resolved.
    """
    if not history:
        return Resolved(question, question, ())
    last = history[-1].question.partition(AFTER)[0]
    if WHO_SAID.match(question):
        return Resolved(f"{_stem(question)}{AFTER}{_stem(last)}?", last, (), asks_who_said=True)
    if BARE.fullmatch(question):
        return Resolved(_with_question_word(last, question), f"{question} {last}", tuple(history))
    shift = SHIFT.fullmatch(question)
    if shift and len(tokenise(shift["rest"])) <= 8 and not _is_whole(shift["rest"]):
        swapped = _swap(last, shift["rest"])
        if swapped:
            return Resolved(swapped, swapped, ())
        return Resolved(f"{_stem(last)} – and {shift['rest']}?", question, tuple(history))
    if leans(question):
        return Resolved(f"{_stem(question)}{AFTER}{_stem(last)}?", question, tuple(history))
    return Resolved(question, question, ())


def needs_history(question: str) -> bool:
    """Whether a question without a conversation points to nothing: ``why?``, ``what about it?``."""
    if BARE.fullmatch(question) or WHO_SAID.match(question):
        return True
    content = counted_terms(question)
    pointing = POINTING.search(OWN_SUBJECT.sub(" ", question)) is not None
    return pointing and len(content) <= 1 and not NAME.search(question, 1)


def leans(question: str) -> bool:
    """Whether a question cannot be understood without what was said before."""
    content = counted_terms(question)
    pointing = POINTING.search(OWN_SUBJECT.sub(" ", question))
    if pointing:
        before = question[: pointing.start()]
        clause = CLAUSE.search(before)
        own = NAME.search(before, 1) or (clause and counted_terms(before[: clause.start()]))
        return not own or len(content) <= FEW_WORDS
    return len(content) <= FEW_WORDS and ELLIPTIC.match(question) is not None


def _swap(last: str, rest: str) -> str | None:
    """Put a year, a name or a superlative in the place of the one that the last question asked about."""
    if SUPERLATIVE.fullmatch(rest.strip(), len("the ")) and len(SUPERLATIVE.findall(last)) == 1:
        return SUPERLATIVE.sub(rest.strip().removeprefix("the "), last)
    rest = re.sub(r"^(in|for|of|the|to|by|with|on|about|at) (?=\S)", "", rest.strip())
    if YEAR.fullmatch(rest) and len(YEAR.findall(last)) == 1:
        return YEAR.sub(rest, last)
    names = [match for match in NAME.finditer(last) if match.start() > 0 and not YEAR.search(match.group())]
    if NAME.fullmatch(rest) and len(names) == 1 and len(rest.split()) <= 3:
        before = last[: names[0].start()]
        return before.removesuffix("the ") + rest + last[names[0].end() :]
    return None


def _with_question_word(last: str, question: str) -> str:
    word = re.sub(r"^(and|but|so|ok|okay|then) ", "", _stem(question), flags=re.IGNORECASE).lower()
    return f"{_stem(last)} – {word}?"


def _is_whole(text: str) -> bool:
    """Whether a text asks on its own: it has a question word or an auxiliary verb at its head."""
    return bool(re.match(r"(what|when|where|who|why|how|which|is|are|was|were|do|does|did|can|has|have)\b", text, re.I))


def _stem(text: str) -> str:
    return text.strip().rstrip("?.! ").strip()
