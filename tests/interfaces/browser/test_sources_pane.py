"""The pane of sources: find, read, add, edit, remove, rebuild, watch."""

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
    reader.open_sources()
    expect(page.locator("#table li")).to_have_count(5)
    page.get_by_label("Find a source").fill("coastal light")
    expect(page.locator("#table li:visible")).to_have_count(1)
    expect(page.locator("#find .count")).to_contain_text("1 of 5 sources")
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
    expect(page.locator("#report li")).to_contain_text("tarn-light")
    expect(page.locator("#table li")).to_have_count(6)
    turn = reader.ask(TARN)
    mark = reader.follow(turn.locator("button.cite").first)
    expect(mark).to_contain_text("was lit first on 5 June 1902")
    page.get_by_role("button", name="Close").click()
    reader.open_sources()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove the full text of Harbour light of Tarn").click()
    expect(page.locator("#report")).to_contain_text("Removed tarn-light; its text is kept in documents/removed/")
    expect(page.locator("#table li")).to_have_count(5)
    assert list(server.corpus.glob("documents/removed/*/tarn-light.md"))
    expect(reader.ask(TARN)).not_to_contain_text("1902")
    # The older answer still shows its quote, though the library no longer holds the text.
    page.locator("#log .turn").nth(1).locator("button.cite").first.click()
    expect(page.locator("#panel")).to_contain_text("was lit first on 5 June 1902")
    expect(page.locator("#panel")).to_contain_text("no longer holds this text")


def test_what_cannot_be_added_is_said_in_words(reader: Reader, tmp_path: Path) -> None:
    page = reader.page
    reader.open_sources()
    page.locator("#address").fill("isles.example/page")
    page.click("#add")
    expect(page.get_by_role("alert")).to_contain_text("expected one that starts with http:// or https://")
    page.locator("#address").fill("http://127.0.0.1:9/page")
    page.click("#add")
    expect(page.get_by_role("alert")).to_contain_text("127.0.0.1")
    page.locator("#address").fill("")
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    reader.add_file(path)
    expect(page.get_by_role("alert")).to_contain_text("broken.pdf was not added")
    expect(page.locator("#table li")).to_have_count(5)


def test_a_rebuild_with_nothing_new_says_so(reader: Reader) -> None:
    reader.open_sources()
    reader.page.click("#rebuild")
    expect(reader.page.locator("#report")).to_contain_text("Nothing had changed. 5 texts unchanged")


def test_what_is_told_of_a_source_is_edited_and_stands_in_the_answers(reader: Reader, server: Server) -> None:
    page = reader.page
    page.get_by_role("button", name="Edit what is told of Ferry handbook").click()
    form = page.locator(".facts-form")
    expect(form.get_by_label("Title")).to_be_focused()
    expect(form.get_by_label("Author")).to_have_value("")  # nobody knows it
    form.get_by_label("Date").fill("last summer")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#report").get_by_role("alert")).to_contain_text("'last summer' is not a date")
    page.get_by_role("button", name="Edit what is told of Ferry handbook").click()
    form.get_by_label("Author").fill("Nils Holm")
    form.get_by_label("Publisher").fill("Ferries of the Isles")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#report")).to_contain_text("Changed what is told of ferry-2022. The library has changed.")
    expect(page.locator("#table li[data-source=ferry-2022]")).to_contain_text("Ferries of the Isles · August 2022")
    reader.follow(reader.ask("How many passengers may the ferry Alda carry?").locator("button.cite").first)
    expect(page.locator("#panel")).to_contain_text("Nils Holm")
    assert 'author = "Nils Holm"' in (server.corpus / "sources.toml").read_text(encoding="utf-8")


def test_watching_rebuilds_when_a_file_changes_and_shows_the_report(reader: Reader, server: Server) -> None:
    page = reader.page
    page.get_by_label("Rebuild when files change").check()
    added = server.corpus / "documents" / "watched.md"
    try:
        added.write_text("# Bell of Tarn\n\nThe bell of Tarn weighs 740 kilograms.\n", encoding="utf-8")
        expect(page.locator("#report")).to_contain_text("Files have changed. The library has changed.")
        expect(page.locator("#table li")).to_have_count(6)
        expect(reader.ask("How heavy is the bell of Tarn?").locator(".said")).to_contain_text("740 kilograms")
    finally:
        added.unlink()
        expect(page.locator("#table li")).to_have_count(5)
        page.get_by_label("Rebuild when files change").uncheck()


def test_a_path_that_was_not_uploaded_is_refused(reader: Reader, server: Server) -> None:
    page = reader.page
    page.evaluate("file => chat.triggers.shelf('submit', { address: '', file, target: '' })", "/etc/hostname")
    expect(page.get_by_role("alert")).to_contain_text("that is no file that was uploaded")


@pytest.mark.parametrize("view", ["phone", "tablet"])
def test_the_pane_lies_over_the_page_where_there_is_no_room_beside_it(reader: Reader) -> None:
    page = reader.page
    expect(page.locator("#table")).to_be_hidden()
    page.get_by_role("button", name="Sources", exact=True).click()
    expect(page.locator("#table li").first).to_be_visible()
    assert page.evaluate("document.querySelector('#work').inert")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shelf = "document.querySelector('#shelf')"
    assert page.evaluate(f"{shelf}.scrollWidth <= {shelf}.clientWidth")
    page.get_by_label("Search in Ferry handbook").check()
    page.keyboard.press("Escape")
    expect(page.locator("#table")).to_be_hidden()
    expect(page.get_by_role("button", name="Sources", exact=True)).to_be_focused()
    expect(page.locator("#chips")).to_contain_text("Ferry handbook")
    page.get_by_role("button", name="Browse the sources").click()
    expect(page.locator("#table li").first).to_be_visible()
