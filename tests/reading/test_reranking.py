"""A cross-encoder orders the best passages anew, as far as its time goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.errors import ConfigError, ModelError
from rag.indexing.encoder import FloatArray, SentenceTransformerEmbedder
from rag.indexing.generation import Generation
from rag.reading.reranking import BATCH, CrossEncoderReranker, default_reranker, reranked
from rag.retrieval.retriever import Retriever
from tests.conftest import Place

QUESTION = "What did the bridge cost?"


class Wanted:
    """Prefers texts that hold a word."""

    def __init__(self, word: str, reads: int = 100) -> None:
        self.word, self.reads = word, reads

    def scores(self, question: str, texts: Sequence[str]) -> FloatArray:
        return np.array([self.word in text for text in texts[: self.reads]], np.float32)


def test_what_was_read_exchanges_scores_and_the_rest_stays_below() -> None:
    scores = np.array([4, 3, 2, 1], np.float32)
    assert reranked(scores, np.array([0, 9, 5], np.float32)).tolist() == [2, 4, 3, 1]
    assert reranked(scores, np.zeros(0, np.float32)).tolist() == [4, 3, 2, 1]
    assert reranked(scores, np.zeros(4, np.float32)).tolist() == [4, 3, 2, 1]


def titles(place: Place, reranker: Wanted | None) -> tuple[list[str], list[float]]:
    generation = Generation.open(place.settings, place.embedder)
    retriever = Retriever(generation, place.embedder, candidates=100, reranker=reranker)
    found = retriever.search(retriever.query(QUESTION), 5)
    assert [p.number for p in found] == list(range(1, len(found) + 1))
    return [p.heading for p in found], [p.score for p in found]


def test_a_reranker_changes_the_order_and_not_the_scale(place: Place) -> None:
    place.library.build()
    plain, scores = titles(place, None)
    changed, same_scores = titles(place, Wanted("vehicles"))
    assert plain[0].endswith("Opening")
    assert changed[0].endswith("Traffic")
    assert sorted(changed) == sorted(plain)
    assert same_scores == scores == sorted(scores, reverse=True)


def test_what_it_had_no_time_for_keeps_its_place(place: Place) -> None:
    place.library.build()
    assert titles(place, Wanted("vehicles", reads=1)) == titles(place, None)


@pytest.fixture(scope="module")
def cross_encoder(model: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real cross-encoder with the embedding model's vocabulary and untrained weights."""
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    tokenizer = model._model.tokenizer
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_real_cross_encoder_is_loaded_and_scores(cross_encoder: Path) -> None:
    texts = [f"The bridge cost {i} crowns." for i in range(2 * BATCH + 1)]
    found = CrossEncoderReranker(str(cross_encoder), 30.0).scores(QUESTION, texts)
    assert found.shape == (len(texts),)
    assert np.isfinite(found).all()
    alone = CrossEncoderReranker(str(cross_encoder), 30.0).scores(QUESTION, texts[:1])
    assert found[0] == pytest.approx(alone[0], abs=1e-5)


def test_it_stops_when_its_time_is_over(cross_encoder: Path) -> None:
    found = CrossEncoderReranker(str(cross_encoder), 0.0).scores(QUESTION, ["a text"] * 3 * BATCH)
    assert found.shape == (BATCH,)


def test_the_setting_reaches_the_answer(cross_encoder: Path, place: Place) -> None:
    place.library.build()
    settings = replace(place.settings, rerank_model=str(cross_encoder), rerank_seconds=30.0)
    assistant = Assistant(settings, place.embedder)
    plain = place.open().retrieve(QUESTION)
    read = CrossEncoderReranker(str(cross_encoder), 30.0)
    generation = Generation.open(place.settings, place.embedder)
    opinion = read.scores(
        QUESTION, [generation.contextual_text(generation.chunks[generation.rows[p.chunk_id]]) for p in plain]
    )
    wanted = [plain[i].heading for i in np.argsort(-opinion, kind="stable")]
    assert [p.heading for p in assistant.retrieve(QUESTION)] == wanted
    assert all(c.status == "verified" for c in assistant.ask(QUESTION).citations)


def test_a_model_that_is_not_there_is_named(place: Place, tmp_path: Path) -> None:
    place.library.build()
    assistant = Assistant(replace(place.settings, rerank_model=str(tmp_path / "none")), place.embedder)
    with pytest.raises(ModelError, match=r"rerank_model .*none.* cannot be loaded"):
        assistant.ask(QUESTION)


def test_no_model_means_no_reranking(place: Place) -> None:
    assert default_reranker("", 2.0) is None
    with pytest.raises(ConfigError, match="rerank_seconds"):
        replace(place.settings, rerank_seconds=0)


def test_a_model_of_several_labels_is_refused(cross_encoder: Path) -> None:
    class ThreeLabels:
        def predict(self, pairs: list[tuple[str, str]], **_: object) -> FloatArray:
            return np.ones((len(pairs), 3), np.float32)

    reranker = CrossEncoderReranker(str(cross_encoder), 1.0)
    reranker.__dict__["_model"] = ThreeLabels()
    with pytest.raises(ModelError, match=r"scores of shape \(2, 3\) for 2 passages"):
        reranker.scores(QUESTION, ["one", "two"])
