"""Open the office formats that are zip files of XML, within bounds and without the network."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import LoadError
from rag.loading.limits import MB, Limits, megabytes

if TYPE_CHECKING:
    from lxml.etree import _Element

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return an archive opened for reading.

    Raises:
        LoadError: it is not a zip file, or its end is missing.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise LoadError(f"truncated or damaged: the zip directory cannot be read ({error})") from error


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Return the unpacked bytes of one member.

    What the directory declares is checked first and what comes out is counted, since
    a bomb may lie about its size.

    Raises:
        LoadError: encrypted, larger than the limits allow, or damaged.
    """
    if info.flag_bits & 0x1:
        raise LoadError("encrypted: the archive needs a password")
    if info.file_size > limits.file_bytes:
        raise LoadError(f"too large: unpacks to {megabytes(info.file_size)}, limit {megabytes(limits.file_bytes)}")
    if info.file_size > MB and info.file_size > limits.ratio * max(1, info.compress_size):
        raise LoadError(
            f"looks like a zip bomb: {megabytes(info.compress_size)} unpacks to {megabytes(info.file_size)}"
        )
    try:
        with archive.open(info) as member:
            data = member.read(limits.file_bytes + 1)
    except (*_BROKEN, RuntimeError) as error:
        raise LoadError(f"truncated or damaged: {error}") from error
    if len(data) > limits.file_bytes:
        raise LoadError(f"too large: unpacks to more than {megabytes(limits.file_bytes)}")
    return data


class Package:
    """An office document as named XML parts."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._archive = open_zip(data)
        self._limits = limits
        self._infos = {info.filename: info for info in self._archive.infolist()}
        total = sum(info.file_size for info in self._infos.values())
        if total > limits.archive_bytes:
            raise LoadError(f"looks like a zip bomb: unpacks to {megabytes(total)}")

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def names(self) -> list[str]:
        """Return the names of the parts, as stored."""
        return list(self._infos)

    def data(self, name: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            LoadError: no such part, or it cannot be unpacked.
        """
        if name not in self._infos:
            raise LoadError(f"truncated or damaged: it has no part {name!r}")
        return read_member(self._archive, self._infos[name], self._limits)

    def xml(self, name: str) -> _Element:
        """Return the root of an XML part; entities are not expanded and nothing is fetched.

        Raises:
            LoadError: no such part, not XML, or nested or grown beyond the limits.
        """
        return parse_xml(self.data(name), name, self._limits)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part of an Office Open XML file refers to, as id: (kind, name of part)."""
        folder, _, base = part.rpartition("/")
        name = f"{folder}/_rels/{base}.rels".lstrip("/")
        if name not in self:
            return {}
        found = {}
        for relation in self.xml(name):
            if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
                target = relation.get("Target") or ""
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                kind = (relation.get("Type") or "").rpartition("/")[2]
                found[relation.get("Id") or ""] = (kind, path.lstrip("/"))
        return found


def parse_xml(data: bytes, name: str, limits: Limits) -> _Element:
    """Return the root of an XML text, parsed without entities, network or huge trees.

    Raises:
        LoadError: it is not XML, or too much of it.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        deep = "depth" in str(error).lower()
        reason = "nested too deep" if deep else "truncated or damaged"
        raise LoadError(f"{reason}: part {name!r} is not sound XML ({error})") from error
    if sum(1 for _ in root.iter()) > limits.elements * 20:
        raise LoadError(f"too large: part {name!r} holds more than {limits.elements * 20} elements")
    return root


def resolve(base: str, href: str) -> str:
    """Return the name of the part that a link in part ``base`` leads to, without fragment."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def local(element: _Element) -> str:
    """Return the tag of an element without its namespace; a comment has none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: _Element, name: str) -> str:
    """Return an attribute by its name without namespace, or an empty string."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""
