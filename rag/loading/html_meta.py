"""Read what a web page says of itself: JSON-LD first, then meta tags, then marked-up attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Any

from rag.loading.dates import parse_date
from rag.loading.extract import known
from rag.loading.html_blocks import inner_text
from rag.loading.normalise import clean_line
from rag.loading.packages import NOBODY
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_ARTICLE = re.compile(r"(?:article|posting|report|webpage|book|creativework|dataset|document)$", re.IGNORECASE)
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " • ", " · ", " » ")
_TITLES = ("citation_title", "og:title", "twitter:title")
_LESSER_TITLES = ("dc.title", "dcterms.title", "parsely-title", "title")
_AUTHORS = (
    "citation_author", "author", "article:author", "parsely-author", "dc.creator", "dcterms.creator", "byl",
    "sailthru.author",
)  # fmt: skip
_PUBLISHERS = (
    "og:site_name", "citation_publisher", "dc.publisher", "dcterms.publisher", "publisher", "application-name",
)  # fmt: skip
_DATES = (
    "article:published_time", "og:article:published_time", "citation_publication_date", "citation_online_date",
    "citation_date", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date", "parsely-pub-date",
    "sailthru.date", "datepublished", "publishdate", "publish_date", "pubdate", "publication_date", "date",
)  # fmt: skip


def page_facts(root: _Element) -> dict[str, str]:
    """Return title, author, publisher and date of a page, each ``unknown`` where it does not say."""
    metas = _metas(root)
    own = _own_record(list(_records(root)), page_titles(root))
    whole, *shorter = _head_titles(root) or [""]
    authors = _first(_names(own.get("author")), _names(own.get("creator")), *(metas.get(name, []) for name in _AUTHORS))
    names = dict.fromkeys(re.sub(r"^by\s+", "", name, flags=re.IGNORECASE) for name in authors)
    publishers = _first(_names(own.get("publisher")), *(metas.get(name, []) for name in _PUBLISHERS))
    return {
        "title": known(
            clean_line(_string(own.get("headline"))),
            *_told(metas, _TITLES),
            *_only_heading(root),
            *_told(metas, _LESSER_TITLES),
            *shorter[1:2],
            whole,
        ),
        "author": known(", ".join(filter(_is_name, names))),
        "publisher": known(*(name for name in publishers if "://" not in name)),
        "date": _date(root, own, metas),
    }


def _is_name(text: str) -> bool:
    return 1 < len(text) <= 120 and "://" not in text and "@" not in text and text.lower() not in NOBODY


def page_titles(root: _Element) -> list[str]:
    """Return every form of a page's title, for telling it from the text."""
    told = _told(_metas(root), _TITLES + _LESSER_TITLES)
    return [*told, *_head_titles(root), *_only_heading(root)]


def _head_titles(root: _Element) -> list[str]:
    """Return what the head calls the page: whole, then up to and without each part behind a separator."""
    element = next(root.iter("title"), None)
    whole = "" if element is None else clean_line("".join(map(str, element.itertext())))
    parts = [part for mark in _SEPARATORS if mark in whole for part in (whole.split(mark)[0], whole.rsplit(mark, 1)[0])]
    return [whole, *parts] if whole else []


def _only_heading(root: _Element) -> list[str]:
    tops = [text for element in root.iter("h1") if (text := inner_text(element))]
    return tops if len(tops) == 1 else []


def _date(root: _Element, own: dict[str, Any], metas: dict[str, list[str]]) -> str:
    """Return the date of publication; one of a change or of another story never counts.

    Of the page's own ``itemprop=datePublished`` it counts where there is just one.
    """
    told = [_string(own.get(key)) for key in ("datePublished", "dateIssued")]
    day = known(*map(parse_date, [*told, *_told(metas, _DATES)]))
    if day != UNKNOWN:
        return day
    days = set()
    for element in root.iter():
        if isinstance(element.tag, str) and "datePublished" in (element.get("itemprop") or "").split():
            text = element.get("content") or element.get("datetime") or "".join(map(str, element.itertext()))
            days.add(parse_date(text))
    days.discard(UNKNOWN)
    return days.pop() if len(days) == 1 else UNKNOWN


def _metas(root: _Element) -> dict[str, list[str]]:
    """Return the contents of the meta tags by name in lower case, in order."""
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_line(element.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _told(metas: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [text for name in names for text in metas.get(name, ())]


def _first(*lists: list[str]) -> list[str]:
    """Return the first list that holds something."""
    return next(filter(None, lists), [])


def _records(root: _Element) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD records that stand at the top of a script or in its graph."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                told = json.loads((script.text or "").strip().removesuffix(";"), strict=False)
            except (ValueError, RecursionError):
                continue
            for record in _dicts(told if isinstance(told, list) else [told]):
                yield record
                yield from _dicts(record.get("@graph"))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _own_record(records: list[dict[str, Any]], titles: list[str]) -> dict[str, Any]:
    """Return the record of the page itself: the one of its title, else the only article."""
    articles = [r for r in records if any(_ARTICLE.search(kind) for kind in _strings(r.get("@type")))]
    articles = articles or _dicts([record.get("mainEntity") for record in records])
    articles.sort(key=lambda r: "datePublished" not in r)
    wanted = set(map(_bare, titles)) - {""}
    for record in articles:
        if _bare(_string(record.get("headline")) or _string(record.get("name"))) in wanted:
            return record
    stories = [r for r in articles if not any(k.lower().endswith("webpage") for k in _strings(r.get("@type")))]
    return stories[0] if len(stories) == 1 else articles[0] if len(articles) == 1 else {}


def _bare(text: str) -> str:
    return "".join(char for char in clean_line(text).lower() if char.isalnum())


def _string(value: object) -> str:
    """Return a JSON-LD value as a string; of a list the first, of a record its value or name."""
    return next(iter(_strings(value)), "")


def _names(value: object) -> list[str]:
    """Return the names in a JSON-LD value; an address is none."""
    return [text for text in _strings(value) if "://" not in text]


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [line] if (line := clean_line(unescape(value))) else []
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    if isinstance(value, dict):
        return _strings(value.get("@value") or value.get("name") or value.get("@id"))
    return []
