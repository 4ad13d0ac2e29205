"""A citation of a page that was read by OCR says so wherever it is shown."""

from __future__ import annotations

import pytest

from rag.interfaces.wire import attribution_json
from rag.records import Attribution, Document, Page, Passage, Source, Span
from rag.verification.citations import cite

TEXT = "The quay is long.\n\nThe crane lifts 40 tons."
DOCUMENT = Document("plan/text", "plan", "full text", TEXT, "", pages=(Page(0, 17, 1), Page(19, len(TEXT), 2, 0.93)))
SAID = Attribution.own("Port Office", "1961", "https://port.example/plan.pdf")
SOURCE = Source("plan", "Plan", "unknown", "Port Office", "1961", SAID.seen_at.url, "document", "unknown")
PASSAGE = Passage(1, SOURCE, DOCUMENT.doc_id, "full text", "plan/text#0", 0, len(TEXT), TEXT, "", 1, SAID, 1.0, {})


@pytest.mark.parametrize(
    ("span", "sure", "said_by"),
    [
        (Span(0, 17), None, "Port Office, 1961"),
        (Span(19, len(TEXT)), 0.93, "Port Office, 1961, read by OCR"),
    ],
)
def test_a_page_that_was_read_by_ocr_is_told_in_data_and_in_words(span: Span, sure: float | None, said_by: str) -> None:
    found = attribution_json(cite(PASSAGE, span, DOCUMENT).attribution)
    assert (found["seen_at"]["by_ocr"], found["said_by"]) == (sure, said_by)
