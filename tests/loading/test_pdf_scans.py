"""Pages whose text is no text of theirs are read by OCR and say so, or say how to install it."""

from __future__ import annotations

import sys

import pytest

from rag.errors import LoadError
from rag.loading import isolation, ocr, read_bytes, release
from rag.loading.ocr import Print
from rag.loading.pdf import read_pdf
from rag.records import Page
from tests.loading import files

WORDS = "The ferry to the island left at noon, and nobody on the pier had seen the storm that came up behind it."
LINES = [
    "The ferry to the island left at noon, and",
    "nobody on the pier had seen the storm that",
    "came up behind it.",
]
SCAN = files.scan(files.pdf([[(72, 700 - 16 * row, 14, line) for row, line in enumerate(LINES)]]))
TEXT = [(72, 700 - 14 * row, 12, f"Row {row} of the report says that the harbour was open.") for row in range(4)]


def shifted(text: str) -> str:
    """Return text as a layer says it whose font's table is three letters off."""
    return "".join(chr((ord(c) - 97 + 3) % 26 + 97) if c.islower() else c for c in text.lower())


GARBLED = [(x, y, size, shifted(text)) for x, y, size, text in TEXT]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recogniser that reads the same two lines in each picture."""
    found = [
        Print("The ferry left", 0.75, 200, 400, 600, 440),
        Print("at noon.", 1.0, 200, 445, 500, 485),
        Print("Stamped 7", 1.0, 200, 1800, 500, 1840),
    ]
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "recognise", lambda picture: found)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)


@pytest.mark.usefixtures("reads")
def test_a_scan_is_read_by_ocr_and_says_so() -> None:
    found = read_pdf(SCAN)
    assert found.text == "The ferry left at noon.\n\nStamped 7"
    sure = (0.75 * 14 + 8 + 9) / 31
    [page] = found.pages
    assert page == Page(0, 34, 1, page.by_ocr) and page.by_ocr == pytest.approx(sure)
    assert page.name == "Page 1, by OCR (confidence 0.89)"
    assert found.warnings == (
        "Page 1 is read by OCR (confidence 0.89 at the least); look at the page before relying on it.",
    )


@pytest.mark.usefixtures("bare")
def test_a_scan_says_how_to_install_ocr() -> None:
    with pytest.raises(LoadError) as caught:
        read_pdf(SCAN)
    how = "install it by `pip install 'cited-qa-assistant[ocr]'`, and build anew"
    assert str(caught.value) == f"no text layer; needs OCR; {how}"


@pytest.mark.usefixtures("reads")
def test_letters_that_are_not_those_printed_are_read_by_ocr() -> None:
    found = read_pdf(files.pdf([TEXT, GARBLED]))
    assert found.text.endswith("harbour was open.\n\nThe ferry left at noon.\n\nStamped 7")
    assert [page.by_ocr is None for page in found.pages] == [True, False]
    assert found.pages[0].name == "Page 1"


@pytest.mark.usefixtures("bare")
def test_letters_that_are_not_those_printed_are_left_out_and_said() -> None:
    found = read_pdf(files.pdf([TEXT, GARBLED]))
    assert shifted("harbour") not in found.text
    [warning] = found.warnings
    assert warning.startswith(
        "Page 2 is left out: the letters of the text layer are not those printed; needs OCR; install"
    )
    with pytest.raises(LoadError, match=r"^a text layer of other letters than are printed; needs OCR; install it by"):
        read_pdf(files.pdf([GARBLED]))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    "text",
    [
        "Der Hafen war bis zum Abend offen, und niemand wusste, wann das letzte Schiff von der Insel kommen würde, "
        "denn das Funkgerät auf der Brücke schwieg seit dem frühen Morgen.",
        "Hajnalban a kikötő még zárva volt, és senki sem tudta, mikor jön vissza az utolsó hajó a szigetről, mert a "
        "hídon hallgatott a rádió.",
        "Liman sabah kapalı idi ve kimse son geminin adadan ne zaman geleceğini bilmiyordu; köprüde radyo susuyordu.",
        "GMBH CHF GBP HUF CZK PLN: the prices by currency of each of the ports, for ships of up to ninety metres, with "
        "berth, power, water and the pilot.",
    ],
)  # fmt: skip
def test_languages_are_not_taken_for_shifted_letters(text: str) -> None:
    told = text.encode("cp1252", "replace").decode("cp1252").split(", ")
    page = [(30, 700 - 14 * row, 10, part) for row, part in enumerate(told)]
    assert read_pdf(files.pdf([page])).warnings == ()


@pytest.mark.slow
def test_a_real_scan_is_read_in_the_worker() -> None:
    pytest.importorskip("rapidocr")
    found = read_bytes(SCAN, name="a.pdf")
    assert found.text == WORDS
    [page] = found.pages
    assert page.by_ocr is not None and page.by_ocr > 0.9
    release()


SLOW = """
import time
from rag.loading import deadline, readers, limits, worker
from rag.loading.extract import Extract
def slow(data):
    deadline.extend(60)
    time.sleep(1.5)
    return Extract("read")
readers.READERS["pdf"] = slow
limits.SECONDS = 1.0, 0.0, 1.0
worker.main()
"""


def test_a_page_read_by_ocr_gives_its_file_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    release()
    monkeypatch.setattr(isolation, "_COMMAND", [sys.executable, "-c", SLOW])
    assert read_bytes(SCAN, name="a.pdf").text == "read"
    release()
