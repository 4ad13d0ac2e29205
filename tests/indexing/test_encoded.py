"""A build that is stopped while it encodes goes on where it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.indexing.build import EMBED_STEP
from rag.indexing.encoded import Encoded
from rag.indexing.store import Store
from rag.testing import HashingEmbedder
from tests.conftest import Place

TEXTS = ["the lamp", "a ferry", "über die Brücke"]


def kept(path: Path, embedder: HashingEmbedder) -> None:
    with Encoded(path, embedder) as encoded:
        encoded.add(TEXTS[:2], embedder.encode(TEXTS[:2]))
        encoded.add(TEXTS[2:], embedder.encode(TEXTS[2:]))


def test_what_was_encoded_is_there_again(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    kept(tmp_path / "part", embedder)
    with Encoded(tmp_path / "part", embedder) as encoded:
        rows = [encoded.get(text) for text in TEXTS]
        assert np.array_equal(np.stack([row for row in rows if row is not None]), embedder.encode(TEXTS))
        assert encoded.get("another") is None
        encoded.forget()
    assert not (tmp_path / "part").exists()


def test_half_a_record_is_left_out_and_the_next_one_is_whole(tmp_path: Path) -> None:
    embedder, path = HashingEmbedder(), tmp_path / "part"
    kept(path, embedder)
    path.write_bytes(path.read_bytes()[:-7])
    with Encoded(path, embedder) as encoded:
        assert [encoded.get(text) is None for text in TEXTS] == [False, False, True]
        encoded.add(TEXTS[2:], embedder.encode(TEXTS[2:]))
    with Encoded(path, embedder) as encoded:
        assert all(encoded.get(text) is not None for text in TEXTS)


@pytest.mark.parametrize("before", [b"", b"rubbish", b"x" * 300])
def test_vectors_of_another_model_or_none_are_not_taken(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "part"
    path.write_bytes(before)
    kept(path, HashingEmbedder(dim=32))
    with Encoded(path, HashingEmbedder()) as encoded:
        assert [encoded.get(text) for text in TEXTS] == [None] * 3


def test_a_build_that_is_stopped_goes_on_where_it_was(place: Place) -> None:
    words = "harbour bridge ferry pier lamp keeper storm gull anchor rope".split()
    lines = [f"# Log {a} {b}\n\nThe {a} and the {b} were seen at {n}." for n in (3, 5) for a in words for b in words]
    documents = place.settings.corpus / "documents"
    documents.mkdir()
    (documents / "log.md").write_text("\n\n".join(lines), encoding="utf-8")

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "embedding" and done > EMBED_STEP:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.library.build(progress=stop)
    before = place.embedder.encoded
    report = place.library.build()
    assert before == 2 * EMBED_STEP
    assert report.embedded == place.embedder.encoded - before > 0
    assert not Store(place.settings.index).encoded.exists()
    assert place.open().info()["chunks"] >= len(lines)
