"""A small real model for the tests of encoding and exporting."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = "the harbour bridge ferry pier lamp keeper storm gull anchor query : passage of a in and".split()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of random weights with prompts, window 32 and a card that names two languages."""
    transformers = pytest.importorskip("transformers")
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    folder = tmp_path_factory.mktemp("tiny")
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]), encoding="utf-8"
    )
    config = transformers.BertConfig(
        vocab_size=len(WORDS) + 5, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64,
    )  # fmt: skip
    transformers.set_seed(4)
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    words = Transformer(str(folder), max_seq_length=32)
    prompts = {"query": "query: ", "document": "passage: "}
    saved = folder / "saved"
    SentenceTransformer(modules=[words, Pooling(16)], prompts=prompts, device="cpu").save_pretrained(str(saved))
    (saved / "README.md").write_text("---\nlanguage:\n- en\n- de\n---\n# A tiny model\n", encoding="utf-8")
    return saved
