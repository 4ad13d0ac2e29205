"""A figure a year: of the figures that stand as data, those of one and the same measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from rag.composing.order import EVENT_BEHIND
from rag.composing.quotes import BEHIND
from rag.reading.reading import UNREAD, Reading, ReadSentence, sentence_text
from rag.records import PLACE_KINDS, UNKNOWN, FigureStatus, Measurement

FINALITY: Mapping[FigureStatus, int] = {"final": 0, "provisional": 1, "estimate": 2}
"""Which of two figures for one year is told: the lower."""

Subject = tuple[str, str, str]
"""Measure, place, unit."""
Row = tuple[Measurement, ReadSentence]


def one_measure(readings: Mapping[int, Reading]) -> dict[int, Row]:
    """Choose for each year the figure of one measure, place and unit, and the sentence that gives it.

    The measure is the one whose sentences answer nearly as surely as the best of their year in most
    years; of a year's figures the final one is taken, else the newest. Where what was read of a year
    holds no figure of it, one is looked for in the passages that were found.

    Args:
        readings: of each year.

    Returns:
        Nothing where no measure has a figure for two years.
    """
    told: dict[Subject, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for year, reading in readings.items():
        for sentence in reading.sentences:
            if sentence.score >= reading.sentences[0].score - EVENT_BEHIND:
                for figure in sentence.measured:
                    if figure.period == str(year):
                        told[figure.subject][year].append((figure, sentence))
    if not told:
        return {}
    subject = max(told, key=lambda s: (len(told[s]), sum(map(_best, told[s].values())) / len(told[s])))
    if len(told[subject]) < 2:
        return {}
    rows = {year: told[subject].get(year) or _found(subject, year, one) for year, one in readings.items()}
    return {year: _last_word(own) for year, own in rows.items() if own}


def last_word_first(sentences: Sequence[ReadSentence], asked: Collection[str] = ()) -> list[ReadSentence]:
    """Put the last word on the first sentence's figure before it: a final count, else the newest one.

    Args:
        sentences: best first; one that answers much less surely than the first is no last word.
        asked: the years of the question; where it names one, only figures of it count.
    """
    if not sentences:
        return []
    best = sentences[0]
    told = {(figure.subject, figure.period) for figure in best.measured if not asked or figure.period in asked}
    rows = [
        (figure, sentence)
        for sentence in sentences
        if sentence.logit >= best.logit - BEHIND
        for figure in sentence.measured
        if (figure.subject, figure.period) in told
    ]
    if len(told) != 1 or not rows:
        return list(sentences)
    _, last = _last_word(rows)
    return [last, *(s for s in sentences if s is not last)]


def _found(subject: Subject, year: int, reading: Reading) -> list[Row]:
    """The statements of the passages found for a year that give its figure, as sentences that were not read."""
    return [
        (figure, ReadSentence(passage, span, sentence_text(passage, span), UNREAD, UNREAD))
        for passage in reading.passages
        for statement in passage.statements
        for figure in statement.figures
        for span in passage.sentences
        if figure.subject == subject and figure.period == str(year) and span.start == statement.start
    ]


def _best(rows: Sequence[Row]) -> float:
    return max(sentence.score for _, sentence in rows)


def _last_word(rows: Sequence[Row]) -> Row:
    """The final figure, else the newest one that is dated; of those who give the same the best place of reading."""
    newest_first = sorted(rows, key=_dated, reverse=True)
    last, _ = min(newest_first, key=lambda row: FINALITY[row[0].status])
    same = [row for row in newest_first if (row[0].value, row[0].status) == (last.value, last.status)]
    return min(same, key=lambda row: PLACE_KINDS.index(row[1].passage.attribution.seen_at.kind))


def _dated(row: Row) -> str:
    when = row[1].passage.attribution.when
    return "" if when == UNKNOWN else when
