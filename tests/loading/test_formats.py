"""Every format becomes the text that its file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loading import Extract, expand, read, read_bytes
from rag.loading.dates import parse_date
from rag.loading.normalise import clean_line, unwrap
from tests.loading import files

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

PROSE = "Precursor chemicals were placed under national control in 2017, and again in 2018 and in 2019."


def article(body: str, head: str = "") -> bytes:
    page = f"<html lang='en-US'><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Home</a></nav>"
    page += f"<article><h1>Controls</h1><p>{PROSE}</p>{body}<p>{PROSE[:-1]} for good.</p></article>"
    return (page + "<footer>All rights reserved</footer></body></html>").encode()


def lines(extract: Extract) -> list[str]:
    return [line for line in extract.text.split("\n") if line]


def test_html_keeps_headings_tables_captions_and_quotes_and_drops_the_furniture() -> None:
    body = (
        "<h2>What changed</h2><blockquote>It was a long road to this point.</blockquote>"
        "<table><tr><th>Year</th><th>Deaths</th></tr><tr><td>2022</td><td>73,838</td></tr></table>"
        "<figure><img src=x><figcaption>A laboratory in the province of Hubei</figcaption></figure>"
    )
    found = read_bytes(article(body), name="page.html")
    assert lines(found) == [
        PROSE, "What changed", "It was a long road to this point.", "Year: 2022 | Deaths: 73,838",
        "A laboratory in the province of Hubei", f"{PROSE[:-1]} for good.",
    ]  # fmt: skip
    assert [(found.text[h.start : h.end], h.level) for h in found.headings] == [("What changed", 2)]
    assert found.title == "Controls"


def test_inline_marks_neither_smash_words_nor_vanish() -> None:
    body = (
        "<p>The <nobr>no-break</nobr> word, <b>bo</b>ld, 10<sup>6</sup> m<sup>2</sup>,"
        " a note<sup><a href='#n1'>1</a></sup>,"
        " a soft&shy;hyphen<br>and CO<sub>2</sub> in one paragraph of text.</p>"
        "<h2><a href='#x'>In an anchor</a></h2>"
    )
    text = read_bytes(article(body), name="page.html").text
    assert "The no-break word, bold, 10⁶ m², a note[1], a softhyphen and CO2 in one paragraph" in text
    assert "\n\nIn an anchor\n\n" in text


def test_page_facts_come_from_json_ld_before_meta_tags() -> None:
    told = {"@type": "NewsArticle", "headline": "Controls", "datePublished": "2019-11-19T10:00:00Z",
            "author": [{"name": "Ann Lee"}, {"name": "Bo Li"}],
            "publisher": {"name": "The Paper"}}  # fmt: skip
    head = f"<script type='application/ld+json'>{json.dumps(told)}</script>"
    head += "<meta property='article:published_time' content='2001-01-01'>"
    found = read_bytes(article("", head), name="page.html")
    assert (found.title, found.author, found.publisher, found.date) == (
        "Controls", "Ann Lee, Bo Li", "The Paper", "2019-11-19",
    )  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        "<meta property='article:modified_time' content='2020-02-02'>",
        "<meta name='date' content='2999-01-01'>",
        "<script type='application/ld+json'>"
        '[{"@type":"NewsArticle","headline":"Another","datePublished":"2015-01-01"},'
        '{"@type":"NewsArticle","headline":"A third","datePublished":"2016-01-01"}]</script>',
    ],
    ids=["modified", "future", "related stories"],
)
def test_a_date_of_something_else_is_unknown(head: str) -> None:
    related = "<aside><time datetime='2012-03-04'>4 March 2012</time> A related story</aside>"
    assert read_bytes(article(related, head), name="page.html").date == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nov. 19, 2019", "2019-11-19"),
        ("19 novembre 2019", "2019-11-19"), ("D:20190307120000Z", "2019-03-07"),
        ("2019-03", "2019-03"), ("04/05/2019", "2019"), ("31/12/2018", "2018-12-31"),
        ("1899-12-31", "unknown"),
        ("2019-02-30", "unknown"), ("yesterday", "unknown"), ("", "unknown"),
    ],
)  # fmt: skip
def test_dates_are_read_with_the_precision_they_have(text: str, expected: str) -> None:
    assert parse_date(text) == expected


def test_pdf_joins_paragraphs_and_words_and_drops_running_lines() -> None:
    def page(number: int) -> list[tuple[int, int, int, str]]:
        return [
            (72, 760, 8, f"Annual Report   {number}"),
            (72, 700, 18, f"Chapter {['one', 'two', 'three'][number - 1]}"),
            (72, 670, 10, "The company reported that its sub-"),
            (72, 658, 10, "sidiaries had grown over the year"),
            (72, 646, 10, f"by {number} percent."),
            (300, 30, 8, str(number)),
        ]

    found = read_bytes(
        files.pdf([page(1), page(2), page(3)], info="/Title(Growth)/Author(A. Lee)/CreationDate(D:20200102)"),
        name="r.pdf",
    )
    body = "The company reported that its subsidiaries had grown over the year by {} percent."
    assert lines(found) == [
        "Annual Report 1",
        *(part for n, word in enumerate(("one", "two", "three"), 1) for part in (f"Chapter {word}", body.format(n))),
    ]
    assert [found.text[p.start : p.end].count("percent") for p in found.pages] == [1, 1, 1]
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert (found.title, found.author, found.date) == ("Growth", "A. Lee", "2020-01-02")
    assert found.text[found.headings[0].start : found.headings[0].end] == "Chapter one"


def test_docx_keeps_headings_lists_tables_and_footnotes_and_drops_deleted_text() -> None:
    body = (
        '<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>Report</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>One</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        '<w:r><w:tab/><w:t>two</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
        '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Point</w:t></w:r></w:p>'
        "<w:tbl>"
        + "".join(
            f"<w:tr><w:tc><w:p><w:r><w:t>{a}</w:t></w:r></w:p></w:tc>"
            f"<w:tc><w:p><w:r><w:t>{b}</w:t></w:r></w:p></w:tc></w:tr>"
            for a, b in (("Year", "Sum"), ("2020", "7"))
        )
        + "</w:tbl>"
    )
    found = read_bytes(
        files.docx(
            body,
            styles='<w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>',
            footnotes='<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>',
        ),
        name="r.docx",
    )
    assert lines(found) == ["Report", "One two[2]", "- Point", "Year: 2020 | Sum: 7", "[2] A note."]
    assert found.title == "Report"


@pytest.mark.parametrize("told", ["about:blank", "https://quay.example/print?id=4", "Report_final.docx", "Untitled 3"])
def test_an_address_a_files_name_or_a_programs_word_is_no_title(told: str) -> None:
    page = [
        (72, 700, 24, "The strait in short"),
        (72, 650, 11, "The patrol stopped nineteen boats in the strait in 2024."),
    ]
    assert read_bytes(files.pdf([page], info=f"/Title({told})"), name="scan.pdf").title == "The strait in short"
    body = '<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>The strait in short</w:t></w:r></w:p>'
    style = '<w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    parts = {
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{style}</w:styles>',
        "docProps/core.xml": f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{told}</dc:title></p>',
    }
    assert read_bytes(files.zipped(parts), name="r.docx").title == "The strait in short"


def test_odt_epub_and_slides_are_read_in_order() -> None:
    body = (
        '<text:h text:outline-level="1">Head</text:h><text:p>Some<text:s/>text'
        "<text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>Note.</text:p></text:note-body></text:note></text:p>"
        "<text:list><text:list-item><text:p>Point</text:p></text:list-item></text:list>"
    )
    assert lines(read_bytes(files.odt(body), name="a.odt")) == [
        "Head",
        "Some text[1]",
        "- Point",
        "[1] Note.",
    ]
    book = read_bytes(
        files.epub(
            {
                "one.xhtml": "<html><head><title/></head><body><h1>One</h1><p>First.</p></body></html>",
                "two.xhtml": "<html><body><p>Second.</p></body></html>",
            }
        ),
        name="a.epub",
    )
    assert lines(book) == ["One", "First.", "Second."]
    assert (book.title, book.author, book.date) == ("A Book", "Ann Author", "2019-05")
    deck = read_bytes(files.slides([("Start", "Hello"), ("End", "Bye")]), name="a.pptx")
    assert lines(deck) == ["Start", "Hello", "End", "Bye"]
    assert [deck.text[p.start : p.end] for p in deck.pages] == ["Start\n\nHello", "End\n\nBye"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("It’s the “curly” quote", "cp1252"), ("Zahl und Maß; Ümlaut", "utf-16"),
        ("Zahl und Maß", "utf-16-le"),
        ("中国国家禁毒委员会宣布，自五月一日起将芬太尼类物质列入管制目录，这是一个重要的决定。", "gbk"),
        ("naïve café", "utf-8-sig"),
    ],
)  # fmt: skip
def test_plain_text_is_decoded_whatever_its_encoding(text: str, encoding: str) -> None:
    assert read_bytes(text.encode(encoding), name="note.txt").text == text


def test_a_short_line_above_a_paragraph_of_plain_text_is_its_heading() -> None:
    text = (
        "The Harbour Bridge\n\nPort Office\n\nThe bridge opened in 2021. It is long.\n\n"
        "Überblick\n\n\nTolls paid for it.\n\n"
        "It was said to be finished early\n\nA last line without an end"
    )
    found = read_bytes(text.encode(), name="bridge.txt")
    assert [found.text[h.start : h.end] for h in found.headings] == ["Port Office", "Überblick"]
    assert all(heading.level == 2 for heading in found.headings)


def test_hard_wrapped_text_is_unwrapped_and_short_lines_stay() -> None:
    wrapped = (
        "This paragraph was wrapped by hand at a width of about seventy charac-\nters, as mail and RFCs are,"
        " and it must come back as one long line.\n"
    )
    text = wrapped + "\n" + "Roses are red\nViolets are blue\n"
    found = read_bytes(text.encode(), name="a.txt").text
    assert "seventy characters, as mail" in unwrap(wrapped.split("\n"))
    assert found.endswith("Roses are red\nViolets are blue")


def test_markdown_with_bom_and_crlf_keeps_its_structure() -> None:
    text = (
        "\ufeff---\r\ntitle: Facts\r\ndate: 2021-02-03\r\n---\r\n# Top\r\n\r\nA *fine* [link]"
        "(http://x.y/z_(q))\r\nruns on."
        "\r\n\r\n- one\r\n- two\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n"
    )
    found = read_bytes(text.encode(), name="a.md")
    assert found.text == "Top\n\nA fine link runs on.\n\n- one\n- two\n\na: 1 | b: 2"
    assert (found.title, found.date, found.headings[0].level) == ("Facts", "2021-02-03", 1)


def test_markdown_loses_its_marks_and_tags_and_nothing_else() -> None:
    text = (
        "Top\n===\n\nA `__name__`, a snake_case_name &amp; <b>bold</b><br>words<!-- gone --> for <minutes>[^1].\n\n"
        "1. first\n   runs on\n   - nested **point**\n2. second\n\n> quoted\n\n```python\nx = 1\n\ny = 2\n```\n\n"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>\n\n• old\n• bullets\n\n"
        "    indented\n\n[^1]: See [the report][r].\n\n[r]: https://example.org\n\n<!-- never closed\n"
    )
    assert lines(read_bytes(text.encode(), name="a.md")) == [
        "Top", "A __name__, a snake_case_name & bold words for <minutes>[1].", "1. first runs on", "- nested point",
        "2. second", "quoted", "x = 1", "y = 2", "a: 1 | b: 2", "- old", "- bullets", "indented",
        "[1]: See the report.", "<!-- never closed",
    ]  # fmt: skip


def test_content_decides_over_the_name_and_csv_rows_are_readable() -> None:
    assert read_bytes(files.pdf([[(72, 700, 12, "Real text")]]), name="page.html").text == "Real text"
    assert read_bytes("a;b\n1;2".encode("utf-16"), name="t.csv").text == "a: 1 | b: 2"
    with pytest.raises(LoadError, match=r"^x\.pdf: damaged or misnamed: the content is not pdf"):
        read_bytes(b"just words", name="x.pdf")


def test_one_bad_member_never_stops_the_others(tmp_path: Path) -> None:
    rows = '{"id": "a", "text": "First."}\nnot json\n{"text": ""}\n{"text": "Last.", "date": "2020"}\n'
    archive = tmp_path / "all.zip"
    archive.write_bytes(files.zipped({"b.pdf": b"%PDF-1.4 cut", "a.txt": "Fine.", "rows.jsonl": rows, ".hidden": "x"}))
    found = dict(expand(archive))
    assert {name: type(value).__name__ for name, value in found.items()} == {
        "all.zip/.hidden": "SkippedError", "all.zip/a.txt": "Extract", "all.zip/b.pdf": "LoadError",
        "all.zip/rows.jsonl#a": "Extract", "all.zip/rows.jsonl#2": "LoadError", "all.zip/rows.jsonl#3": "LoadError",
        "all.zip/rows.jsonl#4": "Extract",
    }  # fmt: skip
    assert str(found["all.zip/b.pdf"]) == "all.zip/b.pdf: truncated: the PDF has no end mark"
    with pytest.raises(LoadError, match=r"^all\.zip: holds several documents"):
        read(archive)


def test_a_line_is_normalised_once_and_for_all() -> None:
    line = clean_line("e\u0301 \ufb01ne\u00a0 \u200bword\ud800 \x00so\u00adft\r\n")
    assert line == "é fine word\ufffd soft"
    assert clean_line(line) == line
