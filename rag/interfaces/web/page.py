"""The page: which fields stand where, and which method serves which event."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from rag.config import Settings
from rag.interfaces.exports import FORMS
from rag.interfaces.web.chat import QUOTED, WRITTEN, Chat
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.managing import Manager, targets
from rag.interfaces.web.programs import ANSWERS, ANSWERS_AT_ONCE, CHANGES, offer
from rag.interfaces.web.render import text
from rag.sources.corpus import Corpus
from rag.sources.declarations import KINDS

HERE = Path(__file__).parent
MOST_PASSAGES = 50
"""Passages that the slider reaches to."""

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
                gr.HTML(_header(corpus), elem_id="top", apply_default_css=False)
                library = gr.HTML(
                    "", elem_id="library", apply_default_css=False, js_on_load="chat.follow(element, trigger)"
                )
                with gr.Tabs():
                    with gr.Tab("Ask", elem_id="ask-tab"):
                        ask = _AskTab(chat, engine.settings, manager)
                    with gr.Tab("Sources", elem_id="sources-tab"):
                        shelf = _SourcesTab(manager)
            with gr.Column(elem_id="side"):
                panel = gr.HTML("", elem_id="panel", apply_default_css=False, js_on_load=WIRE)
        ask.wire(chat, kept)
        shelf.wire(manager, ask)
        for opener in (ask.log, shelf.table):
            opener.select(chat.read, None, panel, queue=False, **_QUIET).then(None, js="chat.reveal", **_QUIET)
        library.load(manager.refreshed, None, shelf.shown(ask), queue=False, **_QUIET).then(
            None, js="chat.ready", **_QUIET
        )
        page.load(chat.restore, kept, [ask.log, kept], queue=False, **_QUIET)
        page.load(manager.refreshed, None, shelf.shown(ask), queue=False, **_QUIET)
    page.queue(default_concurrency_limit=ANSWERS_AT_ONCE, max_size=200)
    return page


def _header(corpus: Corpus) -> str:
    return f"<header><h1>{text(corpus.title)}</h1></header>"


class _AskTab:
    """Conversation, question and scope."""

    def __init__(self, chat: Chat, settings: Settings, manager: Manager) -> None:
        self.log = gr.HTML(chat.log([]), elem_id="log", apply_default_css=False, js_on_load=WIRE)
        self.spoken = gr.HTML("", elem_id="spoken", apply_default_css=False)
        self.editing = gr.State(None)
        self.pending = gr.State("")
        self.taken = gr.Textbox("", visible="hidden", elem_id="taken", label="Text to take away")
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="asking"):
                self.question = gr.Textbox(
                    label="Your question",
                    show_label=False,
                    placeholder="Ask the sources",
                    lines=1,
                    max_lines=5,
                    autofocus=True,
                    elem_id="question",
                    scale=8,
                )
                self.send = gr.Button("Ask", variant="primary", elem_id="send", scale=1, min_width=72)
                self.halt = gr.Button("Stop", elem_id="stop", scale=1, min_width=72, visible=False)
            with gr.Accordion("Scope", open=False, elem_id="scope"):
                self.scope = _scope_fields(settings, manager)
            with gr.Row(elem_id="whole"):
                self.fresh = gr.Button("New conversation", size="sm", elem_id="new", min_width=120)
                gr.HTML(_saving(), apply_default_css=False, elem_id="saving")

    def wire(self, chat: Chat, kept: gr.BrowserState) -> None:
        """Say what each event does."""
        shown = [self.log, self.question, kept, self.editing, self.pending, self.halt, self.spoken]
        queue: dict[str, Any] = {"concurrency_id": ANSWERS, "concurrency_limit": ANSWERS_AT_ONCE, **_QUIET}
        asked = [
            listen(chat.ask, [self.question, kept, self.editing, *self.scope], shown, **queue)
            for listen in (self.question.submit, self.send.click)
        ]
        asked.append(self.log.submit(chat.suggested, [kept, *self.scope], shown, **queue))
        asked.append(self.log.retry(chat.again, [kept, *self.scope], shown, **queue))
        self.halt.click(chat.stop, [kept, self.pending], shown, cancels=asked, queue=False, **_QUIET)
        self.fresh.click(chat.clear, None, shown, cancels=asked, queue=False, **_QUIET)
        self.log.edit(chat.edit, kept, [self.question, self.editing, self.spoken], queue=False, **_QUIET).then(
            None, js="chat.write", **_QUIET
        )
        self.log.like(chat.rate, kept, [self.log, kept, self.spoken], queue=False, **_QUIET)
        self.log.copy(chat.take, kept, self.taken, queue=False, **_QUIET).then(
            None, self.taken, None, js="chat.take", **_QUIET
        )


def _scope_fields(settings: Settings, manager: Manager) -> list[Any]:
    """Sources, kinds, publishers, dates, number of passages, and who words the answer."""
    sources, publishers = manager.choices()
    with gr.Row():
        fields: list[Any] = [
            gr.Dropdown(sources, label="All sources, or these", multiselect=True, elem_id="in-sources")
        ]
        fields.append(gr.Dropdown(list(KINDS), label="All kinds, or these", multiselect=True, elem_id="in-kinds"))
        fields.append(
            gr.Dropdown(publishers, label="All publishers, or these", multiselect=True, elem_id="in-publishers")
        )
    with gr.Row():
        for name, label in (("since", "Not older than"), ("until", "Not newer than")):
            fields.append(gr.Textbox("", label=label, placeholder="2023 or 2023-08", elem_id=name, min_width=150))
        most = max(MOST_PASSAGES, settings.top_k)
        fields.append(
            gr.Slider(1, most, settings.top_k, step=1, label="Passages to look at", elem_id="k", min_width=150)
        )
    ways = [QUOTED]
    info = None
    if settings.llm_base_url and settings.llm_model:
        ways.append(WRITTEN)
        info = f"Written by {settings.llm_model} at {urlsplit(settings.llm_base_url).netloc}; passages are sent there."
    fields.append(gr.Radio(ways, value=QUOTED, label="Answer", info=info, elem_id="how", visible=len(ways) > 1))
    return fields


def _saving() -> str:
    forms = "".join(
        f'<button type="button" data-save="{name}">Save as {html.escape(form.label)}</button>'
        for name, form in FORMS.items()
    )
    return f'<details class="menu"><summary>Save conversation</summary><div class="forms">{forms}</div></details>'


class _SourcesTab:
    """The library's table, and what changes it."""

    def __init__(self, manager: Manager) -> None:
        sources, _ = manager.choices()
        self.managed = manager.managed
        with gr.Accordion("Add a source", open=False, visible=self.managed, elem_id="adding"):
            with gr.Row():
                self.address = gr.Textbox(
                    label="Address of a web page or PDF", placeholder="https://", elem_id="address"
                )
                self.file = gr.File(label="or a file", type="filepath", elem_id="file", height=120)
            self.target = gr.Dropdown(targets(sources), value="", label="It is the full text of", elem_id="target")
            self.add = gr.Button("Add and rebuild", variant="primary", elem_id="add")
        with gr.Row(elem_id="shelf"):
            gr.HTML(_search(), elem_id="find", apply_default_css=False, js_on_load="chat.search(element)")
            self.rebuild = gr.Button("Rebuild now", visible=self.managed, size="sm", elem_id="rebuild")
        if not self.managed:
            gr.HTML('<p class="off">Sources can be changed on the machine that serves this page, or after a login.</p>')
        self.report = gr.HTML("", elem_id="report", apply_default_css=False)
        self.table = gr.HTML(manager.table(), elem_id="table", apply_default_css=False, js_on_load=WIRE)

    def shown(self, ask: _AskTab) -> list[Any]:
        """What a change of the library shows anew."""
        return [self.report, self.table, ask.scope[0], ask.scope[2], self.target, self.address, self.file]

    def wire(self, manager: Manager, ask: _AskTab) -> None:
        """Say what each event does; nothing where sources cannot be changed."""
        if not self.managed:
            return
        shown = self.shown(ask)
        queue: dict[str, Any] = {"concurrency_id": CHANGES, "concurrency_limit": 1, **_QUIET}
        self.add.click(manager.add, [self.address, self.file, self.target], shown, **queue)
        self.rebuild.click(manager.rebuild, None, shown, **queue)
        self.table.delete(manager.remove, None, shown, **queue)


def _search() -> str:
    return '<label class="find">Find a source <input type="search" autocomplete="off"></label>'
