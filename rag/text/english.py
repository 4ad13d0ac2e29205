"""Say whether English, or another language, knows a word, by word lists."""

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


@lru_cache(maxsize=3)
def _listed(language: str) -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language=language)
