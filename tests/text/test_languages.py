"""The language of a question is told where it is not understood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import platformdirs
import pytest

from rag.text.languages import _identifier, foreign_language


@pytest.mark.parametrize(
    ("question", "understood", "language"),
    [
        ("Wie viele Länder waren beim Auftakt ungefähr dabei?", ("en",), "German"),
        ("芬太尼是什么?", ("en",), "Chinese"),
        ("How many countries took part in the launch?", ("en",), None),
        ("Wie viele Länder waren dabei?", (), None),
        ("fentanyl", ("en",), None),
    ],
)
def test_a_language_that_is_not_understood_is_named(
    question: str, understood: tuple[str, ...], language: str | None
) -> None:
    assert foreign_language(question, understood) == language


def test_unpacked_tables_are_kept_and_told_apart_by_what_they_were_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _: tmp_path)
    made, taken = _identifier.__wrapped__(), _identifier.__wrapped__()
    (folder,) = (tmp_path / "languages").iterdir()
    assert isinstance(taken.tk_nextmove, np.memmap)
    assert len(folder.name.split("-")) == 3
    (folder / "steps.npy").unlink()
    (folder / "steps.npy").write_bytes(b"")
    whole = _identifier.__wrapped__()
    for text in ("How many people died?", "Wie viele Menschen starben?", "2022年有多少人死亡？"):
        assert made.classify(text) == taken.classify(text) == whole.classify(text)
    assert not folder.exists(), "what is damaged is made anew by the next process"


def test_where_nothing_can_be_kept_languages_are_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "languages").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _: tmp_path)
    assert _identifier.__wrapped__().classify("Wie viele Menschen starben?")[0] == "de"
