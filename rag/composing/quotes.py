"""Choose the sentences of an answer and quote them, each a slice of the stored text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.reading.reading import UNREAD, ReadSentence
from rag.records import AnswerSentence, Document, Passage, Span
from rag.text.figures import figures
from rag.text.folding import fold
from rag.text.words import NAMED_ROW, YEAR, counted_terms, find_words, tokenise
from rag.verification.citations import cite
from rag.verification.polarity import negated

MOST_SENTENCES = 3
"""Sentences in an answer to a plain question, context brought along not counted."""

SAME = 0.7
"""Share of the shorter sentence's words from which two sentences say the same."""

BEHIND = 3.0
"""Log-odds behind the best one from which a further sentence of an answer is left out: at 3 no plain question of
115 loses its answer, at 2 one does."""

TEXT_MARGIN = 1.0
"""Log-odds by which a full text's sentence may lie behind our note of the same source and still take its place."""

REFERS_BACK = frozenset(
    "he she it they his her its their this that these those such both another also however therefore thus".split()
)
"""First words of a sentence that needs the one before it."""


def choose(
    sentences: Sequence[ReadSentence], *, most: int = MOST_SENTENCES, behind: float = BEHIND
) -> list[ReadSentence]:
    """Take the best sentences that do not say the same; a full text's before our note on it.

    Args:
        sentences: best first.
        most: sentences to take at most.
        behind: those whose log-odds lie further behind the best than this are left out.
    """
    taken: list[ReadSentence] = []
    for sentence in sentences:
        if len(taken) == most:
            break
        if sentence.logit < sentences[0].logit - behind:
            continue
        better = _own_words(sentence, sentences)
        if not any(says_the_same(better.text, other.text) for other in taken):
            taken.append(better)
    return taken


def rows_asked_for(sentences: Sequence[ReadSentence], question: str) -> list[ReadSentence]:
    """Leave out rows of a source's tables that lack words of the question which another of them holds beside theirs.

    Of 100 piers only pier 87 is asked for; the rows of the others are as likely to answer by their form.
    """
    asked = set(counted_terms(question))
    held = [asked & set(counted_terms(s.text)) if NAMED_ROW.fullmatch(s.text) else None for s in sentences]
    rows = [(s.passage.source.id, words) for s, words in zip(sentences, held, strict=True) if words is not None]
    return [
        sentence
        for sentence, words in zip(sentences, held, strict=True)
        if words is None or not any(id_ == sentence.passage.source.id and words < other for id_, other in rows)
    ]


def with_the_number(sentences: Sequence[ReadSentence], question: str) -> list[ReadSentence]:
    """Leave out sentences without the numbers of a question where one nearly as sure as the best has them.

    ``Which fleet counted 23,456 boats?`` asks for one fleet, however many others were counted. Years are no numbers.
    """
    asked = {term for term in counted_terms(question) if term[0].isdigit() and not YEAR.fullmatch(term)}
    holding = [sentence for sentence in sentences if asked <= set(tokenise(sentence.text))] if asked else []
    return holding if holding and holding[0].logit >= sentences[0].logit - BEHIND else list(sentences)


def _own_words(note: ReadSentence, sentences: Sequence[ReadSentence]) -> ReadSentence:
    """Give the sentence of a source's full text that answers nearly as surely as our note on it, else the note."""
    if note.passage.text_kind != "notes" or note.logit == UNREAD:
        return note
    return next(
        (
            s
            for s in sentences
            if s.passage.text_kind == "full text"
            and s.passage.source.id == note.passage.source.id
            and s.logit >= note.logit - TEXT_MARGIN
        ),
        note,
    )


def quote_all(sentences: Sequence[ReadSentence], documents: Mapping[str, Document]) -> tuple[AnswerSentence, ...]:
    """Quote sentences, with the sentence before where one needs it and it is not quoted already."""
    said: list[AnswerSentence] = []
    for sentence in sentences:
        said.append(quote(sentence.passage, sentence.span, documents, said))
    return tuple(said)


def quote(
    passage: Passage, sentence: Span, documents: Mapping[str, Document], said: Sequence[AnswerSentence] = ()
) -> AnswerSentence:
    """Quote one sentence; one that opens with a word that refers back brings the one before it.

    Args:
        said: what is quoted already and need not be brought again.
    """
    document = documents[passage.doc_id]
    span = with_context(passage, sentence)
    if any(says_the_same(document.text[span.start : sentence.start], other.text) for other in said):
        span = sentence
    text = " ".join(document.text[span.start : span.end].split())
    return AnswerSentence(text, (cite(passage, span, document),), "supported")


def with_context(passage: Passage, sentence: Span) -> Span:
    """A sentence, with the one before if it opens with a word that refers back."""
    words = find_words(passage.text[sentence.start - passage.start : sentence.end - passage.start])
    place = passage.sentences.index(sentence)
    if place and words and words[0].term in REFERS_BACK:
        return Span(passage.sentences[place - 1].start, sentence.end)
    return sentence


def says_the_same(one: str, other: str) -> bool:
    """Say whether two sentences say nearly the same: most words shared, and no figure or negation that only one has."""
    a, b = set(counted_terms(one)), set(counted_terms(other))
    if len(a & b) < SAME * max(min(len(a), len(b)), 1):
        return False
    if bool(negated(fold(one).text)) != bool(negated(fold(other).text)):
        return False
    mine, its = _figures(one), _figures(other)
    return mine <= its or its <= mine


def _figures(text: str) -> set[object]:
    numbers, days = figures(fold(text).text)
    return {min(number.values) for number in numbers} | {(day.year, day.month, day.day) for day in days}
