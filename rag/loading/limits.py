"""How much a file may hold before it is refused, so that time and memory stay bounded."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest inputs that are read."""

    file_bytes: int = 64 * MB
    """One file, or one member of an archive once unpacked."""
    html_bytes: int = 8 * MB
    """One web page."""
    elements: int = 100_000
    """Elements of one web page or one part of an office document."""
    attributes: int = 20_000
    """Names and values of attributes of one element of a web page, or as much work in several."""
    pages: int = 5_000
    """Pages of one PDF."""
    seconds: float = 120.0
    """Reading time of one PDF."""
    characters: int = 20_000_000
    """Text of one document."""
    archive_bytes: int = 512 * MB
    """All members of an archive once unpacked."""
    ratio: int = 200
    """Unpacked bytes for each packed byte, for a member of more than 1 MB."""
    members: int = 10_000
    """Members of an archive or files of a folder."""
    depth: int = 2
    """Archives within archives."""


LIMITS = Limits()
"""What is used where nothing else is said."""


def megabytes(size: int) -> str:
    """Return a size for a message, as ``64 MB``; less than a tenth is ``under 0.1 MB``."""
    return f"{size / MB:.1f}".removesuffix(".0") + " MB" if size >= MB // 10 else "under 0.1 MB"
