"""Open the office formats that are zip files of XML, within bounds and without the network."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import LoadError
from rag.loading.dates import parse_date
from rag.loading.extract import known, titled
from rag.loading.limits import ARCHIVE_BYTES, ELEMENTS, FILE_BYTES, MB, RATIO, megabytes
from rag.loading.normalise import clean_line

if TYPE_CHECKING:
    from lxml.etree import _Element

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)
NOBODY = frozenset(
    ("python-docx", "user", "windows user", "microsoft office user", "admin", "administrator", "unknown", "author")
)
"""What programs write for an author whom nobody named."""
_TEMPLATE_DATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z")
"""What the templates of python-docx and python-pptx say; no document was made then."""


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return an archive opened for reading.

    Raises:
        LoadError: it is not a zip file, or its end is missing.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise LoadError(f"truncated or damaged: the zip directory cannot be read ({error})") from error


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the unpacked bytes of one member.

    What the directory declares is checked first and what comes out is counted, since
    a bomb may lie about its size.

    Raises:
        LoadError: encrypted, larger than the limits allow, or damaged.
    """
    size, packed = info.file_size, info.compress_size
    if info.flag_bits & 0x1:
        raise LoadError("encrypted: the archive needs a password")
    if size > FILE_BYTES:
        raise LoadError(f"too large: unpacks to {megabytes(size)}, limit {megabytes(FILE_BYTES)}")
    if size > MB and size > RATIO * max(1, packed):
        raise LoadError(f"looks like a zip bomb: {megabytes(packed)} unpacks to {megabytes(size)}")
    try:
        with archive.open(info) as member:
            data = member.read(FILE_BYTES + 1)
    except _BROKEN as error:
        raise LoadError(f"truncated or damaged: {error}") from error
    if len(data) > FILE_BYTES:
        raise LoadError(f"too large: unpacks to more than {megabytes(FILE_BYTES)}")
    return data


class Package:
    """An office document as named XML parts."""

    def __init__(self, data: bytes) -> None:
        self._archive = open_zip(data)
        self._infos = {info.filename.replace("\\", "/"): info for info in self._archive.infolist()}
        total = sum(info.file_size for info in self._infos.values())
        if total > ARCHIVE_BYTES:
            raise LoadError(f"looks like a zip bomb: unpacks to {megabytes(total)}")

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def file(self, changed: Mapping[str, bytes]) -> io.BytesIO:
        """Return the document as a library expects it: with ``/`` between folders, whatever its writer put there.

        Args:
            changed: parts by name that stand in the place of its own.
        """
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in self:
                archive.writestr(name, changed[name] if name in changed else self.data(name))
        return file

    def data(self, name: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            LoadError: no such part, or it cannot be unpacked.
        """
        if name not in self._infos:
            raise LoadError(f"truncated or damaged: it has no part {name!r}")
        return read_member(self._archive, self._infos[name])

    def xml(self, name: str) -> _Element:
        """Return the root of an XML part, see `parse_xml`.

        Raises:
            LoadError: no such part, not XML, or nested or grown beyond the limits.
        """
        return parse_xml(self.data(name), f"part {name!r}")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part of an Office Open XML file refers to, as id: (kind, name of part)."""
        folder, _, base = part.rpartition("/")
        name = f"{folder}/_rels/{base}.rels".lstrip("/")
        found = {}
        for relation in self.xml(name).iterchildren("{*}Relationship") if name in self else ():
            if relation.get("TargetMode") != "External":
                kind = (relation.get("Type") or "").rpartition("/")[2]
                path = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or ""))
                found[relation.get("Id") or ""] = (kind, path.lstrip("/"))
        return found

    def main(self, usual: str) -> str:
        """Return the name of the part that holds the document; the usual one where the package does not say."""
        named = (path for kind, path in self.relations("").values() if kind == "officeDocument")
        return next(named, usual)

    def facts(self, part: str, *, date: str) -> dict[str, str]:
        """Return what a part tells of the source, see `facts_in`."""
        return facts_in(self.xml(part) if part in self else None, date=date)


def parse_xml(data: bytes, name: str) -> _Element:
    """Return the root of XML; entities are not expanded and nothing is fetched.

    Raises:
        LoadError: not XML, or nested or grown beyond the limits.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = "nested too deep" if "depth" in str(error).lower() else "truncated or damaged"
        raise LoadError(f"{reason}: {name} is not sound XML ({error})") from error
    if sum(1 for _ in root.iter()) > ELEMENTS * 20:
        raise LoadError(f"too large: {name} holds more than {ELEMENTS * 20} elements")
    return root


def facts_in(properties: _Element | None, *, date: str) -> dict[str, str]:
    """Return title, author, publisher and date as an element's descendants tell them, ``unknown`` where unsaid.

    Args:
        date: name of the element that holds the date of publication.
    """
    told: dict[str, list[str]] = {}
    for element in properties.iter() if properties is not None else ():
        if text := clean_line(element.text or "") if local(element) else "":
            told.setdefault(local(element), []).append(text)
    creators = told.get("initial-creator") or told.get("creator", [])
    authors = [name.replace(";", ", ").replace(" ,", ",") for name in creators]
    return {
        "title": titled(*told.get("title", [])),
        "author": known(", ".join(name for name in dict.fromkeys(authors) if name.lower() not in NOBODY)),
        "publisher": known(*told.get("publisher", [])),
        "date": known(*(parse_date(day) for day in told.get(date, []) if day not in _TEMPLATE_DATES)),
    }


def resolve(base: str, href: str) -> str:
    """Return the name of the part that a link in part ``base`` leads to, without fragment."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def local(element: _Element) -> str:
    """Return the tag of an element without its namespace; a comment has none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: _Element | None, name: str) -> str:
    """Return an attribute by its name without namespace; an empty string where there is none, or no element."""
    for key, value in element.attrib.items() if element is not None else ():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""
