"""Anyone can use the page: by keyboard, on a phone, in the dark, with a screen reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.interfaces.browser.reader import Reader

pytestmark = pytest.mark.browser

PAID = "Who paid for the electric lamp of the Skerry lighthouse?"


def violations(reader: Reader, axe: str) -> list[str]:
    """What axe-core finds that is serious or critical."""
    found = reader.page.evaluate(
        "async (axe) => { if (!window.axe) (0, eval)(axe); return (await window.axe.run()).violations; }", axe
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("view", ["desk", "dark", "tablet", "phone"])
def test_axe_finds_nothing_serious_in_any_state(reader: Reader, axe: str) -> None:
    page = reader.page
    assert violations(reader, axe) == []
    reader.ask("Who won the 1998 World Cup?")
    reader.ask("How tall is the Skerry lighthouse?")
    assert violations(reader, axe) == []
    page.get_by_role("button", name="Scope").click()
    assert violations(reader, axe) == []
    page.get_by_role("button", name="Scope").click()
    reader.follow(page.locator("#log .turn").nth(1).locator("button.cite").first)
    assert violations(reader, axe) == []
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Edit question").first.click()
    page.locator("#kept summary").click()
    expect(page.locator("#kept li")).to_have_count(1)
    assert violations(reader, axe) == []
    page.keyboard.press("Escape")
    reader.open_sources()
    page.get_by_role("button", name="Edit what is told of Harbour report").click()
    expect(page.get_by_label("Publisher", exact=True)).to_be_visible()
    page.get_by_label("Search in Harbour report of 2021").check()
    assert violations(reader, axe) == []


def test_all_is_reached_by_keyboard_alone(reader: Reader) -> None:
    page = reader.page
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(PAID)
    page.keyboard.press("Enter")
    turn = reader.answered(0)
    page.evaluate("document.activeElement.blur()")
    tab_to(reader, "button.cite")
    page.keyboard.press("Enter")
    expect(page.locator("#panel mark")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(turn.locator("button.cite").first).to_be_focused()
    tab_to(reader, ".menu summary")
    page.keyboard.press("Enter")
    expect(turn.get_by_role("button", name="BibTeX")).to_be_visible()
    page.keyboard.press("Escape")
    expect(turn.get_by_role("button", name="BibTeX")).to_be_hidden()
    tab_to(reader, "#question textarea")
    tab_to(reader, "#kept summary")
    page.keyboard.press("Enter")
    tab_to(reader, "#kept .link")
    page.keyboard.press("Escape")
    expect(page.locator("#kept .link")).to_be_hidden()
    page.locator("#find input[type=search]").focus()
    tab_to(reader, "#table input[type=checkbox]")
    page.keyboard.press("Space")
    expect(page.locator("#chips li")).to_have_count(1)


def tab_to(reader: Reader, selector: str) -> None:
    """Press Tab until the focus is there; every stop on the way shows where it is."""
    for _ in range(60):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            style = "getComputedStyle(document.activeElement)"
            assert reader.page.evaluate(f"{style}.outlineStyle !== 'none' && parseFloat({style}.outlineWidth) >= 2")
            return
    raise AssertionError(f"the Tab key does not reach {selector}")


@pytest.mark.parametrize("view", ["phone", "tablet", "wide", "dark"])
def test_nothing_is_cut_off(reader: Reader, view: str) -> None:
    page = reader.page
    turn = reader.ask(PAID)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("#question textarea")).to_be_in_viewport()
    expect(page.locator("#send")).to_be_in_viewport()
    mark = reader.follow(turn.locator("button.cite").first)
    expect(mark).to_be_in_viewport(ratio=1)
    box = page.locator("#panel .source").bounding_box()
    assert box and box["width"] > (400 if view == "wide" else 330)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if view == "wide":
        expect(turn.locator(".said")).to_be_in_viewport()
        expect(page.locator("#table")).to_be_in_viewport()
    if view == "phone":
        sizes = "[...document.querySelectorAll('button.cite')].map(b => b.getBoundingClientRect().height)"
        assert min(page.evaluate(sizes)) >= 24
    if view == "dark":
        red = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
        assert page.evaluate(red) < 60


@pytest.mark.parametrize("view", ["still"])
def test_nothing_moves_for_who_asks_for_stillness(reader: Reader) -> None:
    reader.ask(PAID)
    moving = "document.getAnimations().filter(a => a.playState === 'running').length"
    assert reader.page.evaluate(moving) == 0


def test_the_page_advertises_nobody_and_keeps_its_colours_under_the_pointer(reader: Reader) -> None:
    page = reader.page
    assert page.locator("meta[property^='og:'], meta[name^='twitter:']").count() == 0
    colour = "getComputedStyle(document.querySelector('#send')).backgroundColor"
    before = page.evaluate(colour)
    page.locator("#send").hover()
    page.wait_for_timeout(400)
    assert page.evaluate(colour) == before == "rgb(10, 85, 104)"
