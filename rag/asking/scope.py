"""Which source a question is about, and whether it asks about the source itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.indexing.naming import family_name
from rag.records import Source
from rag.text.words import STOP_WORDS, counted_terms

Aspect = Literal["author", "publisher", "date", "overview", ""]
"""What is asked of a source: a field of its record, what it says in short, or nothing."""

_TEXT = r"(?:article|essay|piece|text|paper|report|story|post|page|document|publication|analysis|source)"
_NAMED = rf"(?:(?:the|this|that|your|main) {_TEXT}|(?:the|this|that) (?:author|writer))(?:'s|’s)?\b"
THIS_TEXT = re.compile(rf"\b{_NAMED}", re.IGNORECASE)
"""Words that stand for the library's main source."""
THE_AUTHOR = re.compile(r"\b(?:the|this|that|its) (?:author|writer)\b", re.IGNORECASE)
"""Words that stand for whoever wrote it."""
_IT = rf"(?:it|this|(?:the|this) {_TEXT})"
_POINTING = re.compile(rf"\b(?:it|this)\b|{THIS_TEXT.pattern}", re.IGNORECASE)

_POINTED_AT = re.compile(
    rf"\b(?:do|does|did) {_NAMED} (?:say|mention|write|tell us|state)\b"
    rf"|(?:^|, *| )(?:according to|as per|per|in) {_NAMED}(?: (?:view|eyes|telling|words|opinion|account))?"
    r"(?= *(?:[,.?]|$))",
    re.IGNORECASE,
)
"""Words that say no more than where an answer is looked for."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


ASPECTS: Mapping[Aspect, re.Pattern[str]] = {
    "author": _any(
        r"\bwho (?:wrote|authored|penned|is the (?:author|writer)(?: of)?)\b",
        r"\bwho(?:'s| is)(?= .{1,60} by\b)",
        r"\b(?:name of the|what(?:'s| is) the) (?:author|writer)\b",
    ),
    "publisher": _any(
        r"\b(?:who|which (?:\w+ )?(?:publisher|outlet|site|website|magazine|journal)) published\b",
        r"\bwhere (?:was|did)(?= .{1,60} (?:published|appear)\b)",
        r"\b(?:publisher|outlet) of\b",
    ),
    "date": _any(
        r"\bwhen (?:\w+ )?(?:was|were|did)(?= .{1,60} (?:published|written|posted|released|appear|come out)\b)",
        rf"\bpublication date\b|\bhow old is {_IT}\b|\bdate of {_IT}\b",
    ),
    "overview": _any(
        rf"\bwhat(?:'s| is| are) (?:{_IT}|these sources|the sources) about\b",
        r"\b(?:summar(?:y|ise|ize)|overview|gist|tl;?dr|in a nutshell)\b",
        r"\b(?:main|key|central|most important) (?:point|argument|message|idea|thesis|claim|finding|takeaway)s?\b",
        rf"^tell me about {_IT}\b|^what does {_IT} (?:say|argue)\W*$",
    ),
}
"""Aspects and how a question about each reads."""

_FILLER = re.compile(
    r"\b(?:give|tell|show|me|us|please|can|could|you|the|a|an|of|in|about|what|what's|is|are|was|were|did|do|does|say|says"
    r"|bit|part|section|summar(?:y|ise|ize)|overview|gist|tl;?dr|nutshell|main|key|central|most|important|points?"
    r"|arguments?|message|idea|thesis|claims?|findings?|takeaways?|short|brief|quick|it|this|that|its|sources|by|name"
    r"|published|written|posted|released|appear|come|out|publication|date|first|originally|roughly|exactly|author|writer"
    rf"|{_TEXT})\b",
    re.IGNORECASE,
)
"""Words beside which a question about a source itself names nothing but the source."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is about besides its words."""

    source: Source | None
    """The source that the question names or points to."""
    aspect: Aspect
    topic: str
    """Of an overview: the part that it is of, empty for the whole."""


def find_scope(question: str, named: Sequence[Source], main: Source | None) -> Scope:
    """Find the source that a question means and what it asks of it.

    ``the article`` and ``the author`` mean the library's main source; a title that
    stands in the question means its source; an author is meant by the family name. A source is
    asked about itself only where the question names or points to it and to nothing else:
    ``Who wrote the article?`` does, ``Who wrote the Iliad?`` and ``Who wrote the
    court's opinion?`` do not.

    Args:
        named: the sources that it names.
        main: the library's main source, where it has one.
    """
    source = named[0] if len(named) == 1 else None
    if source is None and not named and THIS_TEXT.search(question):
        source = main
    for aspect, pattern in ASPECTS.items():
        if not pattern.search(question):
            continue
        about = source or (main if _POINTING.search(question) else None)
        rest = _beside(pattern.sub(" ", question), about)
        if aspect == "overview" and (about or rest):
            return Scope(about, aspect, rest)
        if about and not rest:
            return Scope(about, aspect, "")
    return Scope(source, "", "")


def without_author(question: str, sources: Iterable[Source]) -> str:
    """Name the authors of sources as *the author*, since a name says nothing of what a person wants.

    ``What does Rosa Field-Lund advise?`` gives ``What does the author advise?``
    """
    for source in sources:
        if family := family_name(source):
            question = re.sub(rf"(?:{re.escape(source.author)}|\b{re.escape(family)}\b)", "the author", question)
    return question


def without_source(question: str) -> str:
    """Leave out words that say no more than where an answer is looked for.

    ``What does the article say about sanctions?`` gives ``What about sanctions?``. A
    question of which nothing would be left stays as it is.
    """
    left = " ".join(_POINTED_AT.sub(" ", question).split()).replace(" ?", "?").lstrip(" ,")
    return left if any(term not in STOP_WORDS for term in counted_terms(left)) else question


def _beside(question: str, source: Source | None) -> str:
    """What a question names beside a source, its title and its author."""
    if source is not None:
        for name in (source.title, source.author, source.author.split()[-1] if source.author else ""):
            question = (
                re.sub(rf"\b{re.escape(name)}(?:['’]s)?", " ", question, flags=re.IGNORECASE) if name else question
            )
    return " ".join(_FILLER.sub(" ", re.sub(r"[^\w\s'-]", " ", question)).split())
