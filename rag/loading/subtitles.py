"""Read what is said in a recording with its times: SubRip and WebVTT subtitles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from rag.errors import LoadError
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract
from rag.loading.normalise import Layout, clean_line
from rag.records import Cue

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^[^\S\n]*{_TIME}[^\S\n]*-->[^\S\n]*{_TIME}[^\n]*$", re.MULTILINE)
_NUMBER = re.compile(r"\n[^\S\n]*\d+[^\S\n]*$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>\n]+)>")
_ROLLING = re.compile(r"<\d\d:\d\d:\d\d\.\d{3}>")
"""The time of one word, as programs write it that show each line twice, below and then above the next."""
_MARK = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<[\d:.]+>|\{\\[^{}\n]{0,80}\}")
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_PAUSE = 3.0
"""Seconds of silence that end a paragraph."""
_LONG = 400, 1500
"""Characters from which a sentence's end ends a paragraph, and from which anything does."""


@dataclass(frozen=True, slots=True)
class _Said:
    """The text of one cue."""

    start: float
    end: float
    text: str
    voice: str


def read_subtitles(data: bytes) -> Extract:
    """Return what is said as paragraphs, a new one where another speaks or nobody does, with the time of each cue."""
    text = decode_text(data)
    layout, cues, held = Layout(), list[Cue](), list[_Said]()
    for said in _cues(text):
        if held and _ends(held, said):
            cues += _add(held, layout)
            held = []
        held.append(said)
    cues += _add(held, layout)
    if not layout.text:
        raise LoadError("empty: the file holds no subtitles with times")
    return layout.extract(cues=tuple(cues))


def _cues(text: str) -> Iterator[_Said]:
    rolling = _ROLLING.search(text) is not None
    times = list(_TIMES.finditer(text))
    before: list[str] = []
    for number, found in enumerate(times):
        after = times[number + 1].start() if number + 1 < len(times) else len(text)
        block = text[found.end() : after]
        # An empty line ends a cue; where it is missing, the next cue's number does.
        block = _NUMBER.sub("", block.lstrip("\n").split("\n\n")[0].rstrip("\n")) if block[:2] != "\n\n" else ""
        voice = _VOICE.search(block)
        lines = [clean_line(unescape(_MARK.sub("", line))) for line in block.split("\n")]
        new = [line for line in lines if line and not (rolling and line in before)]
        before = lines
        if new:
            start, end = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
            yield _Said(start, end, " ".join(new), clean_line(voice[1]) if voice else "")


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction}")


def _ends(held: list[_Said], said: _Said) -> bool:
    """Return whether a paragraph ends before the next cue."""
    length = sum(len(part.text) + 1 for part in held)
    full = length > _LONG[1] or (length > _LONG[0] and _END.search(held[-1].text) is not None)
    return full or said.voice != held[-1].voice or said.start - held[-1].end > _PAUSE


def _add(held: list[_Said], layout: Layout) -> Iterator[Cue]:
    """Add a paragraph, and yield its cues where they stand in the text."""
    if not held:
        return
    lead = f"{held[0].voice}: " if held[0].voice else ""
    layout.add(lead + " ".join(part.text for part in held))
    end = layout.length
    start = end - len(lead) - sum(len(part.text) + 1 for part in held) + 1
    for number, part in enumerate(held):
        lead = lead if number == 0 else ""
        yield Cue(start, start + len(lead) + len(part.text), int(part.start))
        start += len(lead) + len(part.text) + 1
