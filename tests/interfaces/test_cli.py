"""The commands: what they print, their exit codes, and one line for every error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partialmethod
from pathlib import Path

import pytest

from rag.config import HOME
from rag.indexing.encoder import Embedder
from rag.interfaces import cli
from rag.library.library import Library
from tests.conftest import Place


@pytest.fixture
def rag(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """Run a command on the small library with the stand-in embedder; gives exit code, output and errors."""

    def stand_in(name: str, languages: str) -> Embedder:
        return place.embedder

    monkeypatch.setattr("rag.assistant.default_embedder", stand_in)
    monkeypatch.setattr("rag.library.library.default_embedder", stand_in)
    monkeypatch.setenv("RAG_CORPUS", str(place.corpus))
    monkeypatch.setenv("RAG_INDEX", str(place.settings.index))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def commands() -> Sequence[str]:
    help_text = subprocess.run(
        [sys.executable, "-m", "rag.interfaces.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    return re.findall(r"^    (\w+) ", help_text, re.MULTILINE)


def test_every_command_has_help_and_a_line_in_the_readme() -> None:
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    names = commands()
    assert len(names) >= 13
    assert [name for name in names if f"`rag {name}" not in readme] == []


def test_ask_prints_one_object_with_the_agreed_names(rag) -> None:  # type: ignore[no-untyped-def]
    assert rag("build")[0] == 0
    code, out, _ = rag("ask", "What did the bridge cost?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert {
        "question",
        "resolved_question",
        "shape",
        "parts",
        "abstained",
        "confidence",
        "text",
        "citations",
        "passages",
    } <= answer.keys()
    names = set("number source_id title said_by origin date release seen_at also kind quote start end status".split())
    assert all(names <= citation.keys() for citation in answer["citations"])


def test_search_prints_k_passages(rag) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    _, out, _ = rag("search", "bridge", "-k", "2", "--json")
    passages = json.loads(out)
    assert [p["number"] for p in passages] == [1, 2]
    assert {"source_id", "title", "start", "end", "text", "score", "also_in"} <= passages[0].keys()
    assert "statements" not in passages[0]
    assert rag("search", "bridge", "-k", "2", "--read")[1].startswith("[1] The Harbour Bridge (")


def test_a_copy_of_a_passage_is_told_with_it(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    text = "The night ferry to the northern pier was cancelled in 2022, because the pier had to be mended all winter."
    for name in ("first", "second"):
        (place.corpus.parent / f"{name}.txt").write_text(text, encoding="utf-8")
    rag("add", *(str(place.corpus.parent / f"{name}.txt") for name in ("first", "second")))
    copies = json.loads(rag("search", "night ferry", "-k", "1", "--json")[1])[0]["also_in"]
    place_read = {"publisher": "unknown", "date": "unknown", "url": "", "kind": "primary", "time": "", "by_ocr": None}
    said = {"origin": "unknown", "date": "unknown", "release": "", "seen_at": place_read}
    told = "author unknown, undated page"
    held = {"start": 0, "end": len(text), "said_by": told, **said}
    assert copies == [{"source_id": "second", "doc_id": "second/text", **held}]
    assert rag("search", "night ferry", "-k", "1")[1].endswith(f"\n    also in second/text ({told})\n")


def test_each_thing_that_is_asked_is_told_with_whether_it_is_answered(rag) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    answer = json.loads(rag("ask", "What did a ferry ticket cost in 2015 and 2019?", "--json")[1])
    assert answer["shape"] == "comparison"
    assert answer["parts"] == [
        {"question": "What did a ferry ticket cost in 2015?", "answered": False, "name": "2015"},
        {"question": "What did a ferry ticket cost in 2019?", "answered": True, "name": "2019"},
    ]


def test_a_reply_is_its_text_alone(rag) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    answer = json.loads(rag("ask", "hello", "--json")[1])
    assert (answer["shape"], answer["passages"], answer["citations"]) == ("reply", [], [])
    assert rag("ask", "hello")[1].split() == answer["lead"].split()


def test_a_file_is_added_with_what_is_told_of_it_and_removed(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    path = place.corpus.parent / "تقرير [1] ferry.txt"
    path.write_text("The night ferry was cancelled in 2022.", encoding="utf-8")
    code, out, _ = rag("add", str(path), "--title", "Night ferry", "--date", "2022-03")
    assert code == 0 and "added" in out
    sources = {row["title"]: row for row in json.loads(rag("sources", "--json")[1])}
    assert sources["Night ferry"]["date"] == "2022-03" and sources["Night ferry"]["chunks"] == 1
    code, out, _ = rag("remove", sources["Night ferry"]["id"])
    assert code == 0 and "removed" in out


@pytest.mark.parametrize("name", ["bridge.txt", "bridge-report.txt"])
def test_facts_of_a_declared_source_are_refused(rag, place: Place, name: str) -> None:  # type: ignore[no-untyped-def]
    path = place.corpus.parent / name
    path.write_text("The bridge cost 310 million crowns.", encoding="utf-8")
    owner = ("--source", "bridge-report") if name == "bridge.txt" else ()
    assert rag("add", str(path), *owner, "--title", "Bridge", "--date", "2022") == (
        1,
        "",
        "rag: source 'bridge-report' keeps its facts in sources.toml; found title='Bridge', date='2022'; "
        "change them with `rag set bridge-report`, and add the text without them\n",
    )
    assert not (place.corpus / "documents").exists()


def test_a_library_of_ones_own_is_made_filled_and_asked(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    folder = place.corpus.parent / "my papers"
    assert rag("new", str(folder)) == (
        0,
        f"{folder} is an empty library; corpus.toml in it says what it is. Add a text, then open the chat:\n"
        f"  rag add FILE --corpus '{folder}' --publisher NAME --date 2024-05\n"
        f"  rag serve --corpus '{folder}'\n",
        "",
    )
    assert rag("new", str(folder))[2] == (
        f"rag: {folder} holds 'corpus.toml' already; expected a new folder or an empty one\n"
    )
    path = place.corpus.parent / "night.txt"
    path.write_text("The night ferry to the northern pier was cancelled in 2022.", encoding="utf-8")
    assert rag("add", str(path), "--corpus", str(folder), "--publisher", "Port Office", "--date", "2022-03")[0] == 0
    answer = json.loads(rag("ask", "When was the night ferry cancelled?", "--corpus", str(folder), "--json")[1])
    assert [(c["origin"], c["date"]) for c in answer["citations"]] == [("Port Office", "2022-03")]
    assert not place.settings.index.exists()


def test_what_is_told_of_a_source_is_changed_and_built(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    code, out, _ = rag("set", "ferry-note", "--publisher", "The Gazette", "--url", "")
    assert code == 0 and out.startswith(f"changed {place.corpus / 'sources.toml'}\nchanged    ferry-note ")
    found = json.loads(rag("search", "ferry ticket", "-k", "1", "--json")[1])
    assert found[0]["said_by"] == "The Gazette, 2019"
    report = json.loads(rag("set", "ferry-note", "--date", "2020", "--json")[1])
    assert [row["source_id"] for row in report["rows"] if row["status"] == "changed"] == ["ferry-note"]


def test_watching_outlives_a_half_saved_file(rag, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    toml = place.corpus / "sources.toml"
    whole = toml.read_text(encoding="utf-8")
    saved = iter(["", whole + "[[source]]\nid =", "", whole + "\n", ""])

    def sleep(seconds: float) -> None:
        for text in saved:
            if text:
                toml.write_text(text, encoding="utf-8")
            return
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "watch", partialmethod(Library.watch, sleep=sleep))
    code, out, err = rag("build", "--watch")
    assert code == cli.INTERRUPTED
    assert out.count("generation ") == 2
    assert err.startswith(f"rag: {toml} cannot be read as TOML: ") and err.count("rag: ") == 2


def test_a_full_text_is_quoted_before_notes(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    path = place.corpus.parent / "bridge.txt"
    path.write_text(
        "The Harbour Bridge opened in the rain on 4 May 2021. It cost 310 million crowns.", encoding="utf-8"
    )
    assert rag("add", str(path), "--source", "bridge-report")[0] == 0
    answer = json.loads(rag("ask", "How much did the Harbour Bridge cost?", "--json")[1])
    assert answer["citations"][0]["text_kind"] == "full text"


def test_doctor_exits_1_on_damage_and_names_the_command(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    assert rag("doctor")[:2] == (0, "all is well\n")
    (place.settings.index / "CURRENT").write_text("nonsense", encoding="utf-8")
    code, out, _ = rag("doctor")
    assert code == 1 and "mend it with: rag build" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", " "), "rag: the question is empty; write what you want to know\n"),
        (("ask", "bridge", "-k", "0"), "rag: k is 0; expected a number of passages from 1 to 200\n"),
        (("search", "bridge", "-k", "201"), "rag: k is 201; expected a number of passages from 1 to 200\n"),
        (("ask", "bridge", "--source", "nope"), "rag: no source has the id 'nope'; `rag sources` lists the ids\n"),
        (("add", "missing.pdf"), "rag: there is no file 'missing.pdf'; check the name\n"),
        (("set", "nope", "--date", "2022"), "rag: no source has the id 'nope'; `rag sources` lists the ids\n"),
        (("remove", "nope"), "rag: documents/ holds no text of source 'nope'; `rag sources` lists what there is\n"),
    ],
)
def test_an_error_is_one_line_and_exit_1(rag, arguments: tuple[str, ...], message: str) -> None:  # type: ignore[no-untyped-def]
    rag("build")
    assert rag(*arguments) == (1, "", message)


def test_an_unreadable_file_is_not_added(rag, place: Place) -> None:  # type: ignore[no-untyped-def]
    path = place.corpus.parent / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    code, _, err = rag("add", str(path))
    assert code == 1 and err.startswith("rag: broken.pdf was not added: ")
    assert not list((place.corpus / "documents").glob("broken*"))


def test_it_runs_from_any_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "RAG_INDEX": str(tmp_path / "none")}
    run = subprocess.run(
        [sys.executable, "-m", "rag.interfaces.cli", "ask", "x y"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"rag: no index at {tmp_path / 'none'}; run `rag build`\n"


def test_the_chat_starts_though_the_environment_names_a_proxy_that_cannot_be_used() -> None:
    code = "import rag.interfaces.web.server, os; print(os.environ['ALL_PROXY'])"
    environment = {**os.environ, "ALL_PROXY": "socks://127.0.0.1:9/"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (run.returncode, run.stdout) == (0, "socks://127.0.0.1:9/\n"), run.stderr[-500:]


def test_one_file_that_cannot_be_added_keeps_no_other_out(rag, place: Place, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for name, text in (("first", "The quay was mended in 2019."), ("empty", ""), ("last", "A tug pulls two barges.")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    code, _, told = rag("add", *(str(tmp_path / f"{name}.txt") for name in ("first", "empty", "missing", "last")))
    assert code == 3
    assert "empty.txt was not added" in told and "there is no file" in told
    assert {"first", "last"} <= set(place.open()._fresh().generation.sources)
    assert rag("add", str(tmp_path / "missing.txt"))[0] == 1


def test_a_text_that_is_replaced_keeps_what_was_told_of_it_and_one_that_was_removed_comes_back(  # type: ignore[no-untyped-def]
    rag, place: Place, tmp_path: Path
) -> None:
    for name, text in (("bridge", "It opened in 2021."), ("mended", "It opened in May 2021.")):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    assert rag("add", str(tmp_path / "bridge.txt"), "--publisher", "Port Office", "--date", "2024-06")[0] == 0
    assert rag("add", str(tmp_path / "mended.txt"), "--source", "bridge", "--date", "2024-07")[0] == 0
    source = place.open()._fresh().generation.sources["bridge"]
    assert (source.publisher, source.date) == ("Port Office", "2024-07")
    assert rag("remove", "bridge")[0] == 0
    assert "bridge" not in place.open()._fresh().generation.sources
    *_, kept = sorted((place.corpus / "documents" / "removed").glob("*/bridge.txt"))
    assert rag("add", str(kept))[0] == 0
    assert "bridge" in place.open()._fresh().generation.sources
