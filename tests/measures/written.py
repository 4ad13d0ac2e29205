"""Let a small real model answer every question of a file, and count what its answers rest on.

    python -m tests.measures.written --questions FILE --out build/written.json

The library is the one that the settings name, as built; the model is
SmolLM2-135M-Instruct, served on loopback. It is weak, and that is the point: with it
nothing may be shown as cited that does not stand in the stored text. Each state of each
answer is looked at as a reader sees it, while it grows too, and two counts must be 0:

- ``false_quotes``: citations shown as verified or corrected whose quote is not what the
  stored file of the index holds at their offsets; the file is read and cut here, and
  the verdicts of `rag` are not asked.
- ``cited_unsupported``: sentences marked unsupported that carry a live citation.

Of the sentences that the model said, also where the answer then fell back: ``supported``
rest on its own words or ids, ``corrected`` on words that the check put in their place,
``unsupported`` on nothing. ``rejected_quotes`` are quotes of it that stand nowhere.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from rag.assistant import Assistant
from rag.config import Settings
from rag.indexing.rows import Table
from rag.indexing.store import Store
from rag.interfaces.wire import answer_json
from rag.records import Answer, Document, Passage, Turn
from rag.writing.checking import Verdict
from rag.writing.endpoint import Endpoint
from rag.writing.generative import GenerativeAnswerer
from tests.writing.servers import small_model

LIVE = ("verified", "corrected")
"""Statuses of a citation that a reader can open."""
CONTEXT_TOKENS, ANSWER_TOKENS = 800, 120
"""Budgets of the model; a processor without help reads some hundred tokens a second."""
MUST_BE_ZERO = ("false_quotes", "cited_unsupported")
COUNTS = (
    "questions", "asked_model", "fell_back", "sentences", "supported", "corrected", "unsupported",
    "rejected_quotes", "citations_shown", *MUST_BE_ZERO,
)  # fmt: skip

Row = dict[str, Any]


class Recorder(GenerativeAnswerer):
    """Keeps every verdict that it gives, also of answers that are then replaced."""

    heard: list[Verdict]

    def verdicts(
        self, question: str, passages: Sequence[Passage], documents: Mapping[str, Document]
    ) -> Iterator[Verdict]:
        for verdict in super().verdicts(question, passages, documents):
            self.heard.append(verdict)
            yield verdict


def stored_texts(index: Path) -> dict[str, str]:
    """Read the stored text of every document straight from the index, by id."""
    store = Store(index)
    found: dict[str, str] = {}
    for held in store.manifest(store.current())["segments"]:
        folder = store.segment(held["name"])
        rows = zip(Table.load(folder / "ids.rows"), Table.load(folder / "texts.rows"), strict=True)
        live = (row for number, row in enumerate(rows) if number not in held["gone"])
        found.update((doc_id.decode(), text.decode()) for doc_id, text in live)
    return found


def faults(answer: Mapping[str, Any], texts: Mapping[str, str]) -> Counter[str]:
    """Count what must not be in an answer as it is shown."""
    found: Counter[str] = Counter()
    sides = [c for conflict in answer["conflicts"] for c in conflict["citations"]]
    for citation in [*sides, *(c for s in answer["sentences"] for c in s["citations"])]:
        held = texts.get(citation["doc_id"], "")[citation["start"] : citation["end"]]
        found["false_quotes"] += citation["status"] in LIVE and (not held or held != citation["quote"])
    for sentence in answer["sentences"]:
        live = any(c["status"] in LIVE for c in sentence["citations"])
        found["cited_unsupported"] += live and sentence["status"] != "supported"
    return found


def _said(verdict: Verdict) -> Row:
    """One sentence of the model with what it rests on, for a reader to judge."""
    sentence = verdict.sentence
    statuses = {c.status for c in sentence.citations}
    status = "corrected" if sentence.status == "supported" and "verified" not in statuses else sentence.status
    quotes = [{"status": c.status, "doc_id": c.doc_id, "quote": c.quote} for c in sentence.citations]
    return {"text": sentence.text, "status": status, "quotes": quotes, "reasons": list(verdict.reasons)}


def ask(row: Row, assistant: Assistant, model: Recorder, texts: Mapping[str, str]) -> Row:
    """Ask one question and look at every state of its answer."""
    model.heard = []
    history: list[Turn] = []
    if row.get("after"):
        before = assistant.ask(row["after"])
        history = [Turn(before.resolved_question, before.text)]
    worst: Counter[str] = Counter()
    answer: Answer | None = None
    began = time.perf_counter()
    for answer in assistant.stream(row["question"], history=history, answerer=model):
        worst |= faults(answer_json(answer), texts)
    assert answer is not None
    failed = any(notice.kind == "model" for notice in answer.notices)
    return {
        "question": row["question"],
        "resolved": answer.resolved_question,
        "outcome": answer.outcome,
        "answerer": answer.answerer,
        "asked_model": bool(model.heard) or failed,
        "fell_back": failed and answer.answerer == "extractive",
        "notices": [notice.text for notice in answer.notices],
        "said": [_said(verdict) for verdict in model.heard],
        "shown": answer.text,
        "citations_shown": sum(c.status in LIVE for c in answer.citations),
        **{name: worst[name] for name in MUST_BE_ZERO},
        "seconds": round(time.perf_counter() - began, 2),
    }


def summary(rows: Sequence[Row]) -> dict[str, int]:
    """Add the counts of all questions up."""
    total: Counter[str] = Counter(questions=len(rows))
    for row in rows:
        total.update({name: int(row[name]) for name in ("asked_model", "fell_back", "citations_shown", *MUST_BE_ZERO)})
        total["sentences"] += len(row["said"])
        for said in row["said"]:
            total[said["status"]] += 1
            total["rejected_quotes"] += sum(quote["status"] == "rejected" for quote in said["quotes"])
    return {name: total[name] for name in COUNTS}


def main() -> int:
    """Ask all, print a table, write the figures; 1 where something false was shown."""
    parser = argparse.ArgumentParser(description="Count what the answers of a small real model rest on.")
    parser.add_argument("--questions", type=Path, required=True, help="one JSON object a line, with a question")
    parser.add_argument("--out", type=Path, default=Path("build/written.json"), help="file for the figures")
    parser.add_argument("--most", type=int, help="only the first so many questions")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines() if line.strip()]
    assistant = Assistant.open()
    texts = stored_texts(Settings.load().index)
    asked: list[Row] = []
    with small_model() as address:
        model = Recorder(
            Endpoint(address, "smollm2", context_tokens=CONTEXT_TOKENS, answer_tokens=ANSWER_TOKENS, timeout=300.0)
        )
        for row in tqdm(rows[: options.most], desc="asking", disable=None):
            asked.append(ask(row, assistant, model, texts))
    counts = summary(asked)
    print("\n".join(f"{name:<18} {value:>6}" for name, value in counts.items()))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({**counts, "answers": asked}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(any(counts[name] for name in MUST_BE_ZERO))


if __name__ == "__main__":
    sys.exit(main())
