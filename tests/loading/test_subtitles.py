"""Subtitles: what is said, by whom and when."""

from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.loading import read_bytes
from rag.loading.sniff import tell

SRT = """1
00:00:01,000 --> 00:00:03,500
<i>The quay was built</i>
in 1954.

2
00:00:03,600 --> 00:00:05,000
{\\an8}It is 1 <2 km wide &amp; deep.

3
01:02:03,000 --> 01:02:04,000
Later.
"""
VTT = """WEBVTT - The board
Kind: captions

STYLE
::cue { color: red }

NOTE not said

intro
00:05.000 --> 00:06.000 align:start
<v Ann Author>Shall we?</v>

00:06.000 --> 00:07.000
<v.loud Bo>No.

00:07.100 --> 00:08.000
<v Bo>No.
"""
ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000
the<00:00:01.000><c> quay</c>

00:00:02.000 --> 00:00:02.010
the quay

00:00:02.010 --> 00:00:04.000
the quay
was<00:00:03.000><c> built</c>
"""


@pytest.mark.parametrize(
    ("name", "data", "text", "times"),
    [
        ("a.srt", SRT, "The quay was built in 1954. It is 1 <2 km wide & deep.\n\nLater.",
         ["0:00:01", "0:00:03", "1:02:03"]),
        ("a.vtt", VTT, "Ann Author: Shall we?\n\nBo: No. No.", ["0:00:05", "0:00:06", "0:00:07"]),
        ("a.vtt", ROLLING, "the quay was built", ["0:00:00", "0:00:02"]),
        ("a.srt", "00:01,0 --> 00:02,0\nOne.\n2\n00:02,0 --> 00:03,0\nTwo.", "One. Two.", ["0:00:01", "0:00:02"]),
    ],
)  # fmt: skip
def test_what_is_said_is_read_with_its_times(name: str, data: str, text: str, times: list[str]) -> None:
    for form in (data, data.replace("\n", "\r\n")):
        found = read_bytes(form.encode(), name=name)
        assert found.text == text
        assert [cue.clock for cue in found.cues] == times


def test_cues_stand_where_their_words_do() -> None:
    found = read_bytes(VTT.encode(), name="a.vtt")
    assert [found.text[c.start : c.end] for c in found.cues] == ["Ann Author: Shall we?", "Bo: No.", "No."]


def test_subtitles_are_known_without_a_name_and_others_are_none() -> None:
    assert tell(SRT.encode(), name="a.txt") == tell(VTT.encode(), name="a") == "subtitles"
    with pytest.raises(LoadError, match=r"^a\.vtt: empty: the file holds no subtitles with times$"):
        read_bytes(b"WEBVTT\n\nNOTE nothing", name="a.vtt")
