"""A quote of a recording carries its time, and its address leads there."""

from __future__ import annotations

from rag.interfaces.web.panel import panel
from rag.records import Attribution, Cue, Document, Passage, Place, Source, Span
from rag.text.attributions import attributed
from rag.verification.citations import cite

TEXT = "The quay was built in 1954. It is wide."
SOURCE = Source("talk", "A talk", "Ann", "Port", "2021", "https://port.example/talk#top", "document", "unknown")
DOCUMENT = Document("talk/text", "talk", "full text", TEXT, "0", cues=(Cue(0, 27, 1), Cue(28, 39, 3723)))


def test_a_quote_carries_its_time() -> None:
    said = SOURCE.attribution
    passage = Passage(1, SOURCE, "talk/text", "full text", "talk/text#0", 0, 39, TEXT, "", None, said, 1.0, {})
    cited = cite(passage, Span(28, 39), DOCUMENT)
    place = Place("Port", "2021", "https://port.example/talk#t=3723", time="1:02:03")
    assert cited.attribution == Attribution("Ann", "2021", place)
    assert attributed(cited.attribution) == "Ann, 2021, published by Port, at 1:02:03"


def test_the_panel_shows_times_and_leads_to_them() -> None:
    shown = panel(DOCUMENT, SOURCE, Span(28, 39))
    assert "https://port.example/talk#t=3723" in shown and "0:00:01" in shown
