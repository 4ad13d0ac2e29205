"""Signs of fonts whose letters are other signs are read as they are shown, in every format; others are said."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from rag.loading import read_bytes
from rag.loading.normalise import clean_line
from rag.loading.symbols import signs
from tests.loading import files
from tests.loading.test_spreadsheets import saved

SHOWN = "It takes ≤ 5 μS at 3 × 10 − 4 \U0001f86a done."
LETTERS = "It takes {s:\xa3} 5 {s:m}S at 3 {s:\xb4} 10 {s:-} 4 {w:\xe0} done."
"""The same as it is stored: in Symbol, and in Wingdings."""


def parts(private: bool) -> list[tuple[str, str]]:
    """Give the text as stretches, each with its font."""
    found = []
    for piece in LETTERS.replace("}", "{").split("{"):
        font = {"s:": "Symbol", "w:": "Wingdings"}.get(piece[:2], "")
        said = piece[2:] if font else piece
        found.append((font, "".join(chr(0xF000 + ord(char)) for char in said) if font and private else said))
    return found


def word(stretches: list[tuple[str, str]]) -> bytes:
    runs = (
        f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
        for font, text in stretches
    )
    return files.docx(f"<w:p>{''.join(runs)}</w:p>")


def word_by_code(stretches: list[tuple[str, str]]) -> bytes:
    runs = (
        f'<w:r><w:sym w:font="{font}" w:char="{ord(text):04X}"/></w:r>' if font else f"<w:r><w:t>{text}</w:t></w:r>"
        for font, text in stretches
    )
    return files.docx(f"<w:p>{''.join(runs)}</w:p>")


def word_by_style(stretches: list[tuple[str, str]]) -> bytes:
    styles = "".join(
        f'<w:style w:styleId="{font}"><w:rPr><w:rFonts w:ascii="{font}"/></w:rPr></w:style>'
        for font in ("Symbol", "Wingdings")
    )
    runs = "".join(f'<w:r><w:rPr><w:rStyle w:val="{font}"/></w:rPr><w:t>{text}</w:t></w:r>' for font, text in stretches)
    return files.docx(f"<w:p>{runs}</w:p>", styles=styles)


def presentation(stretches: list[tuple[str, str]]) -> bytes:
    runs = "</a:t></a:r>".join(
        f'<a:r><a:rPr><a:latin typeface="{font}"/></a:rPr><a:t>{text}' for font, text in stretches
    )
    return files.slides([("Title", "</a:t></a:r>" + runs)])


def rich_text(stretches: list[tuple[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    blocks = (TextBlock(InlineFont(rFont=font), text) if font else text for font, text in stretches)
    book.active["A1"] = CellRichText(*blocks)
    return saved(book)


def rtf(stretches: list[tuple[str, str]]) -> bytes:
    table = r"{\fonttbl{\f0\froman\fcharset0 Times;}{\f2\froman\fcharset2\fprq2{\*\panose 0505}Symbol;}"
    table += r"{\f7\fnil\fcharset2 Wingdings;}}"
    number = {"": 0, "Symbol": 2, "Wingdings": 7}
    body = "".join(
        rf"{{\f{number[font]} " + "".join(
            char if char.isascii() else rf"\u{ord(char) - 0x10000}\'3f" if ord(char) > 0xFF else rf"\'{ord(char):02x}"
            for char in text
        ) + "}"
        for font, text in stretches
    )  # fmt: skip
    return rf"{{\rtf1\ansi\deff0{table}\pard {body}\par}}".encode()


def rtf_by_code(stretches: list[tuple[str, str]]) -> bytes:
    body = "".join(
        rf'{{\field{{\*\fldinst {{\f2 SYMBOL {ord(text)} \\f "{font}" \\s 11}}}}{{\fldrslt{{\f0}}}}}}' if font else text
        for font, text in stretches
    )
    return rf"{{\rtf1\ansi{{\fonttbl{{\f2\fcharset2 Symbol;}}}}\pard {body}\par}}".encode()


def open_document(stretches: list[tuple[str, str]]) -> bytes:
    urn = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{0}:1.0" '
    spaces = "".join(map(urn.format, ("style", "svg")))
    declared = f'<office:font-face-decls {spaces}><style:font-face style:name="S1" svg:font-family="Symbol"/>'
    declared += "</office:font-face-decls>"
    styles = "".join(
        f'<style:style {spaces} style:name="T{name}"><style:text-properties style:font-name="{name}"/></style:style>'
        for name in ("S1", "Wingdings")
    )
    named = {"": "", "Symbol": "TS1", "Wingdings": "TWingdings"}
    spans = "".join(f'<text:span text:style-name="{named[font]}">{text}</text:span>' for font, text in stretches)
    styles = f"{declared}<office:automatic-styles>{styles}</office:automatic-styles>"
    return files.odt(f"<text:p>{spans}</text:p>", styles=styles)


def web_page(stretches: list[tuple[str, str]]) -> bytes:
    spans = "".join(
        f'<font face="{font}">{text}</font>' if font == "Symbol"
        else f"<span style='font-family:{font or 'Arial'}'>{text}</span>"
        for font, text in stretches
    )  # fmt: skip
    return f"<html><head><meta charset='utf-8'></head><body><p>{spans}</p></body></html>".encode()


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.docx", word), ("a.docx", word_by_code), ("a.docx", word_by_style), ("a.pptx", presentation),
        ("a.xlsx", rich_text), ("a.rtf", rtf), ("a.rtf", rtf_by_code), ("a.odt", open_document), ("a.html", web_page),
    ],
)  # fmt: skip
def test_signs_of_symbol_fonts_are_read_as_shown(
    name: str, made: Callable[[list[tuple[str, str]]], bytes], private: bool
) -> None:
    found = read_bytes(made(parts(private)), name=name)
    assert found.text.removeprefix("Title\n\n") == SHOWN
    assert found.warnings == ()


def test_a_sign_that_unicode_does_not_have_is_said() -> None:
    sign = (
        '<w:p><w:r><w:t>Up to </w:t><w:sym w:font="Ours" w:char="F041"/><w:t xml:space="preserve"> 5</w:t></w:r></w:p>'
    )
    found = read_bytes(files.docx(sign), name="a.docx")
    assert found.text == "Up to \uf041 5"
    assert found.warnings == ("Signs that only their font knows: 1 (U+F041); write them as text to have them.",)


def test_a_presentations_second_font_shows_private_signs_alone() -> None:
    run = '</a:t></a:r><a:r><a:rPr><a:sym typeface="Wingdings"/></a:rPr><a:t>Now \uf0fc done'
    assert read_bytes(files.slides([("Title", run)]), name="a.pptx").text == "Title\n\nNow ✓ done"


def test_a_tick_in_a_cell_is_read() -> None:
    space = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    style = f'<style:style {space} style:name="c"><style:text-properties style:font-name="Wingdings"/></style:style>'
    cells = "<table:table-cell><text:p>Paid</text:p></table:table-cell>"
    cells += '<table:table-cell table:style-name="c"><text:p>\xfc</text:p></table:table-cell>'
    sheet = f'<table:table table:name="One"><table:table-row>{cells}</table:table-row></table:table>'
    styles = f"<office:automatic-styles>{style}</office:automatic-styles>"
    assert read_bytes(files.ods(sheet, styles), name="a.ods").text == "Paid | ✓"
    book = openpyxl.Workbook()
    book.active.append(["Paid", "\xfc"])
    book.active["B1"].font = Font(name="Wingdings")
    assert read_bytes(saved(book), name="a.xlsx").text == "Paid | ✓"


def test_the_signs_of_symbol_are_those_that_pdfium_knows() -> None:
    import pypdfium2.raw as pdfium

    codes = [code for code in range(0x21, 0xFF) if code not in (0x7F, 0xA0, *range(0x80, 0xA0))]
    page = files.pdf([[(72, 40 * at, 12, f"\\{code:03o}") for at, code in enumerate(codes, start=1)]])
    page = page.replace(b"/BaseFont/Helvetica/Encoding/WinAnsiEncoding", b"/BaseFont/Symbol")
    document = pdfium.FPDF_LoadMemDocument(page, len(page), None)
    text = pdfium.FPDFText_LoadPage(pdfium.FPDF_LoadPage(document, 0))
    known = {}
    for at in range(pdfium.FPDFText_CountChars(text)):
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(text, at, x, y)
        if sign := clean_line(chr(pdfium.FPDFText_GetUnicode(text, at))):
            known[codes[round(y.value / 40) - 1]] = sign
    own = {code: signs(chr(0xF000 + code), "Symbol") for code in known}
    private = {code for code, sign in known.items() if "\ue000" <= sign <= "\uf8ff"}
    other = {code for code in known.keys() - private if known[code] != own[code]}
    assert len(known) > 180
    assert {known[code] + own[code] for code in other} == {"∋∍", "∗*", "∆Δ", "µμ", "∼~"}
