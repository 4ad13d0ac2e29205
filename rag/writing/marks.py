"""Read one line of a language model's answer: its words and its references."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

BRACKETS = str.maketrans({"【": "[", "】": "]", "［": "[", "］": "]", "〔": "[", "〕": "]"})
"""Brackets of other scripts, read as square ones."""
_LEAD = re.compile(r"^\s*(?:[-*\u2022\u2013>]+\s+|\d{1,2}[.)]\s+|(?:claim|answer|sentence|a)\s*\d*\s*:\s*)+", re.I)
MARKER = re.compile(
    r"\[\s*(?:(?:id|passage|source|citation)s?\s*[:=#]?\s*)?(?P<ids>[\w#-]{1,14}(?:\s*[,;&]\s*[\w#-]{1,14})*)"
    r"(?:\u2020[^\]:\n]*)?\s*(?::\s*(?P<quote>[\"\u201c'].*?[\"\u201d'](?=\s*\])|[^\]\n]*))?\s*\](?!\w)"
)
_NEXT_QUOTE = re.compile(r"[\"\u201d]\s*[,;]\s*(?:([\w#-]{1,14})\s*:\s*)?[\"\u201c]")
_LINK = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[(?P<text>[^\]]*)\]\((?:https?:)?/{0,2}[^)\s]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<\|[^<>|]{0,40}\|>")
_JSON_TEXT = ("text", "claim", "sentence", "answer", "statement", "content")
_JSON_ID = ("id", "ids", "citation", "citations", "source", "sources", "passage", "passages")
_JSON_QUOTE = ("quote", "quotes", "words", "evidence", "exact_words")


@dataclass(frozen=True, slots=True)
class Mark:
    """One reference of a claim."""

    id: str
    quote: str
    """Words that the model says it relies on, or an empty string."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the model says, with the references that it gives."""

    text: str
    """Without markers."""
    marks: tuple[Mark, ...]
    """Known ids only, in order, once each with the same quote."""


def read_claim(line: str, ids: Collection[str]) -> Claim | None:
    """Read a line of an answer; None when it says nothing.

    ``Deaths fell. [kq7x: "fell by 5 %"]`` gives the text ``Deaths fell.`` and one
    mark. Markers with unknown ids, links, pictures and tags are dropped.
    """
    known = frozenset(ids)
    marks: dict[Mark, None] = {}
    line = line.translate(BRACKETS)
    line = _TAG.sub("", _LINK.sub(lambda match: match["text"] or "", line))

    def note(match: re.Match[str]) -> str:
        names = [name.strip("#-").lower() for name in re.split(r"[,;&\s]+", match["ids"])]
        if not known.intersection(names) and not _is_reference(match, names):
            return match[0]
        first, *rest = _NEXT_QUOTE.split(match["quote"] or "")
        quotes = [(names, first)]
        for other, words in zip(rest[::2], rest[1::2], strict=True):
            quotes.append(([other.strip("#-").lower()] if other else quotes[-1][0], words))
        for found, words in quotes:
            quote = words.strip(" \t\"'\u201c\u201d\u2018\u2019")
            marks.update({Mark(name, quote): None for name in found if name in known})
        return " "

    text = MARKER.sub(note, line)
    for name in sorted(known):
        bare = re.compile(rf"(?i)\s*[(\[]?\b(?:(?:id|passage)[\s:-]*)?{name}\b[)\]]?")
        if bare.search(text):
            text = bare.sub("", text)
            marks[Mark(name, "")] = None
    text = re.sub(r"\[\s*[\w#-]{0,14}\s*$|\[[\w#-]{0,14}\s*:[^\]]*$", "", text)
    text = _LEAD.sub("", text).replace("**", "").replace("__", "")
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
    text = re.sub(r"([.!?])[.,;]+$", r"\1", text)
    quoted = {mark.id for mark in marks if mark.quote}
    kept = tuple(mark for mark in marks if mark.quote or mark.id not in quoted)
    return Claim(text, kept) if any(char.isalnum() for char in text) else None


def _is_reference(match: re.Match[str], names: list[str]) -> bool:
    """Return whether a bracket refers to something, though to nothing that is known."""
    if match["quote"] is not None or re.match(r"\[\s*(?:id|passage|source|citation)", match[0], re.I):
        return True
    return all(any(char.isdigit() for char in name) and len(name) <= 6 for name in names)


def _json_values(text: str) -> Iterator[object]:
    """Yield the JSON values that stand one after the other in *text*."""
    decoder = json.JSONDecoder()
    at = 0
    while (at := next((i for i in range(at, len(text)) if text[i] in "{["), -1)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value


def _json_claims(value: object, ids: Collection[str]) -> list[Claim]:
    """Return the claims of a JSON value: objects with a text, or plain strings in a list."""
    if isinstance(value, str):
        return [claim for claim in [read_claim(value, ids)] if claim]
    if isinstance(value, list):
        return [claim for one in value for claim in _json_claims(one, ids)]
    if not isinstance(value, dict):
        return []
    words = next((value[key] for key in _JSON_TEXT if isinstance(value.get(key), str)), None)
    if words is None:
        return [c for one in value.values() if isinstance(one, (list, dict)) for c in _json_claims(one, ids)]
    claim = read_claim(words, ids)
    if claim is None:
        return []
    names = re.findall(r"\w+", json.dumps([value.get(key, "") for key in _JSON_ID]).lower())
    quote = next((value[key] for key in _JSON_QUOTE if isinstance(value.get(key), str)), "")
    marks = tuple(Mark(name, quote) for name in dict.fromkeys(names) if name in frozenset(ids))
    return [Claim(claim.text, claim.marks or marks)]


def read_json(text: str, ids: Collection[str]) -> list[Claim]:
    """Read the claims of an answer in JSON, whole or cut off."""
    found = [claim for value in _json_values(text) for claim in _json_claims(value, ids)]
    if not found:
        pattern = rf'"(?:{"|".join(_JSON_TEXT)})"\s*:\s*"((?:[^"\\\n]|\\.)*)"'
        words = (match.replace('\\"', '"') for match in re.findall(pattern, text))
        found = [claim for claim in (read_claim(line, ids) for line in words) if claim]
    return found
