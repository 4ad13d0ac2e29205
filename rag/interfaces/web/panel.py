"""The source panel: a stored text whole, with the cited span marked by its offsets."""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import quote

from rag.interfaces.exports import TEXT_KINDS, is_web
from rag.interfaces.web.render import text
from rag.records import Attribution, Document, Source, Span
from rag.text.dates import readable
from rag.verification.citations import mark

FRAGMENT_WORDS = 8
"""Words of a quote that a link to the original marks at each end."""

WHOLE = 400_000
"""Code points up to which a text is shown whole; of a longer one, as many around the place."""

ABOUT_KINDS = {
    "notes": "Our notes on this source, in our own words. The original says more.",
    "full text": "The source's own words, as stored.",
}


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
    said = _attribution(document, source, span)
    quoted = document.text[span.start : span.end] if span else ""
    facts = {
        "Author": source.author,
        "Publisher": source.publisher,
        "Date": readable(source.date),
        "Kind": source.kind,
        "Licence": source.licence,
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in facts.items())
    parts = [
        _head(source.title),
        f'<dl class="facts">{rows}</dl><p class="text-kind {document.text_kind.replace(" ", "-")}">'
        f"<strong>{TEXT_KINDS[document.text_kind]}</strong> {ABOUT_KINDS[document.text_kind]}</p>",
    ]
    if gone:
        parts.append(
            '<p class="notice caution" role="note">The text has changed since the answer; these words no longer '
            f"stand in it: <q>{text(gone)}</q></p>"
        )
    exact = quoted if document.text_kind == "full text" else ""
    by = (
        f"The marked words rest on {text(said.publisher)}, {text(readable(said.date))}"
        if said != source.attribution
        else ""
    )
    link = original(said.url or source.url, exact, _page(document, span))
    parts.append(f'<div class="seen"><p>{by}</p>{link}</div></header>')
    parts.append(
        f'<div class="stored" tabindex="0" role="group" aria-label="Stored text">{_body(document, span)}</div>'
    )
    return f'<section class="source" aria-labelledby="panel-title">{"".join(parts)}</section>'


def missing(title: str, quoted: str) -> str:
    """Render what there is to say of a text that the library no longer holds."""
    quote_line = f"<blockquote>{text(quoted)}</blockquote>" if quoted else ""
    return (
        f'<section class="source" aria-labelledby="panel-title">{_head(title)}</header>'
        f'<p class="notice caution">The library no longer holds this text. The answer quoted it so:</p>'
        f"{quote_line}</section>"
    )


def _head(title: str) -> str:
    """Open the panel's header: what is read, and the way out."""
    return (
        f'<header><div class="head"><h2 id="panel-title" tabindex="-1">{text(title)}</h2>'
        '<button type="button" class="close" data-close="panel">Close</button></div>'
    )


def original(url: str, quoted: str, page: int | None) -> str:
    """Link the original at the words: a text fragment on a web page, a page in a PDF.

    An address that is not http or https gives nothing.
    """
    if not is_web(url):
        return '<p class="original">No public address.</p>'
    target = url
    if url.lower().partition("#")[0].partition("?")[0].endswith(".pdf"):
        target = url.partition("#")[0] + (f"#page={page}" if page else "")
    elif quoted and "#" not in url:
        words = quoted.split()
        ends = [words] if len(words) <= 2 * FRAGMENT_WORDS else [words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]]
        target += "#:~:text=" + ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)
    return (
        f'<p class="original"><a href="{html.escape(target)}" target="_blank" rel="noopener noreferrer">'
        f'Open the original<span class="sr"> in a new tab</span> <span aria-hidden="true">↗</span></a></p>'
    )


def _attribution(document: Document, source: Source, span: Span | None) -> Attribution:
    """Who says the marked words: the statement's attribution, else the source's."""
    if span:
        for statement in document.statements:
            if statement.start <= span.start < statement.end:
                return statement.attribution
    return source.attribution


def _page(document: Document, span: Span | None) -> int | None:
    before = [p.number for p in document.pages if span and p.start <= span.start]
    return before[-1] if before else None


def _body(document: Document, span: Span | None) -> str:
    """The text's paragraphs, headings and page numbers, in order."""
    middle = span.start if span else 0
    first, last = max(0, middle - WHOLE // 2), max(WHOLE, middle + WHOLE // 2)
    parts: list[str] = []
    if first > 0:
        parts.append('<p class="page">The beginning of this long text is not shown.</p>')
    pages = iter(document.pages)
    page = next(pages, None)
    levels = {heading.start: heading.level for heading in document.headings}
    for start, line in _lines(document.text):
        while page is not None and page.start < start + len(line) + 1:
            if first <= start < last:
                parts.append(f'<p class="page">Page {page.number}</p>')
            page = next(pages, None)
        if line.strip() and first <= start + len(line) and start < last:
            parts.append(_line(line, start, span, levels.get(start)))
    if last < len(document.text):
        parts.append('<p class="page">The rest of this long text is not shown.</p>')
    return "".join(parts)


def _lines(value: str) -> Iterator[tuple[int, str]]:
    position = 0
    for line in value.split("\n"):
        yield position, line
        position += len(line) + 1


def _line(line: str, start: int, span: Span | None, level: int | None) -> str:
    inner = "".join(
        f"<mark>{html.escape(piece.text)}</mark>" if piece.marked else html.escape(piece.text)
        for piece in mark(line, [span] if span else [], start)
    )
    tag = f"h{min(level + 2, 6)}" if level else "p"
    return f'<{tag} dir="auto">{inner}</{tag}>'
