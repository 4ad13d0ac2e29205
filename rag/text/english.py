"""Say whether English, or another language, knows a word, and how common it is, by word lists."""

from __future__ import annotations

from functools import cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.kept import kept_arrays


def is_english(word: str) -> bool:
    """Say whether an English word list holds a word, in lower case."""
    return is_known(word, "en")


def is_known(word: str, language: str) -> bool:
    """Say whether the word list of a language holds a word, in lower case.

    Args:
        language: ISO 639-1 code of one that has a list, such as ``de``, ``en``, ``es``, ``fr``, ``it`` and ``pt``.
    """
    return bool(per_million(word, language))


def per_million(word: str, language: str) -> float | None:
    """Say how often a word, in lower case, is used among a million of a language; None where that has no list."""
    if language not in _languages():
        return None
    words, uses = _listed(language)
    key = np.array(word.encode())
    at = int(words.searchsorted(key))
    return float(uses[at]) if at < len(words) and words[at] == key else 0.0


@cache
def _languages() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker.languages())


@cache
def _listed(language: str) -> tuple[NDArray[np.bytes_], NDArray[np.float64]]:
    """The words of a language in UTF-8, ascending, and the uses of each in a million."""
    name = f"words/{language}-{version('pyspellchecker')}"
    words, uses = kept_arrays(name, ("words", "uses"), partial(_unpacked, language))
    return words, uses


def _unpacked(language: str) -> list[NDArray[Any]]:
    from spellchecker import SpellChecker

    listed = SpellChecker(language=language).word_frequency
    words = sorted((word.encode(), count) for word, count in listed.dictionary.items())
    return [np.array([word for word, _ in words]), np.array([count for _, count in words]) * (1e6 / listed.total_words)]
