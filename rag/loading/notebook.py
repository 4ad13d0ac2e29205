"""Read Jupyter notebooks: their words, their code and what it put out as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.errors import LoadError
from rag.loading.encodings import decode, without_payload
from rag.loading.extract import Extract, known
from rag.loading.limits import CHARACTERS
from rag.loading.markdown import add_html, add_markdown
from rag.loading.normalise import Layout, clean_line, not_read

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def read_notebook(data: bytes) -> Extract:
    """Return the cells of a notebook in order; pictures and live views that its code drew are named."""
    try:
        book = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise LoadError(f"truncated or damaged: the notebook is not JSON ({error})") from error
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        raise LoadError("no notebook of format 4; open it in Jupyter and save it anew")
    layout, unread = Layout(), list[str]()
    for cell in filter(_is_table, book["cells"]):
        source = without_payload(_joined(cell.get("source")))
        if cell.get("cell_type") == "code":
            layout.add_listing(source.split("\n"))
            for output in filter(_is_table, cell.get("outputs") or ()):
                unread.extend(_add_output(output, layout))
        else:
            add_markdown(source, layout)
        if layout.length > CHARACTERS:
            raise LoadError(f"too large: more than {CHARACTERS} characters of text")
    if not layout.text:
        raise LoadError("empty: the notebook holds no text")
    return layout.extract(_facts(book, layout), warnings=not_read(unread))


def _facts(book: dict[str, Any], layout: Layout) -> dict[str, str]:
    told = book["metadata"] if _is_table(book.get("metadata")) else {}
    authors = [author.get("name") if _is_table(author) else author for author in told.get("authors") or ()]
    return {
        "title": known(clean_line(_joined(told.get("title"))), layout.top(level=1)),
        "author": known(", ".join(clean_line(name) for name in authors if isinstance(name, str))),
    }


def _add_output(output: dict[str, Any], layout: Layout) -> Iterator[str]:
    """Add what a cell put out, in the form that says most, and yield what it shows that is no text."""
    if output.get("output_type") == "error":
        layout.add(f"{output.get('ename', 'Error')}: {_joined(output.get('evalue'))}")
        return
    forms = output["data"] if _is_table(output.get("data")) else {"text/plain": output.get("text")}
    markup, plain = (without_payload(_joined(forms.get(kind))) for kind in ("text/html", "text/plain"))
    pictures = [kind for kind in forms if kind.startswith("image/")]
    if pictures or "application/vnd.jupyter.widget-view+json" in forms:
        yield "a picture that code drew" if pictures else "a live view that code made"
    elif "text/markdown" in forms:
        add_markdown(without_payload(_joined(forms["text/markdown"])), layout)
    elif "<table" in markup or (markup and not plain):
        add_html(markup, layout)
    else:
        layout.add_listing(_COLOUR.sub("", plain).split("\n"))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _joined(value: object) -> str:
    """Return a text, which may be stored as a list of its lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
