"""What an answer rests on, in words, and its shape as data: works on answers in their JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rag.interfaces.labels import PLACES
from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN
from rag.text.dates import readable
from rag.text.figures import written


def sureness(answer: AnswerJson) -> str:
    """Say in a word how sure an answer is: ``high``, ``fair`` or ``low``."""
    return "high" if answer["confidence"] >= 0.75 else "fair" if answer["confidence"] >= 0.5 else "low"


def voice(sentence: Mapping[str, Any]) -> str:
    """Say whose words a sentence is: ``full text``, a source's very words, which alone stand in quotation marks,
    ``notes``, or nothing where it is worded otherwise.
    """
    text = " ".join(sentence["text"].split())
    cited = [(c["text_kind"], " ".join(c["quote"].split())) for c in sentence["citations"] if c["status"] != "rejected"]
    if ("full text", text) in cited:
        return "full text"
    return "notes" if any(kind == "notes" and quote in text for kind, quote in cited) else ""


def basis(answer: AnswerJson) -> str:
    """Say in one line whose words an answer rests on and how old they are.

    ``3 notes of ours, none in the source's own words; newest March 2023, one undated``
    """
    cited = [c for c in answer["citations"] if c["status"] != "rejected"]
    rejected = len(answer["citations"]) - len(cited)
    corrected = sum(c["status"] == "corrected" for c in cited)
    told = [_words(cited)] if cited else []
    told += [f"{_count(corrected)} corrected (≈)"] if corrected else []
    told += [f"{_count(rejected)} rejected (✗)"] if rejected else []
    told += [_age(cited)] if cited else []
    told += ["low confidence"] if sureness(answer) == "low" else []
    return "; ".join(told)


def _words(cited: Sequence[CitationJson]) -> str:
    notes = sum(c["text_kind"] == "notes" for c in cited)
    quotes = len(cited) - notes
    ours = "one note of ours" if notes == 1 else f"{notes} notes of ours"
    if not quotes:
        return f"{ours}, {'not' if notes == 1 else 'none'} in the source's own words"
    told = f"{_count(quotes)} quote{'s' if quotes > 1 else ''} in the source's own words"
    if all(c["status"] == "verified" for c in cited):
        told += ", verified" if quotes == 1 else ", every quote verified"
    return f"{told}, and {ours}" if notes else told


def _age(cited: Sequence[CitationJson]) -> str:
    whens = [c["date"] if c["date"] != UNKNOWN else c["seen_at"]["date"] for c in cited]
    dated = [when for when in whens if when != UNKNOWN]
    undated = len(whens) - len(dated)
    if not dated:
        return "undated" if undated == 1 else "all undated"
    newest = readable(max(dated))
    if len(whens) == 1:
        return newest
    return f"newest {newest}" + (f", {_count(undated)} undated" if undated else "")


def _count(number: int) -> str:
    return "one" if number == 1 else str(number)


def read_where(citation: CitationJson) -> str:
    """Say who says what is cited, when, and where it was read: ``NCHS, 2024; read at cdc.gov``."""
    place = citation["seen_at"]
    host = urlsplit(str(place["url"])).netloc.removeprefix("www.")
    kind = f" ({PLACES[place['kind']]})" if place["kind"] in PLACES else ""
    return f"{citation['said_by']}; {f'read at {host}{kind}' if host else 'in this library'}"


@dataclass(frozen=True, slots=True)
class Bar:
    """The figure of one part of a series."""

    name: str
    """Its year."""
    sentence: Mapping[str, Any] | None
    """What gives it; None where the sources do not say."""
    figure: str
    """As a reader reads it; empty where there is none."""
    share: float
    """Of the highest figure, 0 to 1."""
    status: str

    @property
    def when(self) -> str:
        """Its year, and its status where that is not final."""
        return self.name if self.status == "final" else f"{self.name}, {self.status}"


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one measure, a part each, in order."""

    measure: str
    place: str
    unit: str
    """Empty where the measure says it."""
    bars: tuple[Bar, ...]

    @property
    def told(self) -> tuple[Bar, ...]:
        """Those that have a figure."""
        return tuple(bar for bar in self.bars if bar.sentence)

    @property
    def subject(self) -> str:
        """What is measured, and where: ``Drug overdose deaths, United States``."""
        return f"{self.measure[:1].upper()}{self.measure[1:]}, {self.place}"

    @property
    def headline(self) -> tuple[tuple[str, str], ...]:
        """The first, the last and the highest figure in a sentence, in pairs of words and the figure after them."""
        first, last, top = self.told[0], self.told[-1], max(self.told, key=lambda bar: bar.share)
        said = [(f"{self.subject}: from ", first.figure), (f" ({first.when}) to ", last.figure)]
        if top.name in (first.name, last.name):
            return (*said, (f" ({last.when}).", ""))
        return (*said, (f" ({last.when}); the highest was ", top.figure), (f" ({top.when}).", ""))


def series(answer: AnswerJson) -> Series | None:
    """Give the series of an answer; None where it has fewer than two figures of one measure."""
    said = {s["part"]: s for s in answer["sentences"] if s.get("figure")}
    if answer.get("shape") not in ("series", "comparison") or len(said) < 2:
        return None
    top = max(0.0, *(s["figure"]["value"] for s in said.values())) or 1.0
    bars = tuple(_bar(part, said.get(n), top) for n, part in enumerate(answer["parts"]))
    figure = next(iter(said.values()))["figure"]
    unit = "" if figure["unit"] in figure["measure"] else figure["unit"]
    return Series(figure["measure"], figure["place"], unit, bars)


def _bar(part: Mapping[str, Any], sentence: Mapping[str, Any] | None, top: float) -> Bar:
    if sentence is None:
        return Bar(part["name"], None, "", 0.0, "no such figure" if part["answered"] else "the sources do not say")
    figure = sentence["figure"]
    return Bar(part["name"], sentence, written(figure["value"]), max(0.0, figure["value"] / top), figure["status"])
