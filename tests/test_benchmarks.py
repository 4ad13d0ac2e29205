"""The bench measures what it says, of ours alone where no other library is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import running
from benchmarks.__main__ import main
from benchmarks.growth import picture
from benchmarks.material import read_passages
from benchmarks.preparing import judged
from benchmarks.running import Plan, Results, available, run
from benchmarks.stages import CONTESTANTS
from benchmarks.table import END, ROWS, START, goals_table, main_table, write_docs
from rag.assistant import Assistant
from rag.config import HOME
from rag.indexing.encoder import Embedder

MADE_UP = Results(
    corpus="nothing",
    passages=2,
    raw_mb=1.5,
    runs={
        "this": [
            {"first_s": 1.0, "command_s": 2.0, "index_mb": 2.0, "r_at_1": 0.9, "passages_per_s": 60.0},
            {"first_s": 3.0, "command_s": 2.0, "index_mb": 2.0, "passages_per_s": 80.0},
        ],
        "torch": [{"first_s": 4.0, "passages_per_s": 20.0}, {"first_s": 8.0, "passages_per_s": 20.0}],
        "onnx": [{"first_s": 0.02, "passages_per_s": 50.0}, {"first_s": 1.0, "passages_per_s": 50.0}],
        "langchain": [{"passages_per_s": 10.0}, {"passages_per_s": 20.0}],
        "txtai": [{"passages_per_s": 40.0}, {"passages_per_s": 10.0}],
    },
)

GROWN = [
    {"passages": 10.0**power, "build_s": 10.0 ** (power - 2), "open_s": 0.4, "retrieve_p50_ms": 9.0,
     "retrieve_p95_ms": 12.0 + power, "resident_mb": 300.0 + 10 * power, "disk_mb": 2.0 * 10 ** (power - 3)}
    for power in (3, 4, 5, 6)
]  # fmt: skip


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")]


@pytest.mark.slow
def test_it_measures_every_stage_of_ours_on_the_passages_of_our_own_build(model: Embedder, tmp_path: Path) -> None:
    told: list[str] = []
    plan = Plan(tmp_path, ["this"], 1, None, passages=20, questions=4, large=10, tell=told.append)
    results = run(plan)
    assert told == ["this: building 10 passages", "run 1 of 1: this"]
    (figures,) = results.runs["this"]
    assert figures.keys() == {key for key, _, _ in ROWS} - {"r_at_1"}
    assert all(value > 0 for value in figures.values())
    assert figures["retrieve_p50_ms"] <= figures["retrieve_p95_ms"]
    built = Assistant.open(tmp_path / "states" / "small" / "this", embedder=model).info()
    assert built["chunks"] == results.passages + len(read_passages(tmp_path / "added"))
    rows = cells(main_table(results))
    assert rows[0] == ["", "this"] and [row[0] for row in rows[2:]] == [
        title for key, title, _ in ROWS if key in figures
    ]
    assert "retrieve p50 ÷ encoding the question" in {row[0] for row in cells(goals_table(results))}


def test_the_table_has_medians_and_ratios_of_the_same_run() -> None:
    rows = {row[0]: row[1:] for row in cells(main_table(MADE_UP))}
    assert rows[""] == ["this", "raw sentence-transformers", "raw ONNX Runtime", "LangChain + FAISS", "txtai hybrid"]
    assert rows["cold process to first hit, s"] == ["2.00 (×26)", "6.00 (×104)", "0.51", "–", "–"]
    assert rows["passages a second, model loaded"][0] == "70.0 (×1.4)"
    assert rows["quality: R@1"] == ["0.900", "–", "–", "–", "–"]
    assert "index, MB" in rows and "build, whole process, s" not in rows


def test_goals_are_held_against_the_same_run_and_the_best_framework() -> None:
    assert cells(goals_table(MADE_UP))[2:] == [
        ["cold `rag ask` ÷ cold sentence-transformers", "0.375", "≤ 0.3", "not met"],
        ["passages a second ÷ fastest framework's", "2.75", "≥ 2", "met"],
        ["index ÷ vectors and text", "1.33", "≤ 2", "met"],
    ]


def test_who_lacks_packages_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PEERS", tmp_path)
    (tmp_path / "txtai").mkdir()
    there, lacking = available(list(CONTESTANTS))
    assert (there, lacking) == (["this", "torch", "onnx", "txtai"], ["langchain", "llamaindex", "haystack"])


def test_a_process_that_fails_says_how() -> None:
    with pytest.raises(SystemExit, match=r"ended with 1:\n(.*\n)*ZeroDivisionError"):
        running._process([sys.executable, "-c", "1 / 0"])


def test_measuring_loads_nothing_before_the_contestant_does() -> None:
    code = "import sys, benchmarks.stages; print({m.split('.')[0] for m in sys.modules} & {'rag', 'numpy', 'tests'})"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_set_becomes_documents_and_judged_questions(tmp_path: Path) -> None:
    questions = judged(tmp_path / "made", HOME / "tests" / "quality")
    assert questions and all(question.relevant for question in questions)
    made = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "made" / "documents").iterdir()}
    assert {name for question in questions for name in question.relevant} <= made.keys()
    assert all(text.startswith("---\ntitle: ") for text in made.values())
    with pytest.raises(
        SystemExit, match=r"holds no corpus\.jsonl; name a folder with corpus\.jsonl and queries\.jsonl"
    ):
        judged(tmp_path / "other", tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "title": "A", "text": "Text."}\n', encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text('{"question": "What?", "relevant": ["a"]}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match="has 1 questions with relevant documents; at least 4 are needed"):
        judged(tmp_path / "other", tmp_path)


def test_the_page_keeps_what_stands_around_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text((HOME / "docs" / "performance.md").read_text(encoding="utf-8"), encoding="utf-8")
    before, after = re.split(f"{START}.*{END}", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for text in ("first \\1", "second"):
        write_docs(page, text)
        assert page.read_text(encoding="utf-8") == f"{before}{START}\n\n{text}\n\n{END}{after}"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(SystemExit, match="lacks the lines"):
        write_docs(page, "third")


def test_packages_of_others_are_pinned_and_bring_no_second_torch() -> None:
    lines = (HOME / "benchmarks" / "peers.txt").read_text(encoding="utf-8").splitlines()
    named = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    ours = {line.split("==")[0].lower() for line in (HOME / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert named.keys() & ours == set()
    assert not {"torch", "transformers", "sentence-transformers", "numpy"} & named.keys()


def test_the_picture_of_growth_is_drawn_to_scale() -> None:
    drawn = ElementTree.fromstring(picture(GROWN))
    panels = drawn.findall("{*}g")
    lines = [[line.get("points", "").split() for line in panel.findall("{*}polyline")] for panel in panels]
    assert [len(panel) for panel in lines] == [2, 2, 2]
    build = [(float(x), float(y)) for x, y in (point.split(",") for point in lines[0][0])]
    steps = {(round(x1 - x0), round(y1 - y0)) for (x0, y0), (x1, y1) in pairwise(build)}
    ((across, up),) = steps  # decades are equally far apart, and a straight law is a straight line
    assert across > 50 and up < 0
    titles = {title.text for title in drawn.iter("{http://www.w3.org/2000/svg}title")}
    assert "disk, 1,000,000 passages: 2,000 MB" in titles
    words = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("passages") == 3 and "1,000,000" in words and "0.1" in words


@pytest.mark.parametrize("option", ["--runs", "--questions", "--passages", "--large"])
def test_sizes_are_whole_numbers(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", option, "-1"])
    with pytest.raises(SystemExit):
        main()
    assert f"argument {option}: '-1' is no whole number from " in capsys.readouterr().err


def test_growth_that_cannot_be_drawn_says_why() -> None:
    with pytest.raises(ValueError, match="two sizes at least, found 1"):
        picture(GROWN[:1])
    with pytest.raises(ValueError, match=r"the row of 1000\.0 passages has open_s=0, expected > 0"):
        picture([{**GROWN[0], "open_s": 0}, GROWN[1]])
