"""Take a picture of every state of the chat, over the library that is shipped, for eyes to judge.

    python -m tests.measures.screenshots --out build/screenshots --docs docs

The real server answers in a real browser. The pictures of the README go, with fewer
colours, into the folder of documents.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, expect, sync_playwright
from tqdm import tqdm

from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import ROOT, serving

ANSWER = "How many people died of overdoses in 2022?"
"""Its answer has a figure that was revised."""
QUESTIONS = {
    "chart": "How did overdose deaths change from 2019 to 2024?",
    "timeline": "What has happened between the US and China on fentanyl since 2022?",
    "comparison": "Compare the US and China on fentanyl",
    "guide": "Summarise Fidler's article",
    "caution": "How much does a pill cost?",
    "abstention": "Who won the 1998 World Cup?",
    "emergency": "i took too many pills",
    "talk": "hello",
    "follow-up": "What can you do?",
}
ADDED = "# Harbour light of Tarn\n\nThe harbour light of Tarn burns gas and was lit first on 5 June 1902.\n"
QUOTED = "When was the harbour light of Tarn lit first?"

SIZES = {"phone": (390, 844), "tablet": (768, 1024), "wide": (1600, 1000)}

SHOWN = {"wide-light-reader": "chat.png", "phone-dark-reader": "chat-phone.png"}
"""Pictures that the README shows, and their names there."""

PATIENCE = 60_000
"""Milliseconds to wait for a state on a machine that has other things to do."""

COLOURS = 128
"""Colours that a picture of the README keeps; text and flat areas need no more."""


def states(reader: Reader, folder: Path) -> Iterator[str]:
    """Lead the page through its states; gives each one's name when it can be pictured."""
    yield "welcome"
    turn = reader.ask(ANSWER)
    yield "answer"
    reader.follow(turn.locator("button.cite").first)
    yield "reader"
    reader.page.keyboard.press("Escape")
    yield from _around(reader, turn)
    for name, question in QUESTIONS.items():
        reader.page.get_by_role("button", name="New conversation").click()
        reader.ask(question)
        yield name
    yield from _limited(reader)
    yield from _sources(reader, folder)
    yield from _lost(reader)


def _around(reader: Reader, turn: Locator) -> Iterator[str]:
    """What stands around an answer: menus, verdict, edit and what it replaced, the conversations."""
    page = reader.page
    turn.get_by_text("Save", exact=True).click()
    yield "save"
    page.keyboard.press("Escape")
    turn.get_by_role("button", name="Not helpful").click()
    yield "verdict"
    turn.get_by_role("button", name="Edit question").click()
    yield "edit"
    page.fill("#box", QUESTIONS["abstention"])
    page.press("#box", "Enter")
    expect(page.locator("#log .replaced")).to_be_visible()
    yield "replaced"
    page.locator("#kept summary").click()
    yield "conversations"
    page.keyboard.press("Escape")


def _limited(reader: Reader) -> Iterator[str]:
    """An abstention within limits, one where they leave nothing, and a limit that cannot be."""
    page, until = reader.page, reader.page.locator("#until")
    page.get_by_role("button", name="Scope").click()
    for name, date in (("limited", "2019"), ("nothing-left", "1950")):
        until.fill(date)
        reader.ask(ANSWER)
        yield name
    until.fill("last year")
    page.fill("#box", ANSWER)
    page.press("#box", "Enter")
    expect(page.locator("#log").get_by_role("alert")).to_be_visible()
    yield "wrong-limit"
    page.fill("#box", "")
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("button", name="Scope").click()


def _sources(reader: Reader, folder: Path) -> Iterator[str]:
    """The pane of sources: as it is, edited, with an addition that is quoted and then removed."""
    page, report = reader.page, reader.page.locator("#report")
    reader.open_sources()
    yield "sources"
    page.locator("[data-facts-of]").first.click()
    yield "sources-edit"
    page.locator("[data-leave]").click()
    added = folder / "harbour-light.md"
    added.write_text(ADDED, encoding="utf-8")
    reader.add_file(added)
    expect(report.locator(".done")).to_be_visible()
    yield "sources-added"
    page.keyboard.press("Escape")
    turn = reader.ask(QUOTED)
    yield "quoted"
    reader.open_sources()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-remove]").click()
    expect(report).to_contain_text("Removed")
    yield "sources-removed"
    page.keyboard.press("Escape")
    turn.locator("button.cite").first.click()
    expect(page.locator("#panel")).to_contain_text("no longer holds")
    yield "reader-without-text"
    page.keyboard.press("Escape")


def _lost(reader: Reader) -> Iterator[str]:
    """Signed out, and with nobody there."""
    page, alert = reader.page, reader.page.locator("#log").get_by_role("alert")
    page.route("**/queue/join*", lambda route: route.fulfill(status=401))
    page.fill("#box", ANSWER)
    page.press("#box", "Enter")
    expect(alert).to_contain_text("Signed out")
    yield "signed-out"
    for path in ("**/queue/**", "**/run/**", "**/app_id", "**/healthz"):
        page.route(path, lambda route: route.abort())
    page.press("#box", "Enter")
    expect(alert).to_contain_text("does not answer")
    yield "server-gone"
    page.locator("button.cite").first.click()
    expect(page.locator("#side").get_by_role("alert")).to_be_visible()
    yield "reader-server-gone"


def take(browser: Browser, url: str, out: Path, folder: Path) -> None:
    """Picture every state in every view, each view as a visitor of its own; answers on paper too."""
    expect.set_options(timeout=PATIENCE)
    views = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
    for size, scheme in tqdm(views, disable=None):
        width, height = SIZES[size]
        phone = size == "phone"
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
        )
        context.set_default_timeout(PATIENCE)
        reader = Reader(context.new_page(), url)
        reader.visit()
        for state in states(reader, folder):
            reader.page.mouse.move(1, 1)
            reader.page.wait_for_timeout(300)  # something is still moving
            reader.page.screenshot(path=out / f"{size}-{scheme}-{state}.png")
            if size == "wide" and state in ("answer", *QUESTIONS):
                reader.page.pdf(path=out / f"{scheme}-{state}.pdf", format="A4")
        context.close()


def shrink(source: Path, target: Path) -> None:
    """Write a picture with few colours."""
    with Image.open(source) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium until the block ends."""
    place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield browser
        browser.close()


def main() -> int:
    """Take the pictures and name their folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--index", type=Path, help="an index that is built; without it one is built for the occasion")
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--docs", type=Path, help="where the pictures of the README go; without it they are not made")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        own = Path(folder)  # sources are added and removed, but not those of the library
        shutil.copytree(given.corpus, own / "corpus")
        if given.index:
            shutil.copytree(given.index, own / "index")
        with serving(own / "corpus", own) as server:
            server.wait("ready", seconds=600)
            take(browser, server.url, given.out, own)
    if given.docs:
        given.docs.mkdir(parents=True, exist_ok=True)
        for name, shown in SHOWN.items():
            shrink(given.out / f"{name}.png", given.docs / shown)
    print(f"{len(list(given.out.glob('*.png')))} pictures are in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
