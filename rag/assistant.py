"""The Python API: open a library, ask it, search it, rebuild it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.config import Settings
from rag.errors import QuestionError, UnknownSourceError
from rag.indexing.build import BuildReport, Progress, silent
from rag.indexing.encoder import Embedder, default_embedder
from rag.indexing.generation import Generation
from rag.indexing.store import Store
from rag.library.library import Library, SourceStatus, source_statuses
from rag.pipeline import Responder
from rag.reading.examining import Examination
from rag.reading.reranking import default_reranker
from rag.records import Answer, Document, Filters, Passage, Turn
from rag.sources.corpus import Corpus
from rag.writing.answerer import Answerer
from rag.writing.endpoint import Endpoint
from rag.writing.generative import GenerativeAnswerer

LONGEST_QUESTION = 2000
"""Characters; a longer text is a document, not a question."""


@dataclass(frozen=True, slots=True)
class _State:
    """What answers come from; replaced as a whole when the index changes."""

    generation: Generation
    responder: Responder

    @property
    def corpus(self) -> Corpus:
        return self.responder.corpus


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
        responder = self._fresh().responder
        self._check(filters, responder)
        chosen = answerer or self._answerer
        yield from responder.respond(
            checked_question(question), history, filters or Filters(), k or self.settings.top_k, chosen
        )

    def examine(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        depth: int | None = None,
        duplicates: bool = False,
    ) -> Examination:
        """Search and judge a question without wording an answer; for measuring."""
        return self._fresh().responder.examiner.examine(
            checked_question(question),
            history,
            filters or Filters(),
            self.settings.top_k,
            depth=depth,
            duplicates=duplicates,
        )

    def retrieve(self, question: str, k: int | None = None, *, filters: Filters | None = None) -> list[Passage]:
        """Find the passages that fit a question, best first.

        Raises:
            QuestionError: the question is empty or too long.
            UnknownSourceError: a filter names a source that is not there.
        """
        responder = self._fresh().responder
        self._check(filters, responder)
        query = responder.retriever.query(checked_question(question))
        return responder.retriever.search(query, k or self.settings.top_k, filters)

    def document(self, doc_id: str) -> Document:
        """Give a stored text.

        Raises:
            UnknownSourceError: the index holds no such document.
        """
        documents = self._fresh().generation.documents
        if doc_id not in documents:
            raise UnknownSourceError(f"the index holds no document {doc_id!r}; `rag sources` lists what there is")
        return documents[doc_id]

    def sources(self) -> list[SourceStatus]:
        """List every source with what the index holds of it."""
        state = self._fresh()
        return source_statuses(state.corpus, state.generation)

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

    @property
    def library(self) -> Library:
        """What changes the library; a build of it is taken up by the next question."""
        return Library(self.settings, self._embedder)

    def build(self, *, force: bool = False, progress: Progress = silent) -> BuildReport:
        """Bring the index in step with the library, then use it."""
        report = self.library.build(force=force, progress=progress)
        self._state = self._load()
        return report

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
        generation = Generation.open(self.settings, self._embedder)
        corpus = Corpus.read(self.settings.corpus)
        settings = self.settings
        reranker = default_reranker(settings.rerank_model, settings.rerank_seconds)
        responder = Responder(corpus, generation, self._embedder, candidates=settings.candidates, reranker=reranker)
        return _State(generation, responder)

    def _fresh(self) -> _State:
        """The state, taken anew when another process has published a generation."""
        if Store(self.settings.index).current() != self._state.generation.pointer:
            self._state = self._load()
        return self._state

    def _check(self, filters: Filters | None, responder: Responder) -> None:
        known = responder.corpus.sources.keys() | responder.generation.sources.keys()
        for source_id in filters.sources if filters else ():
            if source_id not in known:
                raise UnknownSourceError(f"no source has the id {source_id!r}; `rag sources` lists the ids")


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
    """Build or renew an index; see `rag.indexing.build.build`."""
    return Library.open(corpus, index, **settings).build(force=force, progress=progress)
