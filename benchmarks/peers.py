"""Other libraries, each by its own documentation and defaults, with the same model and passages."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import DEPTH, Contestant
from benchmarks.material import Passage, read_passages


class LangChain(Contestant):
    """LangChain with its FAISS store."""

    title = "LangChain + FAISS"
    package = "langchain_community"

    def load(self) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        with warnings.catch_warnings():  # the package says that it is followed by others; none of them has FAISS yet
            warnings.simplefilter("ignore", DeprecationWarning)
            from langchain_community.vectorstores import FAISS

        self._kind = FAISS
        self._model = HuggingFaceEmbeddings(model_name=self.models.original)

    def build(self) -> None:
        passages = read_passages(self.folder)
        texts, facts = [p.text for p in passages], [{"document": p.document} for p in passages]
        self._store: Any = self._kind.from_texts(texts, self._model, metadatas=facts)
        self._store.save_local(str(self.index))

    def open(self) -> None:
        self.load()
        self._store = self._kind.load_local(str(self.index), self._model, allow_dangerous_deserialization=True)

    def encode(self, question: str) -> None:
        self._model.embed_query(question)

    def retrieve(self, question: str) -> list[str]:
        return [found.metadata["document"] for found in self._store.similarity_search(question, k=DEPTH)]

    def add(self, added: Path, name: str) -> None:
        passages = self.passages_of(added, name)
        self._store.add_texts([p.text for p in passages], [{"document": p.document} for p in passages])
        self._store.save_local(str(self.index))


class Txtai(Contestant):
    """txtai with vectors and BM25, and the texts in its database."""

    title = "txtai hybrid"
    package = "txtai"

    def load(self) -> None:
        from txtai import Embeddings

        self._store: Any = Embeddings(path=self.models.original, content=True, hybrid=True)

    def build(self) -> None:
        self._store.index(_numbered(read_passages(self.folder)))
        self._store.save(str(self.index))

    def open(self) -> None:
        from txtai import Embeddings

        self._store = Embeddings()
        self._store.load(str(self.index))

    def encode(self, question: str) -> None:
        self._store.transform(question)

    def retrieve(self, question: str) -> list[str]:
        return [found["id"].rpartition("#")[0] for found in self._store.search(question, DEPTH)]

    def add(self, added: Path, name: str) -> None:
        self._store.upsert(_numbered(self.passages_of(added, name)))
        self._store.save(str(self.index))


def _numbered(passages: Sequence[Passage]) -> list[tuple[str, str]]:
    return [(f"{passage.document}#{number}", passage.text) for number, passage in enumerate(passages)]


class LlamaIndex(Contestant):
    """LlamaIndex with its FAISS store."""

    title = "LlamaIndex + FAISS"
    package = "llama_index"

    def load(self) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._model = HuggingFaceEmbedding(model_name=self.models.original)

    def build(self) -> None:
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.vector_stores.faiss import FaissVectorStore

        storage = StorageContext.from_defaults(
            vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(self.models.dimension))
        )
        nodes = self._nodes(read_passages(self.folder))
        self._store: Any = VectorStoreIndex(nodes, storage_context=storage, embed_model=self._model)
        self._store.storage_context.persist(str(self.index))

    def open(self) -> None:
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.vector_stores.faiss import FaissVectorStore

        self.load()
        kept = str(self.index)
        storage = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(kept), persist_dir=kept)
        self._store = load_index_from_storage(storage, embed_model=self._model)
        self._retriever = self._store.as_retriever(similarity_top_k=DEPTH)

    def encode(self, question: str) -> None:
        self._model.get_query_embedding(question)

    def retrieve(self, question: str) -> list[str]:
        return [found.node.metadata["document"] for found in self._retriever.retrieve(question)]

    def add(self, added: Path, name: str) -> None:
        self._store.insert_nodes(self._nodes(self.passages_of(added, name)))
        self._store.storage_context.persist(str(self.index))

    @staticmethod
    def _nodes(passages: Sequence[Passage]) -> list[Any]:
        """The document's name is kept out of what is encoded, as it is for the others."""
        from llama_index.core.schema import TextNode

        kept_out = {"excluded_embed_metadata_keys": ["document"]}
        return [TextNode(text=p.text, metadata={"document": p.document}, **kept_out) for p in passages]


class Haystack(Contestant):
    """Haystack with its store in memory, kept as a file."""

    title = "Haystack in memory"
    package = "haystack_integrations"

    def load(self) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        self._texts = SentenceTransformersDocumentEmbedder(model=self.models.original, progress_bar=False)
        self._questions = SentenceTransformersTextEmbedder(model=self.models.original, progress_bar=False)
        self._texts.warm_up()
        self._questions.warm_up()
        self._store: Any = InMemoryDocumentStore(embedding_similarity_function="cosine")

    def build(self) -> None:
        self._append(read_passages(self.folder))

    def open(self) -> None:
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever

        self.load()
        self._store = self._store.load_from_disk(str(self.index / "store.json"))
        self._retriever = InMemoryEmbeddingRetriever(self._store, top_k=DEPTH)

    def encode(self, question: str) -> None:
        self._questions.run(question)

    def retrieve(self, question: str) -> list[str]:
        found = self._retriever.run(self._questions.run(question)["embedding"])["documents"]
        return [document.meta["document"] for document in found]

    def add(self, added: Path, name: str) -> None:
        self._append(self.passages_of(added, name))

    def _append(self, passages: Sequence[Passage]) -> None:
        from haystack import Document

        documents = [Document(content=p.text, meta={"document": p.document}) for p in passages]
        self._store.write_documents(self._texts.run(documents)["documents"])
        self.index.mkdir(exist_ok=True)
        self._store.save_to_disk(str(self.index / "store.json"))
