"""Which index belongs to which library."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import HOME, Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAG_CORPUS", "RAG_INDEX"):
        monkeypatch.delenv(name, raising=False)


def test_the_index_of_the_checkout_stands_beside_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings.load().corpus, Settings.load().index) == (HOME / "corpus", HOME / "index")
    monkeypatch.chdir(HOME)
    assert Settings.load(corpus="corpus").index == HOME / "index"


def test_the_index_of_any_other_library_stands_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load(corpus=tmp_path).index == tmp_path / "index"
    monkeypatch.setenv("RAG_CORPUS", str(tmp_path))
    assert Settings.load().index == tmp_path / "index"


def test_an_index_that_is_named_goes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load(corpus=tmp_path, index=tmp_path / "named").index == tmp_path / "named"
    monkeypatch.setenv("RAG_INDEX", str(tmp_path / "other"))
    assert Settings.load(index=tmp_path / "named").index == tmp_path / "named"


def test_the_index_of_the_environment_is_that_of_its_library_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    monkeypatch.setenv("RAG_INDEX", str(tmp_path / "named"))
    assert Settings.load().index == tmp_path / "named"
    assert Settings.load(corpus=theirs).index == theirs / "index"
    monkeypatch.setenv("RAG_CORPUS", str(ours))
    assert Settings.load().index == tmp_path / "named"
    assert Settings.load(corpus=ours).index == tmp_path / "named"
    assert Settings.load(corpus=theirs).index == theirs / "index"
