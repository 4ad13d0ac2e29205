"""Make the materials, cut them, and find the model: ``python -m benchmarks.preparing WORK`` does the latter two."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.contestants import Models
from benchmarks.material import FEWEST, MODELS, PASSAGES, Passage, Question, rows, write_rows
from rag.config import Settings
from rag.indexing.encoder import Embedder
from tests.measures.scale import prose

DOCUMENT_CHARACTERS = 9000
"""Of each generated document."""
DOCUMENT_PASSAGES = 10
"""Passages that such a document is cut into, as measured."""
DOCUMENT_WORDS = 1500
"""Words of generated prose that have at least so many characters."""


def generated(folder: Path, documents: int, *, seed: str) -> None:
    """Write so many documents of generated prose."""
    for number in range(documents):
        text = prose(random.Random(f"{seed} {number}"), DOCUMENT_WORDS)[:DOCUMENT_CHARACTERS]
        _document(folder, f"{seed}-{number}", f"Volume {number}", text)


def asked_of(passages: Sequence[Passage], number: int) -> list[Question]:
    """Make questions of eight words each that stand together in a passage; nobody judged them."""
    chance = random.Random(number)
    words = [chance.choice(passages).text.split() for _ in range(number)]
    starts = [chance.randrange(max(1, len(row) - 8)) for row in words]
    return [Question(" ".join(row[start : start + 8])) for row, start in zip(words, starts, strict=True)]


def judged(folder: Path, data: Path) -> list[Question]:
    """Write the documents of a set of ``corpus.jsonl`` and ``queries.jsonl``; gives its answerable questions.

    Raises:
        SystemExit: the folder holds no set, or too few questions.
    """
    missing = [name for name in ("corpus.jsonl", "queries.jsonl") if not (data / name).is_file()]
    if missing:
        raise SystemExit(f"{data} holds no {missing[0]}; name a folder with corpus.jsonl and queries.jsonl")
    names: dict[str, str] = {}
    for number, row in enumerate(rows(data / "corpus.jsonl")):
        names[row["id"]] = f"d{number}"
        _document(folder, names[row["id"]], row["title"], row["text"])
    questions = [
        Question(row["question"], tuple(names[key] for key in row["relevant"]))
        for row in rows(data / "queries.jsonl")
        if row["relevant"]
    ]
    if len(questions) < FEWEST:
        raise SystemExit(f"{data} has {len(questions)} questions with relevant documents; at least {FEWEST} are needed")
    return questions


def cut(folder: Path, embedder: Embedder, tokens: int) -> None:
    """Cut every document of a material as our build does, and keep the texts that are encoded."""
    from rag.indexing import chunking
    from rag.indexing.chunking import contextual_text
    from rag.sources.corpus import Corpus
    from rag.sources.materials import read_material

    passages = []
    for material in Corpus.read(folder).materials():
        for reading in read_material(material):
            document, source = reading.document, reading.source
            if document is None:
                raise SystemExit(f"{material.path} cannot be read: {reading.reason}")
            for chunk in chunking.cut(document, source, embedder, max_tokens=tokens):
                passages.append(Passage(source.id, contextual_text(chunk, document, source)))
    write_rows(folder / PASSAGES, passages)


def _document(folder: Path, name: str, title: str, text: str) -> None:
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / f"{name}.txt").write_text(f"---\ntitle: {title}\n---\n{text}", encoding="utf-8")


def main(work: Path) -> None:
    """Cut every material of the work folder, and note where the model stands."""
    from rag.indexing.exported import ExportedEmbedder
    from rag.indexing.exporting import default_embedder
    from rag.models import locate

    settings = Settings(corpus=work, index=work / "index")
    embedder = default_embedder(settings.embedding_model)
    for folder in sorted(path.parent for path in work.glob("*/documents")):
        cut(folder, embedder, settings.chunk_tokens)
    exported = str(embedder.folder) if isinstance(embedder, ExportedEmbedder) else ""
    models = Models(locate(settings.embedding_model), exported, embedder.dim)
    (work / MODELS).write_text(json.dumps(asdict(models)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
