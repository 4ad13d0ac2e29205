"""Answers taken away, and verdicts kept."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pybtex.database import parse_string

from rag.interfaces.feedback import read
from rag.text.dates import readable
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server

pytestmark = pytest.mark.browser

PAID = "Who paid for the electric lamp of the Skerry lighthouse?"
TALL = "How tall is the Skerry lighthouse?"


def save(reader: Reader, form: str) -> Path:
    with reader.page.expect_download() as event:
        reader.page.get_by_text("Save conversation").click()
        reader.page.locator("#saving").get_by_role("button", name=form).click()
    return event.value.path()


def test_the_conversation_in_markdown_has_a_footnote_for_each_mark(reader: Reader) -> None:
    reader.ask(PAID)
    reader.ask(TALL)
    path = save(reader, "Markdown")
    written = path.read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!^)\[\^([\d-]+)\](?!:)", written))
    told = dict(re.findall(r"^\[\^([\d-]+)\]: (.+)$", written, re.MULTILINE))
    assert used == set(told) and len(told) >= 3
    assert (
        "Jon Moss, 1931, published by Skerry Museum (the source's words) <https://isles.example/letter.html>"
        in told["1-1"]
    )
    assert "- “The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg" in written
    assert "- Our note: The Skerry lighthouse is 41 metres tall, according to the Harbour Office.[^2-" in written
    assert "“The Skerry lighthouse is" not in written
    assert f"*{readable(date.today().isoformat())} · " in written


@pytest.mark.parametrize("view", ["phone", "dark"])
def test_the_conversation_as_a_page_opens_and_its_notes_resolve(reader: Reader, tmp_path: Path, axe: str) -> None:
    reader.ask(PAID)
    reader.ask(TALL)
    path = tmp_path / "conversation.html"
    path.write_bytes(save(reader, "Web page").read_bytes())
    page = reader.page.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    expect(page).to_have_title(f"{PAID} – The Skerry isles")
    expect(page.locator("blockquote").first).to_contain_text("“The electric lamp")
    expect(page.locator(".note").first).to_contain_text("Our note The Skerry lighthouse")
    assert "“" not in "".join(page.locator(".note").all_inner_texts())
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("li:target")).to_contain_text("Skerry Museum")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.innerWidth") in (390, 1280)
    assert [url for url in asked if not url.startswith(path.as_uri())] == []
    page.close()
    # The page's own policy keeps every script out, so axe reads a copy without it.
    copy = tmp_path / "copy.html"
    copy.write_text(path.read_text(encoding="utf-8").replace("Content-Security-Policy", "x-none"), encoding="utf-8")
    page = reader.page.context.new_page()
    page.goto(copy.as_uri())
    found = page.evaluate("async (axe) => { (0, eval)(axe); return (await window.axe.run()).violations; }", axe)
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    page.close()


def test_the_cited_documents_as_bibtex_and_csl(reader: Reader) -> None:
    turn = reader.ask(PAID)
    (entry,) = parse_string(save(reader, "BibTeX").read_text(encoding="utf-8"), "bibtex").entries.values()
    assert entry.fields["url"] == "https://isles.example/letter.html"
    (row,) = json.loads(save(reader, "CSL-JSON").read_text(encoding="utf-8"))
    today = date.today()
    assert row == {
        "id": entry.key,
        "type": "webpage",
        "title": "Letter of the keeper",
        "author": [{"literal": "Jon Moss"}],
        "publisher": "Skerry Museum",
        "container-title": "Skerry Museum",
        "issued": {"date-parts": [[1931]]},
        "accessed": {"date-parts": [[today.year, today.month, today.day]]},
        "URL": "https://isles.example/letter.html",
        "note": "published by Skerry Museum",
    }
    with reader.page.expect_download() as event:
        turn.get_by_text("Save", exact=True).click()
        turn.get_by_role("button", name="BibTeX").click()
    assert event.value.suggested_filename == "paid-electric-lamp-skerry-lighthouse.bib"


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
