"""A figure a year: of the figures that stand as data, those of one and the same measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rag.composing.order import EVENT_BEHIND
from rag.reading.reading import ReadSentence
from rag.records import FigureStatus, Measurement

FINALITY: Mapping[FigureStatus, int] = {"final": 0, "provisional": 1, "estimate": 2}
"""Which of two figures for one year is told: the lower."""


def one_measure(sentences: Mapping[int, Sequence[ReadSentence]]) -> dict[int, ReadSentence]:
    """Choose for each year the sentence that gives the figure of one measure, place and unit.

    The measure is the one whose sentences answer nearly as surely as the best of their year in most
    years; of a year's figures the final one is taken, else the newest.

    Args:
        sentences: of each year, best first.

    Returns:
        Nothing where no measure has a figure for two years.
    """
    told: dict[tuple[str, str, str], dict[int, list[tuple[Measurement, ReadSentence]]]] = defaultdict(dict)
    for year, read in sentences.items():
        near = [s for s in read if s.score >= read[0].score - EVENT_BEHIND]
        for sentence in near:
            for figure in sentence.measured:
                if figure.period == str(year):
                    told[figure.subject].setdefault(year, []).append((figure, sentence))
    if not told:
        return {}
    best = max(told.values(), key=lambda years: (len(years), sum(_best(rows) for rows in years.values()) / len(years)))
    if len(best) < 2:
        return {}
    return {year: _last_word(rows) for year, rows in best.items()}


def _best(rows: Sequence[tuple[Measurement, ReadSentence]]) -> float:
    return max(sentence.score for _, sentence in rows)


def _last_word(rows: Sequence[tuple[Measurement, ReadSentence]]) -> ReadSentence:
    newest_first = sorted(rows, key=lambda row: row[1].passage.attribution.when, reverse=True)
    return min(newest_first, key=lambda row: FINALITY[row[0].status])[1]
