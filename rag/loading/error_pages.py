"""Refuse error pages, logins and cookie walls that were saved in an article's place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.html_blocks import Block, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_ERRORS: tuple[tuple[str, int, str], ...] = (
    (
        "not found", 1_500,
        r"(?:error\s*)?404\b|(?:the )?page (?:was |could )?not (?:be )?found|not found$"
        r"|seite (?:wurde )?nicht gefunden"
        r"|(?:the |this )?page (?:you requested |does not |doesn.t |no longer )?exists?$|página no encontrada"
        r"|page introuvable|(?:sorry, )?(?:we )?couldn.t find (?:that|this|the) page",
    ),
    (
        "access refused", 1_500,
        r"(?:error\s*)?403\b|forbidden$|access (?:to this page )?(?:has been )?denied|you have been blocked"
        r"|just a moment|attention required|are you (?:a )?(?:robot|human)"
        r"|verify(?:ing)? (?:that )?you are (?:a )?human"
        r"|checking your browser|enable javascript and cookies|unusual traffic|pardon our interruption",
    ),
    (
        "server error", 1_500,
        r"(?:error\s*)?50[0234]\b|internal server error|bad gateway|service (?:temporarily )?unavailable"
        r"|gateway time-?out|site (?:is )?under maintenance",
    ),
    (
        "login wall", 700,
        r"(?:log|sign) ?in$|(?:please )?(?:log|sign) ?in to (?:continue|read|view|your)|login(?: required)?$"
        r"|members only|anmelden$|subscribe to (?:continue|read|keep)|create (?:a free|an) account to",
    ),
    (
        "cookie wall", 700,
        r"we (?:value your privacy|use cookies|and our partners)|before you continue"
        r"|(?:accept|manage) (?:all )?cookies"
        r"|cookie (?:consent|policy|wall|settings)|consent(?: required|$)",
    ),
)  # fmt: skip
"""What pages that are no articles say at the start of a title or heading, and the
characters of text from which a page counts as an article about it."""
_PATTERNS = tuple((reason, size, re.compile(text, re.IGNORECASE)) for reason, size, text in _ERRORS)
_PARTS = re.compile(r"\s+[|–—:·•-]\s+|:\s+")


def refuse_error_page(root: _Element, title: str, text: str, blocks: Sequence[Block]) -> None:
    """Raise if a short page says of itself that it is no article."""
    tops = [inner_text(element) for element in root.iter("h1")]
    heads = [
        title,
        *("".join(map(str, e.itertext())) for e in root.iter("title")),
        *(tops if len(tops) == 1 else ()),
    ]
    first = text.split("\n", 1)[0] if text else blocks[0].text if blocks else ""
    if len(text) < 500:
        heads.append(first)
    lines = {" ".join(head.split()) for head in heads}
    for reason, size, pattern in _PATTERNS:
        for line in lines:
            says = len(line) < 160 and any(pattern.match(part) for part in _PARTS.split(line))
            if says and len(text) < size:
                found = f"({reason}): it says {line[:100]!r}"
                raise LoadError(f"an error page saved in an article's place {found}")
