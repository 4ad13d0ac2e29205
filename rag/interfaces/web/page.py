"""The page: which fields stand where, and which method serves which event."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from rag.config import Settings
from rag.interfaces.markup import isolated
from rag.interfaces.web.chat import QUOTED, WRITTEN, Chat
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.managing import Manager, targets
from rag.interfaces.web.programs import ANSWERS, ANSWERS_AT_ONCE, CHANGES, MOST_WAITING, offer
from rag.interfaces.web.render import saving
from rag.sources.corpus import Corpus
from rag.sources.declarations import KINDS

HERE = Path(__file__).parent
MOST_PASSAGES = 50
"""Passages that the slider reaches to; more are for programs."""

WIRE = "chat.wire(element, trigger)"
"""Hands the clicks in a piece of the page to its script."""

KEY = "not a secret: it lets a browser read its own conversation after a restart"

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "DejaVu Sans", "sans-serif")
MONO = ("ui-monospace", "Consolas", "Liberation Mono", "DejaVu Sans Mono", "monospace")

APPEARANCE: dict[str, Any] = {
    "theme": gr.themes.Base(primary_hue="sky", neutral_hue="slate", font=SANS, font_mono=MONO),
    # Gradio confines what it is given as css to its own container; the page's frame lies outside it.
    "head": f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>"
    f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>",
}
"""What gradio's server is told of looks: system fonts, our own style and script."""

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_AT_ONCE: dict[str, Any] = {"queue": False, **_QUIET}
_IN_TURN: dict[str, Any] = {"concurrency_id": ANSWERS, "concurrency_limit": ANSWERS_AT_ONCE, **_QUIET}
_ONE_BY_ONE: dict[str, Any] = {"concurrency_id": CHANGES, "concurrency_limit": 1, **_QUIET}


def build_page(engine: Engine, corpus: Corpus, *, managed: bool) -> gr.Blocks:
    """Make the page of a library.

    Args:
        managed: whether sources can be changed through it.
    """
    with gr.Blocks(title=corpus.title, fill_width=True, analytics_enabled=False) as page:
        offer(engine, managed=managed)  # first: the names of endpoints go to whoever comes first
        kept = gr.BrowserState([], storage_key=f"conversation {engine.settings.corpus.resolve()}", secret=KEY)
        chat, manager = Chat(engine, corpus), Manager(engine, corpus, managed=managed)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work"):
                _html("top", f"<header><h1>{isolated(corpus.title)}</h1></header>")
                library = _html("library", script="chat.follow(element, trigger)")
                with gr.Tabs():
                    with gr.Tab("Ask", elem_id="ask-tab"):
                        ask = _AskTab(chat, engine.settings, manager)
                    with gr.Tab("Sources", elem_id="sources-tab"):
                        shelf = _SourcesTab(manager)
            with gr.Column(elem_id="side"):
                panel = _html("panel", script=WIRE)
        ask.wire(chat, kept)
        shelf.wire(manager, ask)
        for opener in (ask.log, shelf.table):
            opener.select(chat.read, None, panel, **_AT_ONCE).then(None, js="chat.reveal", **_QUIET)
        refreshed = shelf.shown(ask)
        library.load(manager.refreshed, None, refreshed, **_AT_ONCE).then(None, js="chat.ready", **_QUIET)
        page.load(chat.restore, kept, [ask.log, kept], **_AT_ONCE)
        page.load(manager.refreshed, None, refreshed, **_AT_ONCE)
    page.queue(default_concurrency_limit=ANSWERS_AT_ONCE, max_size=MOST_WAITING)
    return page


def _html(name: str, value: str = "", script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=script)


class _AskTab:
    """Conversation, question and scope."""

    def __init__(self, chat: Chat, settings: Settings, manager: Manager) -> None:
        self.log = _html("log", chat.log([]), WIRE)
        self.spoken = _html("spoken")
        self.editing = gr.State(None)
        self.pending = gr.State("")
        self.exported = gr.Textbox("", visible="hidden", elem_id="exported", label="Text to take away")
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="asking"):
                looks = {"placeholder": "Ask the sources", "show_label": False, "max_lines": 5, "scale": 8}
                self.question = gr.Textbox(label="Your question", autofocus=True, elem_id="question", **looks)
                self.send = gr.Button("Ask", variant="primary", elem_id="send", scale=1, min_width=72)
                self.halt = gr.Button("Stop", elem_id="stop", scale=1, min_width=72, visible=False)
            with gr.Accordion("Scope", open=False, elem_id="scope"):
                self.scope = _scope_fields(settings, manager)
            with gr.Row(elem_id="whole"):
                self.fresh = gr.Button("New conversation", size="sm", elem_id="new", min_width=120)
                self.saving = _html("saving", saving("Save conversation"), WIRE)

    def wire(self, chat: Chat, kept: gr.BrowserState) -> None:
        """Say what each event does."""
        shown = [self.log, self.question, kept, self.editing, self.pending, self.halt, self.spoken]
        typed = [self.question, kept, self.editing, *self.scope]
        asked = [
            self.question.submit(chat.ask, typed, shown, **_IN_TURN),
            self.send.click(chat.ask, typed, shown, **_IN_TURN),
            self.log.submit(chat.suggested, [kept, *self.scope], shown, **_IN_TURN),
            self.log.retry(chat.again, [kept, *self.scope], shown, **_IN_TURN),
        ]
        self.halt.click(chat.stop, [kept, self.pending], shown, cancels=asked, **_AT_ONCE)
        self.fresh.click(chat.clear, None, shown, cancels=asked, **_AT_ONCE)
        edited = self.log.edit(chat.edit, kept, [self.question, self.editing, self.spoken], **_AT_ONCE)
        edited.then(None, js="chat.write", **_QUIET)
        self.log.like(chat.rate, kept, [self.log, kept, self.spoken], **_AT_ONCE)
        for menu in (self.log, self.saving):
            exported = menu.copy(chat.export, kept, self.exported, **_AT_ONCE)
            exported.then(None, self.exported, None, js="chat.take", **_QUIET)


def _scope_fields(settings: Settings, manager: Manager) -> list[Any]:
    """Sources, kinds, publishers, dates, number of passages, and who words the answer."""
    sources, publishers = manager.choices()
    written = bool(settings.llm_base_url and settings.llm_model)
    service = f"{settings.llm_model} at {urlsplit(settings.llm_base_url).netloc}"
    with gr.Row():
        limits = [
            gr.Dropdown(choices, label=f"All {what}, or these", multiselect=True, elem_id=f"in-{what}")
            for what, choices in (("sources", sources), ("kinds", list(KINDS)), ("publishers", publishers))
        ]
    with gr.Row():
        dates = [
            gr.Textbox("", label=label, placeholder="2023 or 2023-08", elem_id=name, min_width=150)
            for name, label in (("since", "Not older than"), ("until", "Not newer than"))
        ]
        most = max(MOST_PASSAGES, settings.top_k)
        k = gr.Slider(1, most, settings.top_k, step=1, label="Passages to look at", elem_id="k", min_width=150)
    how = gr.Radio(
        [QUOTED, WRITTEN] if written else [QUOTED],
        value=QUOTED,
        label="Answer",
        info=f"Written by {service}; passages are sent there." if written else None,
        elem_id="how",
        visible=written,
    )
    return [*limits, *dates, k, how]


class _SourcesTab:
    """The library's table, and what changes it."""

    def __init__(self, manager: Manager) -> None:
        sources, _ = manager.choices()
        self.managed = manager.managed
        with gr.Accordion("Add a source", open=False, visible=self.managed, elem_id="adding"):
            with gr.Row():
                address = "Address of a web page or PDF"
                self.address = gr.Textbox(label=address, placeholder="https://", elem_id="address")
                self.file = gr.File(label="or a file", type="filepath", elem_id="file", height=120)
            self.target = gr.Dropdown(targets(sources), value="", label="It is the full text of", elem_id="target")
            self.add = gr.Button("Add and rebuild", variant="primary", elem_id="add")
        with gr.Row(elem_id="shelf"):
            search = '<label class="find">Find a source <input type="search" autocomplete="off"></label>'
            _html("find", search, "chat.search(element)")
            self.rebuild = gr.Button("Rebuild now", visible=self.managed, size="sm", elem_id="rebuild")
        if not self.managed:
            gr.HTML('<p class="off">Sources can be changed on the machine that serves this page, or after a login.</p>')
        self.report = _html("report")
        self.table = _html("table", manager.table(), WIRE)

    def shown(self, ask: _AskTab) -> list[Any]:
        """What a change of the library shows anew."""
        return [self.report, self.table, ask.scope[0], ask.scope[2], self.target, self.address, self.file]

    def wire(self, manager: Manager, ask: _AskTab) -> None:
        """Say what each event does; nothing where sources cannot be changed."""
        if not self.managed:
            return
        shown = self.shown(ask)
        self.add.click(manager.add, [self.address, self.file, self.target], shown, **_ONE_BY_ONE)
        self.rebuild.click(manager.rebuild, None, shown, **_ONE_BY_ONE)
        self.table.delete(manager.remove, None, shown, **_ONE_BY_ONE)
