"""What a document shows is read, and what is not read is said."""

from __future__ import annotations

import io
import zipfile

import pytest

from rag.loading import read_bytes
from tests.loading import files

NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>'
    '<w:lvlText w:val="%1%2)"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="8"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)


def run(text: str, props: str = "") -> str:
    return f"<w:r><w:rPr>{props}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def point(text: str, list_id: int, depth: int = 0) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return f"<w:p><w:pPr>{numbered}</w:pPr>{run(text)}</w:p>"


def test_the_numbers_of_words_lists_are_counted() -> None:
    body = point("One", 7) + point("Under", 7, 1) + point("Under too", 7, 1) + point("Two", 7) + point("Anew", 8)
    styled = '<w:p><w:pPr><w:pStyle w:val="N"/></w:pPr>' + run("By style") + "</w:p>"
    style = '<w:style w:styleId="N"><w:basedOn w:val="M"/></w:style>'
    style += '<w:style w:styleId="M"><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
    found = read_bytes(files.docx(body + styled, numbering=NUMBERING, styles=style), name="a.docx")
    assert found.text.split("\n") == ["3. One", "3a) Under", "3b) Under too", "4. Two", "1. Anew", "5. By style"]


def test_struck_and_hidden_text_of_word_is_left_out_and_said() -> None:
    body = (
        "<w:p>" + run("The fee is ") + run("90 crowns", "<w:strike/>") + run("40 crowns") + run(" 1", "<w:vanish/>")
        + run(" a night.", '<w:strike w:val="0"/>') + "</w:p>"
    )  # fmt: skip
    found = read_bytes(files.docx(body), name="a.docx")
    assert found.text == "The fee is 40 crowns a night."
    assert found.warnings == ("Struck or hidden text was left out: '90 crowns' and 1 more.",)


def test_rows_in_content_controls_are_read() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>" + cell.format("Tug") + cell.format("25") + "</w:tr>"
    body = f"<w:tbl>{row}<w:sdt><w:sdtContent>{row.replace('Tug', 'Barge')}</w:sdtContent></w:sdt></w:tbl>"
    assert read_bytes(files.docx(body), name="a.docx").text == "Tug | 25\nBarge | 25"


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_the_main_part_is_the_one_that_the_package_names(slash: str) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    part = f"<w:document {space}><w:body><w:p>{run('Rebuilt in 1954.')}</w:p></w:body></w:document>"
    relation = '<Relationship Id="a" Type="x/officeDocument" Target="word/document2.xml"/>'
    members = {
        "[Content_Types].xml": "<Types/>",
        f"_rels{slash}.rels": f"<Relationships>{relation}</Relationships>",
        f"word{slash}document2.xml": part,
    }
    assert read_bytes(files.zipped(members), name="a.docx").text == "Rebuilt in 1954."


def test_what_a_document_shows_and_no_reader_reads_is_said() -> None:
    relation = '<Relationships><Relationship Id="a" Type="x/chart" Target="charts/chart1.xml"/></Relationships>'
    space = 'xmlns:w="w"'
    part = f"<w:document {space}><w:body><w:p>{run('Cargo by year')}</w:p></w:body></w:document>"
    found = read_bytes(
        files.zipped({"word/document.xml": part, "word/_rels/document.xml.rels": relation}), name="a.docx"
    )
    assert found.warnings == ("Not read: a chart; write its words or values as text to have them.",)


def page(inner: str) -> str:
    body = f"<p>The board met on Monday to speak about the quay and the tug of the harbour.</p>{inner}"
    html = f"<html><head><title>Harbour</title></head><body><main>{body}</main></body></html>"
    return read_bytes(html.encode(), name="a.html").text.split("\n\n", 1)[1]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ('<ol start="4"><li>Open the lock at once.</li><li value="9">Close it after that.</li><li>Go on your way.</li>',
         "4. Open the lock at once.\n9. Close it after that.\n10. Go on your way."),
        ('<ol type="a" reversed><li>Open the lock at once.</li><li>Close it after that.</li></ol>',
         "b. Open the lock at once.\na. Close it after that."),
        ("<p>It is set so:</p><pre>berth:\n  fee: 40\n<b>    }</b>\n\tkind:<br>  tug\n</pre>",
         "It is set so:\n\nberth:\n  fee: 40\n    }\n\tkind:\n  tug"),
        ("<p>The fee is <s>90</s><del>80</del> 40 crowns a night for all the boats in it.</p>",
         "The fee is 40 crowns a night for all the boats in it."),
        ("<p>It is <math><msup><mi>h</mi><mn>2</mn></msup><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></math> wide, "
         "says the report of the board on the quay.</p>",
         "It is h²=1/2 wide, says the report of the board on the quay."),
        ("<table><tr><th>Harbour</th><th>2021</th></tr><tr><th rowspan=2>North</th><td>12</td></tr><tr><td>3</td></tr>"
         "</table>", "Harbour: North | 2021: 12\nHarbour: North | 2021: 3"),
        ("<p>The wheel gives <math><mi>P</mi><mo>=</mo><mfrac><mi>W</mi><mi>t</mi></mfrac></math> on <math><mi>A</mi>"
         "<mo>=</mo><msup><mi>a</mi><mn>2</mn></msup></math> a blade.</p><p>The board met again on Friday.</p>",
         "The wheel gives P=W/t on A=a² a blade.\n\nThe board met again on Friday."),
        ("<h3><button>How much is a berth?</button></h3><div><p>A berth costs 120 crowns a week for boats of up to ten "
         "metres.</p></div>",
         "How much is a berth?\n\nA berth costs 120 crowns a week for boats of up to ten metres."),
    ],
)  # fmt: skip
def test_what_a_page_shows_is_read(inner: str, text: str) -> None:
    assert page(inner) == text


def test_struck_text_of_a_page_and_of_markdown_is_said() -> None:
    told = ("Struck or hidden text was left out: '90'.",)
    assert (
        read_bytes(b"<html><body><p>The fee is <s>90</s> 40 crowns.</p></body></html>", name="a.html").warnings == told
    )
    found = read_bytes(b"The fee is ~~90~~ 40 crowns.", name="a.md")
    assert (found.text, found.warnings) == ("The fee is 40 crowns.", told)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "```\na:\n  b: 1\n\n    c: 2\n```", "a:\n  b: 1\n    c: 2"),
        ("a.md", "Words.\n\n    def f(x):\n        return x\n", "Words.\n\ndef f(x):\n    return x"),
        (
            "a.md",
            "Words.\n\n    A paragraph that is\n    indented here.",
            "Words.\n\nA paragraph that is indented here.",
        ),
        ("a.txt", "harbour:\n  fees:\n    yacht: 90\n", "harbour:\n  fees:\n    yacht: 90"),
        ("a.txt", "    A first line that goes on\nhere.", "A first line that goes on\nhere."),
        ("a.md", "1. Open\n1. Start\n1. Close", "1. Open\n2. Start\n3. Close"),
        ("a.md", "7) Open\n7) Start", "7) Open\n8) Start"),
        ("a.md", f"![Plan](data:application/pdf;base64,{'QUJD' * 40}) of it", "Plan of it"),
        ("a.txt", f"Seen: data:image/png;base64,{'QUJD' * 40} there", "Seen: #data there"),
    ],
)
def test_listings_numbers_and_payload(name: str, text: str, expected: str) -> None:
    assert read_bytes(text.encode(), name=name).text == expected


def word_form(inner: str) -> bytes:
    field = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="a"/>{inner}</w:ffData></w:fldChar></w:r>'
    field += "<w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
    return files.docx(f"<w:p>{run('Cover: ')}{field}</w:p>")


def rtf_form(inner: str) -> bytes:
    field = rf"{{\field{{\*\fldinst FORM{{\*\formfield{{{inner}}}}}}}{{\fldrslt }}}}"
    return rf"{{\rtf1\ansi\pard Cover: {field}\par}}".encode()


def open_form(kind: str, **params: str) -> bytes:
    told = "".join(f'<f:param f:name="{name.rstrip("_")}" f:value="{value}"/>' for name, value in params.items())
    return files.odt(f'<text:p>Cover: <f:fieldmark xmlns:f="f" f:type="x.FORM{kind}">{told}</f:fieldmark></text:p>')


ENTRIES = '<w:listEntry w:val="Bronze"/><w:listEntry w:val="Silver"/>'
ENTRIES_OF_RTF = r"{\*\ffl Bronze}{\*\ffl Silver}"
ENTRIES_OF_ODT = {"Dropdown_ListEntry": "Bronze", "Dropdown_ListEntry_": "Silver"}


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("a.docx", word_form(f'<w:ddList><w:result w:val="1"/>{ENTRIES}</w:ddList>'), "Silver"),
        ("a.docx", word_form(f'<w:ddList><w:default w:val="1"/>{ENTRIES}</w:ddList>'), "Silver"),
        ("a.docx", word_form(f"<w:ddList>{ENTRIES}</w:ddList>"), "Bronze"),
        ("a.docx", word_form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'), "☒"),
        ("a.docx", word_form('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>'), "☐"),
        ("a.docx", word_form('<w:checkBox><w:default w:val="1"/></w:checkBox>'), "☒"),
        ("a.rtf", rtf_form(rf"\fftype2\ffres1\ffdefres0{ENTRIES_OF_RTF}"), "Silver"),
        ("a.rtf", rtf_form(rf"\fftype2\ffres25\ffdefres1{ENTRIES_OF_RTF}"), "Silver"),
        ("a.rtf", rtf_form(r"\fftype1\ffres1\ffdefres0"), "☒"),
        ("a.rtf", rtf_form(r"\fftype1\ffres25\ffdefres0"), "☐"),
        ("a.odt", open_form("DROPDOWN", **ENTRIES_OF_ODT, Dropdown_Selected="1"), "Silver"),
        ("a.odt", open_form("CHECKBOX", Checkbox_Checked="true"), "☒"),
        ("a.odt", open_form("CHECKBOX"), "☐"),
    ],
)
def test_fields_of_a_form_show_what_was_chosen_and_ticked(name: str, data: bytes, shown: str) -> None:
    assert read_bytes(data, name=name).text == f"Cover: {shown}"


def test_a_box_of_a_content_control_shows_whether_it_is_ticked() -> None:
    box = '<w:sdt><w:sdtPr><w:alias w:val="Ready"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
    tick = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    body = f"<w:p>{box.format(run('☒'))}{run(' Ready ')}{box.format(tick)}{run(' Paid')}</w:p>"
    assert read_bytes(files.docx(body), name="a.docx").text == "☒ Ready \U0001f5f9 Paid"


def test_filled_fields_of_a_pdf_stand_behind_their_labels() -> None:
    found = read_bytes(files.form("Name of vessel:", "Grey Heron"), name="a.pdf")
    assert found.text == "Name of vessel: Grey Heron"


def test_a_field_of_choices_holds_what_it_shows() -> None:
    choices = "/FT/Ch/Ff 131072/Opt[[(e) (East quay)] [(w) (West quay)]]"
    assert read_bytes(files.form("Berth:", "w", choices), name="a.pdf").text == "Berth: West quay"


def test_files_attached_to_a_pdf_are_said() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(files.pdf([[(72, 700, 12, "The dues stand in the table.")]]))
    document.new_attachment("dues.csv").set_data(b"quay,dues")
    out = io.BytesIO()
    document.save(out)
    found = read_bytes(out.getvalue(), name="a.pdf")
    assert found.warnings == ("Not read: the attached file dues.csv; write its words or values as text to have them.",)


def test_comments_of_word_are_said() -> None:
    space = 'xmlns:w="w"'
    members = {
        "word/document.xml": f"<w:document {space}><w:body><w:p>{run('The fee is 40.')}</w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": '<Relationships><Relationship Id="a" Type="x/comments" Target="comments.xml"/>'
        "</Relationships>",
    }
    told = ("Not read: comments at the margin; write its words or values as text to have them.",)
    for comments, warnings in ((f"<w:comment><w:p>{run('Ask Ann.')}</w:p></w:comment>", told), ("", ())):
        part = {"word/comments.xml": f"<w:comments {space}>{comments}</w:comments>"}
        assert read_bytes(files.zipped(members | part), name="a.docx").warnings == warnings


def test_a_pdf_of_page_numbers_needs_ocr() -> None:
    with pytest.raises(Exception, match=r"^a\.pdf: no text layer but page numbers; (?:needs OCR|OCR found)"):
        read_bytes(files.pdf([[(300, 20, 9, str(n))] for n in range(1, 6)]), name="a.pdf")


def series(name: str, values: list[str], form: str = "General") -> str:
    def points(texts: list[str]) -> str:
        return "".join(f'<c:pt idx="{at}"><c:v>{text}</c:v></c:pt>' for at, text in enumerate(texts) if text)

    return (
        f"<c:ser><c:tx><c:strRef><c:strCache>{points([name])}</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{points(['2021', '2022', '2023'])}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:numCache><c:formatCode>{form}</c:formatCode>{points(values)}</c:numCache></c:numRef>"
        "</c:val></c:ser>"
    )


CHART = (
    '<c:chartSpace xmlns:c="c" xmlns:a="a"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Landings</a:t></a:r></a:p>'
    f"</c:rich></c:tx></c:title><c:plotArea><c:barChart>{series('Tons', ['310', '', '412'])}"
    f"{series('Share', ['0.25', '0.5', '0.125'], '0.0%')}</c:barChart></c:plotArea></c:chart></c:chartSpace>"
)
CHART_TEXT = "Landings\n2021 | Tons: 310 | Share: 25.0%\n2022 | | Share: 50.0%\n2023 | Tons: 412 | Share: 12.5%"
CHART_RELATION = '<Relationships><Relationship Id="r9" Type="x/chart" Target="{}"/></Relationships>'
SHOWN_CHART = '<a:graphicData><c:chart xmlns:c="c" xmlns:r="r" r:id="r9"/></a:graphicData>'


def test_the_values_of_a_chart_are_read_from_word_and_powerpoint() -> None:
    drawn = f"<w:p>{run('Cargo by year')}<w:r><w:drawing>{SHOWN_CHART}</w:drawing></w:r></w:p>"
    document = f'<w:document xmlns:w="w" xmlns:a="a"><w:body>{drawn}</w:body></w:document>'
    parts = {"word/document.xml": document, "word/charts/chart1.xml": CHART}
    parts["word/_rels/document.xml.rels"] = CHART_RELATION.format("charts/chart1.xml")
    found = read_bytes(files.zipped(parts), name="a.docx")
    assert (found.text, found.warnings) == (f"Cargo by year\n\n{CHART_TEXT}", ())
    with zipfile.ZipFile(io.BytesIO(files.slides([("Cargo by year", SHOWN)]))) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    slide = "ppt/slides/slide1.xml"
    members[slide] = members[slide].replace("</p:sld>", f"{SHOWN_CHART}</p:sld>")
    members["ppt/slides/_rels/slide1.xml.rels"] = CHART_RELATION.format("../charts/chart1.xml")
    found = read_bytes(files.zipped(members | {"ppt/charts/chart1.xml": CHART}), name="a.pptx")
    assert (found.text, found.warnings) == (f"Cargo by year\n\n{SHOWN}\n\n{CHART_TEXT}", ())


SHOWN = "All ports of the coast."


def test_dates_and_levels_of_categories_are_as_a_chart_shows_them() -> None:
    from lxml import etree

    from rag.loading.charts import chart_tables

    values = "<val><numLit><pt idx='0'><v>4</v></pt><pt idx='1'><v>5</v></pt></numLit></val>"
    day = "<formatCode>mmm yyyy</formatCode><pt idx='0'><v>44197</v></pt>"
    days = f"<cat><numRef><numCache>{day}</numCache></numRef></cat>"
    levels = "".join(f"<lvl>{points}</lvl>" for points in (
        "<pt idx='0'><v>East</v></pt><pt idx='1'><v>West</v></pt>", "<pt idx='0'><v>2021</v></pt>"))  # fmt: skip
    sides = f"<cat><multiLvlStrRef><multiLvlStrCache>{levels}</multiLvlStrCache></multiLvlStrRef></cat>"
    chart = f"<chartSpace><ser><tx><v>Tons</v></tx>{days}{values}</ser><ser>{sides}{values}</ser></chartSpace>"
    assert list(chart_tables(etree.fromstring(chart))) == [
        [["", "Tons"], ["2021-01", "4"], ["", "5"]],
        [["", ""], ["2021 East", "4"], ["2021 West", "5"]],
    ]


@pytest.mark.parametrize(("mark", "day"), [('val="1"', "2024-01-01"), ("", "2024-01-01"), ('val="0"', "2019-12-31")])
def test_a_chart_may_count_its_days_from_1904(mark: str, day: str) -> None:
    from lxml import etree

    from rag.loading.charts import chart_tables

    value = "<val><numLit><formatCode>yyyy-mm-dd</formatCode><pt idx='0'><v>43830</v></pt></numLit></val>"
    chart = etree.fromstring(f"<chartSpace><date1904 {mark}/><chart><ser>{value}</ser></chart></chartSpace>")
    assert list(chart_tables(chart)) == [[["", ""], ["", day]]]


def test_the_values_of_a_chart_are_read_from_a_workbook() -> None:
    from openpyxl import Workbook
    from openpyxl.chart import BarChart, Reference

    book = Workbook()
    sheet = book.active
    for row in (["Year", "Tons"], ["2021", 310], ["2022", 355]):
        sheet.append(row)
    chart = BarChart()
    chart.title = "Landings by year"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = "Year: 2021 | Tons: 310\nYear: 2022 | Tons: 355"
    bare = read_bytes(files.zipped(members), name="a.xlsx")
    assert bare.text == table
    assert bare.warnings == ("Not read: a chart; write its words or values as text to have them.",)
    found = read_bytes(files.zipped(members | {"xl/charts/chart1.xml": CHART}), name="a.xlsx")
    assert (found.text, found.warnings) == (f"{table}\n\n{CHART_TEXT}", ())


def test_a_short_caption_that_holds_a_figure_stays_below_the_last_text() -> None:
    prose = "<p>The keeper of the harbour lends the crane to all who have paid the dues of the season in full.</p>"
    fees = "<h2>Fees</h2><dl><dt>Berth</dt><dd>16 a night</dd><dt>Crane</dt><dd>40 a lift</dd></dl>"
    figure = "<figure><img src='a.jpg'><figcaption>{}</figcaption></figure>"
    page = f"<html><body><main>{prose}{prose.replace('crane', 'ramp')}{fees}{figure}</main></body></html>"
    said = ("Lift, 12 t", "Ann B.")
    assert [read_bytes(page.format(c).encode(), name="a.html").text.endswith(c) for c in said] == [True, False]
