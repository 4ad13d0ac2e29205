"""One server and one browser for all tests of the page; a fresh visitor for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.interfaces.browser import library
from tests.interfaces.browser.reader import Reader
from tests.interfaces.browser.serving import Server, serving
from tests.writing.servers import Script, scripted

SLOW = 20_000
"""Milliseconds that a busy machine may take for any step."""
expect.set_options(timeout=SLOW)

MODEL = "scripted-model"
"""Name of the language model that the server is told of."""


@pytest.fixture(scope="session")
def model() -> Iterator[Script]:
    """A language model that says what a test tells it to."""
    with scripted() as script:
        yield script


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, model: Script) -> Iterator[Server]:
    """A chat over the small library, served by a process of its own."""
    folder = tmp_path_factory.mktemp("chat")
    corpus = library.write(folder / "corpus")
    with serving(corpus, folder, ["--mcp"], RAG_LLM_BASE_URL=model.address, RAG_LLM_MODEL=MODEL) as running:
        running.wait("ready")
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; a test that needs it is skipped where there is none."""
    place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if place is None:
        pytest.skip("no Chromium browser is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        yield browser
        browser.close()


VIEWS = {
    "wide": {"viewport": {"width": 1600, "height": 1000}},
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "tablet": {"viewport": {"width": 768, "height": 1024}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "still": {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"},
}


@pytest.fixture
def view() -> str:
    """Which of VIEWS a reader has; a test may set it by parameter."""
    return "desk"


@pytest.fixture
def reader(chromium: Browser, server: Server, view: str) -> Iterator[Reader]:
    """A visitor; afterwards nothing may have gone wrong in the browser, nor left this machine."""
    context = chromium.new_context(accept_downloads=True, **VIEWS[view])  # type: ignore[arg-type]
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(SLOW)
    visitor = Reader(context.new_page(), server.url)
    visitor.visit()
    yield visitor
    harmed = visitor.page.evaluate("window.harmed")
    outside, trouble = visitor.outside(), visitor.trouble
    context.close()
    assert harmed is None
    assert outside == []
    assert trouble == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
