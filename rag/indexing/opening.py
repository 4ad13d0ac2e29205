"""Where answers are searched: in the files of the index folder, or in the engine that the settings name."""

from __future__ import annotations

from rag.config import Settings
from rag.errors import StoreError
from rag.indexing.encoder import Embedder, FloatArray
from rag.indexing.engine.client import connect
from rag.indexing.engine.opened import open_current
from rag.indexing.generation import Generation
from rag.indexing.growth import vectors_of
from rag.indexing.store import Pointer, Store


def current(settings: Settings) -> Pointer:
    """Read which generation is current.

    Raises:
        IndexMissingError, IndexDamagedError, EngineError: see `rag.errors`.
    """
    return connect(settings.index_url).current() if settings.index_url else Store(settings.index).current()


def open_generation(settings: Settings, embedder: Embedder | None = None, *, thorough: bool = False) -> Generation:
    """Open the current generation after checking it.

    Args:
        embedder: the model that queries will use; None skips the comparison.
        thorough: check all of it; else what has changed since in files, and a sample of an engine's rows.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError, EngineError: see `rag.errors`.
    """
    if settings.index_url:
        return open_current(connect(settings.index_url), settings, embedder, thorough=thorough)
    return Generation.open(settings, embedder, thorough=thorough)


def published_vectors(settings: Settings, embedder: Embedder) -> dict[str, FloatArray]:
    """Give the vector of each text of the engine; none where it holds no index of this model."""
    try:
        return vectors_of(open_generation(settings, embedder))
    except StoreError:
        return {}


def place(settings: Settings) -> str:
    """Say where the index stands, for people."""
    return connect(settings.index_url).name if settings.index_url else str(settings.index)
