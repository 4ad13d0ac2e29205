"""Turn files of any readable format into normalised text, a small reader a format.

``read`` and ``read_bytes`` give the text of one document; ``expand`` also opens zip
archives, mailboxes, mails with attachments, JSON Lines files and lists of works, and gives
each document in them or the reason why not.
What cannot be read raises ``LoadError`` with the true reason: nothing is half read in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from rag.errors import LoadError
from rag.loading.archive import zip_members
from rag.loading.bibtex import read_works
from rag.loading.extract import Extract
from rag.loading.isolation import read_apart, release
from rag.loading.jsonl import read_records
from rag.loading.limits import DEPTH, FILE_BYTES, megabytes
from rag.loading.mail import attachments, mailbox_messages
from rag.loading.normalise import shown
from rag.loading.readers import READERS
from rag.loading.sniff import tell

__all__ = ["Extract", "expand", "expand_bytes", "read", "read_bytes", "release"]

CONTAINERS = ("zip", "mbox", "jsonl", "json", "bibtex")
"""The formats that hold documents and are none themselves."""
_MEMBERS: dict[str, Callable[[bytes], Iterable[tuple[str, bytes | LoadError]]]] = {
    "mail": attachments, "mbox": mailbox_messages, "zip": zip_members,
}  # fmt: skip
"""What gives the files in a file of a format; a mail is a document as well."""

_MAIL_OF_OUTLOOK = "__substg1.0_".encode("utf-16-le")

Found = tuple[str, Extract | LoadError]
"""Name of a document, and its text or why there is none."""


def read(path: Path) -> Extract:
    """Return the text of one file.

    Raises:
        LoadError: the file cannot be read as one document; the message starts with its name.
    """
    return read_bytes(_bytes(path), name=shown(path.name))


def read_bytes(data: bytes, *, name: str, as_is: bool = False) -> Extract:
    """Return the text of one document.

    Args:
        data: the file as it is.
        name: its name; the suffix helps where the content leaves the format open.
        as_is: take it even if it seems to be no text that somebody wrote, such as an error page.

    Raises:
        LoadError: the document cannot be read; the message starts with its name.
    """
    try:
        return _taken(_read(data, name), as_is=as_is)
    except LoadError as error:
        raise LoadError(f"{name}: {error}") from error


def expand(path: Path, *, as_is: bool = False) -> Iterator[Found]:
    """Yield every document of a file, zip archive, JSON Lines file or list of works, by name.

    A document that cannot be read yields its error instead of its text, and the next
    one follows; nothing is raised. Names are unique: a repeated one gets `` (2)``. Only
    what is no container, or cannot be opened, has the name of the file itself.

    Args:
        as_is: see ``read_bytes``.
    """
    name = shown(path.name)
    try:
        data = _bytes(path)
    except LoadError as error:
        yield name, error
        return
    seen: dict[str, int] = {}
    for part, found in expand_bytes(data, name=name, as_is=as_is):
        seen[part] = seen.get(part, 0) + 1
        yield (part if seen[part] == 1 else f"{part} ({seen[part]})"), found


def expand_bytes(data: bytes, *, name: str, as_is: bool = False, depth: int = 0) -> Iterator[Found]:
    """Yield every document in the bytes of a file, as ``expand`` does.

    Args:
        depth: how many archives the file stands in.
    """
    kind = tell(data, name=name)
    if kind not in CONTAINERS:
        try:
            yield name, read_bytes(data, name=name, as_is=as_is)
        except LoadError as error:
            yield name, error
    if kind not in CONTAINERS and kind not in _MEMBERS:
        return
    try:
        if depth > DEPTH:
            raise LoadError(f"nested too deep: archives within archives more than {DEPTH} levels down")
        if kind in _MEMBERS:
            for member, unpacked in _MEMBERS[kind](data):
                if isinstance(unpacked, LoadError):
                    yield f"{name}/{member}", type(unpacked)(f"{name}/{member}: {unpacked}")
                else:
                    yield from expand_bytes(
                        unpacked, name=f"{name}/{member}", as_is=as_is, depth=depth + (kind != "mbox")
                    )
        else:
            for record, found in (read_works if kind == "bibtex" else read_records)(data):
                label = f"{name}#{record}"
                try:
                    yield label, _taken(found, as_is=as_is)
                except LoadError as error:
                    yield label, LoadError(f"{label}: {error}")
    except LoadError as error:
        yield name, LoadError(f"{name}: {error}")


def _taken(found: Extract | LoadError, *, as_is: bool) -> Extract:
    """Return a text that nobody doubts, or that is to be taken as it is."""
    if isinstance(found, LoadError):
        raise found
    if found.doubt and not as_is:
        raise LoadError(f"{found.doubt}; to take it as it is: `rag add FILE --as-is`")
    return found


def _bytes(path: Path) -> bytes:
    """Return the bytes of a file, looking at its size first."""
    try:
        size = path.stat().st_size
        if size > FILE_BYTES:
            found, most = megabytes(size), megabytes(FILE_BYTES)
            raise LoadError(f"{shown(path.name)}: too large: {found}, limit {most}; split it, or save its text")
        with path.open("rb") as file:
            return file.read(FILE_BYTES + 1)
    except OSError as error:
        raise LoadError(f"{shown(path.name)}: cannot be opened: {error.strerror or error}") from error


def _read(data: bytes, name: str) -> Extract:
    if len(data) > FILE_BYTES:
        raise LoadError(f"too large: {megabytes(len(data))}, limit {megabytes(FILE_BYTES)}")
    if not data.strip(b" \t\r\n\0"):
        raise LoadError("empty: the file holds nothing")
    kind = tell(data, name=name)
    if kind in CONTAINERS:
        return _only(data, name)
    if kind in READERS:
        return read_apart(kind, data)
    if kind == "binary: ole":
        if _MAIL_OF_OUTLOOK in data:
            raise LoadError("no reader for a mail as Outlook saves it; open it and save it as EML, or print it as PDF")
        locked = "EncryptedPackage".encode("utf-16-le") in data
        old = "an old binary Office file; save it as DOCX or PPTX"
        raise LoadError("encrypted: the document needs a password" if locked else old)
    if kind.startswith("not "):
        raise LoadError(f"damaged or misnamed: the content is {kind}, whatever the name says")
    if kind.startswith("markup: "):
        raise LoadError(f"no reader for {kind.removeprefix('markup: ')}")
    raise LoadError(f"no reader for {kind.removeprefix('binary: ')}; save it as PDF, DOCX, HTML or text")


def _only(data: bytes, name: str) -> Extract:
    """Return the one document of a container, or say that it holds several."""
    found = list(islice(expand_bytes(data, name=name, as_is=True), 2))
    if len(found) != 1:
        raise LoadError("holds several documents; read it with expand()" if found else "empty: it holds no documents")
    extract = found[0][1]
    if isinstance(extract, LoadError):
        raise LoadError(str(extract).removeprefix(f"{name}: ")) from extract
    return extract
