"""`rag sync` against a real server on 127.0.0.1: what is kept, what is not, and why."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rag.errors import UnreachableError
from rag.library.library import Library
from rag.library.syncing import SyncReport, SyncRow
from rag.sources.addresses import Address
from rag.sources.fetched import Fetcher
from rag.sources.fetching import HttpFetcher
from rag.sources.files import SYNC_STATE
from tests.conftest import BRIDGE, Place
from tests.sources.web import Clock, Route, Server, answer, at_home, drip, fetcher, in_turn, serving, stall

DATED = "Tue, 01 Jul 2025 10:00:00 GMT"
WORDS = " ".join(f"On day {day} the ferrymen counted {day * 7} vessels under the new bridge." for day in range(1, 40))


def page(title: str = "The Harbour Bridge - Port Office", text: str = WORDS) -> bytes:
    head = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    return f"{head}<p>{text}</p></article></body></html>".encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def route(place: Place, server: Server, found: Route) -> None:
    """Declare the bridge's address to be on the server, and let that answer so."""
    declare(place, f"{server.at}/bridge")
    server.routes["/bridge"] = found


def declare(place: Place, bridge: str, ferry: str = "") -> None:
    toml = place.corpus / "sources.toml"
    text = toml.read_text(encoding="utf-8").replace("https://example.org/bridge", bridge)
    toml.write_text(text.replace('url = ""', f'url = "{ferry}"'), encoding="utf-8")


def sync(place: Place, using: Fetcher | None = None) -> SyncReport:
    return Library(place.settings, place.embedder, fetcher=using or fetcher(Clock())).sync()


def bridge(report: SyncReport) -> tuple[str, str]:
    """Status and reason of the bridge's row."""
    [row] = [row for row in report.rows if row.source_id == "bridge-report"]
    return row.status, row.reason


def texts(place: Place) -> dict[str, tuple[str, ...]]:
    """Kinds of text that a build indexes of each source."""
    place.library.build()
    return {status.source.id: status.text_kinds for status in place.library.sources()}


def test_a_page_with_its_sources_title_comes_in_as_full_text(place: Place, server: Server) -> None:
    route(place, server, answer(body=page(), Content_Type="text/html"))
    report = sync(place)
    assert report.rows == (
        SyncRow("bridge-report", "fetched", ""),
        SyncRow("ferry-note", "failed", "the source has no address"),
    )
    assert report.line == (
        "Full texts: 1 fetched, 0 unchanged, 0 of your own, 0 from before; 1 sources answer from their notes."
    )
    assert texts(place) == {"bridge-report": ("notes", "full text"), "ferry-note": ("notes",)}
    assert "counted 273 vessels" in place.open().document("bridge-report/text").text


@pytest.mark.parametrize(
    ("validator", "asked", "told"),
    [("ETag", "If-None-Match", '"v1"'), ("Last_Modified", "If-Modified-Since", DATED)],
)
def test_a_page_that_the_server_confirms_is_not_fetched_anew(
    place: Place, server: Server, validator: str, asked: str, told: str
) -> None:
    sent: dict[str, Any] = {validator: told}
    route(place, server, in_turn(answer(body=page(), **sent), answer(304)))
    sync(place)
    before = place.library.build()
    assert bridge(sync(place)) == ("unchanged", "")
    assert server.requests[-1][1][asked] == told
    assert not place.library.build().swapped and before.swapped


def test_the_same_page_without_validators_is_unchanged(place: Place, server: Server) -> None:
    route(place, server, answer(body=page()))
    sync(place)
    assert bridge(sync(place)) == ("unchanged", "")
    assert not (place.corpus / "documents" / "removed").exists()


def test_a_changed_page_takes_the_place_of_the_old_one(place: Place, server: Server) -> None:
    route(place, server, in_turn(answer(body=page()), answer(body=page(text=f"{WORDS} It was repainted in 2025."))))
    sync(place)
    place.library.build()
    assert bridge(sync(place)) == ("fetched", "")
    place.library.build()
    assert "repainted" in place.open().document("bridge-report/text").text
    assert len(list((place.corpus / "documents" / "removed").glob("*/bridge-report.html"))) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            page("Ten Recipes for Plum Jam", "Stir the plums. " * 80),
            "its title is 'Ten Recipes for Plum Jam', expected",
        ),
        (page(text="It opened."), f"fewer than our notes on it ({len(BRIDGE):,})"),
        (page("404 Not Found", "Sorry."), "an error page saved in an article's place (not found)"),
    ],
)
def test_a_page_that_is_not_the_source_is_quarantined_and_the_notes_stay(
    place: Place, server: Server, body: bytes, reason: str
) -> None:
    route(place, server, answer(body=body))
    report = sync(place)
    status, said = bridge(report)
    assert status == "quarantined" and reason in said
    assert report.line == "No full text could be fetched; answers come from the notes."
    quarantine = place.corpus / "documents" / "quarantine"
    assert (quarantine / "bridge-report.html").read_bytes() == body
    assert reason in (quarantine / "bridge-report.html.reason.txt").read_text(encoding="utf-8")
    assert texts(place)["bridge-report"] == ("notes",)
    assert [finding.command for finding in place.library.doctor()] == ["rag add FILE --source bridge-report"]
    server.routes["/bridge"] = answer(body=page())
    assert bridge(sync(place)) == ("fetched", "")
    place.library.build()
    assert place.library.doctor() == []


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (answer(404), "answered 404; expected 200"),
        (answer(500), "answered 500; expected a page"),
        (stall, "broke off (timed out)"),
        (answer(body=page("Ten Recipes for Plum Jam")), "quarantined: its title is"),
    ],
)
def test_a_failing_fetch_keeps_the_text_that_was_there(place: Place, server: Server, later: Route, reason: str) -> None:
    route(place, server, in_turn(answer(body=page(), ETag='"v1"'), later))
    sync(place)
    before = place.library.build()
    report = sync(place, fetcher(Clock(), timeout=0.2, retries=0))
    assert reason in bridge(report)[1]
    assert report.line == (
        "Full texts: 0 fetched, 0 unchanged, 0 of your own, 1 from before; 1 sources answer from their notes."
    )
    assert place.library.build().generation == before.generation
    assert texts(place)["bridge-report"] == ("notes", "full text")


def test_a_page_that_robots_txt_closes_is_not_asked_for(place: Place, server: Server) -> None:
    route(place, server, answer(body=page()))
    server.routes["/robots.txt"] = answer(body=b"User-agent: *\nDisallow: /bridge")
    status, reason = bridge(sync(place))
    assert status == "failed" and "is disallowed by" in reason
    assert server.pages == []
    assert texts(place)["bridge-report"] == ("notes",)


def test_a_further_address_is_tried_where_the_first_fails(place: Place, server: Server) -> None:
    route(place, server, answer(404))
    toml = place.corpus / "sources.toml"
    mirrored = f'kind = "government"\nmirrors = ["{server.at}/copy"]'
    toml.write_text(toml.read_text(encoding="utf-8").replace('kind = "government"', mirrored), encoding="utf-8")
    server.routes["/copy"] = in_turn(answer(body=page(), ETag='"v1"'), answer(304))
    assert [bridge(sync(place)), bridge(sync(place))] == [("fetched", ""), ("unchanged", "")]
    assert server.pages == ["/bridge", "/copy"] * 2


def test_all_of_it_ends_in_the_time_given(place: Place, server: Server) -> None:
    declare(place, f"http://a.test:{server.port}/bridge", f"http://b.test:{server.port}/ferry")
    server.routes |= {"/bridge": drip, "/ferry": drip}
    began = time.monotonic()
    report = sync(place, HttpFetcher(allow=lambda address: True, resolve=at_home, deadline=0.6))
    assert time.monotonic() - began < 8
    assert [row.status for row in report.rows] == ["failed", "failed"]


def test_without_a_network_it_gives_up_after_two_hosts(place: Place) -> None:
    asked: list[str] = []

    def unknown(host: str, port: int) -> list[Address]:
        asked.append(host)
        raise UnreachableError(f"host {host!r} does not resolve")

    declare(place, "https://a.test/bridge", "https://a.test/ferry")
    toml = place.corpus / "sources.toml"
    rows = toml.read_text(encoding="utf-8")
    for name in ("b", "c"):
        row = rows.split("[[source]]")[2].replace("ferry-note", name).replace("a.test", f"{name}.test")
        toml.write_text(f"{toml.read_text(encoding='utf-8')}\n[[source]]{row}", encoding="utf-8")
    report = sync(place, fetcher(Clock(), resolve=unknown))
    assert [row.status for row in report.rows] == ["failed", "failed", "failed", "skipped"]
    assert asked == ["a.test", "a.test", "b.test"]


def test_one_dead_host_does_not_stop_the_others(place: Place, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        dead = closing.getsockname()[1]
    declare(place, f"{server.at}/bridge", f"http://127.0.0.1:{dead}/ferry")
    server.routes["/bridge"] = answer(body=page())
    report = sync(place)
    assert [row.status for row in report.rows] == ["fetched", "failed"]
    assert "cannot be connected to" in report.rows[1].reason


def test_a_text_of_the_users_own_is_never_replaced(place: Place, server: Server) -> None:
    route(place, server, answer(body=page()))
    sync(place)
    own = place.corpus.parent / "mine.txt"
    own.write_text("My own copy of The Harbour Bridge.", encoding="utf-8")
    place.library.add(own, source_id="bridge-report")
    report = sync(place)
    assert bridge(report) == ("kept", "a text that you added stands in documents/")
    assert server.pages == ["/bridge"]
    assert (place.corpus / "documents" / "bridge-report.txt").read_bytes() == own.read_bytes()


def test_a_text_that_was_removed_is_fetched_anew(place: Place, server: Server) -> None:
    route(place, server, answer(body=page(), ETag='"v1"'))
    sync(place)
    place.library.remove("bridge-report")
    assert bridge(sync(place)) == ("fetched", "")
    assert "If-None-Match" not in server.requests[-1][1]


@pytest.mark.parametrize("state", ["{", "[]", json.dumps({"bridge-report": 3})])
def test_a_spoilt_memory_of_the_last_fetch_costs_no_text(place: Place, server: Server, state: str) -> None:
    route(place, server, answer(body=page()))
    sync(place)
    (place.corpus / "documents" / SYNC_STATE).write_text(state, encoding="utf-8")
    assert bridge(sync(place))[0] == "kept"
    assert texts(place)["bridge-report"] == ("notes", "full text")
