"""Spreadsheets are read as they are shown, sheet by sheet, each value behind the name of its column."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from rag.loading import read_bytes
from rag.loading.number_formats import shown
from tests.loading import files


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_as_it_is_shown_and_what_is_hidden_is_said() -> None:
    book = openpyxl.Workbook()
    fees = book.active
    fees.title = "Fees"
    fees.append([None, "Fees of the harbour"])
    fees.append([])
    for row in (["Berth", "Fee", "From", "Share"], ["East", 1234.5, date(2021, 3, 4), 0.125], ["West", None, None, -3]):
        fees.append([None, *row])
    fees["C4"].number_format, fees["D4"].number_format, fees["E4"].number_format = '#,##0.00 "kr"', "dd/mm/yyyy", "0.0%"
    fees["C4"].comment = Comment("since May", "Ada")
    fees.append([None, "South", "=1+1"])
    fees.append([None, "gone"])
    fees.row_dimensions[7].hidden = True
    book.create_sheet("Secret").sheet_state = "hidden"
    merged = book.create_sheet("Catch")
    for line in (["Port", "Cod", None], [None, 2020, 2021], ["East", 4, 5]):
        merged.append(line)
    merged.merge_cells("B1:C1")
    merged.merge_cells("A1:A2")
    found = read_bytes(saved(book), name="a.xlsx")
    assert found.text == (
        "Fees\n\nFees of the harbour\n\nBerth: East | Fee: 1,234.50 kr [since May] | From: 2021-03-04 | Share: 12.5%\n"
        "Berth: West | | | Share: -3\nSouth\n\nCatch\n\nPort: East | Cod 2020: 4 | Cod 2021: 5"
    )
    assert found.warnings == (
        "Struck or hidden text was left out: 'row 7 of sheet Fees' and 1 more.",
        "Formulas without a stored value: 1; open it in a spreadsheet program and save it.",
    )


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234567, "#,##0", "1,234,567"), (1234.5, "General", "1234.5"), (0.1 + 0.2, "General", "0.3"),
        (2.5, "0", "3"), (-2.5, "0.00", "-2.50"), (-1234, "#,##0;(#,##0)", "(1,234)"), (0, '0;-0;"none"', "none"),
        (0.5, "0%", "50%"), (12, '"No. "000', "No. 012"), (5, "[$€-407] 0.00", "€ 5.00"), (5, r"0\ \k\g", "5 kg"),
        (1500000, '0.0,,"m"', "1.5m"), (12000, "0.00E+00", "1.20E+4"), (1.5, "0.0##", "1.5"), (-0.001, "0.0", "0.0"),
        (True, "General", "TRUE"), ("#N/A", "General", "#N/A"), (3, "[Red]0;[Blue]-0", "3"), (1234, "# ?/?", "1234"),
        (date(2021, 3, 4), "d/m/yy", "2021-03-04"), (datetime(2021, 3, 4), "mmm yyyy", "2021-03"),
        (datetime(2021, 3, 4, 6, 15), "d/m/yy h:mm", "2021-03-04 06:15"), (datetime(2021, 1, 1), "yyyy", "2021"),
        (time(6, 5), "h:mm", "06:05"), (timedelta(hours=30), "[h]:mm", "30:00"), (None, "0", ""),
    ],
)  # fmt: skip
def test_values_as_their_formats_show_them(value: object, form: str, text: str) -> None:
    assert shown(value, form) == text


def test_an_open_document_sheet_is_read_as_it_is_shown() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    head = (
        cell("Port", 'table:number-rows-spanned="2"')
        + cell("Cod", 'table:number-columns-spanned="2"')
        + "<table:covered-table-cell/>"
    )
    under = "<table:covered-table-cell/>" + cell("2020") + cell("2021")
    body = (
        cell("East")
        + cell("1 234,5", 'table:number-columns-repeated="2"')
        + '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in (head, under, body))
    rows += f'<table:table-row table:visibility="filter">{cell("gone")}</table:table-row>'
    rows += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    found = read_bytes(files.ods(f'<table:table table:name="One">{rows}</table:table>'), name="a.ods")
    assert found.text == "Port: East | Cod 2020: 1 234,5 | Cod 2021: 1 234,5"
    assert found.warnings == ("Struck or hidden text was left out: 'row 4 of sheet One'.",)


def test_raised_and_struck_stretches_of_a_cell_are_told_apart() -> None:
    book = openpyxl.Workbook()
    small, gone = InlineFont(vertAlign="superscript"), InlineFont(strike=True)
    book.active.append(["Town", "People", "Area"])
    people, area = CellRichText("2310", TextBlock(small, "5")), CellRichText("75 km", TextBlock(small, "2"))
    book.active.append(["Auental", people, area])
    book.active.append(["Birkheim", CellRichText(TextBlock(gone, "640"), " 618"), "88"])
    book.active.append(["Closed", "1", "2"])
    book.active["B4"].font = Font(strike=True)
    found = read_bytes(saved(book), name="a.xlsx")
    assert found.text.split("\n") == [
        "Town: Auental | People: 2310⁵ | Area: 75 km²",
        "Town: Birkheim | People: 618 | Area: 88",
        "Town: Closed | | Area: 2",
    ]
    assert found.warnings == ("Struck or hidden text was left out: '640' and 1 more.",)


def test_a_workbook_of_a_writer_that_puts_backslashes_between_folders_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Fare", "5 crowns"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as plain, zipfile.ZipFile(buffer, "w") as odd:
        for info in plain.infolist():
            odd.writestr(info.filename.replace("/", "\\"), plain.read(info))
    assert read_bytes(buffer.getvalue(), name="a.xlsx").text == "Fare | 5 crowns"


def test_a_sheet_is_read_by_the_cells_that_it_holds() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Fees"], ["Berth", "Fee"], ["East", 40], ["gone", 2], ["West", 50]):
        sheet.append(row)
    sheet.row_dimensions[4].hidden = True
    sheet.merge_cells("A1:XFD1")
    sheet["XFD9"], sheet["A1048576"] = "Stray", "Last"
    sheet["XFD1048576"].font = Font(bold=True)
    sheet.row_dimensions[1048570].hidden = True
    found = read_bytes(saved(book), name="a.xlsx")
    assert found.text == "Fees\nBerth: East | Fee: 40\nBerth: West | Fee: 50\n\nStray\n\nLast"
    assert found.warnings == ("Struck or hidden text was left out: 'row 4 of sheet Sheet'.",)


@pytest.mark.parametrize("area", ["A1:A1048576", "A1:XFD1048576"])
def test_a_merged_area_ends_with_the_cells_that_the_sheet_holds(area: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["North"])
    book.active["B3"] = 4
    with zipfile.ZipFile(io.BytesIO(saved(book))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet, merged = "xl/worksheets/sheet1.xml", f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>'
    members[sheet] = members[sheet].replace(b"</sheetData>", merged.encode())
    text = "North\nNorth\nNorth | 4" if area.startswith("A1:A") else "North"
    assert read_bytes(files.zipped(members), name="a.xlsx").text == text


def test_a_merged_cell_whose_first_row_is_hidden_stands_in_the_others() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Side", "Berth", "Fee"], ["North", "East", 40], [None, "West", 50], ["South", "Quay", 60]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[2].hidden = True
    found = read_bytes(saved(book), name="a.xlsx")
    assert found.text == "Side: North | Berth: West | Fee: 50\nSide: South | Berth: Quay | Fee: 60"


def test_far_and_repeated_cells_of_an_open_document_sheet_cost_no_time() -> None:
    def row(cells: str, times: int = 1) -> str:
        return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'

    def cell(text: str, times: int = 1) -> str:
        said = f"<text:p>{text}</text:p>" if text else ""
        return f'<table:table-cell table:number-columns-repeated="{times}">{said}</table:table-cell>'

    rows = (
        row(cell("Berth") + cell("Fee"))
        + row(cell("East") + cell("40") + cell("", 16382)) + row(cell("", 16384), 900_000)
        + row(cell("Note") + cell("", 16382) + cell("Stray")) + row(cell("", 16384), 148572) + row(cell("Last"))
    )  # fmt: skip
    found = read_bytes(files.ods(f'<table:table table:name="One">{rows}</table:table>'), name="a.ods")
    assert found.text == "Berth: East | Fee: 40\n\nNote | | | Stray\n\nLast"
