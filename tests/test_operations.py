"""Every command of docs/operations.md runs, and what its tables say is so."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rag.assistant import LONGEST_QUESTION
from rag.config import HOME
from rag.interfaces.web.admission import LONGEST_WAIT, MOST_WAITING
from rag.interfaces.web.engine import ANSWERS_AT_ONCE
from rag.interfaces.web.http_api import LARGEST_REQUEST
from rag.interfaces.web.monitoring import Monitor
from rag.interfaces.web.server import LARGEST_UPLOAD, STOPPING_SECONDS
from tests.interfaces.browser.serving import free_port
from tests.measures import kill

PAGE = (HOME / "docs" / "operations.md").read_text(encoding="utf-8")

RAG = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(HOME)!r})
import rag.assistant, rag.library.library
from rag.testing import HashingEmbedder, OverlapReader
homes = [rag.assistant, rag.library.library]
if "serve" in sys.argv:
    from rag.interfaces.web import engine
    homes.append(engine)
for home in homes:
    home.default_embedder, home.default_reader = lambda *_: HashingEmbedder(), lambda _: OverlapReader()
from rag.interfaces import cli
sys.exit(cli.main())
"""

PLAYED = {
    "sudo": 'exec "$@"',
    "systemctl": ":",
    "git": ":",
    "make": ":",
    "journalctl": 'cat "$SERVER_LOG"',
}
"""What stands for commands that change the machine."""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.slow
def test_every_command_runs(tmp_path: Path) -> None:
    settings = kill.made(tmp_path / "made")
    shutil.rmtree(settings.index)
    shutil.move(settings.corpus, tmp_path / "library")
    (tmp_path / "backups").mkdir()
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    executable(bin_ / "rag", RAG)
    for name, played in PLAYED.items():
        executable(bin_ / name, f"#!/bin/sh\n{played}\n")
    port, log = free_port(), tmp_path / "log.jsonl"
    places = {"/opt/rag/.venv/bin/rag": "rag", "/srv": str(tmp_path), "/var/backups": str(tmp_path / "backups")}
    places["7860"] = str(port)
    ours = ("RAG_", "OPENAI_", "PYTHON")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = f"{bin_}{os.pathsep}{os.environ['PATH']}"
    environment = {**clean, "PATH": path, "SERVER_LOG": str(log), "RAG_CORPUS": str(tmp_path / "library")}

    def placed(text: str) -> str:
        for ours, here in places.items():
            text = text.replace(ours, here)
        return text

    commands = [placed(block) for block in blocks("sh")]
    unit = placed(blocks("ini")[0])
    start = shlex.split(re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0])
    assert f"Environment=RAG_CORPUS={environment['RAG_CORPUS']}" in unit

    def run(block: str) -> None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"

    run(commands.pop(0))  # the library is built before it is served
    (tmp_path / "library" / "documents" / "text-0.txt").write_text(kill.text(0, 1), encoding="utf-8")
    run("rag build")  # there is a generation to go back to
    with log.open("wb") as out:
        server = subprocess.Popen(start, executable=bin_ / "rag", env=environment, stdout=out, stderr=out)
    try:
        run(commands.pop(0))
        asked = {"question": "How many crates did vessel 7 carry to quay 12?"}
        for _ in range(200):
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60).json()["status"] == "ready":
                break
        assert httpx.post(f"http://127.0.0.1:{port}/v1/ask", json=asked, timeout=60).status_code == 200
        for block in commands:
            run(block)
        assert httpx.post(f"http://127.0.0.1:{port}/v1/ask", json=asked, timeout=60).status_code == 200
    finally:
        server.terminate()
        assert server.wait(60) in (0, -15)


def test_the_limits_are_those_of_the_code() -> None:
    table = re.sub(r"[ ,]", "", PAGE.split("## Limits")[1])
    for told in (
        f"atonce|{ANSWERS_AT_ONCE}ofprogramsand{ANSWERS_AT_ONCE}ofthepage|",
        f"wait|{MOST_WAITING}orasmanyas{LONGEST_WAIT:.0f}s",
        f"/v1`|{LARGEST_REQUEST // 2**20}MB",
        f"question|{LONGEST_QUESTION}characters",
        f"file|{LARGEST_UPLOAD // 2**20}MB",
        f"stopping|{STOPPING_SECONDS:.0f}s",
    ):
        assert told in table, told
    assert STOPPING_SECONDS > LONGEST_WAIT
    assert int(re.findall(r"TimeoutStopSec=(\d+)", PAGE)[0]) > STOPPING_SECONDS


def test_the_metrics_are_those_of_the_code() -> None:
    named = set(re.findall(r"^\| `(\w+)` ", PAGE.split("## Watch")[1].split("## Logs")[0], re.MULTILINE))
    told = set(re.findall(r"^# TYPE (\w+)", Monitor().metrics("00000001"), re.MULTILINE))
    assert named == told
