"""Nothing is lost: conversations, edits, scope and questions stay, whatever happens around them."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.interfaces.browser import library
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import serving

pytestmark = pytest.mark.browser

HEIGHT = "How tall is the Skerry lighthouse?"
PAID = "Who paid for the electric lamp of the Skerry lighthouse?"
WALL = "How long is the harbour wall of Skerry?"
NOBODY = "Who won the 1998 World Cup?"

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('conversation ')).length"


def kept(page: Page) -> list[str]:
    """Open the list of conversations; gives their titles."""
    if not page.locator("#kept > div").is_visible():
        page.locator("#kept summary").click()
    expect(page.locator("#kept > div > *")).to_have_count(1)
    return page.locator("#kept .link").all_inner_texts()


def test_a_new_conversation_keeps_the_old_one_which_can_be_opened_named_and_deleted(reader: Reader) -> None:
    page = reader.page
    reader.ask(PAID)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#log .welcome")).to_be_visible()
    reader.ask(HEIGHT)
    assert kept(page) == [HEIGHT, PAID]
    page.locator("#kept .link").nth(1).click()
    expect(page.locator("#log .question")).to_have_text(PAID)
    kept(page)
    page.get_by_role("button", name=f"Rename: {PAID}").click()
    page.get_by_label("Name of the conversation").fill("The lamp")
    page.keyboard.press("Enter")
    assert "The lamp" in kept(page)
    page.get_by_role("button", name="Delete: The lamp").click()
    page.get_by_role("button", name="Undo").click()
    assert "The lamp" in kept(page)
    page.get_by_role("button", name="Delete: The lamp").click()
    expect(page.locator("#log .welcome")).to_be_visible()
    assert page.evaluate(KEPT) == 1
    page.keyboard.press("Escape")
    page.reload()
    assert kept(page) == [HEIGHT]


def test_two_tabs_do_not_overwrite_each_other(reader: Reader) -> None:
    first = reader.page
    reader.ask(PAID)
    other = Reader(first.context.new_page(), reader.url)
    other.visit()
    expect(other.page.locator("#log .question")).to_have_text(PAID)  # the one that was last written
    other.ask(HEIGHT)
    reader.ask(WALL)
    told = [json.loads(text) for text in first.evaluate("Object.values(localStorage)")]
    asked = sorted([turn["question"] for turn in one["turns"]] for one in told)
    assert asked == [[PAID, WALL], [PAID, HEIGHT]]
    kept(first)
    expect(first.locator("#kept .link")).to_have_count(2)
    other.page.get_by_role("button", name="New conversation").click()
    other.ask(NOBODY)
    expect(first.locator("#kept .link")).to_have_count(3)  # told of by the other tab
    other.page.close()


def test_an_edit_says_what_it_replaces_can_be_left_and_undone(reader: Reader) -> None:
    page = reader.page
    for question in (PAID, HEIGHT, WALL):
        reader.ask(question)
    page.get_by_role("button", name="Edit question").nth(1).click()
    banner = page.locator("#banner")
    expect(banner).to_contain_text("Your next question replaces question 2 and the answer after it.")
    banner.get_by_role("button", name="Cancel").click()
    expect(banner).to_be_hidden()
    expect(page.locator("#box")).to_have_value("")
    page.get_by_role("button", name="Edit question").nth(1).click()
    page.fill("#box", NOBODY)
    page.keyboard.press("Enter")
    expect(page.locator("#log .question")).to_have_text([PAID, NOBODY])
    expect(banner).to_be_hidden()
    page.reload()
    expect(page.locator("#log .replaced")).to_contain_text("2 answers were replaced.")
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#log .question")).to_have_text([PAID, HEIGHT, WALL])
    page.get_by_role("button", name="Bring back").click()  # and the edit again
    expect(page.locator("#log .question")).to_have_text([PAID, NOBODY])


def test_the_scope_is_shown_sent_kept_told_in_the_answer_and_left_at_a_press(reader: Reader) -> None:
    page = reader.page
    page.get_by_label("Search in Survey of the coastal lights").check()
    page.get_by_label("Search in Ferry handbook").check()
    page.get_by_role("button", name="Scope").click()
    page.locator("#until").fill("2020")
    chips = page.locator("#chips li")
    expect(chips).to_have_count(3)
    expect(chips.last).to_contain_text("Not newer than 2020")
    page.reload()  # kept before anything is asked, too
    expect(chips).to_have_count(3)
    told = "Searched in 1 of 5 sources, not newer than 2020."
    turn = reader.ask(HEIGHT)
    expect(turn.locator(".said")).to_contain_text("38 metres")
    expect(turn.locator(".scope")).to_have_text(re.compile(re.escape(told)))
    turn = reader.ask(PAID)
    expect(turn).to_have_class(re.compile(r"\babstain\b"))
    expect(turn.locator(".outcome")).to_contain_text("No answer in 1 of 5 sources, not newer than 2020.")
    page.reload()
    expect(page.locator("#log .scope")).to_have_count(2)
    expect(chips).to_have_count(3)
    expect(page.get_by_label("Search in Ferry handbook")).to_be_checked()
    page.get_by_role("button", name="No longer: Ferry handbook").click()
    expect(chips).to_have_count(2)
    expect(page.get_by_label("Search in Ferry handbook")).not_to_be_checked()
    page.get_by_role("button", name="Search all sources").click()
    expect(page.locator("#log .turn").nth(1).locator(".said")).to_contain_text("Clara Berg")
    expect(chips).to_have_count(0)
    expect(page.locator("#log .turn")).to_have_count(2)
    page.get_by_role("button", name="New conversation").click()
    expect(chips).to_have_count(0)


def test_the_fifteenth_question_sends_no_more_than_a_follow_up_needs(reader: Reader) -> None:
    page = reader.page
    for number in range(14):
        reader.ask((PAID, HEIGHT, WALL)[number % 3])
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    reader.ask(HEIGHT)
    page.wait_for_timeout(300)
    assert 0 < sum(sent) < 20_000


def test_next_and_previous_citation_by_button_and_key(reader: Reader) -> None:
    page = reader.page
    turn = reader.ask("How many tonnes of herring were landed at Skerry in 2020?")
    reader.follow(turn.locator("button.cite").first)
    steps = page.locator("#panel .steps")
    expect(steps).to_contain_text("Citation 1 of 2")
    expect(steps.get_by_role("button", name="Previous")).to_be_disabled()
    before = page.locator("#panel mark").inner_text()
    steps.get_by_role("button", name="Next").click()
    expect(steps).to_contain_text("Citation 2 of 2")
    expect(page.locator("#panel mark")).not_to_have_text(before)
    expect(page.locator("#panel mark")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(steps).to_contain_text("Citation 1 of 2")
    page.keyboard.press("Escape")
    expect(turn.locator("button.cite").first).to_be_focused()


def test_signed_out_or_alone_the_question_is_kept_and_it_is_said(chromium: Browser, tmp_path: Path) -> None:
    corpus = library.write(tmp_path / "corpus")
    context = chromium.new_context()
    with serving(corpus, tmp_path, ["--auth", "ines:light"]) as server:
        server.wait("ready")
        page = context.new_page()
        page.goto(server.url)
        page.get_by_label("username").fill("ines")
        page.get_by_label("password").fill("light")
        page.get_by_role("button", name="Sign in").click()
        reader = Reader(page, server.url)
        expect(page.locator("body")).to_have_attribute("data-library", "ready")
        turn = reader.ask(PAID)
        cookies = context.cookies()
        context.clear_cookies()
        page.fill("#box", HEIGHT)
        page.keyboard.press("Enter")
        alert = page.locator("#log").get_by_role("alert")
        expect(alert).to_contain_text("Signed out. Sign in again; your question is kept.")
        expect(page.locator("#box")).to_have_value(HEIGHT)
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page.get_by_role("link", name="Sign in again").click()
        expect(page.locator("#box")).to_have_value(HEIGHT)
        expect(page.locator("#log .question")).to_have_text(PAID)
        turn = page.locator("#log .turn").first
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        turn.locator("button.cite").first.click()
        side = page.locator("#side")
        expect(side.get_by_role("alert")).to_contain_text("The server does not answer")
        side.get_by_role("button", name="Close").last.click()
        expect(side).to_be_hidden()
        page.press("#box", "Enter")
        expect(alert).to_contain_text("The server does not answer; try again when it runs. Your question is kept.")
        expect(page.locator("#box")).to_have_value(HEIGHT)
    context.close()


def test_an_index_that_is_deleted_while_it_is_served_is_built_anew(chromium: Browser, tmp_path: Path) -> None:
    corpus = library.write(tmp_path / "corpus")
    context = chromium.new_context()
    with serving(corpus, tmp_path, ["--watch"]) as server:
        assert server.wait("ready")["watching"]
        reader = Reader(context.new_page(), server.url)
        reader.visit()
        turn = reader.ask(PAID)
        shutil.rmtree(server.index)
        reader.follow(turn.locator("button.cite").first)
        (server.index / "CURRENT").write_text("nonsense", encoding="ascii")
        expect(reader.ask(HEIGHT).locator(".said")).to_contain_text("41 metres")
        assert str(tmp_path) not in reader.page.locator("body").inner_text()
    context.close()
