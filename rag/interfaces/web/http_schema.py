"""What ``/v1`` takes and gives, by name and type; `rag.interfaces.wire` writes what is given.

Within version 1 a field is never removed or given another meaning; new ones may come.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from rag.assistant import LONGEST_QUESTION
from rag.config import MOST_PASSAGES
from rag.interfaces.wire import answer_json, passage_json, source_json
from rag.library.status import SourceStatus
from rag.records import Answer as AnswerRecord
from rag.records import (
    AnswerSentence,
    Attribution,
    CitationStatus,
    FigureStatus,
    Outcome,
    PlaceKind,
    Shape,
    TextKind,
)
from rag.records import Citation as CitationRecord
from rag.records import Passage as PassageRecord
from rag.records import Source as SourceRecord
from rag.sources.declarations import KINDS

ASKED = "How much did the opioid crisis cost the US economy in 2020?"


def _messages(*fields: str, **values: list[str]) -> dict[str, Any]:
    properties = {name: {"type": "string", **({"enum": values[name]} if name in values else {})} for name in fields}
    return {"type": "object", "properties": properties, "required": [name for name in fields if name != "answer"]}


History = Annotated[
    list[Any],
    WithJsonSchema(
        {
            "type": "array",
            "items": {
                "anyOf": [_messages("role", "content", role=["user", "assistant"]), _messages("question", "answer")]
            },
        }
    ),
]
"""Checked by `rag.interfaces.web.calls.earlier`, which says in words what is wrong."""

Question = Annotated[
    str,
    Field(description=f"At most {LONGEST_QUESTION:,} characters.", json_schema_extra={"maxLength": LONGEST_QUESTION}),
]
Depth = Annotated[
    int | None,
    Field(
        description=f"Passages to give, 1 to {MOST_PASSAGES}; null for what the library sets.",
        json_schema_extra={"minimum": 1, "maximum": MOST_PASSAGES},
    ),
]
Day = Annotated[str, Field(description="YYYY, YYYY-MM or YYYY-MM-DD; empty for no limit.")]


class Scoped(BaseModel):
    """A question and what its search is limited to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    k: Depth = None
    sources: list[str] = Field([], description="Ids of the only sources to use; empty for all.")
    kinds: list[str] = Field([], description=f"The only kinds of source to use, of {', '.join(KINDS)}; empty for all.")
    publishers: list[str] = Field([], description="Parts of the names of the only publishers to use; empty for all.")
    since: Day = ""
    until: Day = ""


class AskRequest(Scoped):
    """What ``/v1/ask`` takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "question": "And in 2022?",
                "history": [
                    {"role": "user", "content": "How many overdose deaths were there in 2021?"},
                    {"role": "assistant", "content": "106,699 people died of drug overdoses in 2021. [1]"},
                ],
                "kinds": ["government"],
                "k": 3,
            }
        }
    )

    history: History = Field([], description="Earlier messages, oldest first; the last six turns count.")
    written: bool = Field(False, description="Let the language model of the settings word the answer.")
    trace: bool = Field(False, description="Tell how long each step took.")


class RetrieveRequest(Scoped):
    """What ``/v1/retrieve`` takes."""

    model_config = ConfigDict(json_schema_extra={"example": {"question": ASKED, "k": 3, "since": "2022", "read": True}})

    read: bool = Field(False, description="Let the reading model order the passages: better, and slower.")


class Problem(BaseModel):
    """What every refusal gives."""

    error: str = Field(description="What is wrong and what was expected, in a sentence.")


class Seen(BaseModel):
    """Where something was read."""

    publisher: str
    date: str
    url: str = Field(description="Empty where it has none.")
    kind: PlaceKind
    time: str = Field(description="When it is said in a recording, as 1:02:03; empty where it was read.")
    by_ocr: float | None = Field(None, description="How sure the recogniser is of a page that was read by OCR, 0 to 1.")


class Said(BaseModel):
    """Who says something, when, and where it was read; what nobody knows is "unknown"."""

    said_by: str = Field(description="All of this in words.")
    origin: str = Field(description="Who says it.")
    date: str = Field(description="Of the release: YYYY, YYYY-MM, YYYY-MM-DD or unknown.")
    release: str = Field(description="What the release is called; empty where it has no name.")
    seen_at: Seen


class Held(BaseModel):
    """A stretch of a stored text; offsets count code points, end is one past the last."""

    source_id: str
    doc_id: str
    start: int
    end: int


class Citation(Held, Said):
    """A quote and where exactly it stands."""

    number: int = Field(description="Of the passage that holds it, as in [n].")
    text_kind: TextKind = Field(description="Whose words the quote is: our notes', or the source's own.")
    title: str
    kind: str = Field(description="Of the source.")
    also: list[Said] = Field(description="Who else says it, or where else it was read.")
    quote: str = Field(description="Cut from the stored text.")
    status: CitationStatus


class Stretch(BaseModel):
    """A stretch of a text, in code points."""

    start: int
    end: int


class Figure(BaseModel):
    """A figure as data."""

    measure: str
    place: str
    period: str = Field(description="YYYY, YYYY-MM, or the first and last month of another span: 2023-10/2024-09.")
    value: float
    unit: str
    status: FigureStatus


class Sentence(BaseModel):
    """A sentence of an answer and what it rests on."""

    text: str
    citations: list[Citation]
    status: Literal["supported", "unsupported"]
    told: Stretch | None = Field(None, description="Where in the text stands exactly what was asked for.")
    figure: Figure | None = Field(None, description="Of a series: the figure, as data.")
    date: str = Field(description="In a timeline: when it was so; else empty.")
    part: int | None = Field(None, description="Index of the part of the question that it answers.")


class Copy(Held, Said):
    """Another place that says what a passage says."""


class Passage(Held, Said):
    """A passage that was found."""

    number: int
    text_kind: TextKind
    title: str
    author: str
    kind: str
    heading: str
    page: int | None
    text: str
    score: float = Field(description="Higher is better; comparable within one question only.")
    scores: dict[str, float] = Field(description="Of each channel, on its own scale.")
    also_in: list[Copy]


class Part(BaseModel):
    """One of the things that a question asks for."""

    question: str
    answered: bool


class Notice(BaseModel):
    """Something to read before the answer."""

    kind: str
    text: str


class Conflict(BaseModel):
    """Figures that differ for the same thing."""

    text: str
    citations: list[Citation]
    figures: list[str] = Field(description="The two figures as they are printed, in the order of the citations.")
    revised: bool = Field(description="Whether the one replaced the other.")
    period: str = Field(description="What they are figures of, in words: 2023.")


class Answer(BaseModel):
    """What ``/v1/ask`` gives."""

    question: str
    resolved_question: str = Field(description="As it was searched: follow-ups completed, typing errors mended.")
    shape: Shape
    outcome: Outcome
    abstained: bool
    confidence: float = Field(description="Probability that the first three sentences answer, 0 to 1.")
    text: str = Field(description="The whole answer with [n] markers.")
    lead: str = Field(description="What is said before the sentences.")
    scope: str = Field(description="What was searched, in words, where the question was limited; empty where all was.")
    parts: list[Part]
    sentences: list[Sentence]
    citations: list[Citation]
    passages: list[Passage] = Field(description="Cited ones first.")
    notices: list[Notice]
    conflicts: list[Conflict]
    answerer: str = Field(description="extractive, or the name of the language model.")
    suggestions: list[str] = Field(description="Questions that the passages can answer.")
    generation: str = Field(description="Name of the generation of the index that it is quoted from.")
    trace: dict[str, float] | None = Field(None, description="Seconds of each step and in total, where asked for.")


class Source(BaseModel):
    """A source, of which ``/v1/sources`` gives a list."""

    id: str
    title: str
    author: str
    publisher: str
    date: str
    url: str
    kind: str
    licence: str
    text_kinds: list[TextKind] = Field(description="What the index holds of it.")
    chunks: int
    problem: str = Field(description="Why a text of it is missing; empty when all is well.")


_SAID = Attribution.own("Joint Economic Committee", "2022-09-28", "https://www.jec.senate.gov/public/index.cfm")
_SOURCE = SourceRecord(
    "jec-2022", "JEC Analysis", _SAID.origin, _SAID.origin, _SAID.date, _SAID.seen_at.url, "government", "ours"
)
_QUOTE = "The opioid epidemic cost the United States nearly $1.5 trillion in 2020, Congress estimated."
_PASSAGE = PassageRecord(
    1, _SOURCE, "jec-2022/notes", "notes", "jec-2022/notes#0", 120, 120 + len(_QUOTE), _QUOTE, "Figures", 4, _SAID,
    0.91, {"dense": 0.83, "bm25": 0.7},
)  # fmt: skip
_CITATION = CitationRecord(
    1, _SOURCE.id, _PASSAGE.doc_id, "notes", _SOURCE.title, _SOURCE.kind, _SAID, _QUOTE, _PASSAGE.start, _PASSAGE.end,
    "verified",
)  # fmt: skip

_ANSWER = AnswerRecord(
    ASKED, ASKED, "answer", 0.92, (AnswerSentence(_QUOTE, (_CITATION,), "supported"),), (_PASSAGE,),
    generation="00000003", trace={"understanding": 0.012, "searching": 0.021, "reading": 0.154, "total": 0.19},
)  # fmt: skip

EXAMPLE_ANSWER = answer_json(_ANSWER, trace=True)
EXAMPLE_PASSAGES = [passage_json(_PASSAGE)]
EXAMPLE_SOURCES = [source_json(SourceStatus(_SOURCE, ("notes",), 12, ""))]
