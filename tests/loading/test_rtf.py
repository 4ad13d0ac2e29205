"""RTF documents: their words, and nothing of their marks."""

from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.loading import read_bytes

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Times;}}{\colortbl;\red0\green0\blue0;}"
    r"{\info{\title Harbour dues}{\author Ann Author}{\creatim\yr2021\mo5\dy4\hr9\min0}}"
)


def read(body: str) -> str:
    return read_bytes(f"{HEAD}{body}}}".encode("cp1252"), name="a.rtf").text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\pard The caf\'e9 costs \u8364?5 \emdash  \b good\b0 .\par Next.\par", "The café costs €5 — good.\n\nNext."),
        (r"\pard A \u-10179?\u-8704? smiles.\par", "A \U0001f600 smiles."),
        (r"\trowd Tug\cell 25\cell\row\trowd Barge\cell\cell\row\pard End.\par", "Tug | 25\nBarge\n\nEnd."),
        (r"{\listtext\pard 1.\tab}Open{\pntext\pard 2.\tab}\par", "1. Open2."),
        (r"\pard Words{\pict\pngblip 89504e470d0a1a0a} go on.\par", "Words go on."),
        (r"\pard The fee{\super\chftn{\footnote\pard {\super\chftn} Of 2021.}} rose{\footnote Twice.}.\par",
         "The fee[1] rose[2].\n\n[1] Of 2021.\n[2] Twice."),
        (r"\pard Text.{\shp{\*\shpinst\shpleft0{\sp{\sn a}{\sv 1}}{\shptxt\pard In a box.\par}}}\par",
         "Text.\n\nIn a box."),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt A link}} here.\par", "A link here."),
    ],
)  # fmt: skip
def test_what_a_document_shows_is_read(body: str, text: str) -> None:
    assert read(body) == text


def test_headings_and_properties_are_known() -> None:
    body = r"\pard\outlinelevel0\b Dues of 2021\b0\par\pard Forty crowns.\par"
    found = read_bytes(f"{HEAD}{body}}}".encode(), name="a.rtf")
    assert found.text == "Dues of 2021\n\nForty crowns."
    assert [(h.start, h.end, h.level) for h in found.headings] == [(0, 12, 1)]
    assert (found.title, found.author, found.date) == ("Harbour dues", "Ann Author", "2021-05-04")


def test_struck_and_hidden_text_and_embedded_files_are_said() -> None:
    body = r"\pard The fee is {\strike 90 }{\v secret }40 crowns.{\object{\*\objdata 0105}{\result x}}\par"
    found = read_bytes(f"{HEAD}{body}}}".encode(), name="a.rtf")
    assert found.text == "The fee is 40 crowns."
    assert found.warnings == (
        "Struck or hidden text was left out: '90' and 1 more.",
        "Not read: an embedded file; write its words or values as text to have them.",
    )


def test_a_document_without_text_is_empty_and_another_file_is_none() -> None:
    with pytest.raises(LoadError, match=r"^a\.rtf: empty: the document holds no text$"):
        read(r"\pard\par")
    with pytest.raises(LoadError, match=r"^a\.rtf: damaged or misnamed: the content is not rtf"):
        read_bytes(b"Words.", name="a.rtf")
