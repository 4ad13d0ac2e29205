"""A library is built again when its files change, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.config import Settings
from rag.errors import CorpusError
from rag.indexing.report import BuildReport
from rag.library.library import Library
from tests.conftest import Place


def test_an_index_in_the_library_calls_for_no_build(place: Place) -> None:
    library = Library(Settings(corpus=place.corpus, index=place.corpus / "index"), place.embedder)
    reports: list[BuildReport] = []

    def drop() -> None:
        (place.corpus / "documents").mkdir()
        (place.corpus / "documents" / "night.txt").write_text("The night ferry ran.", encoding="utf-8")

    steps: list[Callable[[], object]] = [
        *[lambda: None] * 3,
        lambda: (place.corpus / "index" / "feedback.jsonl").write_text("{}", encoding="utf-8"),
        *[lambda: None] * 3,
        drop,
        *[lambda: None] * 3,
    ]
    waiting = iter(steps)

    def problem(error: CorpusError) -> None:
        raise error

    def sleep(seconds: float) -> None:
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    with pytest.raises(KeyboardInterrupt):
        library.watch(reports.append, problem, sleep=sleep)
    assert [[row.source_id for row in report.rows] for report in reports] == [
        ["bridge-report", "ferry-note"],
        ["bridge-report", "ferry-note", "night"],
    ]
