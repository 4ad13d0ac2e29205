"""The README's examples run, and its settings and commands exist."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

import rag
from rag.assistant import Assistant
from rag.config import HOME, Settings

README = (HOME / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(
    shipped: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.api._default", lambda corpus, index: shipped)
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "README.md", "exec"), {"rag": rag})
    assert "1.5 trillion" in capsys.readouterr().out


def test_the_settings_named_exist() -> None:
    table = README.split("## Settings")[1].split("## How")[0]
    named = set(re.findall(r"`([a-z][a-z_]+)`", table)) - {"all", "corpus"}
    assert named and named <= {field.name for field in fields(Settings)}


def test_make_has_the_two_targets() -> None:
    makefile = (HOME / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^chat:", makefile, re.MULTILINE) and re.search(r"^test:", makefile, re.MULTILINE)
