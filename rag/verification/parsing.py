"""Parse a sentence: the class of each word, and the word that it depends on.

The parser stands behind a Protocol. The one that ships is spaCy's small English
pipeline, whose weights a wheel carries; where it is not installed, who does what in a
sentence cannot be told.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from rag.errors import ModelError
from rag.models import locate

ENGLISH_PARSER = "en_core_web_sm"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence in its tree."""

    text: str
    kind: str
    """Universal part of speech, such as ``VERB``."""
    tag: str
    """Part of speech of the Penn Treebank, such as ``VBN``."""
    relation: str
    """Its dependency on its head, in ClearNLP's labels, such as ``nsubj``."""
    head: int
    """Place of its head among the words; its own place where it is the root."""


class Parser(Protocol):
    """What reading roles needs of a parser."""

    def parse(self, text: str) -> tuple[tuple[Word, ...], ...]:
        """Give the sentences of *text*, each as its words in order."""
        ...


class SpacyParser:
    """A pipeline of spaCy in a folder. Safe to share between threads.

    Raises:
        ModelError: the folder holds no such pipeline.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pipeline: Any = None

    def parse(self, text: str) -> tuple[tuple[Word, ...], ...]:
        with self._lock:
            if self._pipeline is None:
                self._pipeline = self._load()
            return tuple(
                tuple(Word(t.text, t.pos_, t.tag_, t.dep_, t.head.i - sentence.start) for t in sentence)
                for sentence in self._pipeline(text).sents
            )

    def _load(self) -> Any:
        import spacy

        try:
            return spacy.load(self._folder, exclude=["ner", "lemmatizer", "senter"])
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the parser in {self._folder} cannot be loaded: {error}; reinstall the package that carries it"
            ) from error


@lru_cache(maxsize=1)
def default_parser() -> Parser | None:
    """Open the parser once a process; None where spaCy or the wheel with its weights is not installed.

    Raises:
        ModelError: the wheel carries other weights than those noted.
    """
    from importlib.util import find_spec

    place = Path(locate(ENGLISH_PARSER))
    return SpacyParser(place) if find_spec("spacy") and (place / "config.cfg").is_file() else None


@lru_cache(maxsize=2048)
def parsed(text: str) -> tuple[tuple[Word, ...], ...] | None:
    """Parse a text with the default parser; None where there is none."""
    parser = default_parser()
    return None if parser is None else parser.parse(text)
