"""The Python API: open a library, ask it, search it, rebuild it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag import building
from rag.answering.answerer import Answerer
from rag.answering.extractive import Assessment, assess, compose
from rag.building import BuildReport, Progress, silent
from rag.config import Settings
from rag.corpus import Corpus
from rag.embedding import Embedder, SentenceTransformerEmbedder
from rag.errors import QuestionError, UnknownSourceError
from rag.index import Generation
from rag.records import Answer, Document, Filters, Notice, Outcome, Passage, Source, Turn
from rag.retrieval import Retriever
from rag.store import Store

LONGEST_QUESTION = 2000
"""Characters; a longer text is a document, not a question."""

ANSWER_FROM = 0.5
"""Confidence from which an answer is given without a caution."""
ABSTAIN_BELOW = 0.35
"""Confidence below which the assistant abstains."""

DOES_NOT_SAY = "The sources do not say. The nearest passages are listed for you to judge."


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source and what the index holds of it."""

    source: Source
    text_kinds: tuple[str, ...]
    """Kinds of text that are indexed: notes, full text, both or none."""
    chunks: int
    problem: str
    """Why a text of it is missing; empty when all is well."""


@dataclass(frozen=True, slots=True)
class _State:
    """What one answer works with; replaced as a whole when the index changes."""

    corpus: Corpus
    generation: Generation
    retriever: Retriever


class Assistant:
    """A library that answers. Safe to share between threads."""

    def __init__(self, settings: Settings, embedder: Embedder, *, answerer: Answerer | None = None) -> None:
        self.settings = settings
        self._embedder = embedder
        self._answerer = answerer
        self._state = self._load()

    @classmethod
    def open(
        cls,
        corpus: Path | str | None = None,
        index: Path | str | None = None,
        *,
        embedder: Embedder | None = None,
        answerer: Answerer | None = None,
        **settings: Any,
    ) -> Assistant:
        """Open a built library.

        Args:
            corpus: folder of the library; by default RAG_CORPUS, else the one shipped.
            index: folder of its index; by default RAG_INDEX, else the one beside it.
            embedder: the model; by default the one that the settings name.
            answerer: writes answers from passages; None quotes sentences.
            settings: any field of `rag.config.Settings`.

        Raises:
            RagError: see `rag.errors`; the message names the command that mends it.
        """
        chosen = Settings.load(corpus=corpus, index=index, **settings)
        return cls(chosen, embedder or default_embedder(chosen.embedding_model), answerer=answerer)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        k: int | None = None,
        answerer: Answerer | None = None,
    ) -> Answer:
        """Answer a question from the sources, or say that they do not say.

        Args:
            question: at most 2,000 characters.
            history: earlier turns, oldest first, for questions such as "and in 2023?".
            filters: which sources may be used.
            k: passages to look at, 1 to 50.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownSourceError: a filter names a source that is not there.
        """
        *_, answer = self.stream(question, history=history, filters=filters, k=k, answerer=answerer)
        return answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        k: int | None = None,
        answerer: Answerer | None = None,
    ) -> Iterator[Answer]:
        """Answer as `ask` does, giving the answer as it grows; the last one is complete."""
        state = self._fresh()
        question = checked_question(question)
        self._check(filters, state)
        notices, declined = _notices(question, state.corpus)
        if declined:
            yield Answer(question, question, "abstain", 1.0, (), (), notices, lead=declined)
            return
        passages, assessment = self._evidence(state, question, k or self.settings.top_k, filters)
        if assessment.confidence < ABSTAIN_BELOW:
            yield Answer(
                question,
                question,
                "abstain",
                assessment.confidence,
                (),
                tuple(passages),
                notices,
                lead=DOES_NOT_SAY,
            )
            return
        sentences = compose(assessment, state.generation.documents)
        outcome: Outcome = "answer" if assessment.confidence >= ANSWER_FROM else "caution"
        answer = Answer(question, question, outcome, assessment.confidence, (), tuple(passages), notices)
        for count in range(1, len(sentences) + 1):
            yield replace(answer, sentences=sentences[:count])

    def retrieve(
        self, question: str, k: int | None = None, *, filters: Filters | None = None
    ) -> list[Passage]:
        """Find the passages that fit a question, best first.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownSourceError: a filter names a source that is not there.
        """
        state = self._fresh()
        self._check(filters, state)
        query = state.retriever.query(checked_question(question))
        return state.retriever.search(query, k or self.settings.top_k, filters)

    def document(self, doc_id: str) -> Document:
        """Give a stored text.

        Raises:
            UnknownSourceError: the index holds no such document.
        """
        documents = self._fresh().generation.documents
        if doc_id not in documents:
            raise UnknownSourceError(
                f"the index holds no document {doc_id!r}; `rag sources` lists what there is"
            )
        return documents[doc_id]

    def sources(self) -> list[SourceStatus]:
        """List every source with what the index holds of it."""
        state = self._fresh()
        generation = state.generation
        problems = {source_id: reason for part in generation.parts for source_id, reason in part.failures}
        rows = []
        for source_id, source in {**state.corpus.sources, **generation.sources}.items():
            texts = [d for d in generation.documents.values() if d.source_id == source_id]
            count = sum(c.doc_id.rpartition("/")[0] == source_id for c in generation.chunks)
            problem = problems.get(
                source_id, "" if texts else "no text; add one with `rag add FILE --source ID`"
            )
            rows.append(SourceStatus(source, tuple(d.text_kind for d in texts), count, problem))
        for source_id in problems.keys() - {row.source.id for row in rows}:
            nameless = Source(
                source_id, source_id, "unknown", "unknown", "unknown", "", "document", "unknown"
            )
            rows.append(SourceStatus(nameless, (), 0, problems[source_id]))
        return rows

    def info(self) -> dict[str, Any]:
        """Say what is open: folders, model, counts, versions."""
        state = self._fresh()
        keys = ("documents", "chunks", "sentences", "failures", "embedding_model", "dimension", "versions")
        return {
            "title": state.corpus.title,
            "corpus": str(self.settings.corpus),
            "index": str(self.settings.index),
            "generation": state.generation.pointer.generation,
            **{key: state.generation.manifest[key] for key in keys},
        }

    @property
    def corpus(self) -> Corpus:
        """The library's description."""
        return self._state.corpus

    def build(self, *, force: bool = False, progress: Progress = silent) -> BuildReport:
        """Bring the index in step with the library, then use it."""
        report = building.build(
            Corpus.read(self.settings.corpus), self.settings, self._embedder, force=force, progress=progress
        )
        self._state = self._load()
        return report

    def _load(self) -> _State:
        generation = Generation.open(self.settings, self._embedder)
        retriever = Retriever(generation, self._embedder, candidates=self.settings.candidates)
        return _State(Corpus.read(self.settings.corpus), generation, retriever)

    def _fresh(self) -> _State:
        """The state, taken anew when another process has published a generation."""
        if Store(self.settings.index).current() != self._state.generation.pointer:
            self._state = self._load()
        return self._state

    def _check(self, filters: Filters | None, state: _State) -> None:
        known = state.corpus.sources.keys() | state.generation.sources.keys()
        for source_id in filters.sources if filters else ():
            if source_id not in known:
                raise UnknownSourceError(f"no source has the id {source_id!r}; `rag sources` lists the ids")

    def _evidence(
        self, state: _State, question: str, k: int, filters: Filters | None
    ) -> tuple[list[Passage], Assessment]:
        """Find passages and judge them; full texts go before the notes of the same source."""
        documents = state.generation.documents
        query = state.retriever.query(question)
        passages = state.retriever.search(query, k, filters, shadowed=True)
        assessment = assess(question, passages, documents, self._embedder)
        if assessment.confidence < ANSWER_FROM and any(
            d.text_kind == "full text" for d in documents.values()
        ):
            wider = state.retriever.search(query, k, filters)
            other = assess(question, wider, documents, self._embedder)
            if other.confidence > assessment.confidence:
                return wider, other
        return passages, assessment


def checked_question(question: str) -> str:
    """Give the question without white space around it.

    Raises:
        QuestionError: it is empty or longer than 2,000 characters.
    """
    question = " ".join(question.split())
    if not question:
        raise QuestionError("the question is empty; write what you want to know")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are taken; "
            "shorten it, or add a long text as a source with `rag add FILE`"
        )
    return question


def _notices(question: str, corpus: Corpus) -> tuple[tuple[Notice, ...], str]:
    """Match the library's notices; gives those to show and the text that declines, if one does."""
    matched = [
        rule
        for rule in corpus.notices
        if any(re.search(pattern, question, re.IGNORECASE) for pattern in rule.patterns)
    ]
    shown = tuple(
        Notice(rule.kind, " ".join(rule.text.split())) for rule in matched if rule.kind != "decline"
    )
    declined = next((" ".join(rule.text.split()) for rule in matched if rule.kind == "decline"), "")
    return shown, declined


@lru_cache(maxsize=2)
def default_embedder(name: str) -> Embedder:
    """Open a model once a process."""
    return SentenceTransformerEmbedder(name)


@lru_cache(maxsize=4)
def _default(corpus: str | None, index: str | None) -> Assistant:
    return Assistant.open(corpus, index)


def ask(question: str, *, corpus: str | None = None, index: str | None = None, **options: Any) -> Answer:
    """Answer a question; opens the library once a process. Options are those of `Assistant.ask`."""
    return _default(corpus, index).ask(question, **options)


def retrieve(
    question: str,
    k: int = 5,
    *,
    filters: Filters | None = None,
    corpus: str | None = None,
    index: str | None = None,
) -> list[Passage]:
    """Find the k passages that fit a question, best first; opens the library once a process."""
    return _default(corpus, index).retrieve(question, k, filters=filters)


def build(
    corpus: str | None = None,
    index: str | None = None,
    *,
    force: bool = False,
    progress: Progress = silent,
    **settings: Any,
) -> BuildReport:
    """Build or renew an index; see `rag.building.build`."""
    chosen = Settings.load(corpus=corpus, index=index, **settings)
    embedder = default_embedder(chosen.embedding_model)
    return building.build(Corpus.read(chosen.corpus), chosen, embedder, force=force, progress=progress)
