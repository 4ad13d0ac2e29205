"""Tell a question in a language that the embedding model does not understand."""

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


def foreign_language(question: str, understood: Sequence[str]) -> str | None:
    """Name the language of a question if it is none of those understood.

    Args:
        understood: ISO 639-1 codes; empty when the model takes any language.

    Returns:
        Its English name, or None where the question is understood or too short to tell.
    """
    if not understood:
        return None
    latin = sum(c.isascii() for c in question if c.isalpha()) >= sum(map(str.isalpha, question)) / 2
    if latin and len(tokenise(question)) < FEWEST_WORDS:
        return None
    code, probability = _identifier().classify(question)
    return None if code in understood or (latin and probability < SURE) else LANGUAGES[code]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
