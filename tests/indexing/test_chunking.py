"""Chunks are slices that end at sentences, stay below their heading and fit the window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.indexing.chunking import cut, split_sentences
from rag.records import Attribution, Chunk, Document, Heading, Source, Statement
from rag.testing import HashingEmbedder
from rag.text.words import ENDED

SOURCE = replace(Source.unnamed("isle", "The isle"), publisher="Isle Press", date="2020")


def document(text: str, **parts: object) -> Document:
    return Document("isle/text", "isle", "full text", text, "0" * 64, **parts)  # type: ignore[arg-type]


def chunks(found: Document, *, tokens: int = 40) -> list[Chunk]:
    return cut(found, SOURCE, HashingEmbedder(), max_tokens=tokens)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The lamp burns. It is old.", ["The lamp burns.", "It is old."]),
        ("Last month, U.S. Secretary Blinken spoke.", ["Last month, U.S. Secretary Blinken spoke."]),
        ("It came to the U.S. The rest went on.", ["It came to the U.S.", "The rest went on."]),
        ("It burned.¹² It was of oak.³ It is 9 m.² wide.", ["It burned.¹²", "It was of oak.³", "It is 9 m.² wide."]),
        ("  Spaces around.   And between.  ", ["Spaces around.", "And between."]),
        ("It cost $1.5 trillion in 2020. H.R. 3 passed.", ["It cost $1.5 trillion in 2020.", "H.R. 3 passed."]),
        ("Pier: No. 7 Quay St. East | Depth (m): 20 | Note: Old. Closed", None),
        ("Pier: East | Note: It is old. It is closed.", ["Pier: East | Note: It is old.", "It is closed."]),
        ("", []),
    ],
)
def test_sentences_are_found_by_offset(text: str, sentences: list[str] | None) -> None:
    spans = split_sentences(text, 7)
    assert [text[span.start - 7 : span.end - 7] for span in spans] == (sentences or [text] * bool(text))


@pytest.mark.parametrize(
    "sentences",
    [
        ["この港は1905年に開かれた。", "塔が三つある。"],
        ["他说：“桥长三米。”", "然后走了！", "是吗？"],
        ["यह पुल 1905 में बना।", "यह लंबा है।"],
        ["هل هذا جسر؟", "نعم."],
        ["Կամուրջը բաց է։", "Այն երկար է։"],
    ],
    ids=["Japanese", "Chinese", "Hindi", "Arabic", "Armenian"],
)
def test_sentences_of_other_scripts_end_at_their_own_signs(sentences: list[str]) -> None:
    between = " " if " " in sentences[0] else ""
    text = between.join(sentences)
    assert [text[span.start : span.end] for span in split_sentences(text)] == sentences
    assert all(ENDED.search(sentence) for sentence in sentences)


def test_chunks_hold_every_sentence_once_and_fit() -> None:
    text = "\n\n".join(f"Sentence {i} speaks of lamp {i} and of boat {i}. It adds a word." for i in range(30))
    found = document(text)
    held = [span for chunk in chunks(found) for span in chunk.sentences]
    assert held == [span for line, start in lines(text) for span in split_sentences(line, start)]
    embedder = HashingEmbedder()
    for chunk in chunks(found):
        assert chunk.start == chunk.sentences[0].start
        assert chunk.end == chunk.sentences[-1].end
        assert len(embedder.token_offsets(text[chunk.start : chunk.end])) <= 40


def test_a_chunk_never_crosses_a_heading() -> None:
    text = "First\n\nOne here.\n\nSecond\n\nTwo here."
    headings = (Heading(0, 5, 2), Heading(18, 24, 2))
    assert [text[h.start : h.end] for h in headings] == ["First", "Second"]
    found = chunks(document(text, headings=headings))
    assert [(c.heading, text[c.start : c.end]) for c in found] == [("First", "One here."), ("Second", "Two here.")]


def test_a_chunk_never_mixes_attributions() -> None:
    text = "Ours says one.\nTheirs says two."
    other = Attribution.own("Other Press", "2021-03", "https://example.org/two")
    statements = (Statement(0, 14, SOURCE.attribution), Statement(15, 31, other))
    found = chunks(document(text, statements=statements))
    assert [c.attribution for c in found] == [SOURCE.attribution, other]


def test_a_sentence_longer_than_the_window_is_cut_at_white_space() -> None:
    text = " ".join(f"word{i}" for i in range(100)) + "."
    pieces = [text[s.start : s.end] for c in chunks(document(text)) for s in c.sentences]
    assert " ".join(pieces) == text
    assert len(pieces) > 1


def lines(text: str) -> list[tuple[str, int]]:
    """Every line with where it begins."""
    found, start = [], 0
    for line in text.split("\n"):
        found.append((line, start))
        start += len(line) + 1
    return found


def test_a_document_without_text_gives_no_chunk() -> None:
    assert chunks(document("\n \n")) == []
