"""What a person wants who types something, by utterances that nobody who wrote the examples has seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.asking.intents import IntentModel, open_intents
from rag.config import HOME
from rag.indexing.encoder import Embedder
from rag.sources.corpus import Corpus
from rag.testing import HashingEmbedder

LEARNT = (HOME / "rag/asking/utterances.toml").read_text(encoding="utf-8").casefold()
NOTICES = {rule.kind: rule.examples for rule in Corpus.read(HOME / "corpus").notices}
ROWS = [
    json.loads(line) for line in Path(__file__).with_name("utterances.jsonl").read_text(encoding="utf-8").splitlines()
]
KNOWN = {example.casefold() for examples in NOTICES.values() for example in examples}
HELD_OUT = [row for row in ROWS if (text := row["text"].casefold()) not in KNOWN and f'"{text}"' not in LEARNT]
"""Those that nobody happened to write as an example too, such as `hi`."""


@pytest.fixture(scope="module")
def told(model: Embedder, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """For each utterance the intent that is right and the one that is told."""
    intents = open_intents(NOTICES, model, tmp_path_factory.mktemp("intents"))
    vectors = model.encode_queries([row["text"] for row in HELD_OUT])
    return [(row["intent"], intents.classify(vector)) for row, vector in zip(HELD_OUT, vectors, strict=True)]


@pytest.mark.parametrize(
    ("intents", "floor"),
    [
        ({row["intent"] for row in HELD_OUT}, 0.95),
        ({"emergency", "decline"}, 0.93),
        ({"question"}, 0.94),
    ],
    ids=["all", "emergency and decline", "question"],
)  # fmt: skip
def test_held_out_utterances_are_told_apart(told: list[tuple[str, str]], intents: set[str], floor: float) -> None:
    hits = [right == found for right, found in told if right in intents]
    assert sum(hits) / len(hits) >= floor


@pytest.mark.parametrize(
    "question",
    [
        "What does Keith Hansson recommend?",
        "what did nora volkow say about overdoses",
        "What did Anne Mill say about pills?",
    ],
)
def test_what_a_named_person_says_is_a_question(model: Embedder, tmp_path: Path, question: str) -> None:
    intents = open_intents(NOTICES, model, tmp_path)
    assert intents.classify(model.encode_queries([question])[0]) == "question"


def test_few_of_the_utterances_are_examples_too() -> None:
    assert len(ROWS) == 248 and len(HELD_OUT) >= 0.8 * len(ROWS)


EXAMPLES = {
    "greeting": ["hi", "hello there"],
    "question": ["who leads the port", "what is the quay"],
    "thanks": ["cheers mate", "bye now"],
}


def test_an_example_is_told_from_others_and_what_is_unclear_is_a_question() -> None:
    embedder = HashingEmbedder()
    model = IntentModel.fit(EXAMPLES, embedder)
    assert [model.classify(embedder.encode([text])[0]) for text in ("hi", "who leads the port")] == [
        "greeting",
        "question",
    ]
    even = IntentModel(("decline", "greeting", "question"), np.zeros((3, 2), np.float32), np.zeros(3, np.float32))
    assert even.classify(np.ones(2, np.float32)) == "question"


def test_a_model_is_kept_and_made_anew_for_other_examples_or_another_embedder(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    first = open_intents({"decline": ("sell me a whale",)}, embedder, tmp_path)
    kept = list(tmp_path.glob("intents-*.npz"))
    before = embedder.encoded
    again = open_intents({"decline": ("sell me a whale",)}, embedder, tmp_path)
    assert len(kept) == 1 and embedder.encoded == before
    assert first.names == again.names and np.array_equal(first.weights, again.weights)
    open_intents({"decline": ("buy me a whale",)}, embedder, tmp_path)
    open_intents({"decline": ("sell me a whale",)}, HashingEmbedder(dim=32), tmp_path)
    assert len(list(tmp_path.glob("intents-*.npz"))) == 3


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    whole = open_intents({}, embedder, tmp_path)
    (path,) = tmp_path.glob("intents-*.npz")
    path.write_bytes(b"not a model")
    assert np.array_equal(open_intents({}, embedder, tmp_path).weights, whole.weights)
    assert np.array_equal(IntentModel.load(path).weights, whole.weights)
