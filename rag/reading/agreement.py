"""Whether two sentences that read alike say different things."""

from __future__ import annotations

from decimal import Decimal

from rag.text.figures import figures
from rag.text.folding import fold
from rag.verification.polarity import negation_differs, opposed


def contradicts(one: str, other: str) -> bool:
    """Return whether two sentences differ in a figure, a year, a direction or a negation.

    ``42,000 in 2021`` contradicts ``39,000 in 2019``, ``fell`` contradicts ``rose``, and
    ``did not agree`` contradicts ``agreed``. What only one of them adds is no contradiction.
    """
    first, second = fold(one).text, fold(other).text
    if negation_differs(first, second) and negation_differs(second, first):
        return True
    if opposed(first, second) and opposed(second, first):
        return True
    pairs = zip(_numbers_and_years(first), _numbers_and_years(second), strict=True)
    return any(mine - its and its - mine for mine, its in pairs)


def _numbers_and_years(folded: str) -> tuple[frozenset[Decimal], frozenset[int]]:
    numbers, days = figures(folded)
    return frozenset(min(n.values) for n in numbers), frozenset(day.year for day in days if day.year)
