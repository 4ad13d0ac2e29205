"""Read BibTeX, the lists of works that reference managers write: each work as a record, or as a text of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract, known
from rag.loading.limits import MEMBERS
from rag.loading.normalise import Layout, clean_line
from rag.loading.tables import row_of

_PERCENT = re.compile(r"(?<!\\)%")
_PUBLISHED = ("publisher", "institution", "school", "journal", "journaltitle")
"""Fields that name a publisher, the best first."""
_WORDS = ("abstract", "annote", "annotation", "note")
"""Fields that say something in sentences."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A work of a list."""

    key: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """By names in small letters, as they are written; see ``plain``."""
    people: tuple[str, ...] = ()
    """Its authors, or else its editors."""
    fault: str = ""
    """Of an entry that is wrong: what is; nothing else is known of it."""

    def plain(self, name: str) -> str:
        """Return a field as one reads it: letters for their commands, no braces; empty where it has none."""
        return _plain(self.fields[name]) if name in self.fields else ""

    @property
    def publisher(self) -> str:
        """Who or what published it."""
        return next(filter(None, map(self.plain, _PUBLISHED)), "")

    @property
    def day(self) -> str:
        """When it was published, as it is written; of a range the beginning."""
        day = self.plain("date") or " ".join(filter(None, (self.plain("month"), self.plain("year"))))
        return day.partition("/")[0]


def read_entries(text: str) -> Iterator[Entry]:
    """Yield the works of a list, and before them one with a fault for each entry that is wrong."""
    from pybtex import errors
    from pybtex.database import parse_string

    with errors.capture() as faults:  # an entry that is wrong spoils no other
        entries = parse_string(text, "bibtex").entries
    yield from (Entry("", fault=clean_line(str(fault))) for fault in faults)
    for key, entry in entries.items():
        persons = entry.persons.get("author") or entry.persons.get("editor") or ()
        people = ([*p.first_names, *p.middle_names, *p.prelast_names, *p.last_names, *p.lineage_names] for p in persons)
        fields = {name.lower(): value for name, value in entry.fields.items()}
        yield Entry(key, fields, tuple(_plain(" ".join(names)) for names in people))


def read_works(data: bytes) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield a text for each work of a list, by its key: who wrote what when, and what is said of it.

    Raises:
        LoadError: it cannot be read, or no work of it has an abstract or a note.
    """
    try:
        entries = list(read_entries(decode_text(data)))[:MEMBERS]
    except Exception as error:  # the parser may raise anything on what is no list
        raise LoadError(f"damaged: the list of works cannot be read ({type(error).__name__}: {error})") from error
    if not any(entry.fields.keys() & set(_WORDS) for entry in entries):
        faults = [entry.fault for entry in entries if entry.fault]
        if faults:
            raise LoadError(f"damaged: an entry cannot be read ({faults[0]})")
        raise LoadError(
            "no reader for a list of works without abstracts and notes; put it beside the files that it lists, "
            "or export these with it"
        )
    for entry in entries:
        try:
            yield entry.key or "entry", _work(entry)
        except Exception as error:  # as above, on what is no field
            yield entry.key, LoadError(f"damaged: the entry cannot be read ({type(error).__name__}: {error})")


def _work(entry: Entry) -> Extract | LoadError:
    if entry.fault:
        return LoadError(f"damaged: an entry cannot be read ({entry.fault})")
    facts = {"title": entry.plain("title"), "author": ", ".join(entry.people), "publisher": entry.publisher}
    layout = Layout()
    layout.add(row_of({**facts, "date": entry.day}))
    for name in _WORDS:
        layout.add(entry.plain(name))
    if not layout.text:
        return LoadError("empty: nothing is told of the work")
    told = {name: known(clean_line(value)) for name, value in facts.items()}
    return layout.extract(told | {"date": parse_date(entry.day)})


def _plain(text: str) -> str:
    from pybtex.richtext import Text

    return str(Text.from_latex(_PERCENT.sub(r"\\%", text)))  # a sign of its own, where LaTeX begins a comment
