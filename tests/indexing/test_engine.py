"""An index in an engine, asked over its wire: as the folder it came from, and whole or not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import requires
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError, EngineError, IndexDamagedError, IndexLockedError, IndexMissingError, StoreError
from rag.indexing.engine import lease as leases
from rag.indexing.engine.client import Engine, connect, files_of
from rag.indexing.engine.lease import Lease
from rag.indexing.generation import Generation
from rag.indexing.opening import current, open_generation
from rag.interfaces import cli
from rag.library.doctor import examine
from rag.library.library import Library
from rag.records import Filters
from rag.testing import HashingEmbedder
from tests.conftest import Place
from tests.indexing.served import BUILDER, Served, free_port

QUESTIONS = (
    "When did the Harbour Bridge open?",
    "How much did the bridge cost?",
    "What does a ferry ticket cost?",
    "How many vehicles crossed each day?",
    "zebra quagga",
    "the of",
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Milvus Lite as a server; what needs it is skipped where the extra is not installed."""
    pytest.importorskip("milvus_lite", reason="the extra `milvus` is not installed")
    pytest.importorskip("pymilvus", reason="the extra `milvus` is not installed")
    engine = Served(tmp_path / "engine", free_port())
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture
def far(place: Place, served: Served) -> Place:
    """The small library, with its index in the engine."""
    return Place(replace(place.settings, index_url=served.url), place.embedder)


def add(place: Place, name: str, text: str) -> None:
    (place.corpus / "documents").mkdir(exist_ok=True)
    (place.corpus / "documents" / name).write_text(text, encoding="utf-8")


def titles(assistant: Assistant) -> set[str]:
    return {row.source.id for row in assistant.sources()}


def test_a_search_gives_the_passages_of_the_folder(place: Place, far: Place) -> None:
    add(
        place, "long.txt", "\n\n".join(f"Vessel {n} carried {n * n} crates of salt to quay {n % 7}." for n in range(90))
    )
    far.library.build()
    here, there = place.open(), far.open()
    for filters in (Filters(), Filters(sources=("ferry-note",)), Filters(publishers=("port",)), Filters(since="2021")):
        for question in (*QUESTIONS, "How many crates did vessel 12 carry?"):
            ours, theirs = (one.retrieve(question, 30, filters=filters) for one in (here, there))
            assert [replace(p, score=0, scores={}) for p in theirs] == [replace(p, score=0, scores={}) for p in ours]
            assert [p.score for p in theirs] == pytest.approx([p.score for p in ours], abs=1e-5)
            assert there.searched(filters) == here.searched(filters)


def test_answers_texts_and_sources_are_those_of_the_folder(place: Place, far: Place) -> None:
    far.library.build()
    here, there = place.open(), far.open()
    for question in QUESTIONS:
        ours, theirs = here.ask(question), there.ask(question)
        assert (theirs.outcome, theirs.text, theirs.sentences) == (ours.outcome, ours.text, ours.sentences)
    generation = Generation.open(place.settings)
    assert dict(open_generation(far.settings).documents) == dict(generation.documents)
    assert dict(open_generation(far.settings).words) == dict(generation.words)
    assert there.sources() == here.sources() and far.library.sources() == place.library.sources()


def test_any_server_answers_without_a_folder_of_its_own(far: Place, tmp_path: Path) -> None:
    far.library.build()
    elsewhere = Place(replace(far.settings, index=tmp_path / "elsewhere"), far.embedder)
    assert elsewhere.open().ask(QUESTIONS[0]).citations
    assert [path.name for path in (tmp_path / "elsewhere").iterdir() if path.is_dir()] == ["engine"]


def test_an_export_encodes_nothing_and_is_made_once(place: Place, served: Served) -> None:
    place.library.build()
    place.embedder.encoded = 0
    pointer = place.library.export_index(served.url)
    assert place.library.export_index(served.url) == pointer == connect(served.url).current()
    assert place.embedder.encoded == 0


def test_a_new_builder_takes_the_vectors_of_the_engine(far: Place, tmp_path: Path) -> None:
    far.library.build()
    far.embedder.encoded = 0
    other = Place(replace(far.settings, index=tmp_path / "other"), far.embedder)
    assert other.library.build().embedded == 0 == far.embedder.encoded
    assert other.open().ask(QUESTIONS[0]).citations


def test_a_build_without_a_change_publishes_nothing(far: Place) -> None:
    first, second = far.library.build(), far.library.build()
    assert (first.swapped, second.swapped) == (True, False)
    assert first.generation == second.generation == current(far.settings).generation


def test_a_reader_keeps_what_it_opened_and_takes_the_next_with_a_question(far: Place) -> None:
    far.library.build()
    held, reader = open_generation(far.settings, far.embedder), far.open()
    before = dict(held.documents)
    add(far, "tram.txt", "The tram to the harbour opened on 3 March 2022.")
    far.library.build()
    assert dict(held.documents) == before and "tram" not in held.sources
    assert "tram" in titles(reader)
    assert any("tram" in p.source.id for p in reader.retrieve("When did the tram open?"))


def test_rollback_moves_back_and_the_next_build_forward(far: Place) -> None:
    far.library.build()
    add(far, "tram.txt", "The tram to the harbour opened on 3 March 2022.")
    far.library.build()
    reader = far.open()
    assert far.library.rollback().generation == "00000001"
    assert "tram" not in titles(reader)
    with pytest.raises(StoreError, match="no earlier generation than 00000001 is kept"):
        far.library.rollback()
    far.library.build()
    assert "tram" in titles(reader)


@pytest.mark.slow
def test_generations_that_are_not_kept_go(far: Place) -> None:
    place = Place(replace(far.settings, generations_kept=2), far.embedder)
    for number in range(4):
        add(place, f"note{number}.txt", f"Note {number} says that pier {number} opened in 200{number}.")
        place.library.build()
    engine = connect(far.settings.index_url)
    assert [pointer.generation for pointer in engine.generations()] == ["00000004", "00000003"]
    assert engine.numbers() == {"00000004", "00000003"}


def test_what_a_stopped_builder_left_answers_nothing_and_goes(far: Place) -> None:
    engine = connect(far.settings.index_url)
    engine.create("rag_00000001_chunks", 2, [])
    with pytest.raises(IndexMissingError, match="holds no index; run `rag build`"):
        far.open()
    assert far.library.build().swapped and engine.numbers() == {"00000001"}
    engine.create("rag_00000002_chunks", 2, [])
    assert far.open().ask(QUESTIONS[0]).citations
    add(far, "tram.txt", "The tram to the harbour opened on 3 March 2022.")
    assert far.library.build().generation == "00000002"


def test_doctor_and_opening_find_damage_and_a_build_mends_it(far: Place) -> None:
    far.library.build()
    assert [f for f in examine(far.library.corpus, far.settings, far.embedder) if f.severity == "error"] == []
    engine = connect(far.settings.index_url)
    name = "rag_00000001_chunks"
    held = engine.call("query", collection_name=name, filter="row in [1]", output_fields=["*"])[0]
    engine.call("upsert", collection_name=name, data=[{**held, "text": "The bridge never opened."}])
    found = examine(far.library.corpus, far.settings, far.embedder)
    assert [(f.severity, f.text, f.command) for f in found] == [
        (
            "error",
            f"{name} in the engine at {engine.name} does not match its digest at row 0; run `rag build`",
            "rag build",
        )
    ]
    with pytest.raises(IndexDamagedError, match="does not match its digest"):
        far.open()  # so small that the sample is all of it
    assert far.library.build().swapped
    assert far.open().ask(QUESTIONS[0]).citations


@pytest.mark.slow
def test_one_builder_at_a_time_and_a_dead_one_runs_out(far: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = connect(far.settings.index_url)
    monkeypatch.setattr(leases, "GOOD_FOR", 3.0)
    with Lease(engine):
        with pytest.raises(IndexLockedError, match=rf"another builder \(\w*_{os.getpid()}_\w+\) holds the engine"):
            far.library.build()
        time.sleep(4)  # longer than it is good for: it is renewed
        with pytest.raises(IndexLockedError):
            far.library.build()
    dead = Lease(engine, good_for=3.0)
    dead._write()
    with pytest.raises(IndexLockedError):
        far.library.build()
    time.sleep(4)
    assert far.library.build().swapped
    assert engine.marked(leases.PREFIX) == []


def test_a_builder_whose_lease_ran_out_publishes_nothing(far: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lease, "check", lambda own: _raise(IndexLockedError("the lease ran out")))
    with pytest.raises(IndexLockedError):
        far.library.build()
    engine = connect(far.settings.index_url)
    with pytest.raises(IndexMissingError):
        engine.current()
    assert engine.numbers() == set()


def test_a_lease_that_ran_out_stays_lost(far: Place) -> None:
    with Lease(connect(far.settings.index_url), good_for=3.0) as lease:
        lease.check()
        lease._until = 0
        time.sleep(1.5)  # beyond a renewal
        with pytest.raises(IndexLockedError, match="ran out; the index is as it was"):
            lease.check()


def _raise(error: Exception) -> None:
    raise error


def test_a_lost_engine_is_said_in_one_line_and_answers_again(far: Place, served: Served) -> None:
    far.library.build()
    reader = far.open()
    wanted = reader.ask(QUESTIONS[0]).text
    served.kill()
    message = (
        f"the engine at {served.url} cannot be reached; start it, or unset index_url to answer from the index folder"
    )
    for work in (lambda: reader.ask(QUESTIONS[0]), far.library.build, far.library.rollback, far.open):
        with pytest.raises(EngineError) as caught:
            work()
        assert str(caught.value) == message
    served.restart()
    assert reader.ask(QUESTIONS[0]).text == wanted
    assert far.open().ask(QUESTIONS[0]).text == wanted


@pytest.mark.slow
def test_an_engine_lost_in_the_midst_of_a_build_leaves_the_old_index(
    far: Place, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "GOOD_FOR", 2.0)
    far.library.build()
    add(far, "tram.txt", "The tram to the harbour opened on 3 March 2022.")

    def lose(stage: str, done: int, total: int) -> None:
        if stage == "publishing":
            served.kill()

    with pytest.raises(EngineError, match="cannot be reached"):
        far.library.build(progress=lose)
    served.restart()
    assert current(far.settings).generation == "00000001" and "tram" not in titles(far.open())
    time.sleep(2.5)
    assert far.library.build().generation == "00000002" and "tram" in titles(far.open())


@pytest.mark.slow
def test_a_builder_killed_while_it_publishes_leaves_the_old_index(far: Place) -> None:
    far.library.build()
    add(far, "tram.txt", "The tram to the harbour opened on 3 March 2022.")
    command = [sys.executable, "-c", BUILDER, str(far.corpus), str(far.settings.index), far.settings.index_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout and builder.stdout.readline() == "publishing\n"
        builder.kill()
    assert "tram" not in titles(far.open())
    with pytest.raises(IndexLockedError, match=rf"_{builder.pid}_"):
        far.library.build()
    engine = connect(far.settings.index_url)
    for mark in engine.marked(leases.PREFIX):  # as if its time were over
        engine.call("drop_collection", collection_name=mark)
    assert far.library.build().swapped and "tram" in titles(far.open())
    assert engine.numbers() == {"00000001", "00000002"}


def test_the_same_engine_runs_in_the_process_on_a_path(place: Place, tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite", reason="the extra `milvus` is not installed")
    settings = replace(place.settings, index_url=str(tmp_path / "index.db"))
    Library(settings, place.embedder).build()
    assert Assistant(settings, place.embedder).ask(QUESTIONS[0]).text == place.open().ask(QUESTIONS[0]).text


def test_the_commands_take_an_engine_for_a_folder(
    place: Place, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("rag.assistant", "rag.library.library"):
        monkeypatch.setattr(f"{module}.default_embedder", lambda name, languages: place.embedder)
    monkeypatch.setenv("RAG_CORPUS", str(place.corpus))
    monkeypatch.setenv("RAG_INDEX", str(place.settings.index))
    assert cli.main(["build"]) == 0 and cli.main(["export-index", served.url]) == 0
    assert capsys.readouterr().out.endswith(f"generation 00000001 of {served.url} now answers\n")
    add(place, "tram.txt", "The tram to the harbour opened on 3 March 2022.")
    assert cli.main(["build", "--index", served.url]) == 0
    capsys.readouterr()
    assert cli.main(["info", "--index", served.url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["index"], told["generation"], told["documents"]) == (served.url, "00000002", 3)
    served.kill()
    assert cli.main(["ask", QUESTIONS[0], "--index", served.url]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith(f"rag: the engine at {served.url} cannot be reached; start it")


def test_an_engine_of_the_environment_is_that_of_its_library_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAG_CORPUS", "RAG_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAG_INDEX_URL", "http://127.0.0.1:9")
    assert Settings.load().index_url == "http://127.0.0.1:9"
    assert Settings.load(corpus=tmp_path).index_url == ""
    assert Settings.load(index_url="").index_url == ""


def test_a_password_is_not_shown() -> None:
    pytest.importorskip("pymilvus", reason="the extra `milvus` is not installed")
    with pytest.raises(EngineError) as caught:
        Engine("http://user:secret@127.0.0.1:9").current()
    assert "secret" not in str(caught.value) and "http://127.0.0.1:9 " in str(caught.value)


def test_a_missing_client_is_said_with_what_to_do(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(ConfigError, match=r"pip install 'cited-qa-assistant\[milvus\]'"):
        Engine("http://127.0.0.1:9")


def test_nothing_of_the_engine_is_installed_or_imported_by_default(place: Place) -> None:
    wanted = [line for line in requires("cited-qa-assistant") or [] if "milvus" in line or "grpc" in line]
    assert all("extra ==" in line for line in wanted)
    code = (
        "import sys\nfrom pathlib import Path\nfrom rag.config import Settings\n"
        "from rag.library.library import Library\nfrom rag.assistant import Assistant\n"
        "from rag.testing import HashingEmbedder\n"
        "settings = Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))\n"
        "Library(settings, HashingEmbedder()).build()\n"
        "Assistant(settings, HashingEmbedder()).ask('When did the Harbour Bridge open?')\n"
        "print([name for name in ('pymilvus', 'milvus_lite', 'grpc') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(place.corpus), str(place.settings.index)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_two_names_of_one_generation_agree(far: Place) -> None:
    far.library.build()
    pointer = connect(far.settings.index_url).current()
    assert files_of(pointer) == f"rag_{pointer.generation}_files_{pointer.digest}"
    assert open_generation(far.settings, HashingEmbedder()).pointer == pointer
