"""What the notes are made of: counted truly, and good enough in the library that ships."""

from __future__ import annotations

from rag.config import HOME
from rag.library.library import Library
from rag.library.notes_report import report_on
from rag.records import Source
from rag.sources.notes import read_notes
from tests.conftest import Place
from tests.sources.test_notes import HEAP, PLACES, PRESS

UNNAMED = Source.unnamed("isle")
TEXT = f"""# The isle

## In short

- The lamp of the isle was lit again on 4 May 2021 after nine dark years. [Port Office, 2021](<{PRESS.url}>)
- The keeper of the isle lives in a white house below the tower and grows beans there. [Heap, unknown](<{HEAP.url}>)
- None of the reports says who paid for the lamp of the isle or its new white tower in 2021.
"""


def test_statements_are_counted_by_place_date_origin_and_wording() -> None:
    report = report_on([read_notes(TEXT, UNNAMED, PLACES, name="isle.md")])
    assert (report.statements, report.places) == (3, {"press": 1, "aggregator": 1, "primary": 1})
    assert (report.without_origin, report.undated, report.unhandy) == (1, 1, 0)
    assert [text[:19] for text in report.about_themselves] == ["None of the reports"]


def test_the_library_counts_its_notes(place: Place) -> None:
    report = place.library.notes_report()
    assert (report.statements, report.places, report.without_origin) == (5, {"primary": 4, "press": 1}, 0)


def test_the_notes_that_ship_say_who_says_it_when_and_in_words_to_quote() -> None:
    report = Library.open(HOME / "corpus", HOME / "index").notes_report()
    assert report.statements > 600
    assert report.without_origin == 0
    assert report.about_themselves == ()
    assert report.places["aggregator"] <= 0.08 * report.statements
    assert report.undated <= 0.10 * report.statements
    assert report.unhandy <= 0.15 * report.statements
