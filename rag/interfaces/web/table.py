"""The library as HTML: the table of sources, the progress of a change, and its report."""

from __future__ import annotations

import html
from collections.abc import Sequence

from rag.indexing.build import BuildReport
from rag.interfaces.exports import TEXT_KINDS
from rag.interfaces.web.render import attributes, text
from rag.library.library import SourceStatus
from rag.records import TextKind, document_id
from rag.sources.corpus import Corpus
from rag.text.dates import readable

CHANGES = {
    "added": ("+", "added"),
    "changed": ("≈", "changed"),
    "removed": ("−", "removed"),
    "failed": ("✗", "failed"),
}


def declared(corpus: Corpus) -> list[SourceStatus]:
    """List the declared sources while the index is not open yet."""
    return [SourceStatus(source, (), 0, "not loaded yet") for source in corpus.sources.values()]


def sources_table(rows: Sequence[SourceStatus], *, managed: bool) -> str:
    """Render every source with what the index holds of it."""
    body = "".join(_row(row, managed=managed) for row in sorted(rows, key=lambda r: r.source.title.casefold()))
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Source", "Publisher", "Date", "Kind", "Texts", "Status")
    )
    head += '<th scope="col"><span class="sr">Change</span></th>' if managed else ""
    return (
        f'<p class="count" role="status">{len(rows)} sources</p><table class="sources"><caption class="sr">'
        f"Sources of this library</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row: SourceStatus, *, managed: bool) -> str:
    source = row.source
    best = max(row.text_kinds, key=lambda kind: kind == "full text", default=None)
    title = (
        _reader(source.id, best, text(source.title), "link title")
        if best
        else f'<span class="title">{text(source.title)}</span>'
    )
    texts = " ".join(
        _reader(
            source.id,
            kind,
            TEXT_KINDS[kind],
            f"kind {kind.replace(' ', '-')}",
            f"Read {TEXT_KINDS[kind]}: {source.title}",
        )
        for kind in row.text_kinds
    )
    status = (
        f"✓ {row.chunks} passage{'s' * (row.chunks != 1)}"
        if not row.problem
        else f"✗ {html.escape(row.problem)}"
        if not row.chunks
        else f"! {html.escape(row.problem)}"
    )
    cells = [
        ("Source", f'{title}<span class="by">{text(source.author)}</span>'),
        ("Publisher", text(source.publisher)),
        ("Date", html.escape(readable(source.date))),
        ("Kind", html.escape(source.kind)),
        ("Texts", texts or "none"),
        ("Status", status),
    ]
    if managed:
        label = f"Remove the full text of {source.title}"
        marks = attributes(data_remove=source.id, data_title=source.title, aria_label=label)
        button = f'<button type="button"{marks}>Remove</button>'
        cells.append(("Change", button if "full text" in row.text_kinds else ""))
    rendered = "".join(f'<td data-label="{name}">{value}</td>' for name, value in cells)
    return f"<tr{attributes(data_source=source.id)}>{rendered}</tr>"


def _reader(source_id: str, kind: TextKind, inner: str, css: str, label: str = "") -> str:
    named = {"aria_label": label} if label else {}
    place = attributes(data_doc=document_id(source_id, kind), data_start=0, data_end=0, **named)
    return f'<button type="button" class="{css}"{place}>{inner}</button>'


def progress(what: str, done: int, total: int) -> str:
    """Render how far a change has come; a total of 0 says that nobody knows."""
    share = f' value="{done}" max="{total}"' if total else ""
    count = f" ({done} of {total})" if total else ""
    return (
        f'<div class="progress" role="status"><label for="bar">{text(what)}{count} …</label>'
        f'<progress id="bar"{share}></progress></div>'
    )


def problem(what: str) -> str:
    """Render why a change was not made."""
    return f'<p class="problem" role="alert"><strong>Not done.</strong> {text(what)}</p>'


def report(done: str, build: BuildReport) -> str:
    """Render what a change did, source by source."""
    rows = [row for row in build.rows if row.status != "unchanged" or row.reason]
    same = len(build.rows) - len(rows)
    body = "".join(
        f"<tr><td>{_change(row.status)}</td><td>{text(row.source_id)}</td><td>{TEXT_KINDS.get(row.text_kind, '')}</td>"
        f"<td>{row.chunks}</td><td>{text(row.reason)}</td></tr>"
        for row in rows
    )
    head = "".join(f'<th scope="col">{n}</th>' for n in ("Change", "Source", "Text", "Passages", "Remark"))
    table = f'<table class="report"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>' if rows else ""
    summary = "The library has changed." if build.swapped else "Nothing had changed."
    return (
        f'<div role="status"><p><strong>{text(done)}</strong> {summary} {same} texts unchanged, '
        f"{build.embedded} embedded anew.</p>{table}</div>"
    )


def _change(status: str) -> str:
    sign, word = CHANGES.get(status, ("", status))
    return f'<span class="change {status}"><span aria-hidden="true">{sign}</span> {word}</span>'
