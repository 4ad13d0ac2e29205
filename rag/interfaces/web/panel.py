"""The source panel: a stored text whole, with the cited span marked by its offsets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from rag.interfaces.bibliography import is_web
from rag.interfaces.markup import macro
from rag.records import Document, Source, Span
from rag.verification.citations import Piece, mark

FRAGMENT_WORDS = 8
"""Words of a quote that a link to the original marks at each end."""

WHOLE = 400_000
"""Code points up to which a text is shown whole; of a longer one, as many around the place."""

_panel = macro("panel.html", "panel")
missing = macro("panel.html", "missing")
"""Render what there is to say of a text that the library no longer holds: its title, and what was quoted of it."""
unread = macro("panel.html", "unread")
"""Render why a text cannot be read now."""


def locate(document: Document, span: Span, quoted: str) -> Span | None:
    """Find the cited words in a text that may have been replaced since the answer.

    Where the words stand at their offsets those are given, else where they stand now;
    None where they no longer stand in the text. Without a quote the span is taken.
    """
    if not 0 <= span.start < span.end <= len(document.text):
        span = Span(0, 0)
    if not quoted or document.text[span.start : span.end] == quoted:
        return span if span.end else None
    found = document.text.find(quoted)
    return Span(found, found + len(quoted)) if found >= 0 else None


def panel(document: Document, source: Source, span: Span | None, *, gone: str = "") -> str:
    """Render a stored text.

    Args:
        span: what is cited, marked exactly; None marks nothing.
        gone: cited words that no longer stand in the text.
    """
    statement = next((s for s in document.statements if span and s.start <= span.start < s.end), None)
    said = (statement.attribution, *statement.also) if statement else (source.attribution,)
    exact = document.text[span.start : span.end] if span and document.text_kind == "full text" else ""
    page = document.page_at(span.start) if span else None
    url = said[0].seen_at.url or source.url
    cue = document.cue_at(span.start) if span else None
    link = replace(said[0].seen_at, url=url).at(cue).url if cue else original(url, exact, page.number if page else None)
    return _panel(source, document.text_kind, said, link, _blocks(document, span), gone)


def original(url: str, quoted: str, page: int | None) -> str:
    """Address the original at the words: a text fragment on a web page, a page in a PDF.

    An address that is not http or https gives nothing.
    """
    if not is_web(url):
        return ""
    address, _, fragment = url.partition("#")
    if address.lower().partition("?")[0].endswith(".pdf"):
        return f"{address}#page={page}" if page else address
    if not quoted or fragment:
        return url
    words = quoted.split()
    ends = [words] if len(words) <= 2 * FRAGMENT_WORDS else [words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]]
    return f"{address}#:~:text=" + ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)


def _blocks(document: Document, span: Span | None) -> Iterator[tuple[str, str | Sequence[Piece]]]:
    """Give the text's paragraphs and headings, each a tag and its pieces, and ``page`` with remarks, in order."""
    middle = span.start if span else 0
    first, last = max(0, middle - WHOLE // 2), max(WHOLE, middle + WHOLE // 2)
    if first > 0:
        yield "page", "The beginning of this long text is not shown."
    pages = [(page.start, page.name) for page in document.pages]
    pages += [(cue.start, cue.clock) for cue in document.cues if document.text[cue.start - 1 : cue.start] in ("", "\n")]
    levels = {heading.start: heading.level for heading in document.headings}
    start = 0
    for line in document.text.split("\n"):
        end = start + len(line)
        while pages and pages[0][0] <= end:
            _, told = pages.pop(0)
            if first <= start < last:
                yield "page", told
        if line.strip() and first <= end and start < last:
            tag = f"h{min(levels[start] + 2, 6)}" if start in levels else "p"
            yield tag, mark(line, [span] if span else [], start)
        start = end + 1
    if last < len(document.text):
        yield "page", "The rest of this long text is not shown."
