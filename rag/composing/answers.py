"""Compose an answer from what was found for each part of a question, and say what was not found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.asking.understanding import Understood
from rag.composing.conflicts import find_conflicts
from rag.composing.order import ASKS_RECENT, EVENT_BEHIND, date_of, events, newest_first, said_of, tells_event
from rag.composing.quotes import choose, quote_all, rows_asked_for, says_the_same, with_the_number
from rag.composing.series import last_word_first, one_measure
from rag.composing.told import other_periods, told, told_figure
from rag.indexing.generation import Generation
from rag.reading.answer_types import answer_kind
from rag.reading.confidence import JUDGED, missing_entities, model
from rag.reading.reading import Reading, ReadSentence
from rag.records import Answer, AnswerSentence, Citation, Conflict, Measurement, Outcome, Part, Passage, Shape, Source
from rag.text.attributions import attributed
from rag.text.names import bounds_answer
from rag.text.words import YEAR, tokenise

DOES_NOT_SAY = "{who} not say{why}. The nearest passages are listed for you to judge."
NOTHING_LEFT = "The limits of this search leave no text to search; lift one of them and ask again."
CAUTION = "The sources may not answer this directly. The nearest that they say:"
OTHER_PERIOD = "The sources may not answer this: the first figure that is quoted is of {}, not of {}."
ELSEWHERE = "“{}” does not say. Another source says:"
SHADE = 0.01
"""How far below the threshold of an answer the confidence is put of what is told with a doubt."""
NARROW = ("number", "time")
"""Kinds of question whose answer for another country or year is no answer."""

LISTED = 6
"""Sentences in the answer to a question for a list, or for a topic in short."""

PER_PART = 2
"""Sentences for each part of a question."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one part of a question."""

    reading: Reading
    confidence: float
    """Probability that the first three sentences answer, 0 to 1."""
    outcome: Outcome
    kept: int
    """Passages to keep beside those that are cited."""
    silent: Source | None = None
    """The source that the question names, where it does not say."""


def compose(
    asked: Understood,
    found: Sequence[Found],
    generation: Generation,
    *,
    opening: Found | None = None,
    everything: bool,
) -> Answer:
    """Put an answer together.

    Args:
        found: what was found for each part of the question, in order.
        opening: of a comparison, what was found for the whole question.
        everything: whether the whole library was searched.
    """
    if len(found) > 1:
        return _parted(asked, found, opening, generation, everything=everything)
    one = found[0]
    answer = Answer(asked.typed, asked.text, one.outcome, one.confidence, (), (), shape=asked.parts.shape)
    sentences = list(one.reading.sentences)
    lacking = missing_entities(asked.text, sentences[:JUDGED])
    fitted = model(read=one.reading.read)
    if one.outcome == "abstain" or _out_of_bounds(asked.text, lacking):
        return replace(
            answer,
            outcome="abstain",
            confidence=min(one.confidence, fitted.abstain_below),
            lead=_does_not_say(one, lacking, generation, everything=everything),
            passages=one.reading.passages[: one.kept],
            shape="plain",
        )
    chosen = _chosen(asked, sentences)
    quoted = quote_all(chosen, generation.documents)
    if asked.parts.shape == "timeline":
        quoted = tuple(replace(one, date=date_of(s)) for one, s in zip(quoted, chosen, strict=True))
    if asked.asks_who_said:
        quoted = tuple(_said(sentence) for sentence in quoted[:1])
    years = YEAR.findall(asked.search)
    lead = _lead(one, missing_entities(asked.text, chosen), generation, everything=everything)
    other = other_periods(asked.search, [sentence.measured for sentence in chosen])
    lead = lead or (OTHER_PERIOD.format(_either(other), _either(years)) if other else "")
    conflicts = find_conflicts(sentences, generation.documents, years) if asked.parts.shape == "plain" else ()
    if asked.parts.shape == "plain" and not lead and not asked.asks_who_said:
        best = replace(quoted[0], told=told(asked.search, quoted[0].text, chosen[0].measured))
        quoted = (best, *quoted[1:])
    return replace(
        answer,
        outcome="caution" if lead else one.outcome,
        confidence=min(one.confidence, fitted.answer_from - SHADE) if lead else one.confidence,
        lead=lead,
        sentences=quoted,
        conflicts=conflicts,
        passages=_passages(one.reading, chosen, conflicts, one.kept),
    )


def _chosen(asked: Understood, sentences: Sequence[ReadSentence]) -> list[ReadSentence]:
    shape = asked.parts.shape
    if shape == "timeline":
        chosen = events(sentences)
        if len(chosen) > 1:
            return chosen[::-1] if ASKS_RECENT.search(asked.search) else chosen
    if ASKS_RECENT.search(asked.search):
        return choose(newest_first(sentences))
    if shape in ("list", "overview", "timeline"):
        return choose(sentences, most=LISTED)
    ordered = with_the_number(last_word_first(sentences, YEAR.findall(asked.search)), asked.search)
    return choose(rows_asked_for(ordered, asked.search))


def _parted(
    asked: Understood, found: Sequence[Found], opening: Found | None, generation: Generation, *, everything: bool
) -> Answer:
    """Answer each part with its best sentences, and tell which one the sources do not answer."""
    shape = asked.parts.shape
    names = _names(asked)
    each = PER_PART if shape == "timeline" or not asked.parts.years else 1
    chosen: list[ReadSentence] = []
    answers: dict[int, int] = {}  # which part a chosen sentence answers, by the sentence's identity
    passages: dict[str, Passage] = {}
    parts: list[Part] = []
    if opening is not None and opening.outcome != "abstain":
        chosen = choose(opening.reading.sentences, most=1)
        passages = {p.chunk_id: p for p in _passages(opening.reading, chosen, (), 1)}
    dated = {year: one.reading for (_, year), one in zip(asked.parts.dated, found, strict=True) if year}
    measured = {} if shape == "timeline" else one_measure(dated)
    for (question, year), name, one in zip(asked.parts.dated, names, found, strict=True):
        sentences = [s for s in one.reading.sentences if _holds(s, question, year)]
        if measured:
            sentences = [measured[year][1]] if year in measured else []
        elif year and shape == "timeline":
            sentences = [s for s in sentences if tells_event(s, year)] or sentences
        answered = one.outcome != "abstain" and bool(sentences)
        parts.append(Part(question, answered, name))
        if answered:
            new = [s for s in sentences if not any(says_the_same(s.text, other.text) for other in chosen)]
            own = choose(new, most=each) if new and new[0].logit >= sentences[0].logit - EVENT_BEHIND else []
            chosen += own
            answers |= dict.fromkeys(map(id, own), len(parts) - 1)
            passages |= {p.chunk_id: p for p in _passages(one.reading, own, (), 1)}
    if shape == "timeline":
        chosen.sort(key=said_of, reverse=bool(ASKS_RECENT.search(asked.search)))
    lead = _told(found, parts, shape)
    sure = [one.confidence for one, part in zip(found, parts, strict=True) if part.answered]
    answer = Answer(
        asked.typed,
        asked.text,
        _outcome(found, parts, partly=bool(lead)),
        sum(sure) / len(sure) if sure else min(one.confidence for one in found),
        (),
        (),
        shape=shape,
        parts=tuple(parts),
    )
    if not any(part.answered for part in parts) or not chosen:
        why = _does_not_say(found[0], (), generation, everything=everything)
        kept = found[0].reading.passages[: found[0].kept]
        return replace(answer, outcome="abstain", lead=why, passages=kept, shape="plain", parts=())
    cited = tuple(replace(p, number=number) for number, p in enumerate(passages.values(), start=1))
    places = {p.chunk_id: p for p in cited}
    quoted = quote_all([replace(s, passage=places[s.passage.chunk_id]) for s in chosen], generation.documents)
    figures = {id(s): figure for figure, s in measured.values()}
    quoted = tuple(
        replace(
            _measured(one, figures.get(id(s))), part=answers.get(id(s)), date=date_of(s) if shape == "timeline" else ""
        )
        for one, s in zip(quoted, chosen, strict=True)
    )
    lead = lead or (CAUTION if answer.outcome == "caution" else "")
    return replace(answer, sentences=quoted, passages=cited, lead=lead)


def _measured(sentence: AnswerSentence, figure: Measurement | None) -> AnswerSentence:
    """Give a sentence its figure of a series, which is then what was asked for."""
    return replace(sentence, figure=figure, told=told_figure(sentence.text, figure)) if figure else sentence


def _names(asked: Understood) -> list[str]:
    """What tells each part from the others: its year, else the words that only it has."""
    words = {question: question.rstrip("?. ").split() for question in asked.parts.questions}
    shared = set.intersection(*map(set, words.values()))
    return [
        str(year) if year else " ".join(word for word in words[question] if word not in shared)
        for question, year in asked.parts.dated
    ]


def _told(found: Sequence[Found], parts: Sequence[Part], shape: Shape) -> str:
    """Say which parts the sources do not answer, or that another source does; a timeline has no such parts."""
    unsaid = [part.question for part in parts if not part.answered]
    if unsaid and shape != "timeline":
        return f"The sources do not say: {'; '.join(unsaid)}"
    elsewhere = [one.silent for one, part in zip(found, parts, strict=True) if part.answered and one.silent]
    return ELSEWHERE.format(elsewhere[0].title) if elsewhere else ""


def _holds(sentence: ReadSentence, question: str, year: int | None) -> bool:
    """Whether a sentence speaks of the year of a part, or of all that the part names where it is of no year."""
    return not missing_entities(question, [sentence]) if year is None else year in sentence.years


def _outcome(found: Sequence[Found], parts: Sequence[Part], *, partly: bool) -> Outcome:
    """The weakest outcome of the parts that are answered; a caution where one is not."""
    outcomes = {one.outcome for one, part in zip(found, parts, strict=True) if part.answered}
    if not outcomes:
        return "abstain"
    return "caution" if partly or "caution" in outcomes else "answer"


def _out_of_bounds(question: str, lacking: Sequence[str]) -> bool:
    """Whether a figure or a date is asked for that nobody gives for the country or the year of the question."""
    return answer_kind(question) in NARROW and any(map(bounds_answer, lacking))


def _does_not_say(one: Found, lacking: Sequence[str], generation: Generation, *, everything: bool) -> str:
    if not one.reading.passages:
        return NOTHING_LEFT
    unknown = _unknown(lacking, generation)
    why = f": they do not mention {_either(unknown)}" if unknown else ""
    if not why and lacking:
        why = f": what they say nearest does not mention {_either(lacking)}"
    who = f"The sources{'' if everything else ' that were searched'} do"
    if one.silent:
        who = f"“{one.silent.title}” does"
    return DOES_NOT_SAY.format(who=who, why=why)


def _lead(one: Found, lacking: Sequence[str], generation: Generation, *, everything: bool) -> str:
    """What has to be said before the quotes; nothing where they answer."""
    if lacking:
        unknown = _unknown(lacking, generation) if everything else ()
        said = (
            f"no source mentions {_either(unknown)}"
            if unknown
            else f"what is quoted does not mention {_either(lacking)}"
        )
        return f"The sources may not answer this: {said}."
    if one.silent is not None:
        return ELSEWHERE.format(one.silent.title)
    return CAUTION if one.outcome == "caution" else ""


def _unknown(names: Sequence[str], generation: Generation) -> tuple[str, ...]:
    """Those of some names that the library truly lacks: a word of them stands nowhere in it."""
    return tuple(n for n in names if not all(generation.lexical.frequency(term) for term in tokenise(n)))


def _passages(
    reading: Reading, chosen: Sequence[ReadSentence], conflicts: Sequence[Conflict], kept: int
) -> tuple[Passage, ...]:
    """The best passages, and all that are cited."""
    cited = {s.passage.chunk_id for s in chosen}
    numbers = {c.number for conflict in conflicts for c in conflict.citations}
    return tuple(
        p for rank, p in enumerate(reading.passages) if rank < kept or p.chunk_id in cited or p.number in numbers
    )


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"“{name}”" for name in names)


def _said(sentence: AnswerSentence) -> AnswerSentence:
    """Say first who says it; our notes are no words of theirs and stand without quotation marks."""
    citation = sentence.citations[0]
    words = f"“{sentence.text}”" if citation.text_kind == "full text" else sentence.text
    return replace(sentence, text=f"{attributed(citation.attribution)}: {words}")


def numbered(answer: Answer) -> Answer:
    """Number the passages anew: cited ones first, in the order in which they are cited."""
    cited = [c for s in answer.sentences for c in s.citations] + [
        c for conflict in answer.conflicts for c in conflict.citations
    ]
    places = {p.number: p for p in answer.passages}
    order = dict.fromkeys([*(c.number for c in cited if c.number in places), *places])
    new = {old: number for number, old in enumerate(order, start=1)}

    def renumber(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        return tuple(replace(c, number=new.get(c.number, c.number)) for c in citations)

    return replace(
        answer,
        passages=tuple(replace(places[old], number=number) for old, number in new.items()),
        sentences=tuple(replace(s, citations=renumber(s.citations)) for s in answer.sentences),
        conflicts=tuple(replace(c, citations=renumber(c.citations)) for c in answer.conflicts),
    )
