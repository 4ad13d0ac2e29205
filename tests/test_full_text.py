"""With a full text added, answers cite it; every quote is a slice of what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import HOME, Settings
from rag.indexing.encoder import SentenceTransformerEmbedder
from rag.library.library import Library

ARTICLE = HOME.parent / "shared" / "corpus" / "fidler-2023.txt"
GOLD = Path(__file__).with_name("gold.jsonl")

QUESTIONS = (
    "What did Blinken say about overdoses among Americans aged 18 to 49?",
    "How many countries took part in the launch of the Global Coalition?",
    "Why has China no incentive of its own to act?",
    "What are cartel members packing in the photo?",
    "What does the article say about sanctions and China?",
    "How long will the Global Coalition run?",
    "Which republicans wanted military force against cartels?",
)


@pytest.fixture(scope="module")
def with_article(model: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    if not ARTICLE.is_file():
        pytest.skip("the article's full text is not on this machine; it is never shipped")
    corpus = tmp_path_factory.mktemp("library") / "corpus"
    corpus.mkdir()
    for name in ("sources.toml", "corpus.toml", "notes"):
        (corpus / name).symlink_to(HOME / "corpus" / name)
    settings = Settings(corpus=corpus, index=tmp_path_factory.mktemp("index"))
    library = Library(settings, model)
    library.add(ARTICLE, source_id="fidler-2023")
    library.build()
    return Assistant(settings, model)


def test_what_is_asked_of_the_article_is_cited_from_its_text(with_article: Assistant) -> None:
    answer = with_article.ask("What does the article say about sanctions and China?")
    assert [c.doc_id for c in answer.citations]
    assert all(c.doc_id == "fidler-2023/text" for c in answer.citations)
    assert any("sanctions" in c.quote or "lift" in c.quote for c in answer.citations)


def test_every_quote_is_a_slice_of_the_document(with_article: Assistant) -> None:
    rows = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()]
    for question in (*QUESTIONS, *rows):
        for citation in with_article.ask(question).citations:
            assert with_article.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
