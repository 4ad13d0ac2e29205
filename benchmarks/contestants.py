"""Who is measured: this library, and the two raw limits. Each loads its libraries where it first uses them."""

from __future__ import annotations

import json
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.material import MODELS, Passage, read_passages

DEPTH = 5
"""Passages that a search returns."""


@dataclass(frozen=True, slots=True)
class Models:
    """Folders of the one model that all use; `benchmarks.preparing` finds them."""

    original: str
    """As its authors published it."""
    exported: str
    """As our builds export it for ONNX Runtime; empty where it runs on PyTorch."""
    dimension: int

    @classmethod
    def read(cls, folder: Path) -> Models:
        """Read what `benchmarks.preparing` found."""
        return cls(**json.loads((folder / MODELS).read_text(encoding="utf-8")))


class Contestant(ABC):
    """One way to index passages and to search them.

    Args:
        folder: a copy of a material of its own; the index is written into ``index`` in it.
        models: where the model stands.
    """

    title: ClassVar[str]
    package: ClassVar[str] = ""
    """The package that it needs beside those of the project, as its folder is named; empty for none."""

    def __init__(self, folder: Path, models: Models) -> None:
        self.folder = folder
        self.index = folder / "index"
        self.models = models

    @abstractmethod
    def load(self) -> None:
        """Import what a build needs, and load the model."""

    @abstractmethod
    def build(self) -> None:
        """Build the index on disk."""

    @abstractmethod
    def open(self) -> None:
        """Open the index that was built."""

    @abstractmethod
    def encode(self, question: str) -> None:
        """Encode a question, as `retrieve` does, and nothing else."""

    @abstractmethod
    def retrieve(self, question: str) -> list[str]:
        """Search; gives the documents of the passages found, best first."""

    @abstractmethod
    def add(self, added: Path, name: str) -> None:
        """Add one document of another material to the open index and to that on disk."""

    def passages_of(self, added: Path, name: str) -> list[Passage]:
        """The passages of one document of another material."""
        return [passage for passage in read_passages(added) if passage.document == name]


class Ours(Contestant):
    """Our library, through its functions."""

    title = "this"

    def load(self) -> None:
        """The first call loads it."""

    def build(self) -> None:
        import rag

        rag.build(str(self.folder))

    def open(self) -> None:
        """The first call opens it."""

    def encode(self, question: str) -> None:
        self._embedder.encode_queries([question])

    @cached_property
    def _embedder(self) -> Any:
        from rag.library.library import Library

        return Library.open(self.folder).embedder

    def retrieve(self, question: str) -> list[str]:
        import rag

        return [passage.source.id for passage in rag.retrieve(question, DEPTH, corpus=str(self.folder))]

    def ask(self, question: str) -> None:
        """Answer a question."""
        import rag

        rag.ask(question, corpus=str(self.folder))

    def add(self, added: Path, name: str) -> None:
        shutil.copy(added / "documents" / f"{name}.txt", self.folder / "documents")
        self.build()


class Flat(Contestant):
    """The least that can search: vectors in a flat FAISS index, texts in a file."""

    def build(self) -> None:
        import faiss

        self._passages: list[Passage] = []
        self._vectors: Any = faiss.IndexFlatIP(self.models.dimension)
        self._append(read_passages(self.folder))

    def open(self) -> None:
        import faiss

        self.load()
        self._vectors = faiss.read_index(str(self.index / "vectors.faiss"))
        rows = json.loads((self.index / "passages.json").read_text(encoding="utf-8"))
        self._passages = [Passage(*row) for row in rows]

    def encode(self, question: str) -> None:
        self._encoded([question])

    def retrieve(self, question: str) -> list[str]:
        _, found = self._vectors.search(self._encoded([question]), min(DEPTH, len(self._passages)))
        return [self._passages[place].document for place in found[0]]

    def add(self, added: Path, name: str) -> None:
        self._append(self.passages_of(added, name))

    def _append(self, passages: Sequence[Passage]) -> None:
        import faiss

        self._vectors.add(self._encoded([passage.text for passage in passages]))
        self._passages.extend(passages)
        self.index.mkdir(exist_ok=True)
        faiss.write_index(self._vectors, str(self.index / "vectors.faiss"))
        rows = [(passage.document, passage.text) for passage in self._passages]
        (self.index / "passages.json").write_text(json.dumps(rows), encoding="utf-8")

    @abstractmethod
    def _encoded(self, texts: Sequence[str]) -> Any:
        """Embed texts as (n, dim) float32, unit rows."""


class RawTorch(Flat):
    """sentence-transformers, as its documentation uses it."""

    title = "raw sentence-transformers"

    def load(self) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(self.models.original)

    def _encoded(self, texts: Sequence[str]) -> Any:
        return self._model.encode(list(texts), show_progress_bar=False)


class RawOnnx(Flat):
    """ONNX Runtime with our exported model, a session of one thread and as many texts at once as there are cores."""

    title = "raw ONNX Runtime"

    def load(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = Path(self.models.exported)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(256)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def _encoded(self, texts: Sequence[str]) -> Any:
        import numpy as np

        rows = np.concatenate(list(self._pool.map(self._vector, texts)))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def _vector(self, text: str) -> Any:
        import numpy as np

        encoding = self._tokenizer.encode(text)
        known = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        return self._session.run(None, {name: np.array([known[name]], np.int64) for name in self._inputs})[0]
