"""Cut a document into chunks that fit the embedder's window, by offset.

A chunk ends at a sentence, never crosses a heading or a change of attribution,
and is a slice of the stored text. Chunks of one document do not overlap, and
together they hold every sentence.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from itertools import pairwise

from rag.indexing.encoder import Embedder
from rag.records import Attribution, Chunk, Document, Heading, Source, Span
from rag.text.words import CLOSERS, OTHER_ENDS, STOP_WORDS, find_words

HALF_FULL = 0.5
"""A chunk this full ends where a paragraph ends if the next paragraph does not fit."""

CONTEXT_SHARE = 0.4
"""Most of a chunk's tokens that title and heading may take before they are left uncounted."""


INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.){2,}$")
"""An abbreviation in capitals that ends a stretch of text."""

_OTHER_END = re.compile(
    rf"[{OTHER_ENDS}][{CLOSERS}]*|[.!?][{CLOSERS}]*[\u00b2\u00b3\u00b9\u2070-\u2079]+(?=\s+[^\W\d_a-z])"
)
"""The end of a sentence that nupunkt, made for English, does not know: in another script, or with a note's number."""

CELLS = " | "
"""What stands between two cells of a table."""

SHOWN = re.compile(r"\S")


def context(source: Source, heading: str) -> str:
    """Name what stands above a chunk: ``Title. Heading``.

    Embedding and BM25 read it in front of the chunk's text.
    """
    above = [source.title] if source.title != "unknown" else []
    above += [part for part in heading.split(" > ") if part and part != source.title]
    return ". ".join(above)


def above(chunk: Chunk, source: Source) -> str:
    """What stands in front of a chunk's text where it is embedded and searched: a line, or nothing."""
    title = context(source, chunk.heading)
    return f"{title}\n" if title else ""


def contextual_text(chunk: Chunk, document: Document, source: Source) -> str:
    """Put title and headings in front of a chunk's text."""
    return above(chunk, source) + document.text[chunk.start : chunk.end]


def cut(document: Document, source: Source, embedder: Embedder, *, max_tokens: int) -> list[Chunk]:
    """Cut a document into chunks in text order.

    Args:
        max_tokens: most tokens of a chunk with its title and headings; the
            embedder's window caps it.

    A sentence longer than that is cut at white space.
    """
    counter = _TokenCounter(document.text, embedder)
    limit = min(max_tokens, embedder.window)
    chunks: list[Chunk] = []
    for heading, attribution, blocks in _sections(document, source):
        above = len(embedder.token_offsets(context(source, heading)))
        budget = max(limit - min(above, int(limit * CONTEXT_SHARE)), 8)
        for sentences in _pack(blocks, counter, budget):
            chunks.append(
                Chunk(
                    chunk_id=f"{document.doc_id}#{len(chunks)}",
                    doc_id=document.doc_id,
                    start=sentences[0].start,
                    end=sentences[-1].end,
                    heading=heading,
                    page=_page(document, sentences[0].start),
                    sentences=tuple(sentences),
                    attribution=attribution,
                )
            )
    return chunks


def split_sentences(text: str, start: int = 0) -> list[Span]:
    """Find the sentences of one block, without the white space around them.

    A row of a table with more cells than sentence ends is one: its values mean nothing apart.

    Args:
        start: where the block begins in its document; the spans count from there.
    """
    from nupunkt import sentence_spans

    spans: list[Span] = []
    ends = {end.end() for end in _OTHER_END.finditer(text)}
    for low, high in pairwise(sorted({0, *ends, *(high for _, high in sentence_spans(text))})):
        piece = text[low:high]
        low += len(piece) - len(piece.lstrip())
        high = low + len(piece.strip())
        if high > low:
            goes_on = spans and _goes_on(text[spans[-1].start - start : spans[-1].end - start], text[low:high])
            spans.append(Span(spans.pop().start if goes_on else start + low, start + high))
    if 1 < len(spans) <= text.count(CELLS):
        return [Span(spans[0].start, spans[-1].end)]
    return spans


def _goes_on(sentence: str, following: str) -> bool:
    """Whether a sentence was cut after an abbreviation: ``U.S.`` ends one only before ``The``, ``In`` and the like."""
    if INITIALS.search(sentence) is None:
        return False
    words = find_words(following)
    return bool(words) and words[0].term not in STOP_WORDS


class _TokenCounter:
    """Counts the embedder's tokens in any stretch of one text."""

    def __init__(self, text: str, embedder: Embedder) -> None:
        self._text = text
        self._starts = [start for start, _ in embedder.token_offsets(text)]

    def count(self, start: int, end: int) -> int:
        return bisect.bisect_left(self._starts, end) - bisect.bisect_left(self._starts, start)

    def split(self, span: Span, budget: int) -> list[Span]:
        """Cut a span into pieces within the budget, at white space where there is any."""
        pieces: list[Span] = []
        start = span.start
        while self.count(start, span.end) > budget:
            first = bisect.bisect_left(self._starts, start)
            limit = self._starts[first + budget]
            space = max(self._text.rfind(" ", start + 1, limit), self._text.rfind("\t", start + 1, limit))
            end = space if space > start else limit
            pieces.append(Span(start, end))
            shown = SHOWN.search(self._text, end, span.end)
            start = shown.start() if shown else span.end
        pieces.append(Span(start, span.end))
        return pieces


def _sections(document: Document, source: Source) -> Iterator[tuple[str, Attribution, list[list[Span]]]]:
    """Group the blocks that share heading and attribution; a heading without text stands for itself."""
    section: list[list[Span]] = []
    shared: tuple[str, Attribution] = ("", source.attribution)
    path: list[Heading] = []
    bare: Heading | None = None
    headings = {heading.start: heading for heading in document.headings}
    starts = [statement.start for statement in document.statements]
    position = 0
    for line in document.text.split("\n"):
        start, position = position, position + len(line) + 1
        heading = headings.get(start)
        if heading is None and not line.strip():
            continue
        if heading is not None:
            if section:
                yield *shared, section
                section = []
            if bare is not None and bare.level >= heading.level > 1:
                yield _path_text(document, path[:-1]), source.attribution, [[Span(bare.start, bare.end)]]
            path = [*(h for h in path if h.level < heading.level), heading]
            bare = heading
            continue
        bare = None
        index = bisect.bisect_right(starts, start) - 1
        owner = document.statements[index] if index >= 0 else None
        attribution = owner.attribution if owner and start < owner.end else source.attribution
        own = (_path_text(document, path), attribution)
        if section and own != shared:
            yield *shared, section
            section = []
        shared = own
        section.append(split_sentences(line, start))
    if section:
        yield *shared, section
    if bare is not None:
        yield _path_text(document, path[:-1]), source.attribution, [[Span(bare.start, bare.end)]]


def _path_text(document: Document, path: list[Heading]) -> str:
    return " > ".join(document.text[h.start : h.end].strip() for h in path)


def _pack(blocks: list[list[Span]], counter: _TokenCounter, budget: int) -> Iterator[list[Span]]:
    """Fill chunks with sentences, preferring to end where a paragraph ends."""
    chunk: list[Span] = []
    used = 0
    for block in blocks:
        size = sum(counter.count(s.start, s.end) for s in block)
        if chunk and used + size > budget and used >= budget * HALF_FULL:
            yield chunk
            chunk, used = [], 0
        for sentence in block:
            for piece in counter.split(sentence, budget):
                tokens = counter.count(piece.start, piece.end)
                if chunk and used + tokens > budget:
                    yield chunk
                    chunk, used = [], 0
                chunk.append(piece)
                used += tokens
    if chunk:
        yield chunk


def _page(document: Document, offset: int) -> int | None:
    page = document.page_at(offset)
    return page.number if page else None
