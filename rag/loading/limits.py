"""How much a file may hold before it is refused, so that time and memory stay bounded."""

from __future__ import annotations

MB = 1024 * 1024

FILE_BYTES = 64 * MB
"""One file, or one member of an archive once unpacked."""
HTML_BYTES = 8 * MB
"""One web page."""
ELEMENTS = 100_000
"""Elements of one web page; a part of an office document may have twenty times as many."""
ATTRIBUTES = 20_000
"""Names and values of attributes of one element of a web page, or as much work in several."""
PAGES = 5_000
"""Pages of one PDF."""
MEMORY_BYTES = 2048 * MB
"""Memory of a process that reads, its libraries included."""
SECONDS = 20.0, 10.0, 120.0
"""Reading time of a file: what a short one has, more for each megabyte, at most."""
OCR_SECONDS = 60.0
"""Reading time of a file, more for each page that is read by OCR; such a one takes 5 to 15 s."""
CHARACTERS = 20_000_000
"""Text of one document."""
ARCHIVE_BYTES = 512 * MB
"""All members of an archive once unpacked."""
RATIO = 200
"""Unpacked bytes for each packed byte, for a member of more than 1 MB."""
MEMBERS = 10_000
"""Members of an archive, files of a folder or documents of a JSON list."""
DEPTH = 2
"""Archives within archives."""


def seconds(size: int) -> float:
    """Return how long a file of some bytes may be read: 30 s for 1 MB."""
    short, more, most = SECONDS
    return min(short + more * size / MB, most)


def megabytes(size: int) -> str:
    """Return a size for a message, as ``64 MB``; less than a tenth is ``under 0.1 MB``."""
    return f"{size / MB:.1f}".removesuffix(".0") + " MB" if size >= MB // 10 else "under 0.1 MB"
