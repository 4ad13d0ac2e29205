"""Check a sentence against the words it cites, without a model.

What can be checked by rule is: numbers with their units, bounds and what they
count, dates, codes, names, negation, opposites, words of quantity, who does what
in which clause, and how much of the sentence the evidence speaks of at all.
Passing is not proof; what the rules cannot tell counts as unsupported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rag.text.figures import Day, Figure, figures, in_digits
from rag.text.folding import fold
from rag.text.languages import language
from rag.text.lexicon import FUNCTION_WORDS, NEGATIONS, NUMBERS, SCALES, UNITS
from rag.text.names import find_names, missing_names, names, normalise_names, plain
from rag.text.quantities import UNIT_WORDS, money_words, plain_quantities
from rag.text.words import WORD, YEAR, spelled, stem, stems
from rag.verification.converses import converses
from rag.verification.gaps import told_apart
from rag.verification.polarity import (
    future_mismatch,
    negation,
    negation_differs,
    opposed,
    possibility_as_fact,
    quantity_mismatch,
)
from rag.verification.roles import role_mismatch

MIN_COVERAGE = 0.7
"""Least share of a sentence's content words that must stand in what it cites."""

_CODE = re.compile(r"(?<!\w)(?:[A-Z][A-Za-z]{0,8}-?\d+(?:[-/.]?\w+)*|\d+-[A-Z]{2,}|\d+(?:-[a-z]+-\d+)+(?:-\w+)?)(?!\w)")
_NOT_CODES = re.compile(r"(?i)(?:mid|pre|post|early|late|fy|us)-?\d")
_UNIT = re.compile(
    "|".join(
        (
            *UNITS.values(),
            *NUMBERS,
            *SCALES,
            "percentage",
            "minus",
            "negative",
            UNIT_WORDS,
            money_words(),
            "celsius",
            "fahrenheit",
        )
    )
)
_COUNTS = re.compile(r"[ -](?:(?:of|other|more|such)\s|(?:the|all|its|their)\s)*([^\W\d_]+(?:[ -][^\W\d_]+){0,3})")
_SHARE = re.compile(r"(?:^|[,.;] |\b(?:\d+|most|some|many|none|any|several|few|one) )of (?:the |its |their )?$")
_COMPOUND = re.compile(r"(?<![\w.,:/])(?:\d[\d,]*(?:[:/]\d[\d,]*)+|\d{1,2}\.\d{1,2}\.\d{2,4})(?![\w:/])")
"""Times of day, ratios and dates in figures, which hold as a whole only."""
_RATE = re.compile(r"(?<!\w)per \w+")
_RANGE = re.compile(
    rf"(?<![\w.-])(?!{YEAR.pattern})(\d[\d,.]*)(?: ?(?:-|to) ?|(?<=\d) and (?=\d))(\d[\d,.]*)(?<!\.)(?![\w-])"
)
"""Two figures whose order tells something: ``3-1``, ``40 to 55``, ``between 8 and 12``."""
_UNCHECKED = "language: cannot be checked against what is cited"


def coverage(sentence: str, evidence: str) -> float:
    """Return the share of a sentence's content words that *evidence* holds, 0 to 1.

    Words are compared by stem, other spellings of a name as one, figures and units
    not at all. A sentence without content words gives 0.0.
    """
    words = [word for word in WORD.findall(normalise_names(sentence)) if not _UNIT.fullmatch(word.casefold())]
    said = stems(" ".join(words))
    return len(said & stems(normalise_names(evidence))) / len(said) if said else 0.0


def is_foreign(sentence: str, evidence: str) -> bool:
    """Return whether two texts are surely in different languages."""
    spoken, written = language(sentence), language(evidence)
    return spoken != written and not {spoken, written} <= {None, "en"}


def unsupported(sentence: str, evidence: str, context: str = "") -> tuple[str, ...]:
    """Say why *evidence* does not support *sentence*.

    ``"Deaths fell by 6 %."`` against ``"Deaths fell by 5 %."`` gives
    ``("number: 6%",)``. A sentence in another language than the evidence is held
    to its figures, dates, codes, names and to whether it denies; one that has none
    of these, whose names cannot be told from other words (German) or whose
    negations are not known is never supported. One in the evidence's language, if that is
    not English, has its words in the evidence's order and no other.

    Args:
        sentence: what is claimed, without markers.
        evidence: the stored words that it cites.
        context: words that stand beside the evidence, such as title, headings,
            publisher and date; they may hold names and years, never other figures.

    Returns:
        The reasons, each ``KIND: WORDS``; empty when every check passes.
    """
    first = None
    for said, held in _ways(sentence, evidence):
        reasons = _reasons(said, held, context)
        if not reasons:
            return ()
        first = first or reasons
    return first or ()


def _ways(sentence: str, evidence: str) -> Iterator[tuple[str, str]]:
    """Yield a sentence with what it cites, as they stand first, then in other words that say the same."""
    yield told_apart(sentence), told_apart(evidence)
    yield from ((other, evidence) for other in converses(sentence, evidence) if other)


def _reasons(sentence: str, evidence: str, context: str) -> tuple[str, ...]:
    """Give the reasons for a sentence as it stands."""
    told = language(sentence)
    foreign, spoken = (
        told is not None and is_foreign(sentence, f"{evidence}\n{context}"),
        told or language(evidence) or "en",
    )
    sentence, evidence, context = map(plain_quantities, (sentence, evidence, context))
    said, held = fold(sentence).text, fold(evidence).text
    if re.search(rf"(?:^|[.!?]\s){re.escape(said.strip())}(?:\s|$)", held):
        return ()  # a whole sentence of the evidence, word for word
    around = f"{evidence}\n{context}"
    reasons = [*_figure_reasons(said, held, fold(context).text, counted=not foreign)]
    codes = (code for code in _CODE.findall(sentence) if not _NOT_CODES.match(code))
    reasons += [f"name: {code}" for code in codes if fold(code).text not in fold(around).text]
    if foreign:
        missing = [f"name: {name}" for name in names(sentence) if name in missing_names(sentence, around)]
        if spoken not in NEGATIONS or spoken == "de" or not (names(sentence) or any(figures(said))):
            return (*reasons, _UNCHECKED)
        denial = bool(negation(said).search(said)) != bool(negation(held).search(held))
        return tuple(dict.fromkeys([*reasons, *missing, *["negation"] * denial]))
    if spoken != "en" and not _in_order(said, held, fold(context).text):
        reasons.append(_UNCHECKED)  # which words limit, deny or turn round, and who does what, is known of English only
    reasons += [f"name: {name}" for name in missing_names(sentence, around)]
    reasons += [f"name: {name} again" for name in _repeated(sentence, around)]
    reasons += [f"direction: {word}" for word in opposed(said, held, tuple(re.findall(r"\d[\d,.]*\d|\d", said)))]
    reasons += [f"amount: {word}" for word in quantity_mismatch(said, held)]
    reasons += [f"possibility: {word}" for word in possibility_as_fact(said, held)]
    reasons += [f"future: {word}" for word in future_mismatch(said, held)]
    if not reasons:
        roles, sure = role_mismatch(sentence, evidence) if spoken == "en" else ((), False)
        reasons += roles or (["negation"] if not sure and negation_differs(said, held) else [])
    if coverage(sentence, around) < MIN_COVERAGE:
        reasons.append("words: too few stand in what is cited")
    return tuple(dict.fromkeys(reasons))


def _in_order(said: str, held: str, context: str) -> bool:
    """Return whether folded evidence has the words of a sentence in their order, but for those that stand beside it."""
    words, beside = spelled(held), {*spelled(context)} - {*spelled(held)}
    left = iter(words)
    return all(word in beside or word in left for word in spelled(said))


def _figure_reasons(said: str, held: str, context: str, *, counted: bool) -> Iterator[str]:
    """Yield the numbers and dates of a folded sentence that the evidence does not hold."""
    (said_figures, said_days), (held_figures, held_days) = figures(said), figures(held)
    dates = (*held_days, *figures(context)[1])
    said_digits, held_digits = in_digits(said), in_digits(held)
    yield from (f"number: {one}" for one in _COMPOUND.findall(said) if one not in _COMPOUND.findall(held))
    yield from (f"rate: {one}" for one in _RATE.findall(said) if one not in _RATE.findall(held))
    yield from (f"order: {' to '.join(one)}" for one in _RANGE.findall(said) if one not in _RANGE.findall(held))
    for at, figure in enumerate(said_figures):
        same = [other for other in held_figures if _same(figure, other)]
        whole = [other for other in same if not _SHARE.search(held_digits[: other.start])]
        if not same and not _is_year(figure, dates):
            yield f"number: {figure.text}"
        elif 0 < len(same) <= sum(_same(figure, other) for other in said_figures[:at]):
            yield f"number: {figure.text} twice"
        elif same and not whole and not _SHARE.search(said_digits[: figure.start]):
            yield f"amount: {figure.text}"
        elif counted and same and (noun := _uncounted(figure, same, said_digits, held_digits)):
            yield f"unit: {noun}"
    for day in said_days:
        if not _dated(day, dates) and not _plain_number(day, held_figures):
            yield f"date: {day.text}"
    borrowed = {day.year: day.text for day in said_days if not _dated(day, held_days) and _dated(day, dates)}
    own = {day.year for day in held_days if day.year}
    if len(borrowed) > 1 or (borrowed and own and not own & {day.year for day in said_days}):
        yield from (f"date: {text} beside others" for text in borrowed.values())


def _uncounted(figure: Figure, same: Sequence[Figure], said: str, held: str) -> str:
    """Return the noun that a number counts where the evidence counts something else with it, else an empty string."""
    run = _counted(figure, said)
    counted = [stems(" ".join(_counted(other, held))) for other in same]
    if not run or (stem(run[0]) in stems(held) and any(not its or its & stems(" ".join(run)) for its in counted)):
        return ""
    return run[0]


def _counted(figure: Figure, text: str) -> list[str]:
    """Return the words that a number counts: those after it, up to one that says nothing of the subject."""
    match = _COUNTS.match(text, figure.end)
    words = re.split(r"[ -]", match[1]) if match else []
    return list(takewhile(lambda word: word not in FUNCTION_WORDS, words))


def _repeated(sentence: str, evidence: str) -> list[str]:
    """Return the names and years that a sentence gives more often than the evidence."""

    def count(text: str) -> Counter[str]:
        words = (plain(word) for word in WORD.findall(normalise_names(text)) if not word[0].isdigit())
        return Counter([*words, *YEAR.findall(text)])

    said, held = count(sentence), count(evidence)
    fixed = {
        plain(normalise_names(name.text)): name.text for name in find_names(sentence) if name.known or not name.opens
    }
    fixed |= {year: year for year in YEAR.findall(sentence)}
    return [text for word, text in fixed.items() if said[word] > held[word] > 0]


def _same(figure: Figure, other: Figure) -> bool:
    """Return whether two numbers have a value and the unit in common and no opposite bounds."""
    plain = all(re.fullmatch(r"\d+\.\d+", one.text) for one in (figure, other))
    if plain and figure.unit == other.unit == "" and figure.text != other.text:
        return False  # a version or a number of a paragraph: 2.1 is not 2.10
    fits = figure.bound in ("", other.bound) and "±" not in {figure.bound, other.bound} - {figure.bound}
    return bool(figure.values & other.values) and figure.unit == other.unit and fits


def _is_year(figure: Figure, days: Sequence[Day]) -> bool:
    return not figure.unit and any(day.year in figure.values for day in days if day.year)


def _plain_number(day: Day, held: Sequence[Figure]) -> bool:
    """Return whether what looks like a year stands as a number without unit: 2000 for 2,000, not for 2000-01."""
    plain_numbers = (figure for figure in held if not figure.unit and not figure.text.isdigit())
    return day.month is None and any(day.year in figure.values for figure in plain_numbers)


def _dated(day: Day, held: Sequence[Day]) -> bool:
    """Return whether one of *held* gives the date, or its day and another its year."""

    def fits(other: Day) -> bool:
        return day.month in (None, other.month) and day.day in (None, other.day)

    if any(fits(other) and day.year in (None, other.year) for other in held):
        return True
    return any(other.year is None and fits(other) for other in held) and any(other.year == day.year for other in held)
