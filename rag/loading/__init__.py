"""Turn files and pages of any readable format into normalised text, a small reader a format.

``read`` and ``read_bytes`` give the text of one document; ``expand`` also opens folders,
zip archives and JSON Lines files, and gives each document in them or the reason why not.
What cannot be read raises ``LoadError`` with the true reason: nothing is half read in
silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import LoadError
from rag.loading.extract import Extract
from rag.loading.limits import LIMITS, Limits, megabytes
from rag.loading.sniff import tell

__all__ = ["LIMITS", "Extract", "Limits", "expand", "expand_bytes", "is_container", "read", "read_bytes"]

_CONTAINERS = ("zip", "jsonl", "json")


def read(path: Path, *, limits: Limits = LIMITS) -> Extract:
    """Return the text of one file.

    Raises:
        LoadError: the file cannot be read as one document; the message starts with its name.
    """
    return read_bytes(_bytes(path, limits), name=path.name, limits=limits)


def read_bytes(data: bytes, *, name: str, content_type: str = "", url: str = "", limits: Limits = LIMITS) -> Extract:
    """Return the text of one document.

    Args:
        data: the file as it is.
        name: its name; the suffix helps where the content leaves the format open.
        content_type: as a server declared it, with or without a charset.
        url: where it came from, to tell a page's own facts from those of others.
        limits: what is too large.

    Raises:
        LoadError: the document cannot be read; the message starts with its name.
    """
    try:
        return _read(data, name, content_type, url, limits)
    except LoadError as error:
        raise LoadError(f"{name}: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise LoadError(f"{name}: nested too deep or too large to read ({type(error).__name__})") from error


def is_container(path: Path) -> bool:
    """Return whether a path may hold several documents: a folder, a zip archive, JSON or JSON Lines.

    Looks at the content, so a DOCX or EPUB file, though a zip inside, is none.

    Raises:
        OSError: the file cannot be opened.
    """
    if path.is_dir():
        return True
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.startswith(b"PK"):
        return tell(head, name=path.name) in _CONTAINERS
    return path.stat().st_size <= LIMITS.file_bytes and tell(path.read_bytes(), name=path.name) == "zip"


def expand(path: Path, *, limits: Limits = LIMITS) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield every document of a file, folder, zip archive or JSON Lines file, by name.

    A document that cannot be read yields its error instead of its text, and the next
    one follows; nothing is raised. Names are unique: a repeated one gets `` (2)``.
    """
    seen: dict[str, int] = {}
    for name, found in _expand(path, limits):
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), found


def expand_bytes(
    data: bytes, *, name: str, content_type: str = "", url: str = "", limits: Limits = LIMITS
) -> Iterator[tuple[str, Extract | LoadError]]:
    """Yield every document in the bytes of a file, as ``expand`` does."""
    yield from _expand_data(data, name, 0, limits, content_type, url)


def _expand(path: Path, limits: Limits) -> Iterator[tuple[str, Extract | LoadError]]:
    if not path.is_dir():
        yield from _expand_file(path, path.name, limits)
        return
    from rag.loading.archive import expand_folder

    try:
        yield from expand_folder(path, limits=limits, expand=lambda file, name: _expand_file(file, name, limits))
    except LoadError as error:
        yield path.name, LoadError(f"{path.name}: {error}")


def _expand_file(path: Path, name: str, limits: Limits) -> Iterator[tuple[str, Extract | LoadError]]:
    try:
        data = _bytes(path, limits)
    except LoadError as error:
        yield name, error
    else:
        yield from _expand_data(data, name, 0, limits)


def _expand_data(
    data: bytes, name: str, depth: int, limits: Limits, content_type: str = "", url: str = ""
) -> Iterator[tuple[str, Extract | LoadError]]:
    kind = tell(data, name=name, content_type=content_type)
    try:
        if kind == "zip":
            from rag.loading.archive import expand_zip

            members = expand_zip(
                data, name=name, depth=depth, limits=limits,
                expand=lambda inner, label, level: _expand_data(inner, label, level, limits),
            )  # fmt: skip
        elif kind in ("jsonl", "json"):
            from rag.loading.jsonl import expand_json

            members = expand_json(data, name=name, limits=limits)
        else:
            yield name, read_bytes(data, name=name, content_type=content_type, url=url, limits=limits)
            return
        for label, found in members:
            wrap = isinstance(found, LoadError) and not str(found).startswith(label)
            yield label, LoadError(f"{label}: {found}") if wrap else found
    except LoadError as error:
        yield name, error if str(error).startswith(name) else LoadError(f"{name}: {error}")


def _bytes(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a file, looking at its size first."""
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            found, most = megabytes(size), megabytes(limits.file_bytes)
            raise LoadError(f"{path.name}: too large: {found}, limit {most}; split it, or save its text")
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        raise LoadError(f"{path.name}: cannot be opened: {error.strerror or error}") from error


def _read(data: bytes, name: str, content_type: str, url: str, limits: Limits) -> Extract:
    if len(data) > limits.file_bytes:
        raise LoadError(f"too large: {megabytes(len(data))}, limit {megabytes(limits.file_bytes)}")
    if not data.strip(b" \t\r\n\0"):
        raise LoadError("empty: the file holds nothing")
    kind = tell(data, name=name, content_type=content_type)
    charset = content_type.partition("charset=")[2].strip(" \"';").partition(";")[0]
    if kind == "html":
        from rag.loading.html import read_html

        return read_html(data, charset=charset, url=url, limits=limits)
    if kind in ("markdown", "text", "csv"):
        from rag.loading import text

        reader = {"markdown": text.read_markdown, "text": text.read_text, "csv": text.read_csv}[kind]
        return reader(data, charset=charset, limits=limits)
    if kind in _CONTAINERS:
        return _only(data, name, limits)
    return _read_document(data, kind, limits)


def _read_document(data: bytes, kind: str, limits: Limits) -> Extract:
    """Read the formats that are one binary document."""
    if kind == "pdf":
        from rag.loading.pdf import read_pdf

        return read_pdf(data, limits=limits)
    if kind == "docx":
        from rag.loading.docx import read_docx

        return read_docx(data, limits=limits)
    if kind == "pptx":
        from rag.loading.pptx import read_pptx

        return read_pptx(data, limits=limits)
    if kind == "odt":
        from rag.loading.odt import read_odt

        return read_odt(data, limits=limits)
    if kind == "epub":
        from rag.loading.epub import read_epub

        return read_epub(data, limits=limits)
    if kind == "binary: ole":
        locked = "EncryptedPackage".encode("utf-16-le") in data
        old = "an old binary Office file; save it as DOCX or PPTX"
        raise LoadError("encrypted: the document needs a password" if locked else old)
    if kind.startswith("not "):
        raise LoadError(f"damaged or misnamed: the content is {kind}, whatever the name says")
    raise LoadError(f"no reader for {kind.removeprefix('binary: ')}; save it as PDF, DOCX, HTML or text")


def _only(data: bytes, name: str, limits: Limits) -> Extract:
    """Return the one document of a container, or say that it holds several."""
    found = list(zip(range(2), _expand_data(data, name, 0, limits), strict=False))
    if len(found) == 1:
        extract = found[0][1][1]
        if isinstance(extract, LoadError):
            raise LoadError(str(extract).removeprefix(f"{name}: ")) from extract
        return extract
    raise LoadError("holds several documents; read it with expand()" if found else "empty: it holds no documents")
