"""Tell in what language a text is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rag.text.words import tokenise

LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip
"""Languages that are told apart, by ISO 639-1 code."""

SURE = 0.95
"""Probability from which a language is believed."""
FEWEST_WORDS = 3
"""Words from which a text in Latin letters is judged."""


@lru_cache(maxsize=4096)
def language(text: str) -> str | None:
    """Give the ISO 639-1 code of a text's language; None where it is too short or unclear to tell."""
    letters = [char for char in text if char.isalpha()]
    latin = 2 * sum(char < "\u0370" for char in letters) >= len(letters)
    if latin and len(tokenise(text)) < FEWEST_WORDS:
        return None
    code, probability = _identifier().classify(text)
    return None if latin and probability < SURE else str(code)


def foreign_language(question: str, understood: Sequence[str]) -> str | None:
    """Name the language of a question if it is none of those understood.

    Args:
        understood: ISO 639-1 codes; empty when the model takes any language.

    Returns:
        Its English name, or None where the question is understood or too short to tell.
    """
    code = language(question) if understood else None
    return None if code is None or code in understood else LANGUAGES[code]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
