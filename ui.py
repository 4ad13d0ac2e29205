"""The web chat: `serve` opens it; run as a file it serves the library of the settings."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rag.config import Settings
from rag.errors import RagError


def _say(line: str) -> None:
    print(line, flush=True)


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    auth: tuple[str, str] | None = None,
    root_path: str = "",
    mcp: bool = False,
    sync: bool = True,
    announce: Callable[[str], None] = _say,
) -> None:
    """Serve the chat until interrupted.

    The page is there first; the library is opened, and on the first start fetched and
    built, while it already takes questions.

    Args:
        host: address to listen on; beyond this machine, sources can be changed only
            with a login.
        port: where to listen; None takes 7860 or the next of twenty that is free.
        auth: user and password of a login.
        root_path: path under which a proxy serves the chat.
        mcp: offer the functions as MCP tools too.
        sync: fetch full texts on the first start.
        announce: called with each line that the console should show.

    Raises:
        RagError: the port is taken, or the library's description cannot be read.
    """
    from rag.interfaces.web.server import Door, run

    run(settings, Door(host, port, auth, root_path, mcp), sync=sync, announce=announce)


def main() -> int:
    """Serve what the settings name; gives an exit code."""
    try:
        serve(Settings.load())
    except RagError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
