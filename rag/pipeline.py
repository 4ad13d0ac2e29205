"""One question answered: understood, searched, judged, worded, with every quote from the stored text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from rag.asking.followups import Resolved, needs_history, resolve
from rag.asking.notices import match_notices
from rag.asking.scope import Scope, find_scope
from rag.asking.spelling import Correction, correct, vocabulary
from rag.errors import AnswererError
from rag.indexing.encoder import Embedder
from rag.indexing.generation import Generation
from rag.reading.about import overview, record_answer
from rag.reading.answer_types import Kind, analyse
from rag.reading.confidence import model
from rag.reading.conflicts import find_conflicts
from rag.reading.examining import Examiner
from rag.reading.extractive import WITHIN, WITHIN_DOUBT, chosen, compose, lacking
from rag.reading.reranking import Reranker
from rag.records import (
    Answer,
    AnswerSentence,
    Citation,
    Conflict,
    Filters,
    Notice,
    Outcome,
    Passage,
    Source,
    Turn,
)
from rag.retrieval.query import Query
from rag.retrieval.retriever import Retriever
from rag.sources.corpus import Corpus
from rag.text.dates import readable
from rag.text.languages import foreign_language
from rag.text.names import bounds_answer
from rag.writing.answerer import Answerer, Rewriter

DOES_NOT_SAY = "The sources do not say{why}. The nearest passages are listed for you to judge."
CAUTION = "The sources may not answer this directly. The nearest that they say:"
NARROW: tuple[Kind, ...] = ("number", "time")
"""Kinds of question whose answer for another country or year is no answer."""
WHICH = "It is not clear what the question points to. Please name it, for example as in the questions below."
SUGGESTIONS = 3
"""Further questions that are offered."""
TOPIC_SENTENCES = 5
"""Sentences in an overview of one topic."""
TOPIC_PASSAGES = 10
"""Passages that such an overview looks at, at least."""


class Responder:
    """Answers from one generation of the index. Safe to share between threads."""

    def __init__(
        self,
        corpus: Corpus,
        generation: Generation,
        embedder: Embedder,
        *,
        candidates: int,
        reranker: Reranker | None = None,
    ) -> None:
        self.corpus = corpus
        self.generation = generation
        self.retriever = Retriever(
            generation, embedder, candidates=candidates, main_source=corpus.main_source, reranker=reranker
        )
        self.examiner = Examiner(self.retriever)
        self._embedder = embedder

    def respond(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        k: int,
        answerer: Answerer | None,
    ) -> Iterator[Answer]:
        """Answer a question, giving the answer as it grows; the last one is complete."""
        notices, declined = match_notices(question, self.corpus.notices)
        if declined:
            yield Answer(question, question, "abstain", 1.0, (), (), notices, lead=declined)
            return
        notices += self._language(question)
        resolved = _completed(question, history, answerer)
        if not history and needs_history(question):
            yield self._unclear(question, notices)
            return
        search, corrections = self._spelling(resolved.search)
        text = _apply(resolved.text, corrections)
        resolved = replace(resolved, text=text, search=search)
        scope = find_scope(search, self.generation.sources.values(), self._main)
        answer = Answer(question, resolved.text, "answer", 1.0, (), (), notices)
        about = self._about(answer, scope, filters) if scope.aspect and not resolved.history else None
        if about is not None:
            if answerer is not None and scope.aspect == "overview":
                about = yield from self._reworded(about, resolved, answerer)
            yield about
            return
        yield from self._plain(answer, resolved, scope, filters, k, answerer)

    @property
    def _main(self) -> Source | None:
        return self.generation.sources.get(self.corpus.main_source)

    @cached_property
    def _vocabulary(self) -> Counter[str]:
        return vocabulary(d.text for d in self.generation.documents.values())

    def _language(self, question: str) -> tuple[Notice, ...]:
        language = foreign_language(question, self._embedder.languages)
        if language is None:
            return ()
        text = (
            f"The question seems to be in {language}, but this library's model understands English only: "
            "the answer may be poor and is in English. Ask in English, or set embedding_model to a "
            "multilingual model and build again."
        )
        return (Notice("language", text),)

    def _spelling(self, question: str) -> tuple[str, tuple[Correction, ...]]:
        def is_common(word: str) -> bool:
            return len(self._embedder.token_offsets(word)) == 1

        return correct(question, self._vocabulary, is_common)

    def _unclear(self, question: str, notices: tuple[Notice, ...]) -> Answer:
        suggestions = tuple(self.corpus.examples[:SUGGESTIONS])
        return Answer(question, question, "abstain", 1.0, (), (), notices, lead=WHICH, suggestions=suggestions)

    def _about(self, answer: Answer, scope: Scope, filters: Filters) -> Answer | None:
        """Answer a question about a source itself; None where it has to be searched after all."""
        source = scope.source
        if source is None or (filters.sources and source.id not in filters.sources):
            return None
        if scope.aspect != "overview":
            sentence = record_answer(scope.aspect, source, self.retriever)
            sentences = [sentence] if sentence else []
        elif scope.topic:
            return self._topic(answer, scope, filters)
        else:
            sentences = overview(source, self.retriever, self._embedder)
        if not sentences:
            return None
        passages = [self.retriever.passage(self._row(c), c.number) for s in sentences for c in s.citations]
        return numbered(replace(answer, sentences=tuple(sentences), passages=tuple(passages)))

    def _row(self, citation: Citation) -> int:
        """The chunk that holds a citation."""
        return next(
            row
            for row, chunk in enumerate(self.generation.chunks)
            if chunk.doc_id == citation.doc_id and chunk.start <= citation.start < chunk.end
        )

    def _topic(self, answer: Answer, scope: Scope, filters: Filters) -> Answer | None:
        """Give an overview of one topic."""
        scoped = replace(filters, sources=(scope.source.id,)) if scope.source else filters
        found = self.examiner.examine(scope.topic, (), scoped, TOPIC_PASSAGES)
        if found.assessment.confidence < model().abstain_below:
            return None
        best = chosen(found.assessment.candidates, most=TOPIC_SENTENCES)
        sentences = compose(best, self.generation.documents)
        return numbered(
            replace(
                answer,
                sentences=sentences,
                passages=found.passages,
                confidence=found.assessment.confidence,
                suggestions=self._suggestions(found.query, found.passages, sentences),
            )
        )

    def _plain(
        self,
        answer: Answer,
        resolved: Resolved,
        scope: Scope,
        filters: Filters,
        k: int,
        answerer: Answerer | None,
    ) -> Iterator[Answer]:
        """Search, judge and word the answer."""
        found, lead = self.examiner.examine_scoped(resolved, scope, filters, k)
        confidence = found.assessment.confidence
        answer = replace(answer, confidence=confidence, passages=found.passages)
        if confidence < model().abstain_below:
            missing = _either(found.assessment.missing)
            said = DOES_NOT_SAY.format(why=f": they do not mention {missing}" if missing else "")
            if lead:
                said = f"No source mentions {missing}. {lead}" if missing else lead
            yield self._abstained(answer, found.query, said)
            return
        outcome: Outcome = "answer" if confidence >= model().answer_from and not lead else "caution"
        lead = lead or (CAUTION if outcome == "caution" else "")
        best = chosen(found.assessment.candidates, within=WITHIN if outcome == "answer" else WITHIN_DOUBT)
        answer = replace(answer, outcome=outcome, lead=lead)
        if unheld := lacking(best):
            answer = self._bounded(answer, found.query, unheld, analyse(resolved.search).kind)
        if answer.outcome == "abstain":
            yield answer
            return
        if answerer is not None:
            answer = yield from self._written(answer, resolved, answerer)
        if not answer.sentences:
            sentences = compose(best, self.generation.documents)
            if resolved.asks_who_said:
                sentences = tuple(_said(sentence) for sentence in sentences[:1])
            for count in range(1, len(sentences) + 1):
                yield numbered(replace(answer, sentences=sentences[:count]))
            answer = replace(answer, sentences=sentences)
        conflicts = find_conflicts(found.assessment.candidates, self.generation.documents)
        suggestions = self._suggestions(found.query, found.passages, answer.sentences)
        yield numbered(replace(answer, conflicts=conflicts, suggestions=suggestions))

    def _bounded(self, answer: Answer, query: Query, missing: Sequence[str], kind: Kind) -> Answer:
        """Tell which names of the question the best sentences do not hold; without its country or year abstain."""
        said = f"what they say nearest does not mention {_either(missing)}"
        if kind in NARROW and any(map(bounds_answer, missing)):
            sure = min(answer.confidence, model().abstain_below)
            return self._abstained(replace(answer, confidence=sure), query, DOES_NOT_SAY.format(why=f": {said}"))
        lead = f"The sources may not answer this: {said}." if answer.lead in ("", CAUTION) else answer.lead
        sure = min(answer.confidence, model().answer_from)
        return replace(answer, outcome="caution", lead=lead, confidence=sure)

    def _abstained(self, answer: Answer, query: Query, lead: str) -> Answer:
        suggestions = self._suggestions(query, answer.passages, ())
        return replace(answer, outcome="abstain", lead=lead, suggestions=suggestions)

    def _reworded(self, about: Answer, resolved: Resolved, answerer: Answerer) -> Generator[Answer, None, Answer]:
        """Let a model word an overview from the passages that it would quote; where it fails, they are quoted."""
        written = yield from self._written(replace(about, sentences=()), resolved, answerer)
        if not written.sentences:
            return replace(about, notices=written.notices)
        query = self.retriever.query(resolved.search)
        return numbered(replace(written, suggestions=self._suggestions(query, written.passages, written.sentences)))

    def _written(self, answer: Answer, resolved: Resolved, answerer: Answerer) -> Generator[Answer, None, Answer]:
        """Let a model word the answer; gives it without sentences where the model failed."""
        sentences: list[AnswerSentence] = []
        growing = replace(answer, answerer=answerer.name)
        try:
            for sentence in answerer.stream(resolved.text, answer.passages, self.generation.documents):
                sentences.append(sentence)
                yield numbered(replace(growing, sentences=tuple(sentences)))
        except AnswererError as error:
            if not any(s.status == "supported" for s in sentences):
                notice = Notice("model", f"{error}. The answer is quoted from the sources instead.")
                return replace(answer, notices=(*answer.notices, notice))
            growing = replace(growing, notices=(*growing.notices, Notice("model", f"{error}.")))
        return replace(growing, sentences=tuple(sentences)) if sentences else answer

    def _suggestions(
        self, query: Query, passages: Sequence[Passage], sentences: Sequence[AnswerSentence]
    ) -> tuple[str, ...]:
        """Offer what the passages that the answer does not cite can tell: a noted question each, or their section."""
        cited = {(c.doc_id, c.start) for s in sentences for c in s.citations}
        offered: dict[str, None] = {}
        for p in passages:
            if any(doc == p.doc_id and p.start <= start < p.end for doc, start in cited):
                continue
            question = self.generation.foreseen.nearest(query, self.generation.sentence_rows(p.chunk_id))
            heading = p.heading.rpartition(" > ")[2]
            offer = question or (f"Give an overview of: {heading}" if heading else "")
            if offer and offer.casefold() != query.text.casefold():
                offered.setdefault(offer)
        return tuple(offered)[:SUGGESTIONS]


def _completed(question: str, history: Sequence[Turn], answerer: Answerer | None) -> Resolved:
    """Complete a follow-up by rule, or by the answerer's model where it has one that can."""
    by_rule = resolve(question, history)
    if by_rule.text == question or by_rule.asks_who_said or not isinstance(answerer, Rewriter):
        return by_rule
    try:
        text = answerer.rewrite(question, history)
    except AnswererError:
        return by_rule
    return Resolved(text, text, ())


def _apply(text: str, corrections: Sequence[Correction]) -> str:
    for correction in corrections:
        text = re.sub(rf"\b{re.escape(correction.typed)}\b", correction.meant, text)
    return text


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"“{name}”" for name in names)


def _said(sentence: AnswerSentence) -> AnswerSentence:
    citation = sentence.citations[0]
    return replace(sentence, text=f"{citation.publisher} ({readable(citation.date)}): “{sentence.text}”")


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
        conflicts=tuple(Conflict(c.text, renumber(c.citations)) for c in answer.conflicts),
    )
