"""Read what a web page says of itself: JSON-LD first, then meta tags, then marked-up attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rag.loading.dates import parse_date
from rag.loading.html_blocks import inner_text
from rag.loading.normalise import clean_line
from rag.records import UNKNOWN

if TYPE_CHECKING:
    from lxml.etree import _Element

_ARTICLE = re.compile(r"(?:article|posting|report|webpage|book|creativework|dataset|document)$", re.IGNORECASE)
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " • ", " · ", " » ")
_TITLE_NAMES = (
    "citation_title",
    "og:title",
    "twitter:title",
    "dc.title",
    "dcterms.title",
    "parsely-title",
    "title",
)
_AUTHOR_NAMES = (
    "citation_author", "author", "article:author", "parsely-author", "dc.creator", "dcterms.creator",
    "byl", "sailthru.author",
)  # fmt: skip
_PUBLISHER_NAMES = (
    "og:site_name", "citation_publisher", "dc.publisher", "dcterms.publisher", "publisher",
    "application-name",
)  # fmt: skip
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "citation_publication_date",
    "citation_online_date",
    "citation_date", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date", "parsely-pub-date",
    "sailthru.date",
    "datepublished", "publishdate", "publish_date", "pubdate", "publication_date", "date",
)  # fmt: skip


class PageFacts:
    """Title, author, publisher, date and language of a page, each ``unknown`` where it does not say."""

    def __init__(self, root: _Element, *, url: str = "") -> None:
        self._root = root
        self._metas = _metas(root)
        self._own = _own_record(list(_records(root)), self._page_titles(), url)
        self.title = self._title()
        self.author = self._author()
        self.publisher = self._publisher()
        self.date = self._date()
        language = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
        known = re.match(r"[A-Za-z]{2}(?=$|[-_])", language)
        self.language = known[0].lower() if known else UNKNOWN

    def _page_titles(self) -> list[str]:
        """Return what the head calls the page, whole and without the site's name."""
        titles = [value for name in _TITLE_NAMES for value in self._metas.get(name, ())]
        for element in self._root.iter("title"):
            whole = clean_line("".join(map(str, element.itertext())))
            titles.append(whole)
            for mark in (mark for mark in _SEPARATORS if mark in whole):
                titles += [whole.split(mark)[0], whole.rsplit(mark, 1)[0]]
            break
        return [title for title in titles if title]

    def titles(self) -> list[str]:
        """Return every form of the title, for telling it from the text."""
        tops = [inner_text(element) for element in self._root.iter("h1")]
        return [*self._page_titles(), self.title, *(tops if len(tops) == 1 else [])]

    def _title(self) -> str:
        told = clean_line(_string(self._own.get("headline")))
        tops = [text for element in self._root.iter("h1") if (text := inner_text(element))]
        titles = [told, *(v for name in _TITLE_NAMES[:3] for v in self._metas.get(name, ()))]
        titles += [
            tops[0] if len(tops) == 1 else "",
            *(v for n in _TITLE_NAMES[3:] for v in self._metas.get(n, ())),
        ]
        title = next((text for text in titles if text), "")
        if title:
            return title
        page = self._page_titles()
        return page[2] if len(page) > 2 else page[0] if page else UNKNOWN

    def _author(self) -> str:
        told = _names(self._own.get("author")) or _names(self._own.get("creator"))
        for name in _AUTHOR_NAMES:
            told = told or list(self._metas.get(name, ()))
        told = [re.sub(r"^by\s+", "", name, flags=re.IGNORECASE) for name in told]
        sound = [name for name in dict.fromkeys(told) if 1 < len(name) <= 120 and "://" not in name and "@" not in name]
        return ", ".join(sound) if sound else UNKNOWN

    def _publisher(self) -> str:
        told = _names(self._own.get("publisher"))
        for name in _PUBLISHER_NAMES:
            told = told or list(self._metas.get(name, ()))
        return next((name for name in told if name and "://" not in name), UNKNOWN)

    def _date(self) -> str:
        """Return the date of publication; one of a change or of another story never counts."""
        told = [_string(self._own.get(key)) for key in ("datePublished", "dateIssued")]
        told += [value for name in _DATE_NAMES for value in self._metas.get(name, ())]
        dates = (parse_date(text) for text in told if text)
        found = next((day for day in dates if day != UNKNOWN), UNKNOWN)
        return found if found != UNKNOWN else self._marked_date()

    def _marked_date(self) -> str:
        """Return the date in the page's own ``itemprop=datePublished``, if it gives just one."""
        days = set()
        for element in self._root.iter():
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


def _records(root: _Element) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD records that stand at the top of a script or in its graph."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                told = json.loads((script.text or "").strip().removesuffix(";"), strict=False)
            except (ValueError, RecursionError):
                continue
            for record in told if isinstance(told, list) else [told]:
                if isinstance(record, dict):
                    yield record
                    graph = record.get("@graph")
                    yield from ((part for part in graph if isinstance(part, dict)) if isinstance(graph, list) else ())


def _own_record(records: list[dict[str, Any]], titles: Iterable[str], url: str) -> dict[str, Any]:
    """Return the record of the page itself: the one of its title or address, else the only article."""
    articles = [r for r in records if any(_ARTICLE.search(kind) for kind in _strings(r.get("@type")))]
    for record in [r for r in records if not articles]:
        main = record.get("mainEntity")
        if isinstance(main, dict):
            articles.append(main)
    articles.sort(key=lambda r: "datePublished" not in r)
    known = {_bare(title) for title in titles}
    for record in articles:
        if _bare(_string(record.get("headline")) or _string(record.get("name"))) in known - {""}:
            return record
    for record in articles:
        if url and url.rstrip("/") in (
            _string(record.get("url")).rstrip("/"),
            _string(record.get("@id")).rstrip("/"),
        ):
            return record
    stories = [r for r in articles if not any(k.lower().endswith("webpage") for k in _strings(r.get("@type")))]
    return stories[0] if len(stories) == 1 else articles[0] if len(articles) == 1 else {}


def _bare(text: str) -> str:
    return "".join(char for char in clean_line(text).lower() if char.isalnum())


def _string(value: object) -> str:
    """Return a JSON-LD value as a string; of a list the first, of a record its value or name."""
    return next(iter(_strings(value)), "")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    if isinstance(value, dict):
        return _strings(value.get("@value") or value.get("name") or value.get("@id"))
    return []


def _names(value: object) -> list[str]:
    """Return the names of persons or organisations in a JSON-LD value."""
    names = [value] if isinstance(value, dict | str) else value if isinstance(value, list) else []
    found = [_string(name.get("name")) if isinstance(name, dict) else _string(name) for name in names]
    return [clean_line(name) for name in found if name.strip()]
