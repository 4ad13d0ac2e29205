"""A reader that raises, crashes, hangs or grows costs its own file and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loading import isolation, limits, read_bytes, readers, release
from rag.loading.limits import MB, seconds
from tests.conftest import Place
from tests.loading import files

PAGE = files.pdf([[(72, 700, 12, "The night ferry was cancelled in 2022.")]])


def test_whatever_a_reader_raises_is_the_fault_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(data: bytes) -> None:
        raise OverflowError("Python int too large")

    monkeypatch.setitem(readers.READERS, "text", raising)
    with pytest.raises(LoadError) as raised:
        read_bytes(b"Some words.", name="a.txt")
    found = "(OverflowError: Python int too large)"
    assert str(raised.value) == f"a.txt: damaged, or more than its reader knows {found}; save it anew, or as text"


def test_a_worker_that_dies_is_replaced() -> None:
    release()
    assert read_bytes(PAGE, name="a.pdf").text == "The night ferry was cancelled in 2022."
    [worker] = isolation._idle
    worker._process.kill()
    with pytest.raises(LoadError, match=r"^b\.pdf: its reader broke off: it is damaged, or takes more than 2048 MB"):
        read_bytes(PAGE, name="b.pdf")
    assert read_bytes(PAGE, name="c.pdf").text == "The night ferry was cancelled in 2022."


HANGING = """
import sys
from rag.loading import readers, limits, worker
def hang(data):
    while True: pass
def grow(data):
    return [bytearray(2**20) for _ in range(2**20)]
readers.READERS["pdf"], readers.READERS["docx"] = hang, grow
limits.SECONDS = 0.5, 0.0, 0.5
worker.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of memory")
def test_what_hangs_or_grows_is_ended_and_the_next_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    release()
    command = [sys.executable, "-c", HANGING]
    monkeypatch.setattr(isolation, "_COMMAND", command)
    monkeypatch.setattr(limits, "SECONDS", (0.5, 0.0, 0.5))
    with pytest.raises(
        LoadError, match=r"^a\.pdf: takes too long: not read after \d+ s; split it, or save it as text$"
    ):
        read_bytes(PAGE, name="a.pdf")
    monkeypatch.setattr(limits, "SECONDS", (60.0, 0.0, 60.0))
    with pytest.raises(
        LoadError, match=r"^a\.docx: (?:too large: reading it takes more than 2048 MB; split|its reader)"
    ):
        read_bytes(files.docx("<w:p/>"), name="a.docx")
    release()


def test_how_long_a_file_may_be_read_grows_with_it() -> None:
    assert [seconds(size) for size in (0, MB, 64 * MB)] == [20, 30, 120]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_ends_with_who_started_it() -> None:
    code = (
        "import os, sys, time; from rag.loading import isolation, read_bytes; from pathlib import Path; "
        "read_bytes(Path(sys.argv[1]).read_bytes(), name='a.pdf'); "
        "print(isolation._idle[0]._process.pid, flush=True); time.sleep(60)"
    )
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"isolation-{os.getpid()}.pdf"
    path.write_bytes(PAGE)
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    path.unlink()
    until = time.monotonic() + 10
    while time.monotonic() < until and Path(f"/proc/{worker}").exists():
        time.sleep(0.02)
    assert not Path(f"/proc/{worker}").exists()


def test_threads_read_at_once_each_with_a_worker_of_its_own() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read_bytes(PAGE, name="a.pdf").text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["The night ferry was cancelled in 2022."] * 4
    release()
    assert isolation._idle == []


BUILDER = """
import json, sys
from pathlib import Path
from rag.assistant import Assistant
from rag.config import Settings
from rag.library.library import Library
from rag.testing import HashingEmbedder
settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))
Library(settings, HashingEmbedder()).build()
Assistant(settings, HashingEmbedder()).retrieve("Why was the ferry cancelled?", 1)
print(json.dumps([m for m in ("lxml", "trafilatura", "pypdfium2", "chardet", "ftfy") if m in sys.modules]))
"""


def test_a_build_and_a_question_load_no_readers_library(place: Place) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    (folder / "night.pdf").write_bytes(PAGE)
    (folder / "page.html").write_text("<html><body><h1>A</h1><p>The ferry ran in 2019.</p></body></html>", "utf-8")
    command = [sys.executable, "-c", BUILDER, str(place.corpus), str(place.settings.index)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
    assert place.open().document("night/text").text == "The night ferry was cancelled in 2022."
