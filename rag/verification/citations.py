"""Find, verify and build citations, character by character.

A quote counts only where every letter and digit of it stands in the stored text;
typography and layout may differ (see :mod:`rag.text.folding`), and then the
source's own words replace it. What is shown as cited is always a slice of a
stored document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.records import Attribution, Citation, Document, Passage, Span
from rag.text.folding import Folded, fold
from rag.verification.matching import find, stands

__all__ = ["Folded", "Piece", "cite", "find", "fold", "mark", "verify"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text for display, marked or not."""

    text: str
    marked: bool


def verify(citation: Citation, document: Document, within: Span | None = None) -> Citation:
    """Check a citation against the stored text and set its status.

    ``verified`` when the quote stands at ``[start, end)`` exactly and in whole
    words; ``corrected`` when :func:`find` finds it in the passage, whose own words
    and offsets then replace it; ``rejected`` otherwise, the quote left as it was.

    Args:
        citation: its quote and offsets are what is checked.
        document: the stored text that it cites.
        within: the passage; when None, the lines of the document that
            ``[start, end)`` touches.

    Raises:
        ValueError: *document* is not the one that is cited.
    """
    if citation.doc_id != document.doc_id:
        raise ValueError(f"citation is of doc_id={citation.doc_id!r}, but the document given is {document.doc_id!r}")
    text, size = document.text, len(document.text)
    inside = 0 <= citation.start < citation.end <= size
    if within is None:
        low = min(max(citation.start, 0), size)
        high = min(max(citation.end, low), size)
        close = text.find("\n", high)
        within = Span(text.rfind("\n", 0, low) + 1, size if close < 0 else close)
    if inside and text[citation.start : citation.end] == citation.quote:
        line = text.rfind("\n", 0, citation.start) + 1
        if stands(text[line : citation.end + 40], citation.start - line, citation.end - line):
            return replace(citation, status="verified")
    span = find(citation.quote, text, within.start, within.end)
    if span is None:
        return replace(citation, status="rejected")
    quote = text[span.start : span.end]
    said = _timed(citation.attribution, document, span)
    return replace(citation, attribution=said, quote=quote, start=span.start, end=span.end, status="corrected")


def cite(passage: Passage, span: Span, document: Document) -> Citation:
    """Build a verified citation, its quote cut from the stored text.

    Args:
        passage: gives the number and who says the words, when, and where they were read.
        span: the words, in code points of *document*.
        document: the stored text that *passage* was cut from.

    Raises:
        ValueError: the span is empty or outside the document, or the document is
            not the passage's.
    """
    if passage.doc_id != document.doc_id:
        raise ValueError(f"passage is of doc_id={passage.doc_id!r}, but the document given is {document.doc_id!r}")
    if not 0 <= span.start < span.end <= len(document.text):
        raise ValueError(
            f"span is [{span.start}, {span.end}), but must be a non-empty part of "
            f"[0, {len(document.text)}) of {document.doc_id!r}"
        )
    statement = passage.statement_at(span)
    return Citation(
        number=passage.number,
        source_id=passage.source.id,
        doc_id=passage.doc_id,
        text_kind=passage.text_kind,
        title=passage.source.title,
        kind=passage.source.kind,
        attribution=_timed(passage.attribution, document, span),
        quote=document.text[span.start : span.end],
        start=span.start,
        end=span.end,
        status="verified",
        also=statement.also if statement else (),
    )


def _timed(said: Attribution, document: Document, span: Span) -> Attribution:
    """Give an attribution with the time at which words of a recording are said, and how those of a scan were read."""
    cue, page = document.cue_at(span.start), document.page_at(span.start)
    seen = said.seen_at.at(cue) if cue else said.seen_at
    return replace(said, seen_at=replace(seen, by_ocr=page.by_ocr if page else None))


def mark(text: str, spans: Iterable[Span], origin: int = 0) -> Sequence[Piece]:
    """Split *text* into marked and unmarked pieces for display.

    Spans may overlap, touch, stand in any order or run past the text; together
    the pieces are *text* again. With ``Span(2, 4)`` ``"abcdef"`` gives ``ab``,
    ``cd`` (marked) and ``ef``.

    Args:
        text: what is shown, such as a passage.
        spans: what to mark, in code points of the document.
        origin: where *text* starts in the document.
    """
    pieces: list[Piece] = []
    done = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        first = max(span.start - origin, done)
        last = min(span.end - origin, len(text))
        if first >= last:
            continue
        if done < first:
            pieces.append(Piece(text[done:first], marked=False))
        if pieces and pieces[-1].marked:
            pieces[-1] = Piece(pieces[-1].text + text[first:last], marked=True)
        else:
            pieces.append(Piece(text[first:last], marked=True))
        done = last
    return (*pieces, Piece(text[done:], marked=False)) if done < len(text) else tuple(pieces)
