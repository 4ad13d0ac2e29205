"""Texts, titles, addresses and questions that mean harm do nothing but be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.interfaces.browser.library import STORM
from tests.interfaces.browser.reader import Reader

pytestmark = pytest.mark.browser

# The reader fixture asserts after each test that no script ran and that nothing left this machine.


def unbroken(reader: Reader) -> None:
    """Nothing of the page is wider than its window, and nothing stored became an element."""
    page = reader.page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("#log :is(img, script, svg, iframe, h1), #panel :is(img, script, svg, iframe, h1)").count() == 0
    assert page.locator("a[href^='javascript' i], [onerror], [onload], [onmouseover]").count() == 0


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_a_hostile_document_is_shown_as_text(reader: Reader) -> None:
    turn = reader.ask("When did the breakwater of Lund break?")
    expect(turn.locator(".said")).to_contain_text("3 January 1976")
    expect(turn).to_contain_text('"><img src=x onerror="window.harmed=1">Storm report')
    mark = reader.follow(turn.locator("button.cite").first)
    expect(mark).to_have_text(STORM)
    panel = reader.page.locator("#panel")
    expect(panel).to_contain_text('<script>window.harmed=1</script> <img src="http://outside.example/a.png"')
    expect(panel).to_contain_text("${window.harmed=1} {{constructor.constructor('window.harmed=1')()}}")
    expect(panel).to_contain_text("</mark></section></div><h1>broke out</h1>")
    expect(panel).to_contain_text("No public address.")
    unbroken(reader)
    reader.page.get_by_role("button", name="Close").click()
    reader.open_sources()
    expect(reader.page.locator("#table")).to_contain_text("Storm report")
    unbroken(reader)


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_templates_long_words_and_turned_text_stay_in_their_place(reader: Reader) -> None:
    turn = reader.ask("What did the repair of the breakwater of Lund cost?")
    expect(turn.locator(".said")).to_contain_text("${window.harmed=1}")
    turn = reader.ask("What is the long word of Lund?")
    expect(turn.locator(".said")).to_contain_text("wwwwwwwwww")
    reader.follow(turn.locator("button.cite").first)
    unbroken(reader)


def test_a_hostile_question_is_shown_as_text(reader: Reader) -> None:
    question = (
        "<img src=x onerror=window.harmed=1> ${window.harmed=1} {{this}} `x` $$\\x$$ [a](javascript:alert(1)) \u202eabc"
    )
    turn = reader.ask(question)
    expect(turn.locator(".question")).to_contain_text("<img src=x onerror=window.harmed=1> ${window.harmed=1} {{this}}")
    reader.page.reload()
    expect(reader.page.locator("#log .question")).to_contain_text("onerror=window.harmed=1")
    unbroken(reader)


def test_a_conversation_that_was_tampered_with_is_dropped_where_it_makes_no_sense(reader: Reader) -> None:
    reader.ask("How tall is the Skerry lighthouse?")
    reader.page.evaluate("for (const key of Object.keys(localStorage)) localStorage.setItem(key, '[1, {\"x\": 2}]')")
    reader.page.reload()
    expect(reader.page.locator("#log .welcome")).to_be_visible()
    reader.trouble.clear()


def test_an_empty_question_asks_nothing(reader: Reader) -> None:
    reader.page.press("#question textarea", "Enter")
    reader.page.wait_for_timeout(500)
    expect(reader.page.locator("#log .welcome")).to_be_visible()


def test_an_overlong_question_is_refused_in_words_and_kept(reader: Reader) -> None:
    question = "lighthouse " * 300
    reader.page.fill("#question textarea", question)
    reader.page.press("#question textarea", "Enter")
    expect(reader.page.get_by_role("alert")).to_contain_text("at most 2,000 are taken")
    expect(reader.page.locator("#question textarea")).to_have_value(question)
