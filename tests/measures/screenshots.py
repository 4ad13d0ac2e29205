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
from playwright.sync_api import Browser, expect, sync_playwright
from tqdm import tqdm

from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import ROOT, serving

DIRECT = "When did China suspend counternarcotics talks, and what set it off?"
FOLLOW_UP = "And when did they resume?"
CAUTION = "Does India supply precursors?"
ABSTENTION = "Who won the 1998 World Cup?"

WIDE, PHONE = {"width": 1600, "height": 1000}, {"width": 390, "height": 844}
VIEWS = {
    "light": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True, "device_scale_factor": 2},
    "phone-dark": {"viewport": PHONE, "has_touch": True, "device_scale_factor": 2, "color_scheme": "dark"},
}

SHOWN = {"light-panel": "chat.png", "phone-dark-panel": "chat-phone.png"}
"""Pictures that the README shows, and their names there."""

PATIENCE = 60_000
"""Milliseconds to wait for a state on a machine that has other things to do."""

COLOURS = 128
"""Colours that a picture of the README keeps; text and flat areas need no more."""


def states(reader: Reader) -> Iterator[str]:
    """Lead the page through its states; gives each one's name when it can be pictured."""
    page = reader.page
    yield "welcome"
    turn = reader.ask(DIRECT)
    yield "answer"
    reader.follow(turn.locator("button.cite").first)
    yield "panel"
    page.get_by_role("button", name="Close").click()
    reader.ask(FOLLOW_UP)
    yield "follow-up"
    for name, question in (("caution", CAUTION), ("abstention", ABSTENTION)):
        reader.ask(question)
        yield name
    page.get_by_role("button", name="Scope").click()
    yield "scope"
    page.get_by_role("button", name="Scope").click()
    reader.open_sources()
    yield "sources"


def take(browser: Browser, url: str, out: Path) -> None:
    """Picture every state in every view, each view as a visitor of its own."""
    expect.set_options(timeout=PATIENCE)
    for view, options in tqdm(VIEWS.items(), disable=None):
        context = browser.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        reader = Reader(context.new_page(), url)
        reader.visit()
        for state in states(reader):
            reader.page.mouse.move(1, 1)
            reader.page.wait_for_timeout(300)  # a tab or an accordion is still moving
            reader.page.screenshot(path=out / f"{view}-{state}.png")
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
        options = ["--index", str(given.index)] if given.index else []
        with serving(given.corpus, Path(folder), options) as server:
            server.wait("ready", seconds=600)
            take(browser, server.url, given.out)
    if given.docs:
        given.docs.mkdir(parents=True, exist_ok=True)
        for name, shown in SHOWN.items():
            shrink(given.out / f"{name}.png", given.docs / shown)
    print(f"{len(list(given.out.glob('*.png')))} pictures are in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
