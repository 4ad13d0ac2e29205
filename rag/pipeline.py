"""The whole way of a question: understand, retrieve, read, decide, compose, write, verify.

Each step is a package of the same name or nearly so, and this module shows their order::

    question ─asking─▶ intent, standalone text, scope, parts
             ─retrieval─▶ passages (two channels, fused by score)
             ─reading─▶ sentences, each with what the reader makes of it, and a probability
             ─composing─▶ quotes, sides, years, events, a source in short
             ─writing, if a model is set─▶ its wording
             ─verification─▶ every quote against the stored text, every claim against its quotes
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.asking.followups import AFTER
from rag.asking.replies import reply
from rag.asking.understanding import Interpreter, Understood
from rag.composing.about import guide, overview, overview_sentences, record_answer
from rag.composing.answers import CAUTION, Found, compose, numbered
from rag.composing.suggestions import suggestions
from rag.config import Settings
from rag.errors import AnswererError
from rag.indexing.encoder import Embedder
from rag.indexing.generation import Generation
from rag.reading.confidence import confidence, model, signals
from rag.reading.reader import Reader
from rag.reading.reading import PASSAGES_READ, SENTENCES_READ, Reading, read
from rag.records import Answer, Filters, Notice, Outcome, Turn
from rag.retrieval.retriever import Retriever
from rag.sources.corpus import Corpus
from rag.text.languages import foreign_language
from rag.tracing import Trace
from rag.writing.answerer import Answerer, Rewriter, Written

PARTED_READ = 64
"""Sentences that are read for all parts of a question together."""
FEWEST_READ = 12
"""Sentences that are read for one part, at least."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers from one generation of the index. Safe to share between threads."""

    corpus: Corpus
    generation: Generation
    retriever: Retriever
    interpreter: Interpreter
    reader: Reader | None
    """None where no reading model is set or to be had."""
    embedder: Embedder
    settings: Settings
    trace: Trace = field(default_factory=Trace)
    """Times the steps; each question has its own."""

    @classmethod
    def over(
        cls, corpus: Corpus, generation: Generation, embedder: Embedder, reader: Reader | None, settings: Settings
    ) -> Pipeline:
        """Put the steps together over one generation."""
        retriever = Retriever(generation, embedder, candidates=settings.candidates, abbreviations=corpus.abbreviations)
        interpreter = Interpreter(corpus, generation, embedder, settings.index, retriever.vector)
        return cls(corpus, generation, retriever, interpreter, reader, embedder, settings)

    def respond(
        self, question: str, history: Sequence[Turn], filters: Filters, k: int, answerer: Answerer | None
    ) -> Iterator[Answer]:
        """Answer a question, giving the answer as it grows; the last one is complete."""
        if self.reader is not None:
            self.reader.begin()
        rewrite = answerer.rewrite if isinstance(answerer, Rewriter) else None
        with self.trace.step("understanding"):
            asked = self.interpreter.understand(question, history, rewrite)
            said = reply(asked, self.corpus, self.generation.sources)
        if said is not None:
            yield replace(said, suggestions=suggestions(asked, said, history))
            return
        answer, was_read = self._about(asked, filters, k)
        if answer is None:
            found = [self.find(part, asked, filters, k, year=year) for part, year in asked.parts.dated]
            opening = self.find(asked.parts.opening, asked, filters, k) if asked.parts.opening else None
            with self.trace.step("composing"):
                answer = compose(asked, found, self.generation, opening=opening, everything=filters == Filters())
            was_read = all(one.reading.read for one in found)
        answer = replace(answer, notices=(*self._notices(asked, read=was_read), *answer.notices))
        if answerer is not None and answer.outcome != "abstain" and answer.shape != "record":
            with self.trace.step("writing"):
                answer = yield from self._written(answer, asked, answerer)
        elif answer.outcome != "abstain":
            for count in range(1, len(answer.sentences)):
                yield numbered(replace(answer, sentences=answer.sentences[:count], conflicts=()))
        yield numbered(replace(answer, suggestions=suggestions(asked, answer, history)))

    def find(self, question: str, asked: Understood, filters: Filters, k: int, *, year: int | None = None) -> Found:
        """Retrieve and read for one part of a question: in the source that it names, else everywhere.

        Args:
            question: the part as it is searched.
            k: passages to keep beside those that are cited.
            year: the year that the part is about, if it is about one.
        """
        source, parts = asked.scope.source, len(asked.parts.questions)
        most = SENTENCES_READ if parts == 1 else max(FEWEST_READ, PARTED_READ // parts)

        def look(within: Filters) -> Found:
            reading = self.read(question, asked.history, within, leans=asked.leans, depth=k, most=most, year=year)
            return self.judged(question, reading, k)

        if source is None or (filters.sources and source.id not in filters.sources):
            return look(filters)
        inside = look(replace(filters, sources=(source.id,)))
        if inside.outcome == "answer" or filters.sources:
            return inside
        everywhere = look(filters)
        if everywhere.outcome == "abstain":
            return replace(inside, silent=source if inside.outcome == "abstain" else None)
        if everywhere.outcome == "caution" and inside.outcome == "caution":
            return inside
        elsewhere = everywhere.reading.sentences[0].passage.source.id != source.id
        return replace(everywhere, silent=source if elsewhere else None)

    def read(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        leans: bool = False,
        depth: int = PASSAGES_READ,
        most: int = SENTENCES_READ,
        year: int | None = None,
        duplicates: bool = False,
    ) -> Reading:
        """Retrieve passages and read their likeliest sentences.

        Args:
            question: as resolved.
            history: earlier turns, folded into the search by weight.
            leans: read the question with the last one.
            depth: passages that are retrieved, at least as many as are read.
            most: sentences to read.
            year: read only what is said of this year, in twice as many passages.
            duplicates: keep copies of a better passage.
        """
        depth = max(depth, PASSAGES_READ if year is None else 2 * PASSAGES_READ)
        with self.trace.step("searching"):
            query = self.retriever.query(question, history)
            passages = self.retriever.search(query, depth, filters, duplicates=duplicates)
        last = history[-1].question.partition(AFTER)[0] if leans else ""
        if last and last not in question:
            query = replace(query, text=f"{last} {question}")
        lexical, seconds = self.generation.lexical, self.settings.reader_seconds
        reader = self._reader_for(question)
        # With a conversation folded in, what is read orders sentences only: as an order of passages it
        # does worse than the channels (mtrag-un, nDCG@10 0.938 for 0.947).
        with self.trace.step("reading"):
            return read(query, passages, lexical, reader, seconds=seconds, most=most, year=year, reorder=not history)

    def _reader_for(self, question: str) -> Reader | None:
        """The reader, where it knows the language of a question."""
        if self.reader is None or foreign_language(question, self.reader.languages):
            return None
        return self.reader

    @staticmethod
    def judged(question: str, reading: Reading, k: int) -> Found:
        """Decide how sure a reading is of a question, whose own names and years count, not those of its history."""
        if not reading.sentences:
            return Found(reading, 0.0, "abstain", k)
        sure = confidence(signals(question, reading.sentences), read=reading.read)
        fitted = model(read=reading.read)
        outcome: Outcome = (
            "answer" if sure >= fitted.answer_from else "abstain" if sure < fitted.abstain_below else "caution"
        )
        return Found(reading, sure, outcome, k)

    def _about(self, asked: Understood, filters: Filters, k: int) -> tuple[Answer | None, bool]:
        """Answer a question about a source itself, or a topic in short, and say whether what it took was read.

        None where the question has to be searched.
        """
        source, aspect = asked.scope.source, asked.scope.aspect
        if not aspect or asked.leans or (source and filters.sources and source.id not in filters.sources):
            return None, True
        answer = Answer(asked.typed, asked.text, "answer", 1.0, (), ())
        if aspect != "overview" and source is not None:
            record = record_answer(source, aspect, self.retriever, filters)
            if record is None:
                return None, True
            return replace(answer, sentences=(record[0],), passages=(record[1],), shape="record"), True
        if asked.scope.topic or source is None:
            found = self.find(asked.scope.topic, asked, filters, k)
            topic = replace(asked, parts=replace(asked.parts, shape="overview", questions=(asked.scope.topic,)))
            return compose(topic, [found], self.generation, everything=filters == Filters()), found.reading.read
        said, passages = guide(source, self.retriever, filters)
        if said:
            return replace(answer, sentences=said, passages=tuple(passages), shape="overview"), True
        reading = overview(source, self.retriever, self.reader, filters, self.settings.reader_seconds)
        if not reading.sentences:
            return None, True
        found = self.judged(reading.query.text, reading, k)
        sure = found.outcome == "answer"
        return replace(
            answer,
            outcome="answer" if sure else "caution",
            confidence=found.confidence,
            lead="" if sure else CAUTION,
            sentences=overview_sentences(reading, self.retriever),
            passages=reading.passages,
            shape="overview",
        ), reading.read

    def _notices(self, asked: Understood, *, read: bool) -> tuple[Notice, ...]:
        """What a reader has to know before the answer: a caution of the library, a language, that nothing was read."""
        rules = [rule for rule in self.corpus.notices if rule.kind == asked.intent == "caution"]
        notices = [Notice(rule.kind, " ".join(rule.text.split())) for rule in rules]
        language = foreign_language(asked.typed, self.embedder.languages)
        if language:
            text = (
                f"The question seems to be in {language}, which this library's model does not know: the answer "
                "may be poor and is in the language of the sources. Ask in the model's language, or set "
                "embedding_model to a multilingual model and build again."
            )
            notices.append(Notice("language", text))
        elif not read:
            notices.append(Notice("reader", self._unread(asked.typed)))
        return tuple(notices)

    def _unread(self, question: str) -> str:
        if self.reader is None:
            return (
                "No reading model is installed or set, so sentences are ordered by likeness alone and the answer "
                "may be beside the point; `make chat` installs it."
            )
        language = foreign_language(question, self.reader.languages)
        if language is None:
            return (
                "There was no time to read, so sentences are ordered by likeness alone; ask again, or raise "
                "reader_seconds."
            )
        return (
            f"The reading model {self.reader.name} does not know {language}, so sentences are ordered by likeness "
            "alone; set reader_model to one that does."
        )

    def _written(self, answer: Answer, asked: Understood, answerer: Answerer) -> Generator[Answer, None, Answer]:
        """Let a model word the answer; where it fails, the quoted one stands."""
        written = Written(())
        growing = replace(answer, answerer=answerer.name, conflicts=())
        failed = ""
        try:
            for written in answerer.stream(asked.text, answer.passages, self.generation.documents):
                yield numbered(replace(growing, sentences=written.sentences))
        except AnswererError as error:
            failed = f"{error}."
        supported = any(sentence.status == "supported" for sentence in written.sentences)
        if failed and not supported:
            notice = Notice("model", f"{failed} The answer is quoted from the sources instead.")
            return replace(answer, notices=(*answer.notices, notice))
        if not written.sentences:
            return answer
        notices = [Notice("model", text) for text in (*written.told, failed) if text]
        return replace(answer, answerer=answerer.name, sentences=written.sentences, notices=(*answer.notices, *notices))
