"""OpenDocument files that are one piece of XML, and presentations."""

from __future__ import annotations

from rag.loading import read_bytes
from tests.loading import files

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{key}="{_URN}:{key}:1.0"' for key in ("office", "text", "table", "draw", "presentation", "meta")
)
_SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
SLIDES = (
    "<office:presentation>"
    '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>The harbour</text:p></draw:text-box>'
    "</draw:frame><draw:frame><draw:text-box><text:list><text:list-item><text:p>Two quays</text:p></text:list-item>"
    "</text:list></draw:text-box></draw:frame>"
    '<draw:frame presentation:class="footer"><draw:text-box><text:p>Port Office</text:p></draw:text-box></draw:frame>'
    '<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>Speak slowly.</text:p>'
    "</draw:text-box></draw:frame></presentation:notes></draw:page>"
    "<draw:page><draw:custom-shape><text:p>A tug pulls.</text:p></draw:custom-shape><draw:frame><draw:object/>"
    "</draw:frame></draw:page></office:presentation>"
)


def flat(body: str) -> bytes:
    meta = (
        "<office:meta><dc:title>Dues</dc:title><meta:initial-creator>Ann Author</meta:initial-creator>"
        "<meta:creation-date>2021-05-04T10:00:00</meta:creation-date></office:meta>"
    )
    inner = f"{meta}<office:body>{body}</office:body>"
    return f"<?xml version='1.0'?><office:document {_SPACES}>{inner}</office:document>".encode()


def test_a_flat_text_is_read_without_its_pictures() -> None:
    payload = f"<office:binary-data>{'iVBORw0K' * 2_000_000}</office:binary-data>"
    picture = f"<draw:frame><draw:image>{payload}</draw:image></draw:frame>"
    body = f"<office:text><text:h>One</text:h><text:p>The fee is 40 crowns.{picture}</text:p></office:text>"
    found = read_bytes(flat(body), name="a.fodt")
    assert found.text == "One\n\nThe fee is 40 crowns."
    assert (found.title, found.author, found.date) == ("Dues", "Ann Author", "2021-05-04")


def test_slides_are_pages_with_their_notes() -> None:
    content = f"<office:document-content {_SPACES}><office:body>{SLIDES}</office:body></office:document-content>"
    packed = files.zipped({"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": content})
    for data, name in ((packed, "a.odp"), (flat(SLIDES), "a.fodp")):
        found = read_bytes(data, name=name)
        assert found.text == "The harbour\n\n- Two quays\n\nNotes: Speak slowly.\n\nA tug pulls."
        assert [found.text[p.start : p.end].split("\n")[0] for p in found.pages] == ["The harbour", "A tug pulls."]
        assert found.text[found.headings[0].start : found.headings[0].end] == "The harbour"
        assert found.warnings == (
            "Not read: an embedded chart, formula or table; write its words or values as text to have them.",
        )


def test_a_flat_sheet_is_read_as_a_packed_one_is() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [["Pier", "Depth"], ["East", "40"]]
    table = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    body = f'<office:spreadsheet><table:table table:name="One">{table}</table:table></office:spreadsheet>'
    found = read_bytes(flat(body), name="a.fods")
    assert (found.text, found.title, found.date) == ("Pier: East | Depth: 40", "Dues", "2021-05-04")


def test_struck_and_hidden_text_is_left_out_and_said() -> None:
    looks = {
        "S": 'style:text-line-through-style="solid"',
        "H": 'text:display="none"',
        "N": 'style:text-line-through-style="none"',
    }
    styles = "".join(
        f'<style:style style:name="{n}"><style:text-properties {p}/></style:style>' for n, p in looks.items()
    )
    span = '<text:span text:style-name="{}">{}</text:span>'
    said = f"{span.format('S', '90 ')}{span.format('N', '40')} crowns{span.format('H', ' or less')}"
    body = f"<text:p>The fee is {said}.</text:p>"
    body += '<text:p text:style-name="S">All boats pay.</text:p>'
    data = files.odt(body, styles=f'<office:automatic-styles xmlns:style="urn:x">{styles}</office:automatic-styles>')
    found = read_bytes(data, name="a.odt")
    assert found.text == "The fee is 40 crowns."
    assert found.warnings == ("Struck or hidden text was left out: '90' and 2 more.",)
