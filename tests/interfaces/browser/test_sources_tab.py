"""The Sources tab: find, read, add, remove, rebuild."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.interfaces.browser.library import HARBOUR_LIGHT
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server

pytestmark = pytest.mark.browser

TARN = "When was the harbour light of Tarn lit first?"


def test_sources_are_found_and_read(reader: Reader) -> None:
    page = reader.page
    reader.open_tab("Sources")
    expect(page.locator("#table tbody tr")).to_have_count(5)
    page.get_by_label("Find a source").fill("coastal light")
    expect(page.locator("#table tbody tr:visible")).to_have_count(1)
    expect(page.locator("#table .count")).to_have_text("1 of 5 sources")
    page.get_by_role("button", name="Survey of the coastal lights", exact=True).click()
    expect(page.locator("#panel .stored")).to_contain_text("The Holm lighthouse is 22 metres tall")
    expect(page.locator("#panel-title")).to_be_focused()


def test_a_file_is_added_cited_and_removed_again(reader: Reader, server: Server, tmp_path: Path) -> None:
    page = reader.page
    expect(reader.ask(TARN)).not_to_contain_text("1902")
    path = tmp_path / "tarn-light.md"
    path.write_text(HARBOUR_LIGHT, encoding="utf-8")
    reader.add_file(path)
    expect(page.locator("#report")).to_contain_text("Added tarn-light.md. The library has changed.")
    expect(page.locator("#report tbody tr")).to_contain_text("tarn-light")
    expect(page.locator("#table tbody tr")).to_have_count(6)
    reader.open_tab("Ask")
    turn = reader.ask(TARN)
    mark = reader.follow(turn.locator("button.cite").first)
    expect(mark).to_contain_text("was lit first on 5 June 1902")
    page.get_by_role("button", name="Close").click()
    reader.open_tab("Sources")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove the full text of Harbour light of Tarn").click()
    expect(page.locator("#report")).to_contain_text("Removed tarn-light; its text is kept in documents/removed/")
    expect(page.locator("#table tbody tr")).to_have_count(5)
    assert list(server.corpus.glob("documents/removed/*/tarn-light.md"))
    reader.open_tab("Ask")
    expect(reader.ask(TARN)).not_to_contain_text("1902")
    # The older answer still shows its quote, though the library no longer holds the text.
    page.locator("#log .turn").nth(1).locator("button.cite").first.click()
    expect(page.locator("#panel")).to_contain_text("was lit first on 5 June 1902")
    expect(page.locator("#panel")).to_contain_text("no longer holds this text")


def test_what_cannot_be_added_is_said_in_words(reader: Reader, tmp_path: Path) -> None:
    page = reader.page
    reader.open_tab("Sources")
    page.get_by_role("button", name="Add a source").click()
    page.locator("#address textarea, #address input").fill("isles.example/page")
    page.click("#add")
    expect(page.get_by_role("alert")).to_contain_text("expected one that starts with http:// or https://")
    page.locator("#address textarea, #address input").fill("http://127.0.0.1:9/page")
    page.click("#add")
    expect(page.get_by_role("alert")).to_contain_text("127.0.0.1")
    page.locator("#address textarea, #address input").fill("")
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    reader.add_file(path)
    expect(page.get_by_role("alert")).to_contain_text("broken.pdf was not added")
    expect(page.locator("#table tbody tr")).to_have_count(5)


def test_a_rebuild_with_nothing_new_says_so(reader: Reader) -> None:
    reader.open_tab("Sources")
    reader.page.click("#rebuild")
    expect(reader.page.locator("#report")).to_contain_text("Nothing had changed. 5 texts unchanged")
