"""A library of one's own: made empty, described by comments that are true, never over something else."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from rag.config import Settings
from rag.errors import CorpusError
from rag.library.library import Library
from rag.sources.corpus import Corpus
from rag.testing import HashingEmbedder

SHOWN = re.compile(r"^# (?=[a-z_]+ = |\[|\]|    \")", re.MULTILINE)
"""What stands before a line that may be used."""


def test_an_empty_library_is_named_after_its_folder_and_holds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "sub" / 'my_ferry-"papers"'
    library = Library.new(folder)
    assert (library.settings.corpus, library.settings.index) == (folder, folder / "index")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "corpus.toml", "documents", "documents/README.md", "sources.toml",
    ]  # fmt: skip
    assert library.corpus.title == 'My ferry "papers"'
    assert library.corpus.sources == {} and library.corpus.materials() == []


def test_a_text_can_be_asked_at_once_and_a_build_reads_no_index(tmp_path: Path) -> None:
    made = Library.new(tmp_path / "ferry")
    library = Library(made.settings, HashingEmbedder())
    text = tmp_path / "night.txt"
    text.write_text("The night ferry was cancelled in 2022.", encoding="utf-8")
    library.add(text, meta={"publisher": "Port Office", "date": "2022-03"})
    report = library.build()
    assert [(row.source_id, row.status) for row in report.rows] == [("night", "added")]
    assert (tmp_path / "ferry" / "index" / "CURRENT").is_file()
    assert not library.build().swapped


def test_what_stands_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        Library.new(tmp_path)
    assert str(caught.value) == f"{tmp_path} holds 'mine.txt' already; expected a new folder or an empty one"
    with pytest.raises(CorpusError) as caught:
        Library.new(tmp_path / "mine.txt")
    assert str(caught.value) == f"no library can be made at {tmp_path / 'mine.txt'}: Not a directory"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("mine.txt", "mine")]


def test_every_line_that_is_shown_can_be_used(tmp_path: Path) -> None:
    folder = tmp_path / "ferry"
    Library.new(folder)
    for name in ("corpus.toml", "sources.toml"):
        path = folder / name
        path.write_text(SHOWN.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    corpus = Corpus.read(folder)
    assert corpus.examples and corpus.description and corpus.notices
    assert corpus.main_source in corpus.sources


def test_the_settings_that_are_shown_are_all_and_those_that_hold(tmp_path: Path) -> None:
    folder = tmp_path / "ferry"
    Library.new(folder)
    shown = tomllib.loads(SHOWN.sub("", (folder / "corpus.toml").read_text(encoding="utf-8")))["settings"]
    elsewhere = {"corpus", "index", "index_url", "llm_api_key"}
    assert shown == {f.name: f.default for f in fields(Settings) if f.name not in elsewhere}
