"""Encoding: the model's own prompts, its languages, and nothing that one thread does to another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.indexing.chunking import cut
from rag.indexing.encoder import Embedder, SentenceTransformerEmbedder
from rag.records import Document, Source

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")


def test_questions_and_texts_get_the_models_prompts(tiny: Path) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(tiny), device="cpu", prompts={"query": "", "document": ""})
    embedder = SentenceTransformerEmbedder(str(tiny))
    text = "the keeper of the lamp"

    def bare(prompted: str) -> np.ndarray:
        return np.asarray(plain.encode([prompted], prompt="", normalize_embeddings=True)[0])

    assert np.allclose(embedder.encode([text])[0], bare(f"passage: {text}"), atol=1e-6)
    assert np.allclose(embedder.encode_queries([text])[0], bare(f"query: {text}"), atol=1e-6)
    assert not np.allclose(embedder.encode([text]), embedder.encode_queries([text]), atol=1e-3)


def test_vectors_are_unit_rows_and_none_for_nothing(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny))
    rows = embedder.encode(["the lamp", "a gull and the ferry"])
    assert rows.dtype == np.float32 and rows.shape == (2, embedder.dim) == (2, 16)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert embedder.encode([]).shape == (0, 16)


def test_the_window_leaves_room_for_prompt_and_special_tokens(tiny: Path) -> None:
    # 32 tokens, less [CLS] and [SEP], less "query" and ":" or "passage" and ":".
    assert SentenceTransformerEmbedder(str(tiny)).window == 28


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage:\n- en\n- de\n---\n", ("en", "de")),
        ("---\nlanguage: en\n---\n", ("en",)),
        ("---\nlanguage: multilingual\n---\n", ()),
        ("---\nlicense: mit\n---\n", ()),
        ("no card\n", ()),
    ],
    ids=["two", "one", "multilingual", "none said", "no metadata"],
)
def test_languages_come_from_the_models_card(tiny: Path, tmp_path: Path, card: str, languages: tuple[str, ...]) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    (folder / "README.md").write_text(card, encoding="utf-8")
    assert SentenceTransformerEmbedder(str(folder)).languages == languages


def test_languages_that_are_set_count_before_the_card(tiny: Path) -> None:
    assert SentenceTransformerEmbedder(str(tiny), ("es", "zh")).languages == ("es", "zh")


def test_the_bundled_model_is_english(model: Embedder) -> None:
    assert (model.languages, model.dim, model.window) == (("en",), 384, 254)


def test_equal_weights_have_equal_digests(tiny: Path) -> None:
    digest = SentenceTransformerEmbedder(str(tiny)).digest
    assert len(digest) == 64 and digest == SentenceTransformerEmbedder(str(tiny)).digest


def test_offsets_of_a_long_text_reach_its_end_and_are_slices(tiny: Path) -> None:
    text = "the keeper of the lamp. " * 50
    offsets = SentenceTransformerEmbedder(str(tiny)).token_offsets(text)
    assert [text[a:b] for a, b in offsets] == text.replace(".", " .").split()


def test_cutting_in_four_threads_while_four_encode_gives_what_one_thread_gives(tiny: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tiny))
    source = Source.unnamed("log", "The harbour")
    long = "\n".join(f"The keeper of the lamp and the gull of pier {n} in a storm." for n in range(60))
    document = Document("log/text", "log", "full text", long, "0" * 64)
    texts = [long, "the ferry", "a gull and the pier " * 30]
    chunks = cut(document, source, embedder, max_tokens=28)
    vectors = embedder.encode(texts)
    assert len(chunks) > 30
    with ThreadPoolExecutor(8) as pool:
        cuts = [pool.submit(cut, document, source, embedder, max_tokens=28) for _ in range(16)]
        encoded = [pool.submit(embedder.encode, texts) for _ in range(16)]
        assert all(job.result() == chunks for job in cuts)
        assert all(np.allclose(job.result(), vectors, atol=1e-5) for job in encoded)
