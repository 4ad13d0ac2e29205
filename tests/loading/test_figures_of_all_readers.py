"""In every format the figures and signs of the stored text are those of the file, in order, none run together."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.loading.readers import READERS
from tests.loading import files

Piece = tuple[str, int]
"""Text of a line, and 1 where it is raised, -1 where it is lowered."""
BREAK: Piece = ("\n", 0)

PLAIN = st.sampled_from(["boats", "of ", " and ", "−", "+", "%", "€", " ", "\u00a0", "\u202f", "½", "(", ")", "x", "."])
FIGURES = st.from_regex(r"[0-9]{1,4}", fullmatch=True)
SHIFTED = st.tuples(FIGURES, st.sampled_from([0, 1, -1]))
PIECES = st.lists(st.one_of(SHIFTED, st.tuples(PLAIN, st.just(0)), st.just(BREAK)), min_size=1, max_size=9)
RUNS = re.compile(r"[0-9]+|[⁰¹²³⁴-⁹]+|[₀-₉]+|[−+%€½()]")
FLAT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)


def written(pieces: Sequence[Piece], forms: dict[int, str], line_break: str) -> str:
    """Write pieces in a markup: a form for each place on the line, and one for a break."""
    return "".join(line_break if p is BREAK or p == BREAK else forms[p[1]].format(escape(p[0])) for p in merged(pieces))


def merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join neighbours that stand alike on the line."""
    held: Piece | None = None
    for piece in pieces:
        if held is not None and held[1] == piece[1] and BREAK not in (held, piece):
            held = (held[0] + piece[0], held[1])
        else:
            if held is not None:
                yield held
            held = piece
    if held is not None:
        yield held


def html(pieces: Sequence[Piece]) -> str:
    return written(pieces, {0: "{}", 1: "<sup>{}</sup>", -1: "<sub>{}</sub>"}, "<br/>")


def docx(pieces: Sequence[Piece]) -> bytes:
    run = '<w:r><w:rPr>{}</w:rPr><w:t xml:space="preserve">{{}}</w:t></w:r>'
    at = {1: run.format('<w:vertAlign w:val="superscript"/>'), -1: run.format('<w:vertAlign w:val="subscript"/>')}
    return files.docx(f"<w:p>{written(pieces, {0: run.format('')} | at, '<w:r><w:br/></w:r>')}</w:p>")


def pptx(pieces: Sequence[Piece]) -> bytes:
    run = "</a:t></a:r><a:r><a:rPr baseline='{}'/><a:t>{{}}</a:t></a:r><a:r><a:t>"
    at = {1: run.format("30000"), -1: run.format("-25000")}
    return files.slides([("Boats", written(pieces, {0: "{}"} | at, "</a:t></a:r><a:br/><a:r><a:t>"))])


def odt(pieces: Sequence[Piece]) -> bytes:
    style = '<style:style style:name="{}"><style:text-properties style:text-position="{} 58%"/></style:style>'
    styles = f"{style.format('U', 'super')}{style.format('D', 'sub')}"
    span = "<text:span text:style-name='{}'>{{}}</text:span>"
    body = written(pieces, {0: "{}", 1: span.format("U"), -1: span.format("D")}, "<text:line-break/>")
    return files.odt(
        f"<text:p>{body}</text:p>",
        styles=f'<office:automatic-styles xmlns:style="urn:x">{styles}</office:automatic-styles>',
    )


def pdf(pieces: Sequence[Piece]) -> bytes:
    text = "".join(
        {0: "{}", 1: ") Tj /F1 7 Tf 5 Ts ({}) Tj /F1 12 Tf 0 Ts (", -1: ") Tj /F1 7 Tf -2 Ts ({}) Tj /F1 12 Tf 0 Ts ("}[
            rise
        ].format(text.replace("(", r"\(").replace(")", r"\)"))
        for text, rise in merged([p for p in pieces if p != BREAK and p[0] not in ("−", "\u202f")])
    )
    return files.pdf([[(72, 700, 12, text)]])


def xlsx(pieces: Sequence[Piece]) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = plain(pieces)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain(pieces: Sequence[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def ods(pieces: Sequence[Piece]) -> bytes:
    style = '<style:style style:name="{}"><style:text-properties style:text-position="{} 58%"/></style:style>'
    span = "<text:span text:style-name='{}'>{{}}</text:span>"
    body = written(pieces, {0: "{}", 1: span.format("U"), -1: span.format("D")}, "</text:p><text:p>")
    return files.ods(
        f"<table:table><table:table-row><table:table-cell><text:p>{body}</text:p></table:table-cell></table:table-row>"
        "</table:table>",
        f"<office:automatic-styles>{style.format('U', 'super')}{style.format('D', 'sub')}</office:automatic-styles>",
    )


def rtf(pieces: Sequence[Piece]) -> bytes:
    def coded(text: str) -> str:
        return "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in text)

    forms = {0: "{}", 1: r"{{\super {}}}", -1: r"{{\sub {}}}"}
    body = "".join(
        r"\line " if (text, rise) == BREAK else forms[rise].format(coded(text)) for text, rise in merged(pieces)
    )
    return rf"{{\rtf1\ansi\ansicpg1252 {body}\par}}".encode("ascii")


def mail(pieces: Sequence[Piece]) -> bytes:
    head = b"From: ann@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
    return head + f"<html><body><p>{html(pieces)}</p></body></html>".encode()


def notebook(pieces: Sequence[Piece]) -> bytes:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": [html(pieces)]}], "nbformat": 4}).encode()


def subtitles(pieces: Sequence[Piece]) -> bytes:
    return f"WEBVTT\n\n00:01.000 --> 00:04.000\n{escape(plain(pieces))}\n".encode()


def csv(pieces: Sequence[Piece]) -> bytes:
    return f'"{plain(pieces)}"'.encode()


FORMATS: dict[str, tuple[Callable[[Sequence[Piece]], bytes], bool, bool]] = {
    "html": (lambda pieces: f"<html><body><p>{html(pieces)}</p></body></html>".encode(), True, True),
    "epub": (lambda pieces: files.epub({"a.xhtml": f"<html><body><p>{html(pieces)}</p></body></html>"}), True, True),
    "markdown": (lambda pieces: html(pieces).encode(), True, True),
    "docx": (docx, True, True),
    "pptx": (pptx, True, True),
    "odt": (odt, True, True),
    "pdf": (pdf, True, False),
    "xlsx": (xlsx, False, True),
    "csv": (csv, False, True),
    "ods": (ods, True, True),
    "rtf": (rtf, True, True),
    "mail": (mail, True, True),
    "mhtml": (mail, True, True),
    "notebook": (notebook, True, True),
    "subtitles": (subtitles, False, True),
    "text": (lambda pieces: plain(pieces).encode(), False, False),
}
"""How a file of each format is made of pieces; whether it has raised text, and breaks within a line."""


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=60, deadline=None)
@given(pieces=PIECES)
def test_figures_and_signs_are_those_of_the_file(kind: str, pieces: list[Piece]) -> None:
    make, rises, breaks = FORMATS[kind]
    # Two breaks in a row end a paragraph, and the article of a page is chosen by paragraphs.
    pieces = [
        piece for piece, before in zip(pieces, [BREAK, *pieces], strict=False) if (piece, before) != (BREAK, BREAK)
    ]
    pieces = [("Boats ", 0), *pieces, (" left", 0)]
    pieces = [(text, rise if rises else 0) for text, rise in pieces if breaks or (text, rise) != BREAK]
    if kind == "pdf":
        pieces = [piece for piece in pieces if piece[0] not in ("−", "\u202f")]
    expected = [run for text, _ in merged(pieces) for run in RUNS.findall(text)]
    found = READERS[kind](make(pieces)).text
    assert [run.translate(FLAT) for run in RUNS.findall(found)] == expected, found


def test_numbers_of_two_notes_in_a_pdf_stay_two() -> None:
    marks: list[Piece] = [("Boats", 0), ("1", 1), (" ", 0), ("2", 1), (" left", 0)]
    assert READERS["pdf"](pdf(marks)).text == "Boats¹ ² left"
