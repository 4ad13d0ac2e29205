"""Notebooks: words, code and text outputs are read, pictures are named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.errors import LoadError
from rag.loading import read_bytes


def book(*cells: dict[str, Any], **metadata: object) -> bytes:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode()


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def words(source: str) -> dict[str, str]:
    return {"cell_type": "markdown", "source": source}


def shown(**data: object) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {key.replace("_", "/"): value for key, value in data.items()}}


def test_cells_are_read_in_order() -> None:
    stream = {"output_type": "stream", "text": ["\x1b[31m12 boats\x1b[0m\n", "  3 tugs\n"]}
    fault = {"output_type": "error", "ename": "KeyError", "evalue": "'fee'", "traceback": ["\x1b[0;31m----"]}
    cells = (
        words("# Harbour *dues*\n\n<!-- a comment that\n\nnever ends"),
        words("- one\n- two"),
        words("- another list"),
        code("def f(x):\n    return x", stream, fault),
    )
    found = read_bytes(book(*cells, authors=[{"name": "Ann Author"}]), name="a.ipynb")
    assert found.text.split("\n\n")[0] == "Harbour dues"
    assert found.text.endswith(
        "- one\n- two\n\n- another list\n\ndef f(x):\n    return x\n\n12 boats\n  3 tugs\n\nKeyError: 'fee'"
    )
    assert (found.title, found.author) == ("Harbour dues", "Ann Author")


def test_the_form_of_an_output_that_says_most_is_read() -> None:
    table = "<div><table><tr><th>Tug</th><th>Pull</th></tr><tr><td>Heron</td><td>25</td></tr></table></div>"
    cells = (
        code("fees", shown(text_html=table, text_plain="   Tug  Pull\n0 Heron 25")),
        code("note", shown(text_markdown="The **fee** rose.", text_plain="<Markdown>")),
        code("mean", shown(text_plain="40.5")),
    )
    text = read_bytes(book(*cells), name="a.ipynb").text
    assert text == "fees\n\nTug: Heron | Pull: 25\n\nnote\n\nThe fee rose.\n\nmean\n\n40.5"


def test_pictures_are_named_and_never_text() -> None:
    payload = "iVBORw0K" * 40
    cells = (
        words(f"See ![the plan](data:image/png;base64,{payload}) here."),
        code("plot()", shown(image_png=payload, text_plain="<Figure size 640x480>"), shown(image_png=payload)),
        code(f'show("data:image/png;base64,{payload}")'),
    )
    found = read_bytes(book(*cells), name="a.ipynb")
    assert found.text == 'See the plan here.\n\nplot()\n\nshow("#data")'
    assert found.warnings == (
        "Not read: a picture that code drew and 1 more; write its words or values as text to have them.",
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"cells": [', r"truncated or damaged: the notebook is not JSON"),
        (b'{"worksheets": []}', r"no notebook of format 4; open it in Jupyter and save it anew$"),
        (b'{"cells": [null, {"cell_type": "code", "source": 3}]}', r"empty: the notebook holds no text$"),
    ],
)
def test_what_is_no_notebook_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError, match=rf"^a\.ipynb: {reason}"):
        read_bytes(data, name="a.ipynb")
