"""The export of a model: the original's vectors, made once, never trusted when damaged, never needed."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.indexing import exporting
from rag.indexing.encoder import Embedder, SentenceTransformerEmbedder
from rag.indexing.exported import ExportedEmbedder
from rag.indexing.exporting import exported
from rag.library.library import Library

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")

TEXTS = ["the lamp", "a gull and the ferry", "the keeper of the lamp in a storm " * 20, ""]


@pytest.fixture(scope="module")
def original(tiny: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def export(original: SentenceTransformerEmbedder, kept: Path) -> ExportedEmbedder:
    found = exported(original, kept)
    assert isinstance(found, ExportedEmbedder)
    return found


def test_an_export_gives_the_originals_vectors_prompts_and_offsets(
    original: SentenceTransformerEmbedder, export: ExportedEmbedder
) -> None:
    for encode, wanted in ((export.encode, original.encode), (export.encode_queries, original.encode_queries)):
        rows = encode(TEXTS)
        assert rows.dtype == np.float32 and rows.shape == (4, 16)
        assert (rows * wanted(TEXTS)).sum(axis=1).min() > 0.97
    assert export.token_offsets(TEXTS[2]) == original.token_offsets(TEXTS[2])
    told = (original.dim, original.window, original.languages, original.digest, original.name)
    assert (export.dim, export.window, export.languages, export.digest, export.name) == told
    assert export.encode([]).shape == (0, 16)
    assert export.runtime.startswith("ONNX Runtime, ")


def test_a_texts_vector_is_the_same_alone_among_others_and_in_threads(export: ExportedEmbedder) -> None:
    alone = np.concatenate([export.encode([text]) for text in TEXTS])
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(export.encode, [TEXTS] * 8))
    assert all(np.array_equal(rows, alone) for rows in together)


def test_an_export_is_made_once(
    original: SentenceTransformerEmbedder, export: ExportedEmbedder, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "export", lambda *_: pytest.fail("made again"))
    assert isinstance(exported(original, kept), ExportedEmbedder)
    assert exported(SentenceTransformerEmbedder(original.name, ("fr",)), kept).languages == ("fr",)


@pytest.mark.parametrize("damage", [b"", b"not a model"])
def test_a_damaged_export_is_made_anew(
    original: SentenceTransformerEmbedder, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    exported(original, tmp_path)
    file = next(tmp_path.glob("*/model.onnx"))
    whole = file.stat().st_size
    file.write_bytes(damage)
    assert isinstance(exported(original, tmp_path), ExportedEmbedder)
    assert file.stat().st_size == whole
    assert f"prepared anew: {file} does not match its digest" in caplog.text


def test_a_model_whose_export_differs_runs_as_it_is_and_says_so(
    original: SentenceTransformerEmbedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(exporting, "LEAST_COSINE", {"float32": (1.1, 1.1)})
    assert exported(original, tmp_path) is original
    monkeypatch.setattr(exporting, "export", lambda *_: pytest.fail("tried again"))
    caplog.clear()
    assert exported(original, tmp_path) is original
    assert "runs on PyTorch, slower: it cannot be exported (ValueError: its vectors differ" in caplog.text
    assert [path.suffix for path in tmp_path.iterdir()] == [".refused"]


def test_where_nothing_can_be_kept_the_model_runs_as_it_is(
    original: SentenceTransformerEmbedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert exported(original, tmp_path / "file" / "kept") is original
    assert "it cannot be kept in" in caplog.text


def test_asking_imports_none_of_the_libraries_that_only_training_or_fetching_needs(
    model: Embedder, tmp_path: Path
) -> None:
    library = Library.new(tmp_path / "harbour")
    file = tmp_path / "log.txt"
    file.write_text("The harbour is nine metres deep at low water.\n", encoding="utf-8")
    library.add(file)
    library.build()
    code = (
        f"import sys; from rag.interfaces.cli import main; main(['ask', 'How deep is the harbour?', '--corpus', "
        f"{str(library.settings.corpus)!r}]); print([m for m in ('torch', 'transformers', 'sentence_transformers', "
        "'sklearn', 'scipy', 'gradio', 'httpx', 'jinja2', 'openai', 'trafilatura', 'lxml', 'nupunkt', 'onnx') "
        "if m in sys.modules])"
    )
    for _ in range(2):  # the first question fits the intents, once a library
        run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "nine metres" in run.stdout
    assert run.stdout.splitlines()[-1] == "[]"
