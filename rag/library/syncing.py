"""Fetch the full text of declared sources, and keep a page only if it is what its source promises."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from rag.digests import file_digest
from rag.errors import FetchError, LoadError, UnreachableError
from rag.indexing.report import Progress, silent
from rag.loading import read
from rag.records import Source
from rag.sources.corpus import NOTES, Corpus
from rag.sources.fetched import Fetched, Fetcher
from rag.sources.files import QUARANTINE, SYNC_STATE, replace_text
from rag.text.words import counted_terms, tokenise

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
    full_texts: int
    """Declared sources that have a full text now, those included whose new fetch failed."""

    @property
    def line(self) -> str:
        """The report in one line."""
        count = {status: sum(row.status == status for row in self.rows) for status in ("fetched", "unchanged", "kept")}
        if not self.full_texts:
            return "No full text could be fetched; answers come from the notes."
        return (
            f"Full texts: {count['fetched']} fetched, {count['unchanged']} unchanged, {count['kept']} of your own, "
            f"{self.full_texts - sum(count.values())} from before; "
            f"{len(self.rows) - self.full_texts} sources answer from their notes."
        )


def sync(corpus: Corpus, fetcher: Fetcher, install: Install, *, progress: Progress = silent) -> SyncReport:
    """Fetch every declared source from its address, or from its further addresses.

    A page that is not the source (its title does not match, or it is shorter than our
    notes on it) goes to documents/quarantine/ with the reason, and the notes go on to
    answer. A text that the user added is never replaced, and one that was removed is
    fetched anew. With no network it gives up after two hosts.
    """
    state = _state(corpus)
    held = {m.folder or m.source.id: m.path for m in corpus.materials() if m.text_kind == "full text"}
    rows: list[SyncRow] = []
    silent_hosts: set[str] = set()
    for number, source in enumerate(corpus.sources.values(), start=1):
        path = held.get(source.id)
        if path is None:
            state.pop(source.id, None)
        if path is not None and not _was_fetched(path, state.get(source.id, {})):
            rows.append(SyncRow(source.id, "kept", "a text that you added stands in documents/"))
        elif len(silent_hosts) >= UNREACHABLE:
            rows.append(SyncRow(source.id, "skipped", "no network"))
        else:
            rows.append(_sync_one(corpus, source, fetcher, install, state, silent_hosts))
            _save(corpus, state)
        progress("fetching", number, len(corpus.sources))
    full_texts = {source_id for source_id in held if source_id in corpus.sources}
    full_texts.update(row.source_id for row in rows if row.status == "fetched")
    return SyncReport(tuple(rows), len(full_texts))


def _was_fetched(path: Path, known: Mapping[str, Any]) -> bool:
    """Say whether what stands for a source is still the page that a sync put there, even one that was interrupted."""
    return path.is_file() and file_digest(path) in (known.get("sha256"), known.get("coming"))


def _sync_one(
    corpus: Corpus,
    source: Source,
    fetcher: Fetcher,
    install: Install,
    state: dict[str, Any],
    silent_hosts: set[str],
) -> SyncRow:
    """Fetch one source; notes what came in `state`, and in `silent_hosts` those in a row that cannot be reached."""
    reasons: list[str] = []
    known = state.get(source.id, {})
    for url in (source.url, *corpus.mirrors.get(source.id, ())):
        if not url.startswith(("http://", "https://")):
            continue
        told = known if known.get("asked") == url else {}
        try:
            page = fetcher.fetch(url, etag=told.get("etag", ""), last_modified=told.get("last_modified", ""))
        except UnreachableError as error:
            silent_hosts.add(urlsplit(url).netloc)
            reasons.append(str(error))
            continue
        except FetchError as error:
            silent_hosts.clear()
            reasons.append(str(error))
            continue
        silent_hosts.clear()
        digest = hashlib.sha256(page.body).hexdigest()
        if page.status == "unchanged" or digest == known.get("sha256"):
            return SyncRow(source.id, "unchanged", "")
        state[source.id] = {**known, "coming": digest}
        _save(corpus, state)
        reason = _take(corpus, source, page, install)
        if not reason:
            validators = {"etag": page.etag, "last_modified": page.last_modified}
            state[source.id] = {"asked": url, **validators, "sha256": digest}
            return SyncRow(source.id, "fetched", "")
        reasons.append(reason)
    status: SyncStatus = "quarantined" if any(r.startswith("quarantined") for r in reasons) else "failed"
    return SyncRow(source.id, status, "; ".join(reasons) or "the source has no address")


def _take(corpus: Corpus, source: Source, page: Fetched, install: Install) -> str:
    """Install a page as a source's full text; gives the reason where it is quarantined instead."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{source.id}{page.suffix}"
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
        loaded = json.loads((corpus.documents / SYNC_STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = loaded if isinstance(loaded, dict) else {}
    return {source_id: known for source_id, known in found.items() if isinstance(known, dict)}


def _save(corpus: Corpus, state: Mapping[str, Any]) -> None:
    corpus.documents.mkdir(parents=True, exist_ok=True)
    replace_text(corpus.documents / SYNC_STATE, json.dumps(state, indent=1))
