"""Small files of every format, made by hand so that their right text is known."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of named members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pdf(
    pages: Sequence[Sequence[tuple[int, int, int, str]]], *, info: str = "", box: str = "0 0 612 792", drawn: str = ""
) -> bytes:
    """Return a PDF of pages of lines, each (x, y, size, text).

    Args:
        box: edges of each page.
        drawn: what each page draws before its lines, such as rules, or a matrix that turns them.
    """
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    kids = []
    for lines in pages:
        shown = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in lines)
        stream = zlib.compress(f"{drawn}\n{shown}".encode("cp1252"))
        objects.append(b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % (box.encode(), len(objects))
        )
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<</Type/Pages/Kids[{listed}]/Count {len(kids)}>>".encode()
    objects.append(f"<<{info}>>".encode("latin-1"))
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\n" % (size, len(objects))
    end += b"startxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table) + end


def scan(data: bytes) -> bytes:
    """Return a PDF whose pages are pictures of those of another."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    first, *rest = [page.render(scale=2).to_pil().convert("L") for page in document]
    buffer = io.BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=rest, resolution=144)
    return buffer.getvalue()


def form(label: str, value: str, kind: str = "/FT/Tx") -> bytes:
    """Return a PDF of one label with a form field at its right that holds a value."""
    data = pdf([[(72, 700, 12, label)]])
    widget = f"<</Type/Annot/Subtype/Widget{kind}/T(a)/V({value})/Rect[200 696 400 714]>>"
    data = data.replace(b"/Type/Catalog", f"/Type/Catalog/AcroForm<</Fields[{widget}]>>".encode(), 1)
    return data.replace(b"/Type/Page/", f"/Type/Page/Annots[{widget}]/".encode(), 1)


def json_of(text: str) -> bytes:
    """Return a JSON file of one record with a text."""
    return json.dumps({"text": text}).encode()


def docx(body: str, **parts: str) -> bytes:
    """Return a Word document of the given body XML; other parts by name without folder."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    members = {"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>"}
    members |= {f"word/{name}.xml": f"<w:{name} {space}>{content}</w:{name}>" for name, content in parts.items()}
    return zipped(members)


def odt(body: str, *, manifest: str = "", styles: str = "") -> bytes:
    """Return an OpenDocument text of the given body XML."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{key}="{urn}:{key}:1.0"' for key in ("office", "text", "table"))
    inner = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {spaces}>{styles}{inner}</office:document-content>"
    members = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    return zipped(members | ({"META-INF/manifest.xml": manifest} if manifest else {}))


def ods(body: str, styles: str = "") -> bytes:
    """Return an OpenDocument spreadsheet of tables in XML."""
    content = _sheets("document-content", body, styles)
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def flat_ods(body: str) -> bytes:
    """Return an OpenDocument spreadsheet of tables in one piece of XML."""
    return _sheets("document", body).encode()


def _sheets(root: str, body: str, styles: str = "") -> str:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{key}="{urn}:{key}:1.0"' for key in ("office", "text", "table", "style"))
    inner = f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
    return f"<office:{root} {spaces}>{styles}{inner}</office:{root}>"


def epub(chapters: Mapping[str, str], *, extra: Mapping[str, str] | None = None) -> bytes:
    """Return a book of chapters by file name."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    contents = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>A Book</dc:title><dc:creator>Ann Author</dc:creator><dc:date>2019-05</dc:date>"
        f"<dc:language>en-GB</dc:language></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    pages = {f"OEBPS/{name}": page for name, page in chapters.items()}
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OEBPS/book.opf": contents}
        | pages
        | dict(extra or {})
    )


def slides(texts: Sequence[tuple[str, str]]) -> bytes:
    """Return a presentation of slides, each a title and a text."""
    names = 'xmlns:a="urn:a" xmlns:p="urn:p" xmlns:r="urn:r"'
    members: dict[str, str] = {}
    ids, relations = "", ""
    for number, (title, text) in enumerate(texts, start=1):
        ids += f'<p:sldId id="{255 + number}" r:id="r{number}"/>'
        relations += f'<Relationship Id="r{number}" Type="x/slide" Target="slides/slide{number}.xml"/>'
        members[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld {names}><p:sp><p:nvPr><p:ph type="title"/></p:nvPr>'
            f"<a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:sp>"
            f"<p:sp><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp></p:sld>"
        )
    members["ppt/presentation.xml"] = f"<p:presentation {names}>{ids}</p:presentation>"
    members["ppt/_rels/presentation.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    return zipped(members)
