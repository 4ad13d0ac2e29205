"""From a file of subtitles to a citation: the time comes through the index."""

from __future__ import annotations

from tests.conftest import Place


def test_a_citation_of_subtitles_tells_when_it_is_said(place: Place) -> None:
    folder = place.corpus / "documents"
    folder.mkdir()
    said = "00:00:05,000 --> 00:00:08,000\nGood morning.\n\n00:12:30,000 --> 00:12:40,000\n"
    said += "The lighthouse of Nordholm was painted yellow in 1931."
    (folder / "talk.srt").write_text(said, encoding="utf-8")
    (folder / "talk.srt.meta.json").write_text('{"url": "https://port.example/talk"}', encoding="utf-8")
    place.library.build()
    answer = place.open().ask("When was the lighthouse of Nordholm painted yellow?")
    [place_of] = {citation.attribution.seen_at for citation in answer.citations if "1931" in citation.quote}
    assert (place_of.url, place_of.time) == ("https://port.example/talk#t=750", "0:12:30")
