"""Runs `rag` with every address written down that the process resolves or connects to.

Usage: python -m tests.interfaces.browser.recorded LOG ARGUMENTS OF rag
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any


def record(log: Path) -> None:
    """Write the host of every look-up and connection of this process to a file, one a line."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def note(host: object) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{host!r}\n")

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        note(host.decode() if isinstance(host, bytes) else host)
        return resolve(host, *rest, **named)

    def connected(self: socket.socket, address: Any) -> None:
        note(address[0] if isinstance(address, tuple) else address)
        return connect(self, address)

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = connected  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    record(Path(sys.argv[1]))
    from rag.interfaces.cli import main

    sys.exit(main(sys.argv[2:]))
