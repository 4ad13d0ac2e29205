"""Chunks are slices that end at sentences, stay below their heading and fit the window."""

from __future__ import annotations

from dataclasses import replace

from rag.indexing.chunking import cut
from rag.indexing.sentences import split_sentences
from rag.records import Attribution, Chunk, Document, Heading, Source, Statement
from rag.testing import HashingEmbedder

SOURCE = replace(Source.unnamed("isle", "The isle"), publisher="Isle Press", date="2020")


def document(text: str, **parts: object) -> Document:
    return Document("isle/text", "isle", "full text", text, "0" * 64, **parts)  # type: ignore[arg-type]


def chunks(found: Document, *, tokens: int = 40) -> list[Chunk]:
    return cut(found, SOURCE, HashingEmbedder(), max_tokens=tokens)


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
