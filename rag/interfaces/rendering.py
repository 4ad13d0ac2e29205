"""Records as plain text for a terminal."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.indexing.report import BuildReport
from rag.interfaces.evidence import Series, basis, series
from rag.interfaces.labels import TEXT_KINDS
from rag.interfaces.wire import answer_json
from rag.library.doctor import Finding
from rag.library.notes_report import NotesReport
from rag.library.status import SourceStatus
from rag.library.syncing import SyncReport
from rag.records import PLACE_KINDS, Answer, Citation, Passage
from rag.text.attributions import attributed
from rag.text.dates import readable

WIDTH = 100
"""Columns of wrapped text."""


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Replace what a terminal would obey: control characters, which a title or an address may hold."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def as_json(value: Any) -> str:
    """Write a value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def answer_text(answer: Answer) -> str:
    """Write an answer with its notices, and the sources that it cites; a reply as its text alone."""
    parts = [_wrap(f"! {notice.text}") for notice in answer.notices]
    if answer.shape == "reply":
        parts += [_wrap(answer.text), "\n".join(f"  - {question}" for question in answer.suggestions)]
        return "\n\n".join(filter(None, parts))
    if answer.resolved_question != answer.question:
        parts.append(_wrap(f"Understood as: {answer.resolved_question}"))
    parts += [_wrap(f"{answer.scope}.")] if answer.scope else []
    parts += _body(answer)
    parts += [_wrap(conflict.text) for conflict in answer.conflicts]
    cited = {citation.number: citation for citation in answer.citations if citation.status != "rejected"}
    lines = [_citation_line(cited[number]) for number in sorted(cited)]
    if answer.abstained:
        lines = [_passage_line(passage) for passage in answer.passages]
    else:
        parts.append(f"({basis(answer_json(answer))})")
    return "\n\n".join([*parts, "\n".join(lines)]).rstrip()


def trace_text(answer: Answer) -> str:
    """Write how long each step of an answer took, and which generation of the index it is from."""
    steps = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in answer.trace.items())
    return f"Generation {answer.generation}: {steps}"


def _body(answer: Answer) -> list[str]:
    """Write what is said; of a series its figures as a table first, of what has dates or sides a line each."""
    if answer.shape not in ("series", "timeline", "comparison"):
        return [_wrap(answer.text)]
    told = [_wrap(answer.lead)] if answer.lead else []
    figures = series(answer_json(answer))
    if figures:
        told.append(_table(figures))
    names = [
        readable(s.date) if s.date else "" if s.part is None else answer.parts[s.part].name for s in answer.sentences
    ]
    lines = [f"{name}: {s.marked}" if name else s.marked for name, s in zip(names, answer.sentences, strict=True)]
    return [*told, "\n".join(map(_wrap, lines))]


def _table(figures: Series) -> str:
    rows = [(bar.name, bar.figure or "-", bar.status) for bar in figures.bars]
    names, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    head = ", ".join(filter(None, (figures.measure, figures.place, figures.unit)))
    return "\n".join([f"{head}:", *(f"  {n:{names}}  {v:>{values}}  {status}" for n, v, status in rows)])


def passages_text(passages: Sequence[Passage]) -> str:
    """Write passages with where they come from."""
    blocks = []
    for p in passages:
        copies = [f"    also in {copy.doc_id} ({attributed(copy.attribution)})" for copy in p.also_in]
        blocks.append("\n".join([f"{_heading(p)}  score {p.score:.2f}", _wrap(p.text), *copies]))
    return "\n\n".join(blocks) or "nothing fits"


def report_text(report: BuildReport) -> str:
    """Write what a build changed, a line a text, and a line in all."""
    changed = [row for row in report.rows if row.status != "unchanged"]
    lines = [
        f"{row.status:9}  {row.source_id:28}  {row.file:36}  {_passages(row.chunks):14}  {row.reason}".rstrip()
        for row in changed
    ]
    kept = len(report.rows) - len(changed)
    state = "now answers" if report.swapped else "is up to date"
    return "\n".join(
        [*lines, f"{kept} unchanged, {report.embedded} texts embedded; generation {report.generation} {state}"]
    )


def _passages(count: int) -> str:
    return f"{count:5} {'passage' if count == 1 else 'passages'}"


def sources_text(rows: Sequence[SourceStatus]) -> str:
    """Write the sources: what is in, what is not, and why."""
    lines = []
    for row in rows:
        texts = " + ".join(row.text_kinds) or "nothing"
        lines.append(f"{row.source.id:26}  {row.source.date:10}  {texts:17}  {row.source.title}")
        if row.problem:
            lines.append(f"{'':26}  {row.problem}")
    return "\n".join(lines) or "no sources; add one with `rag add FILE`"


def sync_text(report: SyncReport) -> str:
    """Write what a sync did."""
    lines = [f"{row.status:11}  {row.source_id:26}  {row.reason}".rstrip() for row in report.rows]
    return "\n".join([*lines, report.line])


def new_text(folder: Path) -> str:
    """Write what to do with a library that was just made."""
    named = f"--corpus {shlex.quote(str(folder))}"
    return "\n".join(
        [
            f"{folder} is an empty library; corpus.toml in it says what it is. Add a text, then open the chat:",
            f"  rag add FILE {named} --publisher NAME --date 2024-05",
            f"  rag serve {named}",
        ]
    )


def findings_text(findings: Sequence[Finding]) -> str:
    """Write what doctor found, each with what mends it."""
    lines = [f"{f.severity:7}  {f.text}\n{'':9}mend it with: {f.command}" for f in findings]
    return "\n".join(lines) or "all is well"


def notes_text(report: NotesReport) -> str:
    """Write what a library's notes are made of, a count a line with its share."""
    rows = [(f"best read at: {kind}", report.places.get(kind, 0)) for kind in PLACE_KINDS]
    rows += [
        ("without origin", report.without_origin),
        ("without any date", report.undated),
        ("about themselves", len(report.about_themselves)),
        ("hard to quote (length)", report.unhandy),
    ]
    lines = [f"{name:26}  {count:5}  {count / max(report.statements, 1):6.1%}" for name, count in rows]
    return "\n".join([f"{'statements':26}  {report.statements:5}", *lines, *report.about_themselves])


def info_text(info: Mapping[str, Any]) -> str:
    """Write what is open."""
    lines = []
    for key, value in info.items():
        flat = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        lines.append(f"{key:16}  {flat}")
    return "\n".join(lines)


def feedback_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write readers' verdicts, oldest first."""
    lines = [f"{r['time']}  {r['verdict']:4}  {r['question']}  {r['reason']}".rstrip() for r in rows]
    return "\n".join(lines) or "no feedback yet"


def _citation_line(citation: Citation) -> str:
    said = citation.attribution
    where = f"{attributed(said)}; {TEXT_KINDS[citation.text_kind]}"
    return f"[{citation.number}] {citation.title} ({where})\n    {said.seen_at.url or citation.doc_id}"


def _heading(passage: Passage) -> str:
    return f"[{passage.number}] {passage.source.title} ({attributed(passage.attribution)})"


def _passage_line(passage: Passage) -> str:
    return f"{_heading(passage)}\n    {textwrap.shorten(passage.text, 160, placeholder=' ...')}"


def _wrap(text: str) -> str:
    lines = (textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines())
    return "\n".join(lines)
