"""Read the marks that note-taking programs such as Obsidian add to Markdown."""

from __future__ import annotations

import re

_LINK = re.compile(r"(!?)\[\[([^\[\]|\n]{0,500})(?:\|([^\[\]\n]{0,500}))?\]\]")
_FILE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|pdf|mp3|wav|m4a|ogg|flac|mp4|webm|mov|canvas|base)(?:#|$)", re.I
)
_BLOCK = re.compile(r"#?\^[\w-]+$")
_HIGHLIGHT = re.compile(r"(?<![\w=])==(?=\S)([^=\n]+)(?<=\S)==(?![\w=])")
_CALLOUT = re.compile(r"^\[!\w[\w-]*\][-+]?\s*")
_NAME = re.compile(r"\s\^(?=[\w-]*[A-Za-z])[\w-]{4,}$")
"""The name of a paragraph, for links to it."""
REMARK = re.compile(r"^%%[^\S\n]*\n(.*?)^%%[^\S\n]*$|%%([^%\n]+)%%", re.MULTILINE | re.DOTALL)
"""Words that a note hides from its readers."""


def link_words(text: str) -> str:
    """Return a text with each link as the words that it shows, and what is highlighted without its marks.

    ``[[Quay#Fees|the fees]]`` gives ``the fees``, ``[[Quay#Fees]]`` gives ``Quay > Fees``.
    """
    return _HIGHLIGHT.sub(r"\1", _LINK.sub(_shown, text))


def paragraph_words(text: str) -> str:
    """Return a paragraph without its name, and one of a callout without its kind."""
    return _NAME.sub("", _CALLOUT.sub("", text))


def _shown(link: re.Match[str]) -> str:
    embedded, target, words = link[1], link[2].strip(), (link[3] or "").strip()
    if embedded and _FILE.search(target):
        # What stands behind the bar is the width of a picture, or its caption.
        return "" if re.fullmatch(r"\d*(?:x\d+)?", words) else words
    return words or " > ".join(filter(None, _BLOCK.sub("", target).split("#")))
