"""An engine and the generations in it.

A generation is four collections of one number that never change once they are published, and CURRENT an alias::

    rag_00000003_chunks            vector, words by weight, text and record of each chunk
    rag_00000003_questions         vector of each noted question
    rag_00000003_texts             the texts of the documents, in pieces
    rag_00000003_files_DIGEST      the manifest and the small files that a reader holds; made last
    rag_current                    alias of the files of the current generation
    rag_lease_UNTIL_OWNER          empty, held by the one builder that writes; see `rag.indexing.engine.lease`

DIGEST is the SHA-256 of the manifest, so the alias says what CURRENT says in a folder, and moves in one call.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ConfigError, EngineError, IndexDamagedError, IndexMissingError
from rag.indexing.dense import FLAT_MOST, PER_CLUSTER
from rag.indexing.store import Pointer

CURRENT = "rag_current"
GENERATION = "rag_{number}_{kind}"
FILES = re.compile(r"rag_(\d{8})_files_([0-9a-f]{64})")

SECONDS = 30.0
"""Longest that one call may take."""

COMES_BACK = {"grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1000}
"""A lost connection is tried again each second; by default up to two minutes pass."""

LONGEST = 65_535
"""Bytes that a text of the engine may have."""

ABSENT = (100, 1600)
"""What the engine answers where a collection or an alias is not there."""
NOT_LOADED = 101
"""What it answers where a collection has to be loaded anew, as Milvus Lite after a restart."""
CUT_OFF = 2
"""What its client answers where no connection is to be had."""


class Engine:
    """A connection to an engine. Safe to share between threads; it comes back by itself after a loss.

    Args:
        url: as in the setting `index_url`.

    Raises:
        ConfigError: the client is not installed.
        EngineError: the engine cannot be reached.
    """

    def __init__(self, url: str) -> None:
        try:
            import pymilvus
        except ModuleNotFoundError:
            raise ConfigError(
                "index_url needs Milvus's client; install it with `pip install 'cited-qa-assistant[milvus]'`"
            ) from None
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it would log is raised
        parts = urlsplit(url)
        self.name = url.replace(f"{parts.netloc.rpartition('@')[0]}@", "")
        """Its address without a password."""
        self.types = pymilvus.DataType
        self._failed: type[Exception] = pymilvus.MilvusException
        self._client: Any = self._guarded(
            lambda: pymilvus.MilvusClient(uri=url, timeout=SECONDS, grpc_options=COMES_BACK)
        )

    def call(self, name: str, **arguments: Any) -> Any:
        """Call a method of the client.

        Raises:
            EngineError: the engine cannot be reached, or refuses.
            IndexDamagedError: what is asked for is not there.
        """

        def ask() -> Any:
            return getattr(self._client, name)(timeout=SECONDS, **arguments)

        def ask_loaded() -> Any:
            try:
                return ask()
            except self._failed as error:
                if getattr(error, "code", 0) != NOT_LOADED:
                    raise
                self._client.load_collection(collection_name=arguments["collection_name"], timeout=SECONDS)
                return ask()

        return self._guarded(ask_loaded)

    def current(self) -> Pointer:
        """Read which generation is current.

        Raises:
            IndexMissingError: nothing has been published here.
        """
        try:
            held = self.call("describe_alias", alias=CURRENT)["collection_name"]
        except IndexDamagedError:
            raise IndexMissingError(f"the engine at {self.name} holds no index; run `rag build`") from None
        match = FILES.fullmatch(held)
        if match is None:
            raise IndexDamagedError(f"{CURRENT} of the engine at {self.name} names {held!r}; run `rag build`")
        return Pointer(*match.groups())

    def generations(self) -> list[Pointer]:
        """List the generations whose files are there, newest first."""
        found = [Pointer(*match.groups()) for name in self.marked("rag_") if (match := FILES.fullmatch(name))]
        return sorted(found, key=lambda pointer: pointer.generation, reverse=True)

    def point(self, pointer: Pointer) -> None:
        """Make a generation current, in one call."""
        moved = "alter_alias" if self._has_current() else "create_alias"
        self.call(moved, collection_name=files_of(pointer), alias=CURRENT)

    def numbers(self) -> set[str]:
        """The number of every generation of which anything is there."""
        return {number for name in self.marked("rag_") if (number := name.split("_")[1]).isdigit()}

    def drop(self, number: str) -> None:
        """Remove a generation, its files first, so that what is left of it after a loss is none."""
        for name in sorted(self.marked(f"rag_{number}_"), key=lambda name: "_files_" not in name):
            self.call("drop_collection", collection_name=name)

    def prune(self, keep: Iterable[str]) -> None:
        """Remove all generations but some."""
        for number in self.numbers().difference(keep):
            self.drop(number)

    def create(self, name: str, dim: int, fields: Sequence[tuple[str, Any]], *, count: int = 0) -> None:
        """Make a collection of rows with a number, a vector and other fields.

        Args:
            dim: width of the vector.
            fields: name and type of each other; those of words by weight are searched too. None is for a name alone.
            count: rows that it will hold, which decides whether a search looks at all of them.
        """
        types = self.types
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", types.INT64, is_primary=True)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=dim)
        for field, kind in fields:
            schema.add_field(field, kind, **({"max_length": LONGEST} if kind == types.VARCHAR else {}))
        index = self._client.prepare_index_params()
        index.add_index("vector", metric_type="IP", **indexed(count))
        for field, kind in fields:
            if kind == types.SPARSE_FLOAT_VECTOR:
                index.add_index(field, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        searched = {"index_params": index, "consistency_level": "Strong"} if fields else {}
        self.call("create_collection", collection_name=name, schema=schema, **searched)

    def marked(self, prefix: str) -> list[str]:
        """The collections whose names start so."""
        return [name for name in self.call("list_collections") if name.startswith(prefix)]

    def _has_current(self) -> bool:
        try:
            self.current()
        except IndexMissingError:
            return False
        return True

    def _guarded(self, work: Callable[[], Any]) -> Any:
        import grpc

        try:
            return work()
        except grpc.RpcError as error:
            raise self._unreachable() from error
        except self._failed as error:
            code, said = getattr(error, "code", 0), " ".join(str(getattr(error, "message", error)).split())
            if code in ABSENT:
                raise IndexDamagedError(f"the engine at {self.name} lacks what was asked for: {said}") from error
            if code == CUT_OFF or "StatusCode" in said:
                raise self._unreachable() from error
            raise EngineError(f"the engine at {self.name} refuses: {said[:300]}") from error

    def _unreachable(self) -> EngineError:
        return EngineError(
            f"the engine at {self.name} cannot be reached; start it, or unset index_url to answer from the index folder"
        )


def indexed(count: int) -> dict[str, Any]:
    """Say how so many vectors are searched: all of them, or above `FLAT_MOST` the nearest clusters, as in files."""
    if count <= FLAT_MOST:
        return {"index_type": "FLAT"}
    return {"index_type": "IVF_FLAT", "params": {"nlist": min(count // PER_CLUSTER, FLAT_MOST)}}


@lru_cache(maxsize=4)
def connect(url: str) -> Engine:
    """Give the one connection of this process to an engine."""
    return Engine(url)


def files_of(pointer: Pointer) -> str:
    """Name the collection with the files of a generation."""
    return GENERATION.format(number=pointer.generation, kind=f"files_{pointer.digest}")
