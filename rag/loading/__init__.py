"""Turn files of any readable format into normalised text, a small reader a format.

``read`` and ``read_bytes`` give the text of one document; ``expand`` also opens folders,
zip archives and JSON Lines files, and gives each document in them or the reason why not.
What cannot be read raises ``LoadError`` with the true reason: nothing is half read in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from rag.errors import LoadError
from rag.loading.archive import folder_files, zip_members
from rag.loading.docx import read_docx
from rag.loading.epub import read_epub
from rag.loading.extract import Extract
from rag.loading.html import read_html
from rag.loading.jsonl import read_records
from rag.loading.limits import DEPTH, FILE_BYTES, megabytes
from rag.loading.markdown import read_markdown
from rag.loading.odt import read_odt
from rag.loading.pdf import read_pdf
from rag.loading.pptx import read_pptx
from rag.loading.sniff import tell
from rag.loading.text import read_csv, read_text

__all__ = ["Extract", "expand", "expand_bytes", "read", "read_bytes"]

READERS: dict[str, Callable[[bytes], Extract]] = {
    "csv": read_csv,
    "docx": read_docx,
    "epub": read_epub,
    "html": read_html,
    "markdown": read_markdown,
    "odt": read_odt,
    "pdf": read_pdf,
    "pptx": read_pptx,
    "text": read_text,
}
"""The reader of each format that holds one document. It loads the libraries that it needs, and raises
`LoadError` where the file is encrypted, truncated, damaged, too large, empty or an error page."""

CONTAINERS = ("zip", "jsonl", "json")
"""The formats that may hold several."""


def read(path: Path) -> Extract:
    """Return the text of one file.

    Raises:
        LoadError: the file cannot be read as one document; the message starts with its name.
    """
    return read_bytes(_bytes(path), name=path.name)


def read_bytes(data: bytes, *, name: str) -> Extract:
    """Return the text of one document.

    Args:
        data: the file as it is.
        name: its name; the suffix helps where the content leaves the format open.

    Raises:
        LoadError: the document cannot be read; the message starts with its name.
    """
    try:
        return _read(data, name)
    except LoadError as error:
        raise LoadError(f"{name}: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise LoadError(f"{name}: nested too deep or too large to read ({type(error).__name__})") from error


def expand(path: Path) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield every document of a file, folder, zip archive or JSON Lines file, by name.

    A document that cannot be read yields its error instead of its text, and the next
    one follows; nothing is raised. Names are unique: a repeated one gets `` (2)``. Only
    what is no container, or cannot be opened, has the name of the file itself.
    """
    seen: dict[str, int] = {}
    for name, found in _expand_folder(path) if path.is_dir() else _expand_file(path, path.name):
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), found


def expand_bytes(data: bytes, *, name: str, depth: int = 0) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield every document in the bytes of a file, as ``expand`` does.

    Args:
        depth: how many archives the file stands in.
    """
    kind = tell(data, name=name)
    if kind not in CONTAINERS:
        try:
            yield name, read_bytes(data, name=name)
        except LoadError as error:
            yield name, error
        return
    try:
        if depth > DEPTH:
            raise LoadError(f"nested too deep: archives within archives more than {DEPTH} levels down")
        if kind == "zip":
            for member, unpacked in zip_members(data):
                if isinstance(unpacked, LoadError):
                    yield f"{name}/{member}", LoadError(f"{name}/{member}: {unpacked}")
                else:
                    yield from expand_bytes(unpacked, name=f"{name}/{member}", depth=depth + 1)
        else:
            for record, found in read_records(data):
                label = f"{name}#{record}"
                yield label, LoadError(f"{label}: {found}") if isinstance(found, LoadError) else found
    except LoadError as error:
        yield name, LoadError(f"{name}: {error}")


def _expand_folder(folder: Path) -> Iterator[tuple[str, Extract | LoadError]]:
    try:
        for name, path in folder_files(folder):
            yield from _expand_file(path, name)
    except LoadError as error:
        yield folder.name, LoadError(f"{folder.name}: {error}")


def _expand_file(path: Path, name: str) -> Iterator[tuple[str, Extract | LoadError]]:
    try:
        data = _bytes(path)
    except LoadError as error:
        yield name, error
    else:
        yield from expand_bytes(data, name=name)


def _bytes(path: Path) -> bytes:
    """Return the bytes of a file, looking at its size first."""
    try:
        size = path.stat().st_size
        if size > FILE_BYTES:
            found, most = megabytes(size), megabytes(FILE_BYTES)
            raise LoadError(f"{path.name}: too large: {found}, limit {most}; split it, or save its text")
        with path.open("rb") as file:
            return file.read(FILE_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{path.name}: cannot be opened: {error.strerror or error}") from error


def _read(data: bytes, name: str) -> Extract:
    if len(data) > FILE_BYTES:
        raise LoadError(f"too large: {megabytes(len(data))}, limit {megabytes(FILE_BYTES)}")
    if not data.strip(b" \t\r\n\0"):
        raise LoadError("empty: the file holds nothing")
    kind = tell(data, name=name)
    if kind in CONTAINERS:
        return _only(data, name)
    if kind in READERS:
        return READERS[kind](data)
    if kind == "binary: ole":
        locked = "EncryptedPackage".encode("utf-16-le") in data
        old = "an old binary Office file; save it as DOCX or PPTX"
        raise LoadError("encrypted: the document needs a password" if locked else old)
    if kind.startswith("not "):
        raise LoadError(f"damaged or misnamed: the content is {kind}, whatever the name says")
    raise LoadError(f"no reader for {kind.removeprefix('binary: ')}; save it as PDF, DOCX, HTML or text")


def _only(data: bytes, name: str) -> Extract:
    """Return the one document of a container, or say that it holds several."""
    found = list(islice(expand_bytes(data, name=name), 2))
    if len(found) != 1:
        raise LoadError("holds several documents; read it with expand()" if found else "empty: it holds no documents")
    extract = found[0][1]
    if isinstance(extract, LoadError):
        raise LoadError(str(extract).removeprefix(f"{name}: ")) from extract
    return extract
