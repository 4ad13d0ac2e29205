"""Where things stand: nothing moves, hides or covers what is read, on a screen and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.interfaces.browser.conftest import SLOW, VIEWS
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server

pytestmark = pytest.mark.browser

PAID = "Who paid for the electric lamp of the Skerry lighthouse?"
WALL = "How long is the harbour wall of Skerry?"
LONG = "When did the last keeper of the Holm lighthouse leave?"

SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def box(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found is not None
    return {"y": found["y"], "height": found["height"], "bottom": found["y"] + found["height"]}


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_nothing_moves_while_the_page_opens_and_a_question_is_answered(reader: Reader) -> None:
    page = reader.page
    page.add_init_script(SHIFTS)
    reader.visit()
    page.wait_for_timeout(300)
    page.keyboard.type(PAID)
    page.keyboard.press("Enter")
    reader.answered(0)
    page.wait_for_timeout(800)
    assert page.evaluate("window.shifted") < 0.001


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_the_question_box_stands_at_the_bottom_and_typing_does_not_scroll(reader: Reader) -> None:
    page, composer = reader.page, reader.page.locator("#composer")
    height = page.evaluate("window.innerHeight")
    assert abs(box(composer)["bottom"] - height) < 2
    for question in (PAID, WALL, LONG):
        reader.ask(question)
    assert abs(box(composer)["bottom"] - height) < 2
    page.evaluate("window.scrollTo(0, 0)")
    page.keyboard.type("Why")
    page.wait_for_timeout(100)
    assert page.evaluate("window.scrollY") == 0


@pytest.mark.parametrize("view", ["phone"])
def test_the_readers_head_leaves_room_for_the_text_and_a_press_beside_the_sheet_shuts_it(reader: Reader) -> None:
    page = reader.page
    reader.follow(reader.ask(LONG).locator("button.cite").first)
    sheet, stored = box(page.locator("#side")), box(page.locator("#panel .stored"))
    assert stored["y"] - sheet["y"] < 0.36 * sheet["height"]
    assert stored["bottom"] > sheet["bottom"] - 40
    facts = page.locator("#panel .facts")
    expect(facts.get_by_text("Tom Reed")).to_be_hidden()
    facts.locator("summary").click()
    expect(facts.get_by_text("Tom Reed")).to_be_visible()
    page.mouse.click(200, 20)
    expect(page.locator("#side")).to_be_hidden()
    page.evaluate("window.scrollTo(0, 0)")
    reader.open_sources()
    shelf = page.locator("#shelf")
    shelf.evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(shelf.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    page.mouse.click(200, 20)
    expect(shelf).to_be_hidden()


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_the_reason_for_a_verdict_is_not_behind_the_question_box(reader: Reader) -> None:
    turn = reader.ask(PAID)
    turn.get_by_role("button", name="Not helpful").click()
    form = turn.locator("form.reason")
    expect(form.get_by_label("What was wrong?")).to_be_focused()
    reader.page.wait_for_timeout(100)
    assert box(form)["bottom"] <= box(reader.page.locator("#composer"))["y"]


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_what_a_change_did_is_told_in_view_and_moves_nothing(reader: Reader) -> None:
    page = reader.page
    reader.open_sources()
    page.locator("#shelf").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    page.locator("#rebuild").dispatch_event("click")
    expect(page.locator("#report .done")).to_be_in_viewport(ratio=1)


def test_a_filter_that_leaves_no_source_says_which_and_what_to_do(reader: Reader) -> None:
    page = reader.page
    page.get_by_role("button", name="Scope").click()
    page.locator("#until").fill("1850")
    turn = reader.ask(PAID)
    expect(turn.locator(".outcome")).to_contain_text("No source is left: not newer than 1850.")
    expect(turn).to_contain_text("lift one of them and ask again")
    expect(turn).not_to_contain_text("passages")
    turn.get_by_role("button", name="Search all sources").click()
    expect(page.locator("#log .said")).to_contain_text("Clara Berg")


@pytest.mark.parametrize("view", ["dark"])
def test_on_paper_stand_dark_words_on_white_and_nothing_to_press(reader: Reader) -> None:
    page = reader.page
    turn = reader.ask(PAID)
    page.emulate_media(media="print", color_scheme="dark")
    expect(turn.locator(".said")).to_be_visible()
    for gone in ("#composer", "#shelf", "#top nav", ".tools", ".chips"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(turn.locator(".best p").first).to_have_css("color", "rgb(27, 34, 39)")
    assert page.pdf().startswith(b"%PDF")


def test_a_place_that_cannot_be_read_says_so_alone_even_after_a_question_that_failed(
    chromium: Browser, server: Server
) -> None:
    context = chromium.new_context(**VIEWS["desk"])  # type: ignore[arg-type]
    context.set_default_timeout(SLOW)
    reader = Reader(context.new_page(), server.url)
    reader.visit()
    page, turn = reader.page, reader.ask(PAID)
    reader.follow(turn.locator("button.cite").first)
    for path in ("**/queue/**", "**/run/**", "**/app_id", "**/healthz"):
        page.route(path, lambda route: route.abort())
    page.fill("#box", WALL)
    page.press("#box", "Enter")
    expect(page.locator("#log").get_by_role("alert")).to_contain_text("The server does not answer")
    turn.locator("button.cite").first.click()
    side = page.locator("#side")
    expect(side.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(side.get_by_role("heading")).to_have_text("This text cannot be read now")
    side.get_by_role("button", name="Close").click()
    expect(side).to_be_hidden()
    context.close()
