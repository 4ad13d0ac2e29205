"""Answers taken away, and verdicts kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.interfaces.feedback import read
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server

pytestmark = pytest.mark.browser

PAID = "Who paid for the electric lamp of the Skerry lighthouse?"


def save(reader: Reader, form: str) -> Path:
    with reader.page.expect_download() as event:
        reader.page.get_by_text("Save conversation").click()
        reader.page.locator("#saving").get_by_role("button", name=form).click()
    return event.value.path()


def test_the_conversation_in_markdown_has_a_footnote_for_each_mark(reader: Reader) -> None:
    reader.ask(PAID)
    reader.ask("How tall is the Skerry lighthouse?")
    written = save(reader, "Markdown").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!^)\[\^([\d-]+)\](?!:)", written))
    told = dict(re.findall(r"^\[\^([\d-]+)\]: (.+)$", written, re.MULTILINE))
    assert used == set(told) and len(told) >= 3
    assert "Skerry Museum, 1931 (full text)" in told["1-1"]
    assert "“The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg" in told["1-1"]
    assert "<https://isles.example/letter.html>" in told["1-1"]


def test_the_conversation_as_a_page_opens_and_its_notes_resolve(reader: Reader, tmp_path: Path) -> None:
    reader.ask(PAID)
    path = tmp_path / "conversation.html"
    path.write_bytes(save(reader, "Web page").read_bytes())
    page = reader.page.context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("link", name="[1]").first.click()
    expect(page.locator("li:target")).to_contain_text("Skerry Museum")
    page.close()


def test_the_cited_sources_as_bibtex_and_csl(reader: Reader) -> None:
    turn = reader.ask(PAID)
    assert "@misc{letter-1931," in save(reader, "BibTeX").read_text(encoding="utf-8")
    rows = json.loads(save(reader, "CSL-JSON").read_text(encoding="utf-8"))
    assert [(row["id"], row["issued"]) for row in rows] == [("letter-1931", {"date-parts": [[1931]]})]
    with reader.page.expect_download() as event:
        turn.get_by_text("Save", exact=True).click()
        turn.get_by_role("button", name="BibTeX").click()
    assert event.value.suggested_filename == "answer.bib"


def test_an_answer_is_copied_with_its_footnotes(reader: Reader) -> None:
    turn = reader.ask(PAID)
    turn.get_by_role("button", name="Copy").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert "[^1-1]: Letter of the keeper" in copied


def test_a_verdict_is_kept_with_its_reason(reader: Reader, server: Server) -> None:
    turn = reader.ask(PAID)
    turn.get_by_role("button", name="Not helpful").click()
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(reader.page.locator("#spoken")).to_contain_text("The verdict is kept")
    before = read(server.index)
    assert (before[-1]["verdict"], before[-1]["reason"]) == ("bad", "")
    reader.page.get_by_label("What was wrong?").fill("names only one giver")
    reader.page.get_by_role("button", name="Add reason").click()
    reader.page.wait_for_function("!document.querySelector('form.reason')")
    reader.page.wait_for_timeout(500)
    after = read(server.index)
    assert len(after) == len(before)
    kept = after[-1]
    assert (kept["verdict"], kept["reason"], kept["question"]) == ("bad", "names only one giver", PAID)
    reader.page.reload()
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
