"""Decide, for one claim of a language model, what it may cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.records import AnswerSentence, Citation, Document, Passage, Span
from rag.text.attributions import attributed
from rag.text.folding import fold
from rag.verification.citations import cite, find, verify
from rag.verification.claims import coverage, is_foreign, unsupported
from rag.writing.prompts import INSTRUCTION
from rag.writing.protocol import Claim

NAMED_COVERAGE = 0.8
"""Least share of content words that a sentence must share with the passage's own sentence
when the model named the passage but no words; without even a passage it is all of them."""
OWN_COVERAGE = 0.7
"""The share of them that must stand in the sentence itself, not in the title or heading."""

_QUOTED = re.compile(r"[\u201c\"]([^\u201c\u201d\"]{12,}?)[\u201d\"]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)\]>]+|\b[\w.+-]+@[\w-]+\.\w+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A checked sentence, and why it failed if it did."""

    sentence: AnswerSentence
    reasons: tuple[str, ...]
    """Empty when the sentence is supported."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A stored sentence that a claim may rest on."""

    passage: Passage
    span: Span
    text: str


def check_claim(claim: Claim, by_id: Mapping[str, Passage], documents: Mapping[str, Document]) -> Verdict:
    """Check a claim against the stored text.

    The claim is held to the whole sentences that its quotes stand in. Where that
    fails, or no quote was given, the stored sentence that supports it best takes the
    quote's place (corrected, if the model gave a quote). A quote that does not stand
    in its passage is kept as rejected and supports nothing.

    Returns:
        ``supported`` with live citations, or ``unsupported`` with rejected ones only.
    """
    live: list[Citation] = []
    rejected: list[Citation] = []
    evidence: list[_Evidence] = []
    for mark in (mark for mark in claim.marks if mark.quote):
        passage = by_id[mark.id]
        document = documents[passage.doc_id]
        citation = _claimed(mark.quote, passage, document)
        own = _around(citation, passage, document)
        if own:
            live.append(citation)
            evidence += own
        else:
            rejected.append(replace(citation, status="rejected"))
    if live and not _reasons(claim.text, evidence):
        return Verdict(AnswerSentence(claim.text, (*live, *rejected), "supported"), ())
    named = {by_id[mark.id].number for mark in claim.marks}
    pool = [passage for passage in by_id.values() if not named or passage.number in named]
    candidates = [one for passage in pool for one in _sentences(passage, documents[passage.doc_id])]
    best, reasons = _best(claim.text, candidates, NAMED_COVERAGE if named else 1.0)
    if best is None:
        return Verdict(AnswerSentence(claim.text, tuple(rejected), "unsupported"), reasons)
    found = cite(best.passage, best.span, documents[best.passage.doc_id])
    if any(mark.quote for mark in claim.marks):
        found = replace(found, status="corrected")
    return Verdict(AnswerSentence(claim.text, (found, *rejected), "supported"), ())


def _claimed(quote: str, passage: Passage, document: Document) -> Citation:
    at = document.text.find(quote, passage.start, passage.end)
    start, end = (at, at + len(quote)) if at >= 0 else (passage.start, passage.end)
    citation = cite(passage, Span(start, end), document)
    return verify(replace(citation, quote=quote), document, Span(passage.start, passage.end))


def _sentences(passage: Passage, document: Document) -> list[_Evidence]:
    """Return the stored sentences of a passage that speak to the reader."""
    spans: Iterable[Span] = passage.sentences or (Span(passage.start, passage.end),)
    found = (_Evidence(passage, span, document.text[span.start : span.end]) for span in spans)
    return [one for one in found if one.text.strip() and not INSTRUCTION.search(one.text)]


def _around(citation: Citation, passage: Passage, document: Document) -> list[_Evidence]:
    """Return the whole sentences that a quote stands in; none if it stands nowhere or speaks to the model."""
    if citation.status == "rejected" or INSTRUCTION.search(citation.quote):
        return []
    own = _sentences(passage, document)
    return [one for one in own if one.span.start < citation.end and citation.start < one.span.end]


def _reasons(text: str, evidence: Sequence[_Evidence]) -> tuple[str, ...]:
    held = " ".join(dict.fromkeys(one.text for one in evidence))
    reasons = list(unsupported(text, held, _context(one.passage for one in evidence)))
    reasons += [f"quote: {words}" for words in _QUOTED.findall(text) if find(words, held) is None]
    reasons += [f"address: {found}" for found in _ADDRESS.findall(text) if found not in held]
    return tuple(reasons)


def _context(passages: Iterable[Passage]) -> str:
    """Return what stands beside the passages' text: titles, headings, publishers, dates."""
    return "\n".join(
        dict.fromkeys(
            "\n".join([p.source.title, p.heading, attributed(p.attribution), p.attribution.when]) for p in passages
        )
    )


def _best(text: str, candidates: Sequence[_Evidence], least: float) -> tuple[_Evidence | None, tuple[str, ...]]:
    """Return the stored sentence that supports *text* best, or why the nearest does not.

    Only the six that share most words with it are held against it; equal ones in
    the order of the passages. A sentence in another language than the candidates
    needs words that the model named, so nothing is found for it.
    """
    if len(fold(text).text.split()) < 3:
        return None, ("words: too few to check",)
    ranked = sorted(candidates, key=lambda one: -coverage(text, one.text))
    first: tuple[str, ...] = ("words: nothing like it in what is cited",)
    for order, one in enumerate(ranked[:6]):
        shared = coverage(text, f"{one.text}\n{_context([one.passage])}")
        near = shared >= least and coverage(text, one.text) >= OWN_COVERAGE
        reasons = _reasons(text, [one])
        if not near or is_foreign(text, one.text):
            reasons = tuple(dict.fromkeys((*reasons, "words: too few stand in what is cited")))
        if not reasons:
            return one, ()
        first = reasons if order == 0 else first
    return None, first
