"""The errors that the package raises, one tree under one root.

::

    RagError
    ├── ConfigError            a setting is unknown, or its value is out of range
    ├── CorpusError            sources.toml or corpus.toml is wrong, or there is nothing to index
    │   └── UnknownSourceError no source has this id
    ├── LoadError              a file or page cannot become text; its reason is kept with the source
    │   └── SkippedError       nobody means it as a text: a lock file, a thumbnail, a hidden file
    ├── FetchError             an address is refused, unreachable, or does not hold what was asked for
    │   └── UnreachableError   its host does not resolve, or takes no connection
    ├── ModelError             the weights of a model cannot be found or loaded
    ├── StoreError             something about the index on disk
    │   ├── IndexMissingError  nothing has been built yet
    │   ├── IndexMismatchError built with other settings, another model or another version
    │   ├── IndexDamagedError  a file differs from its digest, or is gone
    │   └── IndexLockedError   another process is writing
    ├── EngineError            the engine that holds the index cannot be reached, or refuses
    ├── QuestionError          the question is empty or too long
    └── AnswererError          the language model failed or said nothing usable
        └── ContextOverflowError what it was sent is longer than its context

A message says what happened, shows what was found, says what was expected, and
names the next command where one helps.
"""

from __future__ import annotations

from collections.abc import Sequence


class RagError(Exception):
    """Root of every error that the package raises on purpose."""


class ConfigError(RagError):
    """A setting is unknown, or its value is out of range."""


class CorpusError(RagError):
    """The library's description is wrong, or there is nothing to index."""


class UnknownSourceError(CorpusError):
    """No source has the given id."""


class LoadError(RagError):
    """A file or page cannot become text."""


class SkippedError(LoadError):
    """Nobody means a file as a text: it is a lock file, a thumbnail, hidden."""


class FetchError(RagError):
    """An address is refused, unreachable, or does not hold what was asked for."""


class UnreachableError(FetchError):
    """The host of an address does not resolve, or takes no connection."""


class ModelError(RagError):
    """The weights of a model cannot be found or loaded."""


class StoreError(RagError):
    """Something about the index on disk."""


class IndexMissingError(StoreError):
    """Nothing has been built yet."""


class IndexMismatchError(StoreError):
    """The index was built with other settings, another model or another version."""


class IndexDamagedError(StoreError):
    """A file of the index differs from its digest, or is gone."""


class IndexLockedError(StoreError):
    """Another process is writing the index."""


class EngineError(RagError):
    """The engine that holds the index cannot be reached, or refuses what was asked of it."""


class QuestionError(RagError):
    """The question is empty or too long."""


class AnswererError(RagError):
    """The language model failed, or said nothing usable."""


class ContextOverflowError(AnswererError):
    """What the language model was sent is longer than its context."""


TOLD = 3
"""Reasons that a message tells."""


def listed(reasons: Sequence[str]) -> str:
    """Join reasons for a message: the first three, and how many more; empty where there is none."""
    more = [f"and {len(reasons) - TOLD} more"] if len(reasons) > TOLD else []
    return "; ".join([*reasons[:TOLD], *more])
