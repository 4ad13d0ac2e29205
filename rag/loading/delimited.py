"""Read tables of separated values: CSV, TSV and what programs call so."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from rag.errors import LoadError
from rag.loading.encodings import decode_text
from rag.loading.extract import Extract
from rag.loading.limits import CHARACTERS
from rag.loading.normalise import Layout
from rag.loading.tables import add_table

_MARKS = "\t;|,"
"""What parts two values; of two that do it as well the earlier, since commas stand in texts and numbers."""
_SAMPLE = 200
"""Rows by which the mark is told."""
_TOLD = re.compile(r"sep=(.)\s*\n", re.IGNORECASE)
"""What spreadsheets write above a table to say its mark."""


def read_csv(data: bytes) -> Extract:
    """Return a table of separated values, a row a line with the names of its columns."""
    text = decode_text(data)
    told = _TOLD.match(text)
    body = text[told.end() :] if told else text
    layout = Layout()
    add_table(layout, _rows(body, told[1] if told else _mark(body)), "table", words=1)
    return layout.extract()


def _rows(text: str, mark: str) -> list[list[str]]:
    """Return the rows of a table; a quotation mark that nothing closes is one of the text."""
    csv.field_size_limit(CHARACTERS)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True, strict=True))
    except csv.Error:
        try:
            return list(csv.reader(io.StringIO(text), delimiter=mark, quoting=csv.QUOTE_NONE))
        except csv.Error as error:
            raise LoadError(f"damaged: not a table of separated values ({error})") from error


def _mark(text: str) -> str:
    """Return the sign that parts the values: the one that gives most rows the same number of them."""

    def agreement(mark: str) -> float:
        rows = [len(row) for row in _rows(sample, mark) if row]
        width, count = Counter(rows).most_common(1)[0]
        return count / len(rows) if width > 1 else 0.0

    sample = "\n".join(text.split("\n", _SAMPLE)[:_SAMPLE])
    return max(_MARKS, key=agreement) if max(map(agreement, _MARKS)) > 0 else ","
