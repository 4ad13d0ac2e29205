"""The numbers in front of points, which stand in no paragraph's text."""

from __future__ import annotations

import pytest

from rag.loading import read_bytes
from tests.loading import files

LETTERS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="a" '
    'style:num-suffix=")"/><text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix="." '
    'text:display-levels="2"/></text:list-style>'
    '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
    '<text:outline-level-style text:level="2" style:num-format=""/></text:outline-style>'
)


def odt(body: str) -> bytes:
    return files.odt(body, styles=f'<office:automatic-styles xmlns:style="urn:x">{LETTERS}</office:automatic-styles>')


def points(*texts: str, told: str = "", inner: str = "") -> str:
    items = "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)
    return f'<text:list text:style-name="L" {told}>{items}{inner}</text:list>'


NESTED = '<text:list-item text:start-value="7"><text:p>Rope</text:p><text:p>of hemp</text:p>{}</text:list-item>'.format(
    points("Thick", "Thin").replace(' text:style-name="L"', "")
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (points("Oar", "Sail", inner=NESTED), "a) Oar\nb) Sail\ng) Rope\nof hemp\ng.1. Thick\ng.2. Thin"),
        (points("Oar") + points("Sail"), "a) Oar\n\na) Sail"),
        (points("Oar") + points("Sail", told='text:continue-numbering="true"'), "a) Oar\n\nb) Sail"),
        (points("Oar").replace('"L"', '"M"'), "- Oar"),
        ('<text:h text:outline-level="1">Boats</text:h><text:h text:outline-level="2">Small</text:h>',
         "I. Boats\n\nSmall"),
    ],
    ids=["levels and starts", "two lists", "one list that goes on", "bullets", "headings"],
)  # fmt: skip
def test_the_numbers_of_an_open_document_are_counted(body: str, text: str) -> None:
    assert read_bytes(odt(body), name="a.odt").text == text


def test_the_number_of_a_heading_is_none_of_the_title() -> None:
    assert read_bytes(odt('<text:h text:outline-level="1">Boats</text:h>'), name="a.odt").title == "Boats"


def test_the_numbers_of_slides_are_counted() -> None:
    def point(text: str, told: str, depth: int = 0) -> str:
        return f'</a:t></a:r></a:p><a:p><a:pPr lvl="{depth}">{told}</a:pPr><a:r><a:t>{text}'

    fifth, roman = '<a:buAutoNum type="arabicPeriod" startAt="5"/>', '<a:buAutoNum type="romanUcParenBoth"/>'
    body = (
        "Do this:" + point("Open", fifth) + point("Wait", fifth) + point("long", roman, 1) + point("longer", roman, 1)
        + point("Close", fifth) + point("That is all.", "<a:buNone/>") + point("Anew", fifth)
    )  # fmt: skip
    text = read_bytes(files.slides([("Steps", body)]), name="a.pptx").text
    assert text == ("Steps\n\nDo this:\n5. Open\n6. Wait\n(I) long\n(II) longer\n7. Close\nThat is all.\n5. Anew")
