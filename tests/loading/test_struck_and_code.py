"""Text that a style strikes out or hides is left out and said; text that a style sets as code stays as it stands."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from rag.loading import read_bytes
from tests.loading import files

FEE = "The fee is 40 crowns."


@pytest.mark.parametrize("switch", ["strike", "dstrike", "vanish"])
def test_a_style_of_word_strikes_out_and_hides(switch: str) -> None:
    styles = (
        f'<w:style w:styleId="Old"><w:rPr><w:{switch}/></w:rPr></w:style>'
        '<w:style w:styleId="Older"><w:basedOn w:val="Old"/></w:style>'
    )
    body = (
        '<w:p><w:r><w:t xml:space="preserve">The fee is </w:t></w:r><w:r><w:rPr><w:rStyle w:val="Older"/></w:rPr>'
        '<w:t xml:space="preserve">90 </w:t></w:r>'
        f'<w:r><w:rPr><w:rStyle w:val="Old"/><w:{switch} w:val="0"/></w:rPr><w:t>40 crowns.</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Older"/></w:pPr><w:r><w:t>It is due in May.</w:t></w:r></w:p>'
    )
    found = read_bytes(files.docx(body, styles=styles), name="a.docx")
    assert (found.text, found.warnings) == (FEE, ("Struck or hidden text was left out: '90' and 1 more.",))


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("", 'style="color: red; text-decoration: line-through"'),
        ("b.x, .old { color: red; text-decoration-line: underline line-through }", 'class="small old"'),
        ("SPAN.old { text-decoration: line-through }", 'class="old"'),
        ("@media all { /* gone */ #gone{text-decoration:line-through} }", 'id="gone"'),
    ],
)
def test_a_style_of_a_page_strikes_out(style: str, told: str) -> None:
    page = f"<html><head><style>{style}</style></head><body><p>The fee is <span {told}>90 </span>40 crowns.</p></body>"
    found = read_bytes(page.encode(), name="a.html")
    assert (found.text, found.warnings) == (FEE, ("Struck or hidden text was left out: '90'.",))


def test_a_style_that_strikes_out_where_the_mouse_is_or_elsewhere_leaves_text() -> None:
    style = ".old:hover, .done .old { text-decoration: line-through } .old { text-decoration: none }"
    page = f"<html><head><style>{style}</style></head><body><p>The fee is <i class='old'>40 crowns</i>.</p></body>"
    assert read_bytes(page.encode(), name="a.html").text == FEE


@pytest.mark.parametrize(
    "style",
    [
        "del.price { text-decoration: line-through }",
        "@media print { .none { color: red } .price { text-decoration: line-through } }",
    ],
)
def test_a_style_of_other_elements_or_of_paper_leaves_text_and_nothing_is_told_twice(style: str) -> None:
    fee = '<del class="price">90 <s>80 </s></del><span class="price">40 crowns.</span>'
    page = f"<html><head><style>{style}</style></head><body><p>The fee is {fee}</p></body></html>"
    found = read_bytes(page.encode(), name="a.html")
    assert (found.text, found.warnings) == (FEE, ("Struck or hidden text was left out: '90 80'.",))


def test_struck_cells_and_points_of_a_page_keep_their_place() -> None:
    old = 'style="text-decoration: line-through"'
    rows = f"<tr><td {old}>12</td><td>Heron</td><td>40</td></tr><tr {old}><td>13</td><td>Egret</td><td>50</td></tr>"
    table = f"<table><tr><th>Berth</th><th>Boat</th><th>Fee</th></tr>{rows}</table>"
    points = f"<ol><li {old}>Haul in the rope.</li><li>Cast off.</li></ol>"
    prose = "<p>The keeper of the harbour writes down the boats that came in and what they have to pay for it.</p>"
    others = (prose.replace("writes", word) for word in ("has", "notes"))
    page = f"<html><body><main>{prose}{table}{next(others)}{points}{next(others)}</main></body></html>"
    found = read_bytes(page.encode(), name="a.html")
    assert found.text.split("\n\n")[1::2] == ["| Boat: Heron | Fee: 40", "2. Cast off."]
    assert found.warnings == ("Struck or hidden text was left out: '12' and 2 more.",)


def test_a_struck_row_parts_no_table() -> None:
    book = Workbook()
    for row in (["Berth", "Boat"], [12, "Heron"], [15, "Tern"]):
        book.active.append(row)
    for cell in book.active[2]:
        cell.font = Font(strike=True)
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_bytes(buffer.getvalue(), name="a.xlsx").text == "Berth: 15 | Boat: Tern"


def test_a_struck_cell_and_row_of_an_open_sheet_are_left_out() -> None:
    styles = (
        "<office:automatic-styles><style:style style:name='S' style:family='table-cell'><style:text-properties "
        "style:text-line-through-style='solid'/></style:style><style:style style:name='T' "
        "style:parent-style-name='S'/></office:automatic-styles>"
    )
    cell = "<table:table-cell {}><text:p>{}</text:p></table:table-cell>"
    rows = (("", "Berth", "Boat"), ('table:style-name="T"', "12", "Heron"), ("", "15", "Tern"))
    body = "".join(f"<table:table-row>{cell.format(s, a)}{cell.format(s, b)}</table:table-row>" for s, a, b in rows)
    found = read_bytes(files.ods(f"<table:table>{body}</table:table>", styles), name="a.ods")
    assert (found.text, found.warnings) == (
        "Berth: 15 | Boat: Tern", ("Struck or hidden text was left out: '12' and 1 more.",),
    )  # fmt: skip


CODE = ["for boat in boats:", "    if boat.late:", "        fine(boat)", "    wave()"]
LISTING = "\n".join(CODE)


@pytest.mark.parametrize("by", ["style", "run", "style of a run"])
def test_a_listing_in_word_keeps_its_lines(by: str) -> None:
    fonts = '<w:rPr><w:rFonts w:ascii="Courier New"/></w:rPr>'
    styles = f'<w:style w:type="paragraph" w:styleId="HTMLPreformatted">{fonts}</w:style>'
    above, own = {
        "style": ('<w:pPr><w:pStyle w:val="HTMLPreformatted"/></w:pPr>', ""),
        "run": ("", fonts),
        "style of a run": ("", '<w:rPr><w:rStyle w:val="HTMLPreformatted"/></w:rPr>'),
    }[by]
    line = f'<w:p>{above}<w:r>{own}<w:t xml:space="preserve">{{}}</w:t></w:r></w:p>'
    body = "<w:p><w:r><w:t>It runs so:</w:t></w:r></w:p>" + "".join(map(line.format, CODE))
    assert read_bytes(files.docx(body, styles=styles), name="a.docx").text == f"It runs so:\n\n{LISTING}"
    broken = line.format(CODE[0] + '</w:t><w:br/><w:tab/><w:t xml:space="preserve">wave()')
    assert read_bytes(files.docx(broken, styles=styles), name="a.docx").text == f"{CODE[0]}\n\twave()"
    typed = styles + f'<w:style w:type="paragraph" w:default="1" w:styleId="Normal">{fonts}</w:style>'
    prose = line.format("One.") + line.format("Two.")
    assert read_bytes(files.docx(prose, styles=typed), name="a.docx").text == "One.\n\nTwo."


def test_a_listing_in_an_open_document_keeps_its_lines() -> None:
    styles = (
        '<office:automatic-styles xmlns:style="urn:x"><style:style style:name="Preformatted">'
        '<style:text-properties style:font-name="Liberation Mono"/></style:style>'
        '<style:style style:name="P1" style:parent-style-name="Preformatted"/></office:automatic-styles>'
    )
    lines = (line.replace("    ", '<text:s text:c="4"/>') for line in CODE)
    body = "".join(f'<text:p text:style-name="P1">{line}</text:p>' for line in lines)
    found = read_bytes(files.odt(f"<text:p>It runs so:</text:p>{body}", styles=styles), name="a.odt")
    assert found.text == f"It runs so:\n\n{LISTING}"


@pytest.mark.parametrize(
    "listing",
    [
        "<div class=h><pre><span></span><span class=p>{}</span></pre></div>",
        '<div style="font: 1em mono; white-space: pre-wrap">{}</div>',
        "<pre><ol>{}</ol></pre>",
        "<pre><code>{}</code></pre>",
    ],
)
def test_a_coloured_listing_of_a_page_keeps_its_lines(listing: str) -> None:
    lines = CODE if "<ol>" not in listing else [f"<li><span>{line}</span></li>" for line in CODE]
    inner = listing.format(("" if "<ol>" in listing else "\n").join(lines))
    prose = "<p>The keeper of the harbour has a little program that says what to do with boats that are late.</p>"
    page = f"<html><body><main>{prose}{inner}{prose.replace('little', 'second')}</main></body></html>"
    assert read_bytes(page.encode(), name="a.html").text.split("\n\n")[1] == LISTING


def test_a_listing_of_few_words_between_paragraphs_is_read() -> None:
    lines = ["{", '  "dues": {', '    "week": 16', "  }", "}"]
    coloured = "\n".join("".join(f"<span>{part}</span>" for part in line.split(" ")) for line in lines)
    coloured = coloured.replace("<span></span>", "<span> </span>").replace(":</span>", "</span><span>:</span> ")
    prose = "<p>The fees of the harbour stand in a file that the keeper reads when a boat has made fast.</p>"
    listing = f'<div class="highlight"><pre><span></span>{coloured}</pre></div>'
    page = f"<html><body><main>{prose}{listing}{prose.replace('fees', 'dues')}</main></body></html>"
    assert read_bytes(page.encode(), name="a.html").text.split("\n\n")[1] == "\n".join(lines)
