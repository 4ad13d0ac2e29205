"""Milvus Lite as a server of its own, for tests and measures."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rag.errors import EngineError
from rag.indexing.engine.client import connect

BUILDER = """
import sys
from pathlib import Path
from rag.config import Settings
from rag.library.library import Library
from rag.testing import HashingEmbedder

def tell(stage, done, total):
    if stage == "publishing":
        print(stage, flush=True)

settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]), index_url=sys.argv[3])
Library(settings, HashingEmbedder()).build(progress=tell)
"""


@dataclass
class Served:
    """An engine in a process of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self.folder)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the engine does not start")

    def restart(self) -> None:
        """Start anew, and wait until a connection that was lost is there again."""
        self.start()
        for _ in range(50):
            try:
                connect(self.url).call("list_collections")
                return
            except EngineError:
                time.sleep(0.1)
        raise AssertionError("the connection does not come back")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
