"""The sets of real files keep coming out as well as they did; skipped where they are absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.measures.ingest import SETS, f1, measure_set, precision_recall

DATA = Path(os.environ.get("RAG_EVAL_DATA", "nowhere"))
FLOORS = {
    "html-articles": {"f1": 0.970},
    "html-snippets": {"wanted": 0.96},
    "pdf-files": {"strings": 0.985},
    "office-files": {"strings": 0.99},
}
CEILINGS = {"html-snippets": {"unwanted": 0.05}}


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_set_of_real_files_reaches_its_floor(name: str) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"the measuring set {name} is not in the folder that RAG_EVAL_DATA names")
    found, _ = measure_set(DATA / name, SETS[name])
    assert found["crashed"] == 0
    assert found["refused"] == found["refused_rightly"]
    assert all(found[key] >= floor for key, floor in FLOORS[name].items()), found
    assert all(found[key] <= most for key, most in CEILINGS.get(name, {}).items()), found


def test_shingle_scores_agree_with_counting_by_hand() -> None:
    # Expected has the shingles abcd, bcde; found has abcd, bcdx, cdxy: one shared.
    assert precision_recall("a b c d e", "a b c d x y") == (1 / 3, 1 / 2)
    assert f1(1 / 3, 1 / 2) == pytest.approx(0.4)


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = ("lxml", "trafilatura", "pypdfium2", "docx", "pptx", "chardet")
    code = f"import sys, rag.loading; print([m for m in {heavy!r} if m in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
