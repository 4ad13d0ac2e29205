"""What every reader yields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.records import UNKNOWN, Cue, Heading, Page

_NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)|(?:powerpoint )?presentation$|word document$"
    r"|\S+\.(?:docx?|pdf|indd|tex|dvi|qxd|pptx?|rtf|odt|html?)$"
    r"|(?:about|file|data|https?):\S*$"
    r"|slide 1$|document\d*$|title$|no title|[\W\d_]*$",
    re.IGNORECASE,
)
"""What programs write where a title belongs: their own names, names of files, addresses."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of one file or web page with what it says of itself.

    The text is normalised: Unicode NFC, line feeds only, no trailing white space
    on a line, blocks separated by blank lines, each paragraph, heading, list point
    and table row on one line of its own, no control characters or lone surrogates.
    """

    text: str
    headings: tuple[Heading, ...] = ()
    """Spans of the heading lines in the text, in order."""
    pages: tuple[Page, ...] = ()
    cues: tuple[Cue, ...] = ()
    title: str = UNKNOWN
    author: str = UNKNOWN
    publisher: str = UNKNOWN
    date: str = UNKNOWN
    """Publication date, ISO 8601 of reduced precision, or ``unknown``."""
    url: str = ""
    """Where it was published, if the file tells."""
    kind: str = "document"
    """In small letters as the file tells it; whether there is such a kind is not checked here."""
    licence: str = UNKNOWN
    warnings: tuple[str, ...] = ()
    """What was left out or looked odd, one sentence each."""
    doubt: str = ""
    """Why it seems to be no text that somebody wrote; such a one is taken only where its owner says so."""


def known(*texts: str) -> str:
    """Return the first text that says something, or ``unknown``."""
    return next((text for text in texts if text and text != UNKNOWN), UNKNOWN)


def titled(*texts: str) -> str:
    """Return the first text that is a title, or ``unknown``; a format's properties often hold none."""
    return known(*(text for text in texts if len(text) <= 300 and not _NO_TITLE.match(text)))
