"""A page is read alike whichever way the file stores it."""

from __future__ import annotations

import pytest

from rag.loading.pdf import read_pdf
from tests.loading import files

TABLE = [
    ["Pier", "Depth (m)", "Note"],
    ["East of lock 7", "40", "no light"],
    ["North", "11", ""],
    ["West", "7", "shut"],
]
SENTENCE = ["The master of the harbour has sounded each pier at low water in", "the summer of the year."]
PAGE = [
    *((72, 540 - 14 * at, 11, line) for at, line in enumerate(SENTENCE)),
    *((x, 480 - 18 * at, 11, cell) for at, row in enumerate(TABLE)
      for x, cell in zip((72, 300, 450), row, strict=True) if cell),
]  # fmt: skip
TEXT = """The master of the harbour has sounded each pier at low water in the summer of the year.

Pier: East of lock 7 | Depth (m): 40 | Note: no light
Pier: North | Depth (m): 11
Pier: West | Depth (m): 7 | Note: shut"""


@pytest.mark.parametrize(
    ("box", "turn"),
    [
        ("0 0 792 612", ""),
        ("0 0 612 792", "0 1 -1 0 612 0 cm"),
        ("0 0 612 792", "0 -1 1 0 0 792 cm"),
        ("0 0 792 612", "-1 0 0 -1 792 612 cm"),
        ("100 50 892 662", "1 0 0 1 100 50 cm"),
    ],
    ids=["upright", "upwards", "downwards", "upside down", "off the origin"],
)
@pytest.mark.parametrize("rotate", [0, 90])
def test_a_page_is_read_alike_however_it_is_turned(box: str, turn: str, rotate: int) -> None:
    data = files.pdf([PAGE], box=box, drawn=turn).replace(b"/Type/Page/", b"/Type/Page/Rotate %d/" % rotate)
    assert read_pdf(data).text == TEXT


def test_a_field_stands_behind_its_label_on_a_turned_page() -> None:
    drawn = "0 1 -1 0 612 0 cm"
    data = files.pdf([[(72, 400, 11, "Berth wanted:"), (72, 300, 11, "The master answers.")]], drawn=drawn)
    widget = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Quay 7)/Rect[196 200 214 400]>>"
    data = data.replace(b"/Type/Catalog", b"/Type/Catalog/AcroForm<</Fields[%b]>>" % widget, 1)
    data = data.replace(b"/Type/Page/", b"/Type/Page/Annots[%b]/" % widget, 1)
    assert read_pdf(data).text.split("\n\n") == ["Berth wanted: Quay 7", "The master answers."]
