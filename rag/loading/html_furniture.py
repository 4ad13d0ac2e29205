"""Tell the furniture of a page from its text: menus, footers, advertisements, invitations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAGS = frozenset((
    "nav", "footer", "aside", "form", "dialog", "menu",
))  # fmt: skip
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|banner|breadcrumbs?|byline|comments?|consent|cookies?|copyright|disqus|foot"
    r"|footer|gdpr|hidden|latest|login|menu|modal|most-read|nav|navbar|navigation|newsletter|outbrain|overlay|pager"
    r"|pagination|popular|popup|promos?|rail|read-?more|recommend\w*|related|screen-reader\w*|share|sharing"
    r"|sidebar|signup|skip-link|social|sr-only|subscribe\w*|taboola|taglist|tags?|toolbar|trending"
    r"|visually-hidden|widget)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:related|read more|read also|see also|also read|more on this|more:|click here|sign up|subscribe"
    r"|follow us"
    r"|share this|advertisement|continue reading|filed under|tags?\b|copyright|©|all rights reserved"
    r"|comments?$"
    r"|loading|print this|email this|posted (?:in|by|on)\b|leggi anche|lire aussi|lesen sie auch"
    r"|mehr zum thema"
    r"|\(?(?:photo|image|picture|bild)?\s*credits?\s*:|schon gelesen|leia mais|lee también"
    r"|we use cookies|this (?:web)?site uses cookies)",
    re.IGNORECASE,
)


def is_furniture(elements: Iterable[_Element]) -> bool:
    """Return whether the tags or names of elements say menu, footer, advertisement and the like."""
    for element in elements:
        if element.tag in _TAGS:
            return True
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag not in ("body", "html", "main", "article") and _NAMES.search(names):
            return True
    return False


def invites_elsewhere(line: str) -> bool:
    """Return whether a line starts as those do that lead readers elsewhere or name a photographer."""
    return bool(_WORDS.match(line.lstrip("-(» ")))
