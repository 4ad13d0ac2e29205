"""Questions that ask for several things: parted into questions that each ask for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.records import Shape

MOST_PARTS = 12
"""Parts of a question that are searched, a decade with both its ends; a longer range is asked for as one timeline."""

YEAR = r"(?:19|20)\d\d"
YEARS = re.compile(
    rf"\b(?:(?P<range>between\s+{YEAR}\s+and\s+{YEAR}"
    rf"|(?:(?:from|in|during|over|for)\s+)?{YEAR}\s*(?:to|until|through|till|-|–)\s*{YEAR})"
    rf"|(?:(?:in|during|over|for)\s+)?{YEAR}(?:\s*(?:,\s*and|,|and)\s*(?:in\s+)?{YEAR})+)\b",
    re.IGNORECASE,
)
"""A range of years, or several that are listed."""
SINCE = re.compile(rf"\bsince (?:[a-z]+ )?({YEAR})\b|\bover (?:the years|time)\b", re.IGNORECASE)
HISTORY = re.compile(
    r"\bwhat(?:'s| has| have| is)? (?:happened|become|changed|been done|gone on)\b"
    r"|\b(?:timeline|history|chronology|course) of\b",
    re.IGNORECASE,
)
COMPARE = re.compile(
    r"^\W*compare\b|\b(?:versus|vs\.?|compared (?:with|to)|differences? between|differ\w*)\b", re.IGNORECASE
)
LIST = re.compile(
    r"^\W*(?:please )?(?:list|name|enumerate)\b|\b(?:which|what) (?:\w+ ){0,3}?(?:are all|all)\b|\ball (?:of )?the\b",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w.’'-]*(?: (?:of (?:the )?)?[A-Z][\w.’'-]*)*"
PAIR = re.compile(rf"(?:the )?(?P<one>{_NAME}),? (?:and|with|to|versus|vs\.?|from) (?:the )?(?P<other>{_NAME})")
FRAME = re.compile(
    rf"{COMPARE.pattern}|\b(?:how (?:did|have|has|do|does)|what (?:was|were|is|are)"
    r"|the (?:change|trend|development) (?:in|of)|change[ds]?|develop(?:ed)?|evolved?)\b",
    re.IGNORECASE,
)
EACH = re.compile(r"\b(?:each|both|respectively)\b ?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """A question parted."""

    shape: Shape
    questions: tuple[str, ...]
    """What is searched, one part each; the question itself where it has one part."""
    years: tuple[int, ...] = ()
    """Of a question for several years, the year of each part."""
    opening: str = ""
    """Of a comparison of two names, the whole question: what answers it opens the answer."""

    @property
    def dated(self) -> tuple[tuple[str, int | None], ...]:
        """Each part with its year, None for a part that is of no year."""
        return tuple(zip(self.questions, self.years or (None,) * len(self.questions), strict=True))


def part(question: str) -> Parts:
    """Part a question by rule.

    ``Compare deaths in 2019 and 2023`` gives ``deaths in 2019`` and ``deaths in 2023``; a range or
    a list of years gives a part a year; ``What do the US and China each say?`` a part for either.
    """
    years = YEARS.search(question)
    if years:
        named = sorted({int(year) for year in re.findall(YEAR, years.group())})
        wanted = tuple(range(named[0], named[-1] + 1) if years["range"] else named)
        if len(wanted) > MOST_PARTS:
            return Parts("timeline", (question,))
        topic = _without_frame(f"{question[: years.start()]} {question[years.end() :]}")
        shape: Shape = "comparison" if len(wanted) == 2 else "series"
        return Parts(shape, tuple(f"{topic} in {year}?" for year in wanted), wanted)
    since = SINCE.search(question)
    if since and since.group(1):
        topic = " ".join(HISTORY.sub(" ", question.replace(since.group(), " ")).rstrip(" ?.").split())
        each = tuple(range(int(since.group(1)), date.today().year + 1))
        if 0 < len(each) <= MOST_PARTS:
            return Parts("timeline", tuple(f"{topic} in {year}?" for year in each), each)
    if since or HISTORY.search(question):
        return Parts("timeline", (question,))
    if COMPARE.search(question) or EACH.search(question):
        sides = _sides(question)
        if sides:
            return Parts("comparison", sides, opening=question)
    return Parts("list" if LIST.search(question) else "plain", (question,))


def _without_frame(text: str) -> str:
    """Leave out the words that only say that things are compared or change."""
    return " ".join(FRAME.sub(" ", text).split()).rstrip(" ?.")


def _sides(question: str) -> tuple[str, ...]:
    """A question for each of the two things that are named, else nothing."""
    bare = FRAME.sub(" ", question) if COMPARE.search(question) else question
    pair = PAIR.search(bare)
    if pair is None:
        return ()
    front, back = bare[: pair.start()], EACH.sub("", bare[pair.end() :])
    return tuple(" ".join(f"{front} {pair[name]} {back}".split()) for name in ("one", "other"))
