"""Work that is interrupted: by a reload, a dead server, a wrong value, an undone step, another version of the chat."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.interfaces.browser import library
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server, serving
from tests.interfaces.browser.test_keeping import HEIGHT, KEPT, PAID, WALL, kept

pytestmark = pytest.mark.browser

SHOWN = "JSON.stringify([chat.now().turns.at(-1), document.querySelector('#log .turn:last-child').outerHTML])"
"""The answer as it is kept, and as it is shown."""

FORMER = (
    "rDg9LAk671oIoAzkVZMGFw==:U2FsdGVkX18Y6V93UAZfA0JqdrBcBl/DU2sZApFnm7ZvfV11pQ4Peu74330f5XfzoacdR+2+aTQXz8r/7Okz"
    "IAWDMm4d6KlAj16He0HcM1JnfKU7eZlMAHDva3hdHWcB91UmBCbIyeI42cz2R/+iHg=="
)
"""A conversation as gradio's `BrowserState` enciphered it: the question of the height, and \"It is 41 metres tall.\""""


def test_a_question_that_is_being_answered_stands_in_the_box_after_a_reload(reader: Reader) -> None:
    page = reader.page
    page.route("**/queue/join*", lambda route: None)  # its answer never comes
    page.fill("#box", HEIGHT)
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_be_visible()
    page.fill("#box", "")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    reader.trouble.clear()  # gradio tells of the answer that was waited for
    expect(page.locator("#box")).to_have_value(HEIGHT)
    turn = reader.ask(HEIGHT)
    expect(turn.locator(".said")).to_contain_text("41 metres")
    page.reload()
    expect(page.locator("#log .question")).to_have_text(HEIGHT)
    expect(page.locator("#box")).to_have_value("")


def test_a_conversation_is_opened_at_its_end(reader: Reader) -> None:
    for question in (PAID, HEIGHT, WALL):
        reader.ask(question)
    reader.page.reload()
    expect(reader.page.locator("#log .question").last).to_be_in_viewport()


def test_a_server_that_is_lost_is_told_at_every_press(chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context()
    with serving(library.write(tmp_path / "corpus"), tmp_path) as server:
        server.wait("ready")
        reader = Reader(context.new_page(), server.url)
        reader.visit()
        page, turn = reader.page, reader.ask(PAID)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        page.fill("#box", HEIGHT)
        page.keyboard.press("Enter")
        expect(page.locator("#log").get_by_role("alert")).to_contain_text("Your question is kept.")
        for _ in range(2):  # gradio's client, which has noticed by now, sends nothing
            turn.locator("button.cite").first.click()
            expect(page.locator("#side").get_by_role("alert")).to_contain_text("The server does not answer")
            page.locator("#side").get_by_role("button", name="Close").last.click()
            expect(page.locator("#side")).to_be_hidden()
        expect(page.locator("#box")).to_have_value(HEIGHT)
    context.close()


def test_what_is_typed_of_a_source_stays_until_it_is_kept(reader: Reader, server: Server) -> None:
    page = reader.page
    reader.open_sources()
    page.get_by_role("button", name="Edit what is told of Ferry handbook").click()
    form = page.locator(".facts-form")
    form.get_by_label("Author").fill("Ann Keel")
    form.get_by_label("Date").fill("spring")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#report").get_by_role("alert")).to_contain_text("'spring' is not a date")
    expect(form.get_by_label("Author")).to_have_value("Ann Keel")
    tarn = server.corpus / "documents" / "tarn.md"
    tarn.parent.mkdir(exist_ok=True)
    tarn.write_text(library.HARBOUR_LIGHT, encoding="utf-8")
    for count in (6, 5):  # the list comes anew with the file, and again without
        page.get_by_role("button", name="Rebuild now").click()
        expect(page.locator("#table li")).to_have_count(count)
        expect(form.get_by_label("Date")).to_have_value("spring")
        tarn.unlink(missing_ok=True)
    form.get_by_label("Author").fill("")  # the library as the other tests know it
    form.get_by_label("Date").fill("2022-08-01")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#report .done")).to_be_visible()
    expect(form).to_have_count(0)
    page.get_by_role("button", name="Edit what is told of Ferry handbook").click()
    expect(form.get_by_label("Date")).to_have_value("2022-08-01")
    form.get_by_label("Date").fill("2022-08")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(page.locator("#report .done")).to_be_visible()


def test_what_was_undone_is_open_again_and_what_an_edit_replaced_is_told_where_it_stood(reader: Reader) -> None:
    page = reader.page
    for question in (PAID, HEIGHT):
        reader.ask(question)
    kept(page)
    page.get_by_role("button", name=f"Delete: {PAID}").click()
    expect(page.locator("#log .welcome")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#log .question")).to_have_text([PAID, HEIGHT])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit question").first.click()
    page.fill("#box", WALL)
    page.keyboard.press("Enter")
    expect(page.locator("#log .question")).to_have_text([WALL])
    back = page.locator("#log .turn").first.get_by_role("button", name="Bring back")
    expect(back).to_be_in_viewport()
    back.click()
    expect(page.locator("#log .question")).to_have_text([PAID, HEIGHT])


def test_a_follow_up_can_be_asked_on_its_own(reader: Reader) -> None:
    page = reader.page
    reader.ask("How tall is the Skerry lighthouse?")
    turn = reader.ask("And who built it?")
    expect(turn.locator(".resolved")).to_contain_text("Understood as:")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    turn.get_by_role("button", name="Ask it on its own").click()
    expect(turn.locator(".resolved")).to_have_count(0)
    assert any('"history":[]' in one.replace(" ", "") for one in sent)
    expect(page.locator("#log .turn")).to_have_count(2)
    expect(page.locator("#log .resolved")).to_have_count(0)


def test_a_conversation_that_another_version_kept_is_taken_over(reader: Reader, server: Server) -> None:
    page = reader.page
    name = f"conversation {server.corpus.resolve()}"
    page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [name, FORMER])
    page.reload()
    turn = page.locator("#log .turn").first
    expect(turn).to_contain_text("It is 41 metres tall.")
    expect(turn.locator(".notice")).to_contain_text("Another version of this chat kept this answer")
    assert page.evaluate("name => localStorage.getItem(name)", name) is None
    assert page.evaluate(KEPT) == 1
    page.reload()
    expect(page.locator("#log .question")).to_have_text(HEIGHT)
    turn.get_by_role("button", name="Ask again").click()
    expect(turn.locator("button.cite").first).to_be_visible()
    expect(turn.locator(".notice")).to_have_count(0)


def test_a_question_costs_little_beside_its_answer_however_long_the_conversation(reader: Reader) -> None:
    page = reader.page
    for number in range(14):
        reader.ask((PAID, HEIGHT, WALL)[number % 3])
    sent: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda told: sent.append(len(told["request"].get("postData", ""))))
    wire.on("Network.dataReceived", lambda told: sent.append(told["dataLength"]))
    reader.ask(HEIGHT)
    page.wait_for_timeout(500)
    answer = page.evaluate(SHOWN)
    assert 0 < sum(sent) - len(answer) < 40_000
