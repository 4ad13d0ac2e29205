"""The web chat: `serve` opens it; run as a file it serves the library of the settings, as `rag serve` does."""

from __future__ import annotations

import sys

from rag.interfaces.cli import main as rag
from rag.interfaces.web.server import ServerOptions, serve

__all__ = ["ServerOptions", "main", "serve"]


def main() -> int:
    """Serve what the settings and the options of `rag serve` name; gives an exit code."""
    return rag(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
