"""A cited question-answering assistant over a library of texts.

Three ways in: `ask` answers with citations that are checked character by
character, `retrieve` finds passages, `build` brings the index in step with the
library. `Assistant` holds a library open and does all three.

Importing the package loads neither the model nor the index; the first call does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.records import Answer, Citation, Filters, Passage, Source, Turn

if TYPE_CHECKING:
    from rag.api import Assistant, ask, build, retrieve

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Filters",
    "Passage",
    "RagError",
    "Source",
    "Turn",
    "ask",
    "build",
    "retrieve",
]

_LATE = frozenset({"Assistant", "ask", "build", "retrieve"})


def __getattr__(name: str) -> Any:
    """Load the engine when one of its names is first used (PEP 562)."""
    if name in _LATE:
        from rag import api

        return getattr(api, name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
