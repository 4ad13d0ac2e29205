"""Notes: the origin of each statement and where it was read, best first, and what stands beside them as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import CorpusError, LoadError
from rag.records import Attribution, Measurement, Place, Source
from rag.sources.annotations import Annotations
from rag.sources.notes import read_notes

SOURCE = Source("isle", "The isle", "Ada Example", "Isle Press", "2020", "https://isle.example", "news", "ours")
PRESS = Place("The Bay Gazette", "2021-06", "https://gazette.example/a", "press")
COPY = Place("archive.example", "unknown", "https://archive.example/a", "copy")
HEAP = Place("heap.example", "unknown", "https://heap.example/a", "aggregator")
PLACES = {place.url: place for place in (PRESS, COPY, HEAP)}


def said(line: str) -> tuple[Attribution, ...]:
    document = read_notes(f"# The isle\n\n## In short\n\n- {line}\n", SOURCE, PLACES, name="isle.md")
    (statement,) = document.statements
    assert document.text[statement.start : statement.end] == "A lamp was lit."
    return (statement.attribution, *statement.also)


def test_a_statement_without_attribution_has_that_of_its_source() -> None:
    home = Place("Isle Press", "2020", "https://isle.example", "primary")
    assert said("A lamp was lit.") == (Attribution("Ada Example", "2020", home),)


def test_origin_and_place_of_reading_are_apart() -> None:
    assert said(f"A lamp was lit. [Port Office, 2021-05-04, annual report](<{PRESS.url}>)") == (
        Attribution("Port Office", "2021-05-04", PRESS, "annual report"),
    )


def test_the_best_place_comes_first_whatever_the_order() -> None:
    line = f"A lamp was lit. [Port Office, 2021](<{HEAP.url}>) [also](<{COPY.url}>) [Gazette, unknown](<{PRESS.url}>)"
    assert [(one.origin, one.seen_at.kind) for one in said(line)] == [
        ("Gazette", "press"),
        ("Port Office", "copy"),
        ("Port Office", "aggregator"),
    ]


@pytest.mark.parametrize(
    ("attribution", "message"),
    [
        (
            "[Port Office](<https://gazette.example/a>)",
            r"isle.md, line 5: found \[Port Office\], expected \[ORIGIN, DATE\]",
        ),
        ("[Port Office, May](<https://gazette.example/a>)", "line 5: 'May' is not a date"),
        ("[also](<https://gazette.example/a>)", r"line 5: found \[also\], expected \[ORIGIN, DATE\]"),
        ("[Port Office, 2021](https://gazette.example/a)", "line 5: found .* expected attributions of the form"),
        ("[Port Office, 2021](<https://else.example>)", "pages.toml says nothing of 'https://else.example'; add its"),
    ],
)
def test_a_malformed_attribution_is_told_with_its_line(attribution: str, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        said(f"A lamp was lit. {attribution}")


NOTES = """# The isle

## In short

- In 2021 the lamp drew 1,200 visitors.
- The lamp was lit again on 4 May 2021.
"""
FIGURE = """
[[figure]]
measure = "visitors"
place = "the isle"
period = "2021"
value = 1200
unit = "people"
status = "final"
source = "isle"
says = "drew 1,200 visitors"
"""
EVENT = """
[[event]]
date = "2021-05-04"
source = "isle"
says = "lit again on 4 May 2021"
"""


def annotated(root: Path, figures: str = "", events: str = "") -> list[tuple[tuple[Measurement, ...], tuple[str, ...]]]:
    (root / "figures.toml").write_text(figures, encoding="utf-8")
    (root / "events.toml").write_text(events, encoding="utf-8")
    document = read_notes(NOTES, SOURCE, {}, name="isle.md")
    found = Annotations.read(root).of("isle").annotate(document, name="isle.md")
    return [(statement.figures, statement.events) for statement in found.statements]


def test_figures_and_events_stand_with_the_statement_that_they_rest_on(tmp_path: Path) -> None:
    visitors = Measurement("visitors", "the isle", "2021", 1200.0, "people", "final")
    assert annotated(tmp_path, FIGURE, EVENT) == [((visitors,), ()), ((), ("2021-05-04",))]
    assert annotated(tmp_path) == [((), ()), ((), ())]


@pytest.mark.parametrize(
    ("figures", "events", "message"),
    [
        (
            FIGURE.replace("drew 1,200", "drew some"),
            "",
            "figures.toml: 'drew some visitors' stands in 0 statements of isle.md",
        ),
        (FIGURE.replace("drew 1,200 visitors", "lamp"), "", "figures.toml: 'lamp' stands in 2 statements"),
        (FIGURE.replace("= 1200", "= 1300"), "", "does not stand in 'In 2021 the lamp drew 1,200 visitors.'"),
        ("", EVENT.replace("2021-05-04", "2020-05-04"), "'2020-05-04' does not stand in 'The lamp was lit again"),
    ],
)
def test_data_that_its_statement_does_not_say_is_refused(
    tmp_path: Path, figures: str, events: str, message: str
) -> None:
    with pytest.raises(LoadError, match=message):
        annotated(tmp_path, figures, events)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("figures.toml", FIGURE.replace('"final"', '"sure"'), "figure 1: status is 'sure', expected one of final"),
        ("figures.toml", FIGURE.replace('"2021"', '"2021-05-04"'), "period is '2021-05-04', expected YYYY"),
        ("figures.toml", FIGURE.replace("1200\n", '"many"\n'), "value is 'many', expected a number"),
        ("figures.toml", FIGURE.replace('unit = "people"\n', ""), "figure 1 lacks 'unit'"),
        ("events.toml", EVENT.replace("2021-05-04", "May 2021"), "event 1: 'May 2021' is not a date"),
        ("pages.toml", '[pages]\n"https://a" = { publisher = "A", date = "2021", kind = "blog" }', "kind is 'blog'"),
        ("pages.toml", '[pages]\n"https://a" = { publisher = "A", date = "2021" }', "'https://a' lacks 'kind'"),
        ("pages.toml", '[pages]\n"https://a" = "A"', "'https://a': expected { publisher, date, kind }"),
    ],
)
def test_malformed_data_is_told_with_its_place(tmp_path: Path, file: str, text: str, message: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        Annotations.read(tmp_path)
