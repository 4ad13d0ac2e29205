"""Open a library, ask it, search it, rebuild it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from rag.composing.answers import Found
from rag.config import MOST_PASSAGES, Settings
from rag.errors import QuestionError, RagError, UnknownSourceError
from rag.indexing.encoder import Embedder
from rag.indexing.exporting import default_embedder
from rag.indexing.generation import Generation
from rag.indexing.opening import current, open_generation, place
from rag.indexing.report import BuildReport, Progress, silent
from rag.library.library import Library
from rag.library.status import SourceStatus, source_statuses
from rag.pipeline import Pipeline
from rag.reading.reader import Reader, default_reader
from rag.records import Answer, Document, Filters, Passage, Turn
from rag.retrieval.filters import allowed_chunks, check, in_words
from rag.sources.corpus import Corpus
from rag.tracing import Trace
from rag.writing.answerer import Answerer
from rag.writing.endpoint import Endpoint
from rag.writing.generative import GenerativeAnswerer

Item = TypeVar("Item")
Result = TypeVar("Result")

LONGEST_QUESTION = 2000
"""Characters; a longer text is a document, not a question."""


@dataclass(frozen=True, slots=True)
class _State:
    """What answers come from; replaced as a whole when the index changes."""

    generation: Generation
    pipeline: Pipeline

    @property
    def corpus(self) -> Corpus:
        return self.pipeline.corpus


class Assistant:
    """A library that answers. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        *,
        reader: Reader | None = None,
        answerer: Answerer | None = None,
    ) -> None:
        self.settings = settings
        self._embedder = embedder
        self._reader = reader
        self._answerer = answerer
        self._loading = threading.Lock()
        self._state = self._load()

    @classmethod
    def open(
        cls,
        corpus: Path | str | None = None,
        index: Path | str | None = None,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        answerer: Answerer | None = None,
        **settings: Any,
    ) -> Assistant:
        """Open a built library.

        Args:
            corpus: folder of the library; by default RAG_CORPUS, else the one shipped.
            index: folder of its index; by default its own; see `rag.config.Settings.load`.
            embedder: the model; by default the one that the settings name.
            reader: the reading model; by default the one that the settings name.
            answerer: writes answers from passages; None quotes sentences.
            settings: any field of `rag.config.Settings`.

        Raises:
            RagError: see `rag.errors`; the message names the command that mends it.
        """
        chosen = Settings.load(corpus=corpus, index=index, **settings)
        return cls(
            chosen,
            embedder or default_embedder(chosen.embedding_model, chosen.embedding_languages),
            reader=reader or default_reader(chosen.reader_model),
            answerer=answerer,
        )

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
            k: passages to give, 1 to 200, and any that are cited besides; by default `top_k` of the settings.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownSourceError: a filter names a source that is not there.
            ConfigError: a filter's date is malformed.
        """
        *_, answer = self.stream(question, history=history, filters=filters, k=k, answerer=answerer)
        return answer

    def ask_many(
        self, questions: Sequence[str], *, filters: Filters | None = None, k: int | None = None
    ) -> list[Answer]:
        """Answer several questions, each as `ask` does and none in the light of another; in their order."""
        return list(at_once(lambda question: self.ask(question, filters=filters, k=k), questions))

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
        state, trace, question, k = self._fresh(), Trace(), checked_question(question), self._depth(k)
        pipeline, generation = replace(state.pipeline, trace=trace), state.generation.pointer.generation
        filters = self._checked(filters, pipeline)
        scope = in_words(filters, *_searched(state, filters)) if filters != Filters() else ""
        with _whole(state):
            for answer in pipeline.respond(question, history, filters, k, answerer or self._answerer):
                told = "" if answer.shape == "reply" else scope
                yield replace(answer, scope=told, generation=generation, trace=trace.seconds)

    def examine(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        depth: int | None = None,
        duplicates: bool = False,
    ) -> Found:
        """Retrieve, read and judge a question without composing an answer; for measuring.

        Args:
            depth: passages that are ranked, 1 to 200.
            duplicates: keep copies of a better passage.
        """
        pipeline = self._fresh().pipeline
        asked = pipeline.interpreter.understand(checked_question(question), history)
        reading = pipeline.read(
            asked.search, asked.history, leans=asked.leans, depth=self._depth(depth), duplicates=duplicates
        )
        return pipeline.judged(asked.search, reading, self.settings.top_k)

    def retrieve(
        self, question: str, k: int | None = None, *, filters: Filters | None = None, read: bool = False
    ) -> list[Passage]:
        """Find the passages that fit a question, best first.

        Args:
            k: passages to give, 1 to 200; by default `top_k` of the settings.
            filters: which sources may be searched.
            read: order the best passages by what the reading model makes of their sentences, as `ask`
                does; better, and slower by a fraction of a second.

        Raises:
            QuestionError: the question is empty or too long, or k is out of range.
            UnknownSourceError: a filter names a source that is not there.
        """
        pipeline = self._fresh().pipeline
        filters = self._checked(filters, pipeline)
        k, question = self._depth(k), checked_question(question)
        if not read:
            return pipeline.retriever.search(pipeline.retriever.query(question), k, filters)
        passages = pipeline.read(question, filters=filters, depth=k).passages[:k]
        return [replace(passage, number=number) for number, passage in enumerate(passages, start=1)]

    def retrieve_many(
        self, questions: Sequence[str], k: int | None = None, *, filters: Filters | None = None, read: bool = False
    ) -> list[list[Passage]]:
        """Find the passages that fit each of several questions, as `retrieve` does; in their order."""
        return list(at_once(lambda question: self.retrieve(question, k, filters=filters, read=read), questions))

    def document(self, doc_id: str) -> Document:
        """Give a stored text.

        Raises:
            UnknownSourceError: the index holds no such document.
        """
        documents = self._fresh().generation.documents
        if doc_id not in documents:
            raise UnknownSourceError(f"the index holds no document {doc_id!r}; `rag sources` lists what there is")
        return documents[doc_id]

    def searched(self, filters: Filters) -> tuple[int, int]:
        """Count the sources that a search under these filters looks into, and all that there are.

        Raises:
            UnknownSourceError: a filter names a source that is not there.
            ConfigError: a filter's date is malformed.
        """
        state = self._fresh()
        return _searched(state, self._checked(filters, state.pipeline))

    def sources(self) -> list[SourceStatus]:
        """List every source with what the index holds of it."""
        state = self._fresh()
        return source_statuses(state.corpus, state.generation)

    def info(self) -> dict[str, Any]:
        """Say what is open: folders, model, counts, versions."""
        state = self._fresh()
        keys = ("documents", "chunks", "sentences", "failures", "embedding_model", "encoder", "dimension", "versions")
        return {
            "title": state.corpus.title,
            "corpus": str(self.settings.corpus),
            "index": place(self.settings),
            "generation": state.generation.pointer.generation,
            **{key: state.generation.manifest[key] for key in keys},
        }

    @property
    def corpus(self) -> Corpus:
        """The library's description."""
        return self._state.corpus

    @property
    def library(self) -> Library:
        """What changes the library; a build of it is taken up by the next question."""
        return Library(self.settings, self._embedder)

    def build(self, *, force: bool = False, progress: Progress = silent) -> BuildReport:
        """Bring the index in step with the library, then use it."""
        report = self.library.build(force=force, progress=progress)
        self._state = self._load()
        return report

    def prepare(self) -> None:
        """Make now what the first question would otherwise wait for, once a library and model."""
        _ = self._fresh().pipeline.interpreter.intents

    @property
    def written(self) -> Answerer | None:
        """Writes answers through the language model that the settings name; None where they name none."""
        settings = self.settings
        if not (settings.llm_base_url and settings.llm_model):
            return None
        return GenerativeAnswerer(
            Endpoint(
                base_url=settings.llm_base_url,
                model=settings.llm_model,
                api_key=settings.llm_api_key,
                temperature=settings.llm_temperature,
                context_tokens=settings.llm_context_tokens,
                answer_tokens=settings.llm_answer_tokens,
                timeout=settings.llm_timeout,
            )
        )

    def _load(self) -> _State:
        generation = open_generation(self.settings, self._embedder)
        corpus = Corpus.read(self.settings.corpus)
        return _State(generation, Pipeline.over(corpus, generation, self._embedder, self._reader, self.settings))

    def _fresh(self) -> _State:
        """The state, taken anew, once for all who ask, when another process has published a generation."""
        state = self._state
        if current(self.settings) != state.generation.pointer:
            with self._loading:
                state = self._state
                if current(self.settings) != state.generation.pointer:
                    self._state = state = self._load()
        return state

    @property
    def generation(self) -> str:
        """Name of the generation that is open."""
        return self._state.generation.pointer.generation

    def _depth(self, k: int | None) -> int:
        if k is None:
            return self.settings.top_k
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_PASSAGES:
            raise QuestionError(f"k is {k!r}; expected a number of passages from 1 to {MOST_PASSAGES}")
        return k

    @staticmethod
    def _checked(filters: Filters | None, pipeline: Pipeline) -> Filters:
        filters = filters or Filters()
        check(filters, pipeline.generation, pipeline.corpus.sources.keys())
        return filters


def _searched(state: _State, filters: Filters) -> tuple[int, int]:
    """Count the sources that a search looks into, and all that there are."""
    generation = state.generation
    return len(generation.sources_of(allowed_chunks(generation, filters))), len(
        source_statuses(state.corpus, generation)
    )


@contextmanager
def _whole(state: _State) -> Iterator[None]:
    """Where something goes wrong that nobody foresaw, see whether a damaged file is why, and say so."""
    try:
        yield
    except RagError:
        raise
    except Exception as error:
        raise state.generation.damaged(error) or error from None


def at_once(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Do something with several items, as many at once as there are cores; gives the results in order."""
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="asking") as pool:
        yield from pool.map(work, items)


def checked_question(question: str) -> str:
    """Give the question without white space around it; a byte that is no UTF-8 becomes a question mark.

    Raises:
        QuestionError: it is empty or longer than 2,000 characters.
    """
    question = " ".join(question.encode("utf-8", "replace").decode().split())
    if not question:
        raise QuestionError("the question is empty; write what you want to know")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are taken; "
            "shorten it, or add a long text as a source with `rag add FILE`"
        )
    return question
