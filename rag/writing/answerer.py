"""The seam between the assistant and whatever writes its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rag.records import AnswerSentence, Document, Passage, Turn


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as far as it is written; each takes the place of the one before."""

    sentences: tuple[AnswerSentence, ...]
    """Finished and checked."""
    told: tuple[str, ...] = ()
    """What a reader has to know of how it was written, each a sentence."""


class Answerer(Protocol):
    """Something that answers a question from passages, sentence by sentence."""

    @property
    def name(self) -> str:
        """``extractive``, or the language model's name; shown with the answer."""
        ...

    def stream(
        self, question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> Iterator[Written]:
        """Yield an answer as it grows.

        Args:
            question: as resolved, so that it stands alone.
            passages: best first; the only thing that may be cited.
            documents: the stored text of every passage, by ``doc_id``.

        Raises:
            AnswererError: the answer failed; what was yielded last stands.
        """
        ...


@runtime_checkable
class Rewriter(Protocol):
    """What an answerer is that can also complete a follow-up question."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Complete a question that leans on the conversation, so that it stands alone.

        Args:
            question: as asked.
            history: earlier turns, oldest first, at least one.

        Raises:
            AnswererError: it failed, or made no question that asks the same.
        """
        ...
