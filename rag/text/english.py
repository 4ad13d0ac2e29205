"""Say whether English, or another language, knows a word, and how common it is, by word lists."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def is_english(word: str) -> bool:
    """Say whether an English word list holds a word, in lower case."""
    return is_known(word, "en")


def is_known(word: str, language: str) -> bool:
    """Say whether the word list of a language holds a word, in lower case.

    Args:
        language: ISO 639-1 code of one that has a list, such as ``de``, ``en``, ``es``, ``fr``, ``it`` and ``pt``.
    """
    return bool(_listed(language).known([word]))


def per_million(word: str, language: str) -> float | None:
    """Say how often a word, in lower case, is used among a million of a language; None where that has no list."""
    if language not in _languages():
        return None
    listed = _listed(language).word_frequency
    return 1e6 * listed[word] / listed.total_words if word in listed else 0.0


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker.languages())


@lru_cache(maxsize=3)
def _listed(language: str) -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language=language)
