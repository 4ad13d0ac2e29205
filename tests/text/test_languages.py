"""The language of a question is told where it is not understood."""

from __future__ import annotations

import pytest

from rag.text.languages import foreign_language


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
