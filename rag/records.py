"""The records that pass between the stages, frozen and complete.

Offsets count code points, are half-open, and point into the stored text of one
document: ``document.text[start:end]`` is the thing itself. Dates are ISO 8601
of reduced precision (``2023``, ``2023-08``, ``2023-08-14``) or ``unknown``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

UNKNOWN = "unknown"
"""What a title, an author, a publisher or a date says when nobody knows it."""

TextKind = Literal["notes", "full text"]
"""Whether a document is our notes on a source or the source's own words."""

CitationStatus = Literal["verified", "corrected", "rejected"]
"""The quote stands in the stored text; was replaced by the source's words; stands nowhere, and is no evidence."""

Shape = Literal["plain", "comparison", "series", "timeline", "list", "overview", "record", "reply"]
"""How an answer is laid out: one answer; sides by side; one a year; events in order; many of a
kind; a source or topic in short; who wrote a source, where and when; no answer but a reply."""

Outcome = Literal["answer", "caution", "abstain"]
"""``caution`` answers with a warning; ``abstain`` says that the sources do not say."""

PlaceKind = Literal["primary", "press", "copy", "aggregator"]
"""What a place of reading is: the origin's own or an official register; a report, commentary or summary
of known make; the original's words on somebody else's site; what collects or rewrites the reports of
others."""

PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
"""In the order in which they are believed."""

FigureStatus = Literal["final", "provisional", "estimate"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one document's text, from its first code point to one past its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading(Span):
    """A heading in a document's text; level 1 is the title, 2 a section, and so on."""

    level: int


@dataclass(frozen=True, slots=True)
class Page(Span):
    """A printed page of a document, as counted from 1 in the file."""

    number: int
    by_ocr: float | None = None
    """How sure the recogniser is of a page that was read by OCR, from 0 to 1; None where its text is the file's own."""

    @property
    def name(self) -> str:
        """What a reader is told of it: ``Page 3, by OCR (confidence 0.93)``."""
        return f"Page {self.number}" + (f", by OCR (confidence {self.by_ocr:.2f})" if self.by_ocr is not None else "")


@dataclass(frozen=True, slots=True)
class Cue(Span):
    """A stretch of what is said in a recording."""

    seconds: int
    """When it begins, from the beginning of the recording."""

    @property
    def clock(self) -> str:
        """When it begins, as ``1:02:03``."""
        return f"{self.seconds // 3600}:{self.seconds // 60 % 60:02}:{self.seconds % 60:02}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read: who publishes it, when it appeared, and its web address, empty where it has none."""

    publisher: str
    date: str
    url: str
    kind: PlaceKind = "primary"
    time: str = ""
    """When it is said in a recording, as ``1:02:03``; empty where it was read."""
    by_ocr: float | None = None
    """Of a page that was read by OCR: how sure the recogniser is, see `Page`; else None."""

    def at(self, cue: Cue) -> Place:
        """The same place at a stretch of its recording; its address leads there."""
        url = f"{self.url.partition('#')[0]}#t={cue.seconds}" if self.url else ""
        return replace(self, url=url, time=cue.clock)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says something, when, in which release, and where it was read."""

    origin: str
    date: str
    """Of the release."""
    seen_at: Place
    release: str = ""
    """What the release is called; empty where it has no name."""

    @classmethod
    def own(cls, publisher: str, date: str, url: str) -> Attribution:
        """What a publisher says at an address of its own."""
        return cls(publisher, date, Place(publisher, date, url))

    @property
    def when(self) -> str:
        """The date of the release, else that of the place where it was read."""
        return self.date if self.date != UNKNOWN else self.seen_at.date


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure as data: what was measured, where, in which period, and whether it is the last word."""

    measure: str
    """In plain words, the same for the same measure: ``drug overdose deaths``."""
    place: str
    period: str
    """A year or a month, or the first and the last month of another span: ``2023-10/2024-09``."""
    value: float
    unit: str
    status: FigureStatus

    @property
    def subject(self) -> tuple[str, str, str]:
        """What only figures of the same may be set against: measure, place, unit."""
        return self.measure, self.place, self.unit

    def of_years(self, years: Collection[str]) -> bool:
        """Whether its period has one of some years in it; where there are none, it does."""
        first, _, last = self.period.partition("/")
        return not years or any(first[:4] <= year <= (last or first)[:4] for year in years)


@dataclass(frozen=True, slots=True)
class Statement(Span):
    """A statement of a notes document with its attribution, and what stands in it as data."""

    attribution: Attribution
    """The best place of reading first, see `PlaceKind`."""
    also: tuple[Attribution, ...] = ()
    """Who else says it, or where else it was read."""
    questions: tuple[str, ...] = ()
    """Questions that it answers, as readers may ask them; searched and offered, never quoted."""
    figures: tuple[Measurement, ...] = ()
    events: tuple[str, ...] = ()
    """Dates of the events that it tells."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publication that the library knows."""

    id: str
    """Lower-case letters, digits and hyphens; names the source everywhere."""
    title: str
    author: str
    publisher: str
    date: str
    url: str
    kind: str
    """article, government, news, un, think-tank, journal, or document."""
    licence: str

    @classmethod
    def unnamed(cls, source_id: str, title: str = UNKNOWN) -> Source:
        """A document of which nothing but its id, and perhaps a title, is known."""
        return cls(source_id, title, UNKNOWN, UNKNOWN, UNKNOWN, "", "document", UNKNOWN)

    @property
    def attribution(self) -> Attribution:
        """The attribution of everything in the source that has none of its own: its author's, else its publisher's."""
        origin = self.publisher if self.author == UNKNOWN else self.author
        return Attribution(origin, self.date, Place(self.publisher, self.date, self.url))


def document_id(source_id: str, text_kind: TextKind) -> str:
    """Name one of the texts of a source: ``ID/notes`` or ``ID/text``."""
    return f"{source_id}/{'notes' if text_kind == 'notes' else 'text'}"


def source_and_kind(doc_id: str) -> tuple[str, TextKind]:
    """Say which of the texts of which source a document is, by its id."""
    source_id, _, name = doc_id.rpartition("/")
    return source_id, "notes" if name == "notes" else "full text"


@dataclass(frozen=True, slots=True)
class Document:
    """One stored text of one source, with what stands in it, in text order; only notes have statements."""

    doc_id: str
    source_id: str
    text_kind: TextKind
    text: str
    """Normalised once; a line feed always ends a block, a paragraph is one line."""
    sha256: str
    """Digest of the text in UTF-8, hexadecimal."""
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    """Empty where the format has none."""
    statements: tuple[Statement, ...] = ()
    cues: tuple[Cue, ...] = ()
    """Of what is said in a recording: all stretches, in order."""

    def cue_at(self, offset: int) -> Cue | None:
        """The stretch of a recording in which a place of the text stands; None where the text is of none."""
        index = bisect_right(self.cues, offset, key=lambda cue: cue.start) - 1
        return self.cues[index] if index >= 0 else None

    def page_at(self, offset: int) -> Page | None:
        """The page on which a place of the text stands; None where the text has no pages."""
        index = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[index] if index >= 0 else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document that fits the embedder's window."""

    chunk_id: str
    """``DOC_ID#ORDINAL``, unique within one generation of the index."""
    doc_id: str
    start: int
    end: int
    heading: str
    """The headings above, outermost first, joined by `` > ``; empty where there are none."""
    page: int | None
    """Page on which the chunk starts, where the format has pages."""
    sentences: tuple[Span, ...]
    """The sentences in the chunk, in order, as spans of the document."""
    attribution: Attribution
    """The statement's, falling back to the source's; one a chunk."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another place that says what a passage says, in nearly the same words."""

    source_id: str
    doc_id: str
    start: int
    end: int
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as a reader sees it, numbered from 1 in the order shown, with where it comes from."""

    number: int
    source: Source
    doc_id: str
    text_kind: TextKind
    chunk_id: str
    start: int
    end: int
    text: str
    """``document.text[start:end]``."""
    heading: str
    page: int | None
    attribution: Attribution
    score: float
    """The fused score; higher is better, comparable within one question only."""
    scores: Mapping[str, float]
    """The score of each channel on its own scale."""
    sentences: tuple[Span, ...] = ()
    also_in: tuple[Copy, ...] = ()
    """Copies that a search found too and does not list."""
    statements: tuple[Statement, ...] = ()
    """Of a passage of notes: the statements in it, in order."""
    near: tuple[str, ...] = ()
    """For each of these the noted question that is nearest to the one asked, empty where none is noted."""

    def statement_at(self, span: Span) -> Statement | None:
        """The statement that holds a span of this passage, where it has one."""
        return next((s for s in self.statements if s.start <= span.start < s.end), None)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote, the number of the passage that holds it, and where exactly it stands."""

    number: int
    source_id: str
    doc_id: str
    text_kind: TextKind
    title: str
    kind: str
    attribution: Attribution
    quote: str
    start: int
    end: int
    status: CitationStatus
    also: tuple[Attribution, ...] = ()
    """Who else says it, or where else it was read."""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer, without markers, and what it rests on."""

    text: str
    citations: tuple[Citation, ...]
    status: Literal["supported", "unsupported"]
    """``unsupported`` sentences are shown as such and carry no clickable marker."""
    told: Span | None = None
    """Where in the text stands exactly the number, date, name or place asked for; None where that is not clear."""
    figure: Measurement | None = None
    """Its figure for the part that it answers, where that stands as data."""
    date: str = ""
    """In a timeline: when what it tells was so; empty where nothing says."""
    part: int | None = None
    """Index of the part of the question that it answers; None where the question has one part."""

    @property
    def marked(self) -> str:
        """The sentence with its ``[n]`` markers."""
        numbers = dict.fromkeys(c.number for c in self.citations if c.status != "rejected")
        return " ".join([self.text, *(f"[{n}]" for n in numbers)])


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to read before the answer: emergency help, a caution, a language note."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements of several sources that give different figures, and a sentence that says what differs."""

    text: str
    citations: tuple[Citation, ...]
    figures: tuple[str, ...] = ()
    """What each of them gives, as it stands there."""
    revised: bool = False
    """Whether the first is a provisional figure and the second the later, final one."""
    period: str = ""
    """What they are figures of, in words: ``2023``, ``October 2023 to September 2024``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange; its question as resolved, so that a chain of follow-ups keeps its subject."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; an empty field limits nothing."""

    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    """Compared without case as parts of the names of the source's publisher, the origin and the place of reading."""
    since: str = ""
    """ISO 8601 of reduced precision; a partial date matches a range it overlaps."""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question asks for, as it was searched, and whether the sources say it."""

    question: str
    answered: bool
    name: str = ""
    """What tells it from the other parts: its year, or the words that only it has."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant says to one question."""

    question: str
    resolved_question: str
    """The question that was searched, follow-ups completed and typing errors mended."""
    outcome: Outcome
    confidence: float
    """Calibrated probability that the first three sentences answer the question, 0 to 1."""
    sentences: tuple[AnswerSentence, ...]
    passages: tuple[Passage, ...]
    """Cited ones first, in the order of their numbers."""
    notices: tuple[Notice, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    lead: str = ""
    """What is said before the sentences, such as that the sources do not say."""
    answerer: str = "extractive"
    """``extractive``, or the language model's name."""
    suggestions: tuple[str, ...] = ()
    """Questions that the passages can answer."""
    shape: Shape = "plain"
    parts: tuple[Part, ...] = ()
    """Of a question that asks for several things: each, in order."""
    scope: str = ""
    """What was searched, in words: ``Searched in 2 of 30 sources, not newer than 2019``; empty where all was."""
    generation: str = ""
    """Name of the generation of the index that it is quoted from."""
    trace: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Seconds of each step, and of all together as ``total``; see `rag.tracing`."""

    @property
    def abstained(self) -> bool:
        """Whether the assistant declined to answer."""
        return self.outcome == "abstain"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of every sentence and conflict, once each, in reading order."""
        seen: dict[tuple[str, int, int], Citation] = {}
        groups = [s.citations for s in self.sentences] + [c.citations for c in self.conflicts]
        for citation in (c for group in groups for c in group):
            seen.setdefault((citation.doc_id, citation.start, citation.end), citation)
        return tuple(seen.values())

    @property
    def text(self) -> str:
        """The answer as plain text with ``[n]`` markers."""
        return " ".join([self.lead] * bool(self.lead) + [sentence.marked for sentence in self.sentences])
