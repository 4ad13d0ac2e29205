"""Rows of the engine's collections: how they are written, fetched, digested and searched."""

from __future__ import annotations

import base64
import hashlib
import random
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.indexing.dense import FLAT_MOST, PROBED
from rag.indexing.engine.client import Engine
from rag.indexing.parts import Mask, Rows

PIECE = 16_000
"""Characters of a longer text in one row; each takes at most four bytes."""

BLOCK = 256
"""Rows that are written, digested and read together."""
NEAR = 32
"""Rows that are fetched with one that is asked for alone."""
KEPT = 1 << 13
"""Rows of a collection that are kept at hand."""
MOST_HITS = 16_384
"""Hits that one search may give."""

FIELDS = {
    "files": ("name", "piece"),
    "chunks": ("vector", "terms", "document", "facet", "chunk", "words", "text"),
    "questions": ("vector", "document", "facet"),
    "texts": ("piece",),
}
"""What a reader fetches of a row of each collection."""

Entity = dict[str, Any]


def packed(data: bytes) -> str:
    """Write bytes as text."""
    return base64.b64encode(data).decode()


def unpacked(text: str) -> bytes:
    """Read what `packed` wrote."""
    return base64.b64decode(text)


def pieces(text: str) -> Iterator[str]:
    """Cut a text into rows; an empty one is one row too."""
    return (text[at : at + PIECE] for at in range(0, max(len(text), 1), PIECE))


def insert(engine: Engine, collection: str, kind: str, rows: Iterable[Entity]) -> Iterator[str]:
    """Write rows that are numbered from 0, giving the digest of each block as soon as it is written.

    Args:
        kind: see `FIELDS`.
    """
    numbered = ({"row": number, **row} for number, row in enumerate(rows))
    while block := list(islice(numbered, BLOCK)):
        engine.call("insert", collection_name=collection, data=block)
        yield digest(block, FIELDS[kind])
    engine.call("flush", collection_name=collection)


def digest(rows: Sequence[Entity], fields: Sequence[str]) -> str:
    """Digest some fields of rows: SHA-256 of their values, whatever they were written or read as."""
    whole = hashlib.sha256()
    for row in rows:
        for name in ("row", *fields):
            value = row[name]
            if name == "vector":
                value = np.asarray(value, "<f4").tobytes().hex()
            elif isinstance(value, Mapping):
                value = [(number, float(np.float32(weight)).hex()) for number, weight in sorted(value.items())]
            whole.update(f"{name} {value!r}\n".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


class Entities:
    """The rows of a collection, numbered from 0; the last ones fetched are kept at hand.

    Args:
        digests: of each block of rows.
    """

    def __init__(
        self, engine: Engine, collection: str, fields: Sequence[str], size: int, digests: Sequence[str]
    ) -> None:
        self._engine = engine
        self._collection = collection
        self._fields = list(fields)
        self._size = size
        self._digests = digests
        self._kept: dict[int, Entity] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, row: int) -> Entity:
        near = [row] if row in self._kept else range(row - row % NEAR, min(row - row % NEAR + NEAR, self._size))
        return self.many(near)[row - near[0]]

    def many(self, rows: Sequence[int]) -> list[Entity]:
        """Give rows by their numbers, in their order.

        Raises:
            IndexDamagedError: one of them is not there.
        """
        with self._lock:
            found = {row: self._kept[row] for row in rows if row in self._kept}
        wanted = [row for row in rows if row not in found]
        if wanted:
            found |= (fetched := self._fetched(wanted))
            with self._lock:
                self._kept |= fetched
                for row in list(islice(self._kept, max(len(self._kept) - KEPT, 0))):
                    del self._kept[row]
        return [found[row] for row in rows]

    def search(self, field: str, query: Any, k: int, expression: str = "") -> tuple[Rows, NDArray[np.float32]]:
        """Find the rows of the highest inner products with a query, in no order.

        Args:
            expression: what they have to satisfy; empty where all may be found.
        """
        probed = {"nprobe": PROBED} if field == "vector" and self._size > FLAT_MOST else {}
        hits = self._engine.call(
            "search",
            collection_name=self._collection,
            data=[query],
            anns_field=field,
            limit=min(k, MOST_HITS),
            filter=expression,
            search_params={"metric_type": "IP", "params": probed},
        )[0]
        rows = np.array([hit["row"] for hit in hits], np.int64)
        return rows, np.array([hit["distance"] for hit in hits], np.float32)

    def verify(self, *, thorough: bool) -> None:
        """Count the rows, and digest a block of them drawn at random, or all.

        Raises:
            IndexDamagedError: they are not what was published.
        """
        self._engine.call("load_collection", collection_name=self._collection)
        told = self._engine.call("query", collection_name=self._collection, filter="", output_fields=["count(*)"])[0][
            "count(*)"
        ]
        if told != self._size:
            raise self._damaged(f"has {told} rows, expected {self._size}")
        numbers = list(range(len(self._digests)))
        for number in numbers if thorough else random.sample(numbers, min(1, len(numbers))):
            rows = range(number * BLOCK, min((number + 1) * BLOCK, self._size))
            fetched = self._fetched(rows)
            if digest([fetched[row] for row in rows], self._fields) != self._digests[number]:
                raise self._damaged(f"does not match its digest at row {rows.start}")

    def _fetched(self, rows: Sequence[int]) -> dict[int, Entity]:
        held = self._engine.call(
            "query",
            collection_name=self._collection,
            filter=f"row in {list(rows)}",
            output_fields=["row", *self._fields],
        )
        found = {entity["row"]: dict(entity) for entity in held}
        for row in rows:
            if row not in found:
                raise self._damaged(f"lacks row {row}")
        for entity in found.values():
            if "vector" in entity:
                entity["vector"] = np.asarray(entity["vector"], np.float32)
        return found

    def _damaged(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(f"{self._collection} in the engine at {self._engine.name} {what}; run `rag build`")


def expression(live: Mask | None, documents: NDArray[Any], facets: NDArray[Any]) -> str:
    """Say in the engine's words which rows a mask leaves: by document and facet where these tell, else by number."""
    if live is None or live.all():
        return ""
    own, kinds = np.unique(documents[live]), np.unique(facets[live])
    told = np.isin(documents, own) & np.isin(facets, kinds)
    if np.array_equal(told, live):
        return f"document in {own.tolist()} and facet in {kinds.tolist()}"
    return f"row in {np.flatnonzero(live).tolist()}"
