"""Fetch the full text of declared sources, and keep a page only if it is what its source promises."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.building import Progress, silent
from rag.corpus import NOTES, QUARANTINE, Corpus
from rag.errors import FetchError, LoadError
from rag.fetching import Fetched, Fetcher
from rag.loading import read
from rag.records import Source
from rag.words import counted_terms, tokenise

STATE = ".sync.json"
"""File in documents/ with the validators of the last fetch of each source."""

TITLE_SHARE = 0.6
"""Share of a title's words that a fetched page must hold in its title or its first lines."""

HEAD = 2000
"""Code points of a page in which its title is looked for."""

UNREACHABLE = 2
"""Hosts in a row that cannot be connected to, before the network is taken to be absent."""

SyncStatus = Literal["fetched", "unchanged", "kept", "quarantined", "failed", "skipped"]

Install = Callable[[Corpus, Path, str, Mapping[str, str]], Path]
"""Puts a file into documents/ under a source's name."""


@dataclass(frozen=True, slots=True)
class SyncRow:
    """What became of one source."""

    source_id: str
    status: SyncStatus
    """``kept``: the user's own full text stands there and is left alone."""
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    rows: tuple[SyncRow, ...]

    @property
    def line(self) -> str:
        """The report in one line."""
        count = {status: sum(row.status == status for row in self.rows) for status in ("fetched", "unchanged", "kept")}
        others = len(self.rows) - sum(count.values())
        if not any(count.values()):
            return "No full text could be fetched; answers come from the notes."
        return (
            f"Full texts: {count['fetched']} fetched, {count['unchanged']} unchanged, {count['kept']} of your own; "
            f"{others} sources answer from their notes."
        )


def sync(corpus: Corpus, fetcher: Fetcher, install: Install, *, progress: Progress = silent) -> SyncReport:
    """Fetch every declared source from its address, or from its further addresses.

    A page that is not the source (its title does not match, or it is shorter than our
    notes on it) goes to documents/quarantine/ with the reason, and the notes go on to
    answer. A text that the user added is never replaced. With no network it gives up
    after two hosts.
    """
    state = _state(corpus)
    held = {m.source.id for m in corpus.materials() if m.text_kind == "full text"}
    rows: list[SyncRow] = []
    unreachable = 0
    for number, source in enumerate(corpus.sources.values(), start=1):
        if unreachable >= UNREACHABLE:
            rows.append(SyncRow(source.id, "skipped", "no network"))
        elif source.id in held and source.id not in state:
            rows.append(SyncRow(source.id, "kept", "a text that you added stands in documents/"))
        else:
            row, reached = _sync_one(corpus, source, fetcher, install, state)
            unreachable = 0 if reached else unreachable + 1
            rows.append(row)
            _save(corpus, state)
        progress("fetching", number, len(corpus.sources))
    return SyncReport(tuple(rows))


def _sync_one(
    corpus: Corpus, source: Source, fetcher: Fetcher, install: Install, state: dict[str, Any]
) -> tuple[SyncRow, bool]:
    """Fetch one source; gives its row and whether any host could be reached."""
    reasons: list[str] = []
    reached = False
    for url in (source.url, *corpus.mirrors.get(source.id, ())):
        if not url.startswith(("http://", "https://")):
            continue
        known = state.get(source.id, {}) if state.get(source.id, {}).get("asked") == url else {}
        try:
            page = fetcher.fetch(url, etag=known.get("etag", ""), last_modified=known.get("last_modified", ""))
        except FetchError as error:
            reached = reached or "cannot be connected to" not in str(error)
            reasons.append(str(error))
            continue
        if page.status == "unchanged":
            return SyncRow(source.id, "unchanged", ""), True
        reached = True
        reason = _take(corpus, source, page, install)
        if not reason:
            state[source.id] = {"asked": url, "etag": page.etag, "last_modified": page.last_modified}
            return SyncRow(source.id, "fetched", ""), True
        reasons.append(reason)
    status: SyncStatus = "quarantined" if any(r.startswith("quarantined") for r in reasons) else "failed"
    return SyncRow(source.id, status, "; ".join(reasons) or "the source has no address"), reached or not reasons


def _take(corpus: Corpus, source: Source, page: Fetched, install: Install) -> str:
    """Install a page as a source's full text; gives the reason where it is quarantined instead."""
    pdf = page.body[:5] == b"%PDF-" or "pdf" in page.content_type
    suffix = ".pdf" if pdf else ".txt" if page.content_type.startswith("text/plain") else ".html"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{source.id}{suffix}"
        path.write_bytes(page.body)
        try:
            extract = read(path)
            reason = mismatch(extract.title, extract.text, source, _notes_length(corpus, source.id))
            if not reason:
                install(corpus, path, source.id, {"url": page.url})
                return ""
        except LoadError as error:
            reason = str(error)
        quarantine = corpus.documents / QUARANTINE
        quarantine.mkdir(parents=True, exist_ok=True)
        (quarantine / path.name).write_bytes(page.body)
        (quarantine / f"{path.name}.reason.txt").write_text(f"{page.url}\n{reason}\n", encoding="utf-8")
        return f"quarantined: {reason}"


def mismatch(title: str, text: str, source: Source, least: int) -> str:
    """Say why a page is not the source's text; empty where it is.

    Args:
        least: code points of our notes on the source; a full text is longer.
    """
    wanted = set(counted_terms(source.title))
    found = set(tokenise(f"{title} {text[:HEAD]}"))
    share = len(wanted & found) / max(len(wanted), 1)
    if share < TITLE_SHARE:
        return f"its title is {title!r}, expected {source.title!r}"
    if len(text) < least:
        return f"it has {len(text):,} characters, fewer than our notes on it ({least:,})"
    return ""


def _notes_length(corpus: Corpus, source_id: str) -> int:
    path = corpus.root / NOTES / f"{source_id}.md"
    return len(path.read_text(encoding="utf-8")) if path.is_file() else 0


def _state(corpus: Corpus) -> dict[str, Any]:
    try:
        loaded = json.loads((corpus.documents / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _save(corpus: Corpus, state: Mapping[str, Any]) -> None:
    corpus.documents.mkdir(parents=True, exist_ok=True)
    fresh = corpus.documents / f"{STATE}.new"
    fresh.write_text(json.dumps(state, indent=1), encoding="utf-8")
    fresh.replace(corpus.documents / STATE)
