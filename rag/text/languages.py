"""Tell in what language a text is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.kept import kept_arrays
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

TABLES = ("weights", "priors", "names", "steps", "outputs", "rows")
"""Of the model: log likelihoods of its features, priors of the languages, their codes, and its automaton."""

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
    """The model of py3langid for the languages above; to unpack its tables takes longer than all else here."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    packed = MODEL_DIR / MODEL_FILE
    stamp, names = packed.stat(), " ".join(LANGUAGES)
    name = f"languages/{zlib.crc32(names.encode()):08x}-{stamp.st_size}-{stamp.st_mtime_ns}"
    weights, priors, names_of, steps, outputs, rows = kept_arrays(name, TABLES, partial(_tables, packed))
    return LanguageIdentifier(
        weights, priors, names_of.tolist(), steps, outputs.tolist(), norm_probs=True, tk_row=rows.tolist()
    )


def _tables(packed: Path) -> list[NDArray[Any]]:
    from py3langid.langid import LanguageIdentifier

    model = LanguageIdentifier.from_model_file(packed)
    model.set_languages(list(LANGUAGES))
    return [
        np.asarray(table)
        for table in (model.nb_ptc, model.nb_pc, model.nb_classes, model.tk_nextmove, model.tk_output, model.tk_row)
    ]
