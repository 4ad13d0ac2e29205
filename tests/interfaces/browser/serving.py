"""A real server process for the tests of the page."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Server:
    """A chat that is being served."""

    url: str
    corpus: Path
    index: Path
    resolved: Path
    """File with every host that the process has looked up or connected to."""
    output: Path
    """What the process has printed."""
    process: subprocess.Popen[bytes]

    def health(self) -> dict[str, Any]:
        """What /healthz says."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                told: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            told = json.load(error)
        return told

    def wait(self, *states: str, seconds: float = 120) -> dict[str, Any]:
        """Wait until the library is in one of these states; gives what /healthz says then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the server has stopped:\n{self.output.read_text()}")
            try:
                told = self.health()
                if told["status"] in states:
                    return told
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the server was not {states} in {seconds} s:\n{self.output.read_text()}")


@contextmanager
def serving(corpus: Path, folder: Path, options: Sequence[str] = (), **environment: str) -> Iterator[Server]:
    """Serve a library on a free port of loopback until the block ends.

    Args:
        folder: where the index and the records of the process are kept.
    """
    port = free_port()
    resolved, output = folder / "resolved.txt", folder / "output.txt"
    resolved.touch()
    arguments = ["serve", "--corpus", str(corpus), "--index", str(folder / "index"), "--port", str(port), "--no-sync"]
    command = [sys.executable, "-m", "tests.interfaces.browser.recorded", str(resolved), *arguments, *options]
    ours = ("RAG_", "OPENAI_", "GRADIO_", "PYTHON")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with output.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            # On a busy machine the likeliest sentences must be read all the same.
            env={**clean, "OMP_NUM_THREADS": "1", "RAG_READER_SECONDS": "60", **environment},
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", corpus, folder / "index", resolved, output, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
