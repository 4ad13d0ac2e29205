"""What is told of a source is changed where it stands, and reaches the answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from rag.errors import CorpusError, UnknownSourceError
from rag.records import Source
from tests.conftest import SOURCES, Place
from tests.loading.files import zipped

NIGHT = "The night ferry was cancelled in 2022, because the northern pier had to be mended."


def put(place: Place, name: str, content: str | bytes = NIGHT) -> Path:
    path = place.corpus / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def source(place: Place, source_id: str) -> Source:
    """A source as the index holds it after a build."""
    place.library.build()
    return next(row.source for row in place.library.sources() if row.source.id == source_id)


def test_facts_of_a_dropped_file_stand_in_its_companion_and_reach_the_answer(place: Place) -> None:
    path = put(place, "night.txt")
    place.library.build()
    companion = place.library.set("night", {"publisher": "Port Office", "date": "2022"})
    assert companion == path.with_name("night.txt.meta.json")
    assert place.library.set("night", {"date": "2022-03"}) == companion
    assert json.loads(companion.read_text(encoding="utf-8")) == {"publisher": "Port Office", "date": "2022-03"}
    report = place.library.build()
    assert (report.swapped, report.embedded) == (True, 0)
    citation = place.open().ask("Why was the night ferry cancelled?").citations[0]
    assert (citation.source_id, citation.attribution.origin, citation.attribution.date) == (
        "night",
        "Port Office",
        "2022-03",
    )


def test_facts_of_a_declared_source_stand_in_sources_toml_and_nothing_else_changes(place: Place) -> None:
    toml = place.corpus / "sources.toml"
    before = f"# ours\r\n{SOURCES}".replace('publisher = "Bay Gazette"', "publisher  =  'Bay Gazette' # a paper")
    toml.write_bytes(before.encode())
    place.library.build()
    assert place.library.set("ferry-note", {"publisher": 'The "Gazette"', "date": "2019-06"}) == toml
    expected = before.replace("publisher  =  'Bay Gazette' #", 'publisher  =  "The \\"Gazette\\"" #')
    assert toml.read_bytes().decode() == expected.replace('date = "2019"', 'date = "2019-06"')
    place.library.build()
    passage = place.open().retrieve("What did a ferry ticket cost?", 1)[0]
    assert (passage.attribution.seen_at.publisher, passage.attribution.date) == ('The "Gazette"', "2019-06")


def test_what_nobody_knows_can_be_told_against_what_the_file_says(place: Place) -> None:
    put(place, "night.md", f"---\nauthor: Somebody\nurl: https://example.org\nkind: news\n---\n{NIGHT}")
    assert source(place, "night").author == "Somebody"
    place.library.set("night", {"author": "unknown", "url": "", "kind": "document"})
    found = source(place, "night")
    assert (found.author, found.url, found.kind) == ("unknown", "", "document")


@pytest.mark.parametrize(
    ("source_id", "meta", "said"),
    [
        ("nope", {"date": "2022"}, "no source has the id 'nope'; `rag sources` lists the ids"),
        (
            "night",
            {},
            "nothing is told of 'night'; give at least one of title, author, publisher, date, url, kind, licence",
        ),
        ("night", {"date": "soon"}, "'soon' is not a date; expected YYYY, YYYY-MM, YYYY-MM-DD or 'unknown'"),
        (
            "bridge-report",
            {"kind": "blog"},
            "kind is 'blog', expected one of article, government, news, un, think-tank, journal, document",
        ),
        ("night", {"title": " "}, "title is empty; write 'unknown' for what nobody knows"),
        (
            "night",
            {"colour": "red"},
            "'colour' cannot be told of a source; known are title, author, publisher, date, url, kind, licence",
        ),
    ],
)
def test_what_cannot_be_set_is_said_and_changes_nothing(
    place: Place, source_id: str, meta: Mapping[str, str], said: str
) -> None:
    put(place, "night.txt")
    with pytest.raises(CorpusError) as caught:
        place.library.set(source_id, meta)
    assert str(caught.value) == said
    assert (place.corpus / "sources.toml").read_text(encoding="utf-8") == SOURCES
    assert [path.name for path in (place.corpus / "documents").iterdir()] == ["night.txt"]


def test_facts_of_a_text_in_a_container_stand_in_that_or_are_told_of_all(place: Place) -> None:
    put(place, "minutes.zip", zipped({"may.txt": NIGHT, "june.txt": "The day ferry ran in June 2022."}))
    place.library.build()
    with pytest.raises(CorpusError) as caught:
        place.library.set("minutes-may-txt", {"publisher": "Port Office"})
    assert str(caught.value) == (
        "the facts of 'minutes-may-txt' stand with its text in minutes.zip; change them there and run `rag build`, "
        "or tell one of every text in it with `rag set minutes`"
    )
    with pytest.raises(UnknownSourceError, match="no source has the id 'minutes-july-txt'"):
        place.library.set("minutes-july-txt", {"publisher": "Port Office"})
    place.library.set("minutes", {"publisher": "Port Office"})
    assert source(place, "minutes-may-txt").publisher == "Port Office"
    assert source(place, "minutes-june-txt").publisher == "Port Office"
