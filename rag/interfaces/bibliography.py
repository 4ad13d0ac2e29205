"""What answers cite, as a bibliography: an entry for each document, in BibTeX and CSL-JSON.

A document is what somebody says in one release, read at one place; two sentences that rest on
the same one share an entry, two documents of one source have two.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from rag.interfaces.wire import AnswerJson, CitationJson
from rag.records import UNKNOWN
from rag.text.attributions import READ_AT
from rag.text.dates import readable
from rag.text.words import STOP_WORDS

TEX = str.maketrans(
    {
        **{c: f"\\{c}" for c in "&%$#_"},
        "{": r"\textbraceleft{}",  # an escaped brace would still be counted by BibTeX
        "}": r"\textbraceright{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
"""What stands in BibTeX for a character that means something in it; addresses are never written so."""

BARE = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
"""The characters of an address that no program may leave bare, and that would end a BibTeX field."""

SOURCE_TYPES = {
    "government": "report",
    "un": "report",
    "think-tank": "report",
    "journal": "article-journal",
    "news": "article-newspaper",
}
"""The CSL type of a source by its kind, where an entry bears the source's own title; else it is a web page."""

PLACE_TYPES = {"primary": "report", "press": "article-newspaper", "copy": "report", "aggregator": "webpage"}
"""The CSL type of what bears the title of a release, or was read in a report of others, by the kind of its place."""

SECOND_HAND = ("press", "aggregator")
"""Kinds of place that hold others' words on a release, not the release."""

ASKING = STOP_WORDS | {"many", "much"}
"""Words that a name made of a question leaves out."""
RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)\d)")
"""Names that no file may have on Windows."""
LONGEST_NAME = 60
LONGEST_AUTHOR = 16


@dataclass(frozen=True, slots=True)
class Document:
    """What makes a cited document one of its own; what nobody knows is empty."""

    author: str
    """Who says it."""
    title: str
    publisher: str
    """Of the place where it was read."""
    date: str
    """Of the release, else of the place."""
    url: str

    @property
    def key(self) -> str:
        """A name for the document, the same in every export: ``nchs-2024-5e1b2c``."""
        digest = hashlib.sha256("\n".join(astuple(self)).encode()).hexdigest()[:8]
        return "-".join(filter(None, [slug(self.author or self.publisher, LONGEST_AUTHOR), self.date[:4], digest]))


@dataclass(frozen=True, slots=True)
class Entry:
    """A cited document with what else is told of it."""

    document: Document
    type: str
    """In the words of CSL."""
    note: str
    """How it was read: ``as reported by drugfree.org``."""
    accessed: str
    """Day of the answer that cites it; empty where nobody knows."""


def entries(answers: Sequence[AnswerJson]) -> list[Entry]:
    """List the documents that answers cite, once each, in reading order; rejected citations aside."""
    found: dict[Document, Entry] = {}
    for answer in answers:
        for citation in answer["citations"]:
            if citation["status"] != "rejected":
                entry = _entry(citation, str(answer.get("answered", "")))
                found.setdefault(entry.document, entry)
    return list(found.values())


def to_bibtex(answers: Sequence[AnswerJson], title: str) -> str:
    """Write what is cited as BibTeX."""
    return "\n\n".join(map(_bibtex, entries(answers))) + "\n"


def to_csl(answers: Sequence[AnswerJson], title: str) -> str:
    """Write what is cited as CSL-JSON."""
    return json.dumps([_csl(entry) for entry in entries(answers)], ensure_ascii=False, indent=1) + "\n"


def is_web(url: str) -> bool:
    """Whether an address may be linked: http or https only."""
    return re.match(r"https?://[^\s\"'<>]+$", url, re.IGNORECASE) is not None


def slug(text: str, longest: int = LONGEST_NAME) -> str:
    """Make a name that is safe on every system of a text's words: ``overdose-deaths-2022``; empty where none is Latin.

    Args:
        longest: characters; it is cut at the end of a word.
    """
    bare = re.sub(r"['’](?:s\b)?", "", text)
    folded = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", folded.lower())
    name = "-".join([word for word in words if word not in ASKING] or words)
    cut = name if len(name) <= longest else name[: longest + 1].rpartition("-")[0] or name[:longest]
    return f"{cut}-" if RESERVED.fullmatch(cut) else cut


def _entry(citation: CitationJson, accessed: str) -> Entry:
    place = citation["seen_at"]
    url = str(place["url"])
    date = _known(citation["date"]) or _known(place["date"])
    publisher = _known(place["publisher"])
    document = Document(_known(citation["origin"]), _title(citation), publisher, date, url if is_web(url) else "")
    others = citation["release"] or place["kind"] in SECOND_HAND
    kind = PLACE_TYPES[place["kind"]] if others else SOURCE_TYPES.get(citation["kind"], "webpage")
    told = [] if publisher in ("", citation["origin"]) else [f"{READ_AT[place['kind']]} {publisher}"]
    if told and _known(place["date"]) not in ("", date):
        told.append(readable(place["date"]))
    note = ", ".join(told)
    if citation["text_kind"] == "notes":
        note = f"{note}; cited from our notes" if note else "cited from our notes"
    return Entry(document, kind, note, accessed)


def _title(citation: CitationJson) -> str:
    """The release's title, else the source's; of a report by others on the source, that it is one."""
    if citation["release"]:
        return str(citation["release"])
    title = _known(citation["title"])
    second_hand = citation["text_kind"] == "notes" and citation["seen_at"]["kind"] in SECOND_HAND
    return f"[Report on: {title}]" if second_hand and title else title


def _bibtex(entry: Entry) -> str:
    document = entry.document
    fields = {
        "author": f"{{{_tex(document.author)}}}" if document.author else "",  # in braces: not parted into names
        "title": f"{{{_tex(document.title)}}}" if document.title else "",
        "publisher": _tex(document.publisher),
        "year": document.date[:4],
        "date": document.date,
        "note": _tex(entry.note),
        "url": document.url.translate(BARE),
        "urldate": entry.accessed,
    }
    told = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{document.key},\n" + ",\n".join(told) + "\n}"


def _csl(entry: Entry) -> dict[str, Any]:
    document = entry.document
    row: dict[str, Any] = {
        "id": document.key,
        "type": entry.type,
        "title": document.title,
        "author": [{"literal": document.author}] if document.author else [],
        "publisher": document.publisher,
        "container-title": "" if entry.type == "report" else document.publisher,
        "issued": _day(document.date),
        "accessed": _day(entry.accessed),
        "URL": document.url,
        "note": entry.note,
    }
    return {name: value for name, value in row.items() if value}


def _day(date: str) -> dict[str, Any]:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}


def _known(value: str) -> str:
    return "" if value == UNKNOWN else str(value)


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX)
