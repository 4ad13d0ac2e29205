"""What a reader does on the page, in words the tests can use."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

DONE = "#log .turn:not(.waiting)"


class Reader:
    """Someone who uses the page, with a note of everything the browser asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.trouble: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("console", lambda message: self._console(message.type, message.text))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error":
            self.trouble.append(f"console: {text}")

    def visit(self) -> None:
        """Open the page and wait until it can be used."""
        self.page.goto(self.url)
        expect(self.page.locator("#question textarea")).to_be_editable()
        expect(self.page.locator("#log :is(.welcome, .turn):visible").first).to_be_visible()
        expect(self.page.locator("body")).to_have_attribute("data-library", "ready")

    def ask(self, question: str) -> Locator:
        """Type a question and press Enter; gives the turn when it is complete."""
        number = self.page.locator(DONE).count()
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        return self.answered(number)

    def answered(self, number: int) -> Locator:
        """Wait until the turn of this number, from 0, is complete, and give it."""
        expect(self.page.locator(DONE)).to_have_count(number + 1)
        expect(self.page.locator("#stop")).to_be_hidden()
        return self.page.locator("#log .turn").nth(number)

    def follow(self, marker: Locator) -> Locator:
        """Press a citation's number; gives the mark in the source panel."""
        quote = marker.get_attribute("data-quote") or ""
        marker.click()
        mark = self.page.locator("#panel mark")
        expect(mark).to_have_text(squeezed(quote))
        expect(self.page.locator("#panel")).not_to_have_attribute("aria-busy", "true")
        return mark

    def open_sources(self) -> None:
        """Bring the pane of sources into view, where it does not stand there anyway."""
        if not self.page.locator("#table").is_visible():
            self.page.get_by_role("button", name="Sources", exact=True).click()

    def add_file(self, path: Path) -> None:
        """Add a file as a source of its own."""
        self.open_sources()
        self.page.set_input_files("#file", path)

    def outside(self) -> list[str]:
        """Addresses asked for that are not the server's."""
        return [u for u in self.requests if not u.startswith((self.url, "data:", "blob:"))]


def squeezed(text: str) -> re.Pattern[str]:
    """A pattern for a text whose white space the browser may have changed."""
    return re.compile("^" + r"\s+".join(re.escape(word) for word in text.split()) + "$")
