"""How common a word is, by lists that are unpacked once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import platformdirs
import pytest
from spellchecker import SpellChecker

from rag.text.english import _listed, is_english, is_known, per_million


def test_words_are_as_common_as_their_list_has_them() -> None:
    listed = SpellChecker(language="de").word_frequency
    for word in ("haus", "über", "a", "zzzzqx"):
        assert per_million(word, "de") == pytest.approx(1e6 * listed[word] / listed.total_words)
    assert per_million("house", "xx") is None
    assert (is_english("house"), is_english("zzzzqx"), is_known("haus", "de"), is_known("house", "xx")) == (
        True, False, True, False,
    )  # fmt: skip


def test_a_list_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _: tmp_path)
    _listed.__wrapped__("nl")
    monkeypatch.setattr("rag.text.english._unpacked", lambda _: pytest.fail("unpacked twice"))
    words, _ = _listed.__wrapped__("nl")
    assert isinstance(words, np.memmap)
