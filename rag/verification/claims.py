"""Check a sentence against the words it cites, without a model.

What can be checked by rule is: numbers with their units and bounds, dates,
percentages, codes, proper names and their direction, negation, opposites, words
of amount, and how much of the sentence the evidence speaks of at all. Passing
is not proof; failing is reason enough to show a sentence as unsupported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.text.figures import Day, Figure, figures
from rag.text.folding import fold
from rag.text.names import missing_names, names, spelled_out, stem, stems, turned_names
from rag.text.wording import ALIASES, COUNTED, FUTURE, LANGUAGES, NEGATION, NUMBERS, SCALES
from rag.verification.polarity import negation_differs, opposed, settled, widened

MIN_COVERAGE = 0.7
"""Least share of a sentence's content words that must stand in what it cites."""

_CODE = re.compile(r"(?<!\w)(?:[A-Z][A-Za-z]{0,8}-?\d+(?:[-/.]?\w+)*|\d+-[A-Z]{2,})(?!\w)")
_NOT_CODES = re.compile(r"(?i)(?:mid|pre|post|early|late|fy|us)-?\d")
_COUNTED = tuple(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for pattern in COUNTED)
_UNCOUNTED = frozenset(map(stem, (*NUMBERS, *SCALES, *ALIASES, "percent", "percentage")))
_TOKEN = re.compile(r"\d[\d.,]*\d|\d|[^\W\d]+|%")
_CLAUSES = re.compile(r"[;,]\s|\s(?:and|while|but|compared)\s")


def language(text: str) -> str:
    """Guess the language of a text by its commonest words: ``en``, ``es``, … or ``?``.

    A text in another script gives the first word of its letters' name, such as
    ``cjk``; a text without any of the words gives ``?``.
    """
    letters = [char for char in text if char.isalpha()]
    foreign = sum(char >= "\u0370" for char in letters)
    if foreign * 2 > len(letters) > 0:
        return "other"
    words = re.findall(r"[^\W\d_]+", fold(text).text)
    counts = {name: sum(word in common for word in words) for name, common in LANGUAGES.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "?"


def coverage(sentence: str, evidence: str) -> float:
    """Return the share of a sentence's content words that *evidence* holds, 0 to 1.

    Words are compared by stem; figures, units and other spellings of a name such
    as ``US`` not at all. A sentence without content words gives 0.0.
    """
    said = {word for word in stems(fold(sentence).text) - _UNCOUNTED if not word[0].isdigit()}
    held = stems(spelled_out(evidence))
    return len(said & held) / len(said) if said else 0.0


def unsupported(sentence: str, evidence: str, context: str = "") -> tuple[str, ...]:
    """Say why *evidence* does not support *sentence*.

    ``"Deaths fell by 6 %."`` against ``"Deaths fell by 5 %."`` gives
    ``("number: 6%",)``. A sentence in another language than the evidence is held
    to its figures, dates, codes, names and to whether it denies; one that has none
    of these, whose names cannot be told from other words (German) or whose script
    differs is never supported.

    Args:
        sentence: what is claimed, without markers.
        evidence: the stored words that it cites.
        context: words that stand beside the evidence, such as title, headings,
            publisher and date; they may hold names and years, never other figures.

    Returns:
        The reasons, each ``KIND: WORDS``; empty when every check passes.
    """
    said, held = fold(sentence).text, fold(evidence).text
    reasons = [*_figure_reasons(said, held, fold(context).text)]
    around = f"{evidence}\n{context}"
    codes = (code for code in _CODE.findall(sentence) if not _NOT_CODES.match(code))
    reasons += [f"name: {code}" for code in codes if fold(code).text not in fold(around).text]
    spoken = language(sentence)
    if not {spoken, language(evidence)} <= {"?", "en"} and spoken != language(evidence):
        return (*reasons, *_foreign_reasons(sentence, evidence, around, spoken))
    reasons += [f"name: {name}" for name in missing_names(sentence, around)]
    reasons += [f"direction: {turned}" for turned in turned_names(sentence, evidence)]
    if negation_differs(said, held):
        reasons.append("negation")
    anchors = tuple(re.findall(r"\d[\d,.]*\d|\d", said))
    reasons += [f"direction: {word}" for word in opposed(said, held, anchors)]
    reasons += [f"amount: {word}" for word in widened(said, held)]
    reasons += [f"possibility: {word}" for word in settled(said, held)]
    if (ahead := FUTURE.search(said)) and not FUTURE.search(held):
        reasons.append(f"future: {ahead[0]}")
    if not reasons:
        reasons += [f"place: {word}" for word in _out_of_place(said, held, _proper(sentence, evidence))]
    if coverage(sentence, around) < MIN_COVERAGE:
        reasons.append("words: too few stand in what is cited")
    return tuple(dict.fromkeys(reasons))


def _foreign_reasons(sentence: str, evidence: str, around: str, spoken: str) -> list[str]:
    """Return the reasons that hold across languages."""
    if spoken in ("de", "other"):
        return ["language: cannot be checked against what is cited"]
    said = fold(sentence).text
    if not names(sentence) and not any(figures(said)):
        return ["language: cannot be checked against what is cited"]
    reasons = [f"name: {name}" for name in missing_names(sentence, around)]
    denies = bool(NEGATION.search(said))
    if denies != bool(NEGATION.search(fold(evidence).text)):
        reasons.append("negation")
    return reasons


def _figure_reasons(said: str, held: str, context: str) -> list[str]:
    """Return the numbers and dates of a folded sentence that the evidence does not hold."""
    said_figures, said_days = figures(said)
    held_figures, held_days = figures(held)
    beside = figures(context)[1]
    reasons = [
        f"number: {figure.text}"
        for figure in said_figures
        if not any(_same(figure, other) for other in held_figures) and not _is_year(figure, (*held_days, *beside))
    ]
    reasons += [f"number: {figure.text} twice" for figure in _repeated(said_figures, held_figures)]
    for day in said_days:
        if not _dated(day, (*held_days, *beside)) and not _plain_number(day, held_figures):
            reasons.append(f"date: {day.text}")
    borrowed = {day.year: day.text for day in said_days if not _dated(day, held_days)}
    if len(borrowed) > 1 and not reasons:
        reasons += [f"date: {text} beside others" for text in borrowed.values()]
    if said_figures:
        kinds = (kind for kind in _COUNTED if kind.search(said) and not kind.search(held + context))
        reasons += [f"unit: {match[0]}" for kind in kinds if (match := kind.search(said))]
    if not reasons and len(said_figures) == 1 and len(said_days) == 1 and len(held_days) > 1:
        reasons += _misplaced(said_figures[0], said_days[0], held)
    return reasons


def _repeated(said: Sequence[Figure], held: Sequence[Figure]) -> list[Figure]:
    """Return the numbers that a sentence gives more often than the evidence, the second time each."""

    def count(figure: Figure, others: Sequence[Figure]) -> int:
        return sum(_same(figure, other) for other in others)

    return [f for at, f in enumerate(said) if count(f, said[:at]) >= count(f, held) > 0]


def _proper(*texts: str) -> frozenset[str]:
    """Return the names of some texts, folded; a first word only where it can be nothing else."""
    found = {fold(name).text.removesuffix("'s") for name in names("\n".join(texts))}
    firsts = (_TOKEN.search(text) for text in texts)
    return frozenset(
        found | {first[0].lower() for first in firsts if first and len(first[0]) > 1 and first[0].isupper()}
    )


def _out_of_place(said: str, held: str, proper: frozenset[str]) -> list[str]:
    """Return numbers and names that stand where the evidence has another between the same words.

    ``from 2024 to 2024`` is not what ``from 2021 to 2024`` says, though 2024 stands
    in it. Both neighbours must be the same; the end of the text counts as one, and
    for a name its beginning. A name may be longer or shorter than it is there: ``US
    Secretary`` and ``Secretary``. *proper* holds the names of both, folded.
    """
    places: dict[tuple[str, str], list[_Placed]] = {}
    for place in _placed(held, proper):
        if place.fixed or place.left == "^":
            places.setdefault((place.left, place.right), []).append(place)
    return [
        " ".join(sorted(place.words))
        for place in _placed(said, proper)
        if place.fixed and not _stands(place, places.get((place.left, place.right), [place]))
    ]


def _stands(place: _Placed, others: Sequence[_Placed]) -> bool:
    """Return whether a word is one of those between the same neighbours; where these differ, of the same owner."""
    alike = [other for other in others if place.words <= other.words or other.words <= place.words]
    if len({other.words for other in others}) == 1:
        return bool(alike)
    return any(place.owner <= other.owner or other.owner <= place.owner for other in alike)


class _Placed(NamedTuple):
    """A word, or a name of several, and where it stands."""

    left: str
    words: frozenset[str]
    right: str
    fixed: bool
    """Whether it is a number or a name."""
    owner: frozenset[str]
    """The last number or name before it."""


def _placed(folded: str, proper: frozenset[str]) -> list[_Placed]:
    """Return every word with its neighbours, a name as one."""
    runs: list[tuple[bool, list[str]]] = [(False, ["^"])]
    end = -1
    for match in _TOKEN.finditer(folded):
        word = match[0].replace(",", "")
        named = word in proper
        parts = ALIASES.get(word, word).split() if named else [word]
        if named and runs[-1][0] and folded[end : match.start()] in (" ", "-"):
            runs[-1][1].extend(parts)
        else:
            runs.append((named, parts))
        end = match.end()
    runs.append((False, ["$"]))
    placed: list[_Placed] = []
    owner: frozenset[str] = frozenset()
    for (_, left), (named, words), (_, right) in zip(runs, runs[1:], runs[2:], strict=False):
        fixed = named or (words[0][0].isdigit() and left != ["^"])
        placed.append(_Placed(left[-1], frozenset(words), right[0], fixed, owner))
        owner = placed[-1].words if fixed else owner
    return placed


def _same(figure: Figure, other: Figure) -> bool:
    """Return whether two numbers have a value and the unit in common and no opposite bounds."""
    bounds = {figure.bound, other.bound}
    return bool(figure.values & other.values) and figure.unit == other.unit and bounds != {"<", ">"}


def _is_year(figure: Figure, days: tuple[Day, ...]) -> bool:
    """Return whether a plain number is the year of one of the dates."""
    return not figure.unit and any(day.year in figure.values for day in days if day.year)


def _plain_number(day: Day, held: tuple[Figure, ...]) -> bool:
    """Return whether what looks like a year stands as a number without unit: 2000 for 2,000."""
    alone = day.month is None and day.year is not None
    return alone and any(day.year in figure.values and not figure.unit for figure in held)


def _dated(day: Day, held: tuple[Day, ...]) -> bool:
    """Return whether one of *held* gives the date, or its day and another its year."""

    def fits(other: Day, *, year: bool) -> bool:
        parts = [(day.month, other.month), (day.day, other.day)]
        parts += [(day.year, other.year)] if year else []
        return all(mine is None or mine == its for mine, its in parts)

    if any(fits(other, year=True) for other in held):
        return True
    parted = any(other.year is None and fits(other, year=False) for other in held)
    return parted and any(other.year == day.year for other in held)


def _misplaced(figure: Figure, day: Day, held: str) -> list[str]:
    """Return a reason when the evidence gives the number for another year.

    The clause of the number decides if it names a year, else the years next to it
    on either side: ``48,000 in 2023`` is not what ``76,000 in 2023 and 48,000 in
    2024`` says.
    """
    if day.year is None:
        return []
    place = 0
    for clause in _CLAUSES.split(held):
        numbers, days = figures(clause)
        if any(_same(figure, other) for other in numbers):
            place += 1
            years = {other.year for other in days if other.year}
            if not years or day.year in years:
                return []
    return [f"date: {day.text} with {figure.text}"] if place else []
