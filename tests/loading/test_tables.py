"""Rows of tables of every format stand by themselves: each value behind the name of its column."""

from __future__ import annotations

import pytest

from rag.loading import read_bytes
from rag.loading.tables import LEFT, row_lines, spread
from tests.loading import files

PIERS = [["Pier", "Depth (m)", "Note"], ["East", "40", ""], ["West", "", "closed"], ["North", "7", "new"]]
LINES = ["Pier: East | Depth (m): 40", "Pier: West | | Note: closed", "Pier: North | Depth (m): 7 | Note: new"]


def cells(rows: list[list[str]], row: str, cell: str) -> str:
    return "".join(row.format("".join(cell.format(text) for text in line)) for line in rows)


def in_format(kind: str, rows: list[list[str]]) -> bytes:
    if kind in ("csv", "tsv"):
        return "\n".join(("," if kind == "csv" else "\t").join(row) for row in rows).encode()
    if kind == "md":
        shown = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([shown[0], f"|{'---|' * len(rows[0])}", *shown[1:]]).encode()
    if kind == "html":
        head = cells(rows[:1], "<tr>{}</tr>", "<th>{}</th>")
        return (
            f"<html><body><table>{head}{cells(rows[1:], '<tr>{}</tr>', '<td>{}</td>')}</table></body></html>".encode()
        )
    if kind == "docx":
        return files.docx(
            f"<w:tbl>{cells(rows, '<w:tr>{}</w:tr>', '<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>')}</w:tbl>"
        )
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    return files.odt(f"<table:table>{cells(rows, '<table:table-row>{}</table:table-row>', cell)}</table:table>")


@pytest.mark.parametrize("kind", ["csv", "tsv", "md", "html", "docx", "odt"])
def test_each_row_has_the_names_of_its_columns_and_empty_cells_keep_their_place(kind: str) -> None:
    assert read_bytes(in_format(kind, PIERS), name=f"a.{kind}").text.split("\n") == LINES


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([["East", "40"], ["West", "7"]], ["East | 40", "West | 7"]),
        ([["Name", "Ada"], ["Town", "Tolvik"]], ["Name | Ada", "Town | Tolvik"]),
        ([["Made by:", "Ada"], ["Version:", "2"]], ["Made by: | Ada", "Version: | 2"]),
        ([["", "Tons"], ["East", "40"]], ["", "East | Tons: 40"]),
        ([["Town", "2019", "2020"], ["Tolvik", "3", "19"]], ["", "Town: Tolvik | 2019: 3 | 2020: 19"]),
        ([["Landings by port"], *PIERS[:2], ["South coast"], PIERS[0], PIERS[3]],
         ["Landings by port", "", LINES[0], "South coast", "", LINES[2]]),
        ([["Town", "Year"]], ["Town | Year"]),
    ],
    ids=["no names", "keys and values", "keys with colons", "a column without a name", "years as names",
         "captions and a repeated head", "one row"],
)  # fmt: skip
def test_names_are_told_from_what_the_cells_hold(rows: list[list[str]], lines: list[str]) -> None:
    assert row_lines(rows) == lines


def test_a_row_of_empty_names_leaves_the_columns_without_names() -> None:
    rows = [["", ""], ["Jan", "5"], ["Feb", "7"]]
    assert row_lines(rows, heads=1) == ["", "Jan | 5", "Feb | 7"]
    assert row_lines([["Landings"], *rows], heads=1) == ["Landings", "", "Jan | 5", "Feb | 7"]
    assert read_bytes(b"| | |\n|-|-|\n| Jan | 5 |\n| Feb | 7 |\n", name="a.md").text == "Jan | 5\nFeb | 7"


def test_merged_cells_name_all_their_columns_and_all_their_rows() -> None:
    rows = [
        [("Port", 1, 2), ("Cod", 2, 1)],
        [("2020", 1, 1), ("2021", 1, 1)],
        [("East", 1, 2), ("4", 1, 1), ("5", 1, 1)],
    ]
    grid = spread([*rows, [("6", 2, 1)]])
    assert grid == [["Port", "Cod", LEFT], ["Port", "2020", "2021"], ["East", "4", "5"], ["East", "6", LEFT]]
    named = row_lines(grid, heads=2)
    assert named == ["", "", "Port: East | Cod 2020: 4 | Cod 2021: 5", "Port: East | Cod 2020: 6"]


def test_cells_that_a_word_table_merges() -> None:
    def cell(text: str, props: str = "") -> str:
        return f"<w:tc><w:tcPr>{props}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('Port')}{cell('Cod')}{cell('Eel')}</w:tr>"
    body = f"<w:tr>{cell('East', down)}{cell('4')}{cell('few')}</w:tr><w:tr>{cell('', on)}"
    body += cell("none", '<w:gridSpan w:val="2"/>') + "</w:tr>"
    found = read_bytes(files.docx(f"<w:tbl>{head}{body}</w:tbl>"), name="a.docx")
    assert found.text == "Port: East | Cod: 4 | Eel: few\nPort: East | Cod: none"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Ort;Was;Preis\nTolvik;alt, rot, lang;1.250,50\nVik;neu, klein;9,90",
         ["Ort: Tolvik | Was: alt, rot, lang | Preis: 1.250,50", "Ort: Vik | Was: neu, klein | Preis: 9,90"]),
        ("name|text\nA|old, grey, long\nB|new, small",
         ["name: A | text: old, grey, long", "name: B | text: new, small"]),
        ("sep=;\na;b\n1,5;2", ["a: 1,5 | b: 2"]),
        ('id,said\n1,"He said ""no"", twice"\n2,"two\nlines"',
         ['id: 1 | said: He said "no", twice', "id: 2 | said: two lines"]),
        ('name,size\nbolt,5"\nnut,7 mm', ['name: bolt | size: 5"', "name: nut | size: 7 mm"]),
        ('name,size\n"bolt,5\nnut,7', ['name: "bolt | size: 5', "name: nut | size: 7"]),
        (f"id,text\n1,{'long ' * 40_000}", [f"id: 1 | text: {'long ' * 39_999}long"]),
    ],
    ids=["decimal comma", "bar", "told mark", "quotes", "inch", "open quote", "long"],
)  # fmt: skip
def test_separated_values_of_any_dialect(text: str, lines: list[str]) -> None:
    assert read_bytes(text.encode(), name="a.csv").text.split("\n") == lines
