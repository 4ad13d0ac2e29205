"""Read what a PDF holds beside the text of its pages: filled form fields and text boxes laid over a page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from rag.loading.normalise import clean_line
from rag.loading.pdf_lines import Line
from rag.loading.pdf_sheets import Box, Sheet


def fill_in(lines: list[Line], page: Any, form: Any, sheet: Sheet) -> None:
    """Put the filled fields of a page into its lines, each behind its label, and text boxes below.

    A field with no words to its left is a line of its own: ``name: value``.

    Args:
        form: the document's form, or None where it has none.
        sheet: the page as its lines were read.
    """
    import pypdfium2.raw as pdfium

    for at in range(pdfium.FPDFPage_GetAnnotCount(page)):
        note = pdfium.FPDFPage_GetAnnot(page, at)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        name, value = "", ""
        if kind == pdfium.FPDF_ANNOT_FREETEXT:
            value = clean_line(_text(pdfium.FPDFAnnot_GetStringValue, note, b"Contents"))
        elif kind == pdfium.FPDF_ANNOT_WIDGET and form is not None:
            name, value = _field(form, note)
        box = pdfium.FS_RECTF()
        if value and pdfium.FPDFAnnot_GetRect(note, box):
            _put(lines, name, value, sheet.turned((box.left, box.bottom, box.right, box.top)))
        pdfium.FPDFPage_CloseAnnot(note)


def _put(lines: list[Line], name: str, value: str, box: Box) -> None:
    left, bottom, right, top = box
    labels = [line for line in lines if line.bottom <= (top + bottom) / 2 <= line.top and line.left < left]
    label = max(labels, key=lambda line: line.left, default=None) if name else None
    if label is not None:
        label.text, label.right = f"{label.text} {value}", max(label.right, right)
    else:
        text = f"{name}: {value}" if name else value
        size = lines[-1].size if lines else 10.0
        lines.append(Line(text, left, right, bottom, top, size, bold=False))


def _field(form: Any, note: Any) -> tuple[str, str]:
    """Return the name of a field and what it was filled with, empty where nobody did."""
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, note)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        value = "yes" if pdfium.FPDFAnnot_IsChecked(form, note) else ""
    else:
        value = ", ".join(_chosen(form, note)) or clean_line(_text(pdfium.FPDFAnnot_GetFormFieldValue, form, note))
    names = (pdfium.FPDFAnnot_GetFormFieldAlternateName, pdfium.FPDFAnnot_GetFormFieldName)
    name = next((found for read in names if (found := clean_line(_text(read, form, note)))), "field")
    return name, "" if kind == pdfium.FPDF_FORMFIELD_PUSHBUTTON else value


def _chosen(form: Any, note: Any) -> Iterator[str]:
    """Yield what a list shows of the options that are chosen; its value may be a code for it."""
    import pypdfium2.raw as pdfium

    for at in range(pdfium.FPDFAnnot_GetOptionCount(form, note)):
        if pdfium.FPDFAnnot_IsOptionSelected(form, note, at):
            yield clean_line(_text(pdfium.FPDFAnnot_GetOptionLabel, form, note, at))


def _text(read: Any, *arguments: Any) -> str:
    """Call a function of pdfium that writes UTF-16 into a buffer of the size that it tells first."""
    import pypdfium2.raw as pdfium

    size = read(*arguments, None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(*arguments, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")
