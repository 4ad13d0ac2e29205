"""Ask, read, check: from a question to the very words in the source."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server
from tests.interfaces.browser.test_access import violations
from tests.writing.servers import Finish, Say, Script, Silence

pytestmark = pytest.mark.browser

HEIGHT = "How tall is the Skerry lighthouse?"
PAID = "Who paid for the electric lamp of the Skerry lighthouse?"


def test_a_number_opens_the_source_with_exactly_the_quoted_words_marked_and_in_view(reader: Reader) -> None:
    turn = reader.ask(PAID)
    expect(turn).to_have_class(re.compile(r"\banswer\b"))
    marker = turn.locator("button.cite").first
    mark = reader.follow(marker)
    quote = (
        "The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg, "
        "who gave 9,000 crowns in 1931."
    )
    assert mark.inner_text() == quote
    expect(mark).to_be_in_viewport(ratio=1)
    expect(mark).to_be_focused()
    panel = reader.page.locator("#panel")
    for told in ("Letter of the keeper", "Jon Moss", "Skerry Museum", "1931", "full text", "public domain"):
        expect(panel).to_contain_text(told)
    expect(panel.locator(".stored")).to_contain_text("sea froze between Skerry and Holm for eleven days")
    link = panel.get_by_role("link", name="Open the original").get_attribute("href") or ""
    assert link.startswith("https://isles.example/letter.html#:~:text=The%20electric%20lamp%20of")


def test_a_page_of_a_pdf_is_linked_and_shown(reader: Reader) -> None:
    turn = reader.ask("How many passengers may the ferry Alda carry?")
    reader.follow(turn.locator("button.cite").first)
    panel = reader.page.locator("#panel")
    expect(panel.get_by_text("Page 2")).to_be_visible()
    link = panel.get_by_role("link", name="Open the original")
    expect(link).to_have_attribute("href", "https://isles.example/ferry.pdf#page=2")


def test_notes_are_told_from_full_text_and_say_whose_the_marked_words_are(reader: Reader) -> None:
    turn = reader.ask("When did the last keeper of the Holm lighthouse leave?")
    best = turn.locator(".best")
    expect(best.locator(".kind").first).to_have_text("Our note")
    expect(best.locator("strong")).to_have_text("1988")
    expect(best).not_to_contain_text("“")
    expect(turn.locator(".meta")).to_contain_text("in the source's own words")
    expect(turn).not_to_contain_text("verified")
    reader.follow(turn.locator("button.cite").first)
    panel = reader.page.locator("#panel")
    expect(panel).to_contain_text(re.compile(r"our notes\s+in our own words; the original says more"))
    expect(panel).to_contain_text("The marked words rest on Isles Gazette, 2 October 1988")
    expect(panel.get_by_role("link", name="Open the original")).to_have_attribute(
        "href", "https://gazette.example/holm"
    )


def test_a_sources_own_words_stand_in_quotation_marks_with_what_was_asked_for_in_bold(reader: Reader) -> None:
    best = reader.ask(PAID).locator(".best")
    expect(best.locator("p").first).to_have_text(re.compile("^“The electric lamp .* in 1931.”"))
    expect(best.locator("strong")).to_have_text("Clara Berg")
    expect(best.locator(".kind").first).to_have_text("Source's words")


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_pointing_at_a_number_tells_who_says_it_and_covers_no_sentence(reader: Reader) -> None:
    marker = reader.ask(PAID).locator("button.cite").first
    marker.focus()
    tip = reader.page.get_by_role("tooltip")
    expect(tip).to_have_text("Jon Moss, 1931, published by Skerry Museum; read at isles.example")
    around, covering = (one.bounding_box() for one in (marker.locator("xpath=ancestor::p[1]"), tip))
    assert around and covering
    assert covering["y"] >= around["y"] + around["height"] or covering["y"] + covering["height"] <= around["y"]
    marker.evaluate("button => button.blur()")
    expect(tip).to_be_hidden()


@pytest.mark.parametrize("view", ["desk", "phone"])
def test_a_series_is_a_chart_whose_bars_open_their_places(reader: Reader, axe: str) -> None:
    turn = reader.ask("How much cod was landed at Skerry from 2016 to 2018?")
    expect(turn.locator(".best")).to_have_text("Cod landed, Skerry: from 1,900 (2016) to 950 (2018, provisional).")
    bars = turn.locator("button.bar")
    expect(bars).to_have_count(2)
    expect(turn.locator(".bar.gap")).to_have_text(re.compile("2017"))
    expect(turn.locator(".outcome")).to_contain_text("The sources do not say")
    high, low = (bars.nth(n).locator("rect").bounding_box() for n in (0, 1))
    assert high and low and abs(high["height"] - 2 * low["height"]) < 4
    rows = turn.get_by_role("table", name="Cod landed, Skerry").get_by_role("row")
    expect(rows).to_have_text(
        [re.compile(told) for told in ("Year", "1,900 final", "2017.*do not say", "950 provisional")]
    )
    assert violations(reader, axe) == []
    assert reader.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(reader.follow(bars.nth(0))).to_contain_text("1,900 tonnes of cod")
    expect(reader.page.locator("#panel .steps")).to_contain_text("Citation 1 of 2")
    reader.page.keyboard.press("ArrowRight")
    expect(reader.page.locator("#panel mark")).to_contain_text("950 tonnes of cod")
    expect(bars.nth(1)).to_have_attribute("aria-current", "true")
    expect(reader.page.locator("#panel .steps")).to_contain_text("Citation 2 of 2")
    reader.page.get_by_role("button", name="Close").click()
    expect(bars.nth(1)).to_be_focused()


def test_two_years_stand_side_by_side(reader: Reader) -> None:
    sides = reader.ask("Compare the cod landed at Skerry in 2016 and 2018").locator(".columns > section")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("2016")
    expect(sides.nth(0).locator(".words strong")).to_have_text("1,900 tonnes")
    left, right = (sides.nth(n).bounding_box() for n in (0, 1))
    assert left and right and left["y"] == right["y"] and left["x"] < right["x"]


def test_the_welcome_says_what_is_held_and_has_three_doors(reader: Reader) -> None:
    page = reader.page
    expect(page.locator(".welcome .how")).to_have_text(
        re.compile(r"^\d+ sources, \d with the full text, 2 with our notes")
    )
    page.get_by_role("button", name="Browse the sources").click()
    expect(page.locator("#find input[type=search]")).to_be_focused()
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator("#question textarea")).to_be_focused()
    page.get_by_role("button", name="See the timeline").click()
    turn = reader.answered(0)
    expect(turn.locator(".timeline .when").first).to_have_text(re.compile(r"\d{4}$"))
    years = [int(told[-4:]) for told in turn.locator(".timeline .when").all_inner_texts()]
    assert years == sorted(years)


def test_figures_that_differ_stand_side_by_side(reader: Reader) -> None:
    turn = reader.ask("How many tonnes of herring were landed at Skerry in 2020?")
    expect(turn.locator(".conflict")).to_contain_text("The sources differ")
    sides = turn.locator(".conflict .sides > div")
    expect(sides).to_have_count(2)
    told = " ".join(sides.all_inner_texts())
    assert "2,400 tonnes" in told and "2,150 tonnes" in told
    assert "Harbour Office" in told and "Coastal Review" in told
    reader.follow(sides.first.locator("button.cite"))


def test_what_the_sources_do_not_say_looks_different_and_leads_on(reader: Reader) -> None:
    turn = reader.ask("Who won the 1998 World Cup?")
    expect(turn).to_have_class(re.compile(r"\babstain\b"))
    expect(turn.locator(".outcome")).to_contain_text("○ The sources do not say")
    expect(turn).not_to_contain_text("confidence")
    expect(turn.locator(".cite")).to_have_count(0)
    expect(turn.get_by_role("heading", name="Nearest passages")).to_be_visible()
    expect(turn.get_by_role("heading", name="Better questions")).to_be_visible()
    turn.locator(".near button").first.click()
    expect(reader.page.locator("#panel .stored")).to_be_visible()


def test_help_in_an_emergency_stands_alone(reader: Reader) -> None:
    turn = reader.ask("My friend is drowning near the Skerry lighthouse")
    expect(turn.locator(".notice.emergency")).to_contain_text("call the coast guard now: 112")
    expect(turn.locator(":scope > *")).to_have_count(2)  # the question and the notice


def test_a_reply_is_shown_as_its_text_and_no_follow_up_leans_on_it(reader: Reader) -> None:
    reader.ask("How long is the harbour wall of Skerry?")
    turn = reader.ask("thank you")
    expect(turn.locator(".lead")).to_contain_text("welcome")
    expect(turn.locator(".outcome, .tools, .meta, h3")).to_have_count(0)
    expect(turn).not_to_contain_text("confidence")
    expect(reader.ask("And when was it raised?").locator(".said")).to_contain_text("1953")


def test_a_follow_up_shows_how_it_was_understood(reader: Reader) -> None:
    reader.ask("How long is the harbour wall of Skerry?")
    turn = reader.ask("And when was it raised?")
    expect(turn.locator(".resolved")).to_contain_text("Understood as:")
    expect(turn.locator(".said")).to_contain_text("1953")


def test_the_conversation_and_its_citations_are_there_after_a_reload(reader: Reader) -> None:
    reader.ask(PAID)
    reader.ask(HEIGHT)
    before = reader.page.locator("#log .said").all_inner_texts()
    reader.page.reload()
    expect(reader.page.locator("#log .turn")).to_have_count(2)
    assert reader.page.locator("#log .said").all_inner_texts() == before
    mark = reader.follow(reader.page.locator("#log .turn").first.locator("button.cite").first)
    expect(mark).to_contain_text("Clara Berg")
    turn = reader.ask("And who gave the money for it?")
    expect(turn.locator(".resolved")).to_be_visible()


def test_a_question_can_be_edited_asked_again_and_all_be_cleared(reader: Reader) -> None:
    page = reader.page
    reader.ask("Who won the 1998 World Cup?")
    page.get_by_role("button", name="Edit question").click()
    expect(page.locator("#question textarea")).to_have_value("Who won the 1998 World Cup?")
    expect(page.locator("#question textarea")).to_be_focused()
    page.fill("#question textarea", PAID)
    page.keyboard.press("Enter")
    expect(page.locator("#log .turn .said")).to_contain_text("Clara Berg")
    expect(page.locator("#log .turn")).to_have_count(1)
    page.locator("#log .turn").evaluate("turn => turn.dataset.before = 'yes'")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#log .turn[data-before]")).to_have_count(0)
    turn = reader.answered(0)
    expect(turn.locator(".said")).to_contain_text("Clara Berg")
    expect(page.locator("#log .turn")).to_have_count(1)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#log .welcome")).to_be_visible()
    page.reload()
    expect(page.locator("#log .welcome")).to_be_visible()


def test_examples_and_suggestions_are_asked_at_a_press(reader: Reader) -> None:
    reader.page.locator(".examples button").nth(1).click()
    turn = reader.answered(0)
    expect(turn.locator(".question")).to_have_text(PAID)
    suggestion = turn.locator(".chips button").first
    offered = suggestion.inner_text()
    suggestion.click()
    expect(reader.answered(1).locator(".question")).to_have_text(offered)


def test_the_scope_limits_what_answers(reader: Reader) -> None:
    page = reader.page
    page.get_by_role("button", name="Scope").click()
    page.locator("#in-publishers").get_by_label("Coastal Review").check()
    turn = reader.ask(HEIGHT)
    expect(turn.locator(".said")).to_contain_text("38 metres")
    expect(turn).not_to_contain_text("41 metres")
    page.locator("#since").fill("2020")
    turn = reader.ask(HEIGHT)
    expect(turn).to_have_class(re.compile(r"\babstain\b"))
    page.locator("#since").fill("last year")
    page.fill("#question textarea", HEIGHT)
    page.press("#question textarea", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("'last year' is not a date")
    expect(page.locator("#since-fault")).to_contain_text("'last year' is not a date")
    expect(page.locator("#since")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#question textarea")).to_have_value(HEIGHT)


def test_a_written_answer_streams_is_named_and_can_be_stopped(reader: Reader, model: Script) -> None:
    page = reader.page
    first = "The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg. [{0}]\n"
    page.get_by_role("button", name="Scope").click()
    expect(page.locator("#how")).to_contain_text("scripted-model at 127.0.0.1")
    page.get_by_label("Written by a language model").check()
    model.does([Say(first), Finish()])
    turn = reader.ask(PAID)
    expect(turn.locator(".meta")).to_contain_text("written by scripted-model")
    reader.follow(turn.locator("button.cite").first)
    model.does([Say(first), Say("The old oil lamp"), Silence(8), Finish()])
    page.fill("#question textarea", PAID)
    page.press("#question textarea", "Enter")
    expect(page.locator("#log .turn").nth(1).locator(".said")).to_contain_text("Clara Berg")
    page.locator("#stop").click()
    expect(page.locator("#log .turn").nth(1)).to_contain_text("Stopped before it was complete")
    expect(page.locator("#stop")).to_be_hidden()


def test_a_text_that_was_replaced_says_so(reader: Reader, server: Server) -> None:
    turn = reader.ask(PAID)
    marker = turn.locator("button.cite").first
    marker.evaluate("button => { button.dataset.quote = 'Words that stand nowhere.' }")
    marker.click()
    expect(reader.page.locator("#panel")).to_contain_text("The text has changed since the answer")
    expect(reader.page.locator("#panel mark")).to_have_count(0)
    marker.evaluate("button => { button.dataset.doc = 'gone/text' }")
    marker.click()
    expect(reader.page.locator("#panel")).to_contain_text("The library no longer holds this text")
