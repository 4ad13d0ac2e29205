"""From what a person typed to what is searched: intent, follow-up, typing errors, scope, parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from rag.asking.followups import Resolved, needs_history, resolve
from rag.asking.intents import QUESTION, SURE, IntentModel, open_intents
from rag.asking.parts import Parts, part
from rag.asking.scope import THE_AUTHOR, Scope, find_scope, without_author, without_source
from rag.asking.spelling import correct
from rag.errors import AnswererError
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.generation import Generation
from rag.records import UNKNOWN, Turn
from rag.sources.corpus import Corpus
from rag.text.names import names
from rag.text.words import counted_terms, tokenise

Rewrite = Callable[[str, Sequence[Turn]], str]
"""Completes a follow-up question from the conversation; raises `AnswererError` where it cannot."""

UNCLEAR = "unclear"
"""Intent of a question that points to something which nobody named."""

ABOUT_LIBRARY = ("help", "identity", "sources_count", "sources_list", "sources_newest")
"""Intents of what is asked about the library and the assistant."""

SERIOUS = ("emergency", "decline", "caution")
"""Intents that nobody has who types a sign over and over."""
FEWEST_LETTERS = 3
"""Different letters in what says something serious."""

_NO_TOPIC = re.compile(
    r"\b(?:sources?|documents?|texts?|files?|articles?|library|collection|material|information|info|stuff|things?|anything"
    r"|everything|topics?|subjects?|have|got|hold|know|cover|covered|list|show|include[ds]?|contain|available|there|all|kind|sort"
    r"|on|about|regarding|concerning)\b",
    re.IGNORECASE,
)
"""Words of a question about what the library holds, which name no topic."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as understood."""

    typed: str
    intent: str
    """`QUESTION`, `UNCLEAR`, or an intent of `rag.asking.intents`."""
    text: str
    """Stands alone, typing errors mended; shown where it is not what was typed."""
    search: str
    """What is searched and read."""
    history: tuple[Turn, ...]
    """Earlier turns that are folded into the search, by weight; empty where the question was completed in words."""
    leans: bool
    """Whether it is read with the last question, because it cannot stand alone."""
    asks_who_said: bool
    scope: Scope
    parts: Parts

    @property
    def completed(self) -> bool:
        """Whether the conversation was needed to understand it."""
        return self.leans or self.text.casefold() != self.typed.casefold()


class Interpreter:
    """Understands questions to one library. Safe to share between threads.

    Args:
        folder: where what is learnt from example utterances is kept.
        vector: gives the (dim,) unit vector of a question.
    """

    def __init__(
        self,
        corpus: Corpus,
        generation: Generation,
        embedder: Embedder,
        folder: Path,
        vector: Callable[[str], FloatArray],
    ) -> None:
        self._corpus = corpus
        self._generation = generation
        self._embedder = embedder
        self._folder = folder
        self._vector = vector

    @cached_property
    def intents(self) -> IntentModel:
        """Tells questions from what is none."""
        notices: dict[str, tuple[str, ...]] = {}
        for rule in self._corpus.notices:
            notices[rule.kind] = (*notices.get(rule.kind, ()), *rule.examples)
        return open_intents(notices, self._embedder, self._folder)

    def understand(self, question: str, history: Sequence[Turn], rewrite: Rewrite | None = None) -> Understood:
        """Understand a question.

        Args:
            history: earlier turns, oldest first, their questions as resolved.
            rewrite: completes a follow-up by a model, where there is one.
        """
        bare = needs_history(question)
        unnamed = without_author(question, self._generation.named_in(question))
        intent = self.intents.classify(self._vector(unnamed), least=SURE if bare else 0.0)
        resolved = _resolved(question, history, rewrite)
        if intent in SERIOUS and len({sign for sign in question.lower() if sign.isalpha()}) < FEWEST_LETTERS:
            intent = UNCLEAR
        if intent in ABOUT_LIBRARY and resolved.text != question:
            intent = QUESTION  # it goes on with what was asked of the texts
        text, changes = correct(resolved.text, self._generation.words, self._is_word)
        search = resolved.search
        for change in changes:
            search = re.sub(rf"\b{re.escape(change.typed)}\b", change.meant, search)
        main = self._generation.sources.get(self._corpus.main_source)
        scope = find_scope(search, self._generation.named_in(search), main)
        if intent in ("help", "identity") and (scope.aspect or any(map(self._is_word, names(question)))):
            intent = QUESTION  # it names a text, or somebody whom the library knows
        can_point = intent == QUESTION or intent in ABOUT_LIBRARY
        if can_point and not history and not scope.aspect and bare:
            intent = UNCLEAR
        if intent == "sources_list" and (topic := self._topic(question)):
            intent, scope = QUESTION, Scope(None, "overview", topic)
        if scope.source is not None and scope.source.author != UNKNOWN:
            search = THE_AUTHOR.sub(scope.source.author, search)
        return Understood(
            typed=question,
            intent=intent,
            text=text,
            search=without_source(search),
            history=tuple(history) if resolved.history or resolved.text == question else (),
            leans=bool(resolved.history),
            asks_who_said=resolved.asks_who_said,
            scope=scope,
            parts=part(without_source(search)),
        )

    def _is_word(self, word: str) -> bool:
        return any(self._generation.lexical.frequency(term) for term in tokenise(word))

    def _topic(self, question: str) -> str:
        """The words of a question about the library that name what the library speaks of."""
        rest = _NO_TOPIC.sub(" ", question)
        return " ".join(
            dict.fromkeys(w for w in re.findall(r"[\w.’'-]+", rest) if counted_terms(w) and self._is_word(w))
        )


def _resolved(question: str, history: Sequence[Turn], rewrite: Rewrite | None) -> Resolved:
    """Complete a follow-up by rule, or by a model where there is one that can."""
    by_rule = resolve(question, history)
    if by_rule.text == question or by_rule.asks_who_said or rewrite is None:
        return by_rule
    try:
        text = rewrite(question, history)
    except AnswererError:
        return by_rule
    return replace(by_rule, text=text, search=text, history=())
