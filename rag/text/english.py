"""Say whether English knows a word, by a word list."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def is_english(word: str) -> bool:
    """Say whether an English word list holds a word, in lower case."""
    return bool(_english().known([word]))


@lru_cache(maxsize=1)
def _english() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en")
