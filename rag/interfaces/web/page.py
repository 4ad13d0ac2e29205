"""The page: which pieces stand where, and which method serves which event."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from markupsafe import Markup

from rag.config import Settings
from rag.interfaces.markup import macro
from rag.interfaces.web.admission import MOST_WAITING
from rag.interfaces.web.chat import Chat
from rag.interfaces.web.engine import ANSWERS_AT_ONCE, Engine
from rag.interfaces.web.managing import Manager, MayManage
from rag.interfaces.web.programs import ANSWERS, CHANGES, offer
from rag.interfaces.web.render import saving, welcome
from rag.interfaces.web.watching import Watcher
from rag.sources.corpus import Corpus
from rag.sources.declarations import KINDS

HERE = Path(__file__).parent
MOST_PASSAGES = 50
"""Passages that a reader can ask for; more are for programs."""

FORMER_KEY = "not a secret: it lets a browser read its own conversation after a restart"
"""With which a conversation was enciphered that a browser kept before each had a key of its own."""

SCRIPTS = ("page.js", "keeping.js", "asking.js", "shelf.js")
"""In the order in which they are run."""

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "DejaVu Sans", "sans-serif")
MONO = ("ui-monospace", "Consolas", "Liberation Mono", "DejaVu Sans Mono", "monospace")

APPEARANCE: dict[str, Any] = {
    "theme": gr.themes.Base(primary_hue="sky", neutral_hue="slate", font=SANS, font_mono=MONO),
    # Gradio confines what it is given as css to its own container; the page's frame lies outside it.
    "head": f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>"
    + "".join(f"<script>{(HERE / name).read_text(encoding='utf-8')}</script>" for name in SCRIPTS),
}
"""What gradio's server is told of looks: system fonts, our own style and scripts."""

_top, _composer = macro("desk.html", "top"), macro("desk.html", "composer")
_shelf = macro("library.html", "shelf")

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **_QUIET}
_IN_TURN: dict[str, Any] = {"concurrency_id": ANSWERS, "concurrency_limit": ANSWERS_AT_ONCE, **_QUIET}
_ONE_BY_ONE: dict[str, Any] = {"concurrency_id": CHANGES, "concurrency_limit": 1, **_QUIET}


def build_page(
    engine: Engine, corpus: Corpus, watcher: Watcher, may_manage: MayManage, *, managed: bool, login: bool = False
) -> gr.Blocks:
    """Make the page of a library.

    Args:
        may_manage: whether who signed in under a name may change sources.
        managed: whether sources can be changed through it by anyone.
        login: whether readers sign in, and so out.
    """
    with gr.Blocks(title=corpus.title, fill_width=True, analytics_enabled=False) as page:
        offer(engine, may_manage, managed=managed)  # first: the names of endpoints go to whoever comes first
        chat, manager = Chat(engine, corpus), Manager(engine, corpus, watcher, may_manage)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="shelf"):
                shelf = _html("find", _shelf(managed, watcher.on, KINDS), "chat.shelf(element, trigger, upload)")
                listed = "chat.wire(element, trigger, 'table'); chat.listed(element)"
                table = _html("table", manager.table(None), listed)
                report = _html("report")
            with gr.Column(elem_id="work"):
                _html("top", _top(corpus.title, library_name(engine.settings), login), "chat.top(element)")
                log = _html("log", f'{welcome(corpus)}<div class="log"></div>', "chat.wire(element, trigger, 'log')")
                library = _html("library", script="chat.follow(element, trigger)")
                composer = _html("composer", _composer_of(engine.settings), "chat.composer(element, trigger)")
            with gr.Column(elem_id="side"):
                panel = _html("panel", script="chat.wire(element, trigger, 'panel')")
                _former(log, engine.settings)
        answered, restored, rated, exported = map(_told, ("answered", "restored", "rated", "take"))
        asked = composer.submit(chat.ask, None, answered, **_IN_TURN)
        composer.stop(chat.stop, None, answered, cancels=[asked], **_AT_ONCE)
        log.expand(chat.restore, None, restored, **_AT_ONCE)
        log.like(chat.rate, None, rated, queue=False, trigger_mode="multiple", **_QUIET)
        for menu in (log, composer):
            menu.copy(chat.export, None, exported, **_AT_ONCE)
        for opener in (log, table, panel):
            opener.select(chat.read, None, panel, **_AT_ONCE).then(None, js="chat.reveal", **_QUIET)
        library.tick(manager.refreshed, None, [report, table], **_AT_ONCE).then(None, js="chat.ready", **_QUIET)
        if managed:
            changed = [report, table]
            shelf.submit(manager.add, None, changed, **_ONE_BY_ONE)
            shelf.apply(manager.rebuild, None, changed, **_ONE_BY_ONE)
            shelf.change(manager.watch, None, report, **_AT_ONCE)
            table.edit(manager.tell, None, changed, **_ONE_BY_ONE)
            table.delete(manager.remove, None, changed, **_ONE_BY_ONE)
    page.queue(default_concurrency_limit=ANSWERS_AT_ONCE, max_size=MOST_WAITING)
    return page


def _html(name: str, value: str = "", script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script)


def _told(name: str) -> gr.HTML:
    """A piece that shows nothing: it hands each message it is given to the function of the page's script."""
    script = f"watch('value', () => chat.{name}(JSON.parse(props.value)))"
    return gr.HTML("", elem_id=f"told-{name}", elem_classes="told", html_template="<i></i>", js_on_load=script)


def _former(log: gr.HTML, settings: Settings) -> None:
    """Take over the one conversation that a browser kept before each had a key of its own.

    It is enciphered as gradio's `BrowserState` does it, whose 70 KB come only where there is one.
    """

    @gr.render(triggers=[log.input], show_progress="hidden")  # type: ignore[untyped-decorator]
    def former() -> None:
        kept = gr.BrowserState([], storage_key=f"conversation {settings.corpus.resolve()}", secret=FORMER_KEY)
        kept.change(None, kept, None, js="chat.former", **_QUIET)


def library_name(settings: Settings) -> str:
    """Name a library for what a browser keeps of it, without telling its folder."""
    return hashlib.sha256(str(settings.corpus.resolve()).encode()).hexdigest()[:12]


def _composer_of(settings: Settings) -> str:
    written = bool(settings.llm_base_url and settings.llm_model)
    service = f"{settings.llm_model} at {urlsplit(settings.llm_base_url).netloc}" if written else ""
    return _composer(max(MOST_PASSAGES, settings.top_k), settings.top_k, service, Markup(saving("Save conversation")))
