"""Tell what a file is, by what it holds first and by what it is called second."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

_PACKED = ("pdf", "docx", "pptx", "odt", "odp", "ods", "xlsx", "epub", "rtf", "zip")
"""Formats whose content says so: a file that is only called so is none."""
_OFFICE = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}
"""Formats of Office Open XML, and the part in whose folder each mostly has its text."""
_OPEN_DOCUMENT = {
    "opendocument.text": "odt", "opendocument.presentation": "odp", "opendocument.spreadsheet": "ods",
}  # fmt: skip
"""What the type of an OpenDocument file holds, and its format."""
_SUFFIXES = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xht", ".shtml"), "html"),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ""), "text"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **{f".{kind}": kind for kind in (*_PACKED, "json")},
    ".docm": "docx", ".dotx": "docx", ".pptm": "pptx", ".ott": "odt", ".otp": "odp", ".ots": "ods",
    **dict.fromkeys((".xlsm", ".xltx", ".xltm"), "xlsx"),
    **dict.fromkeys((".eml", ".emlx"), "mail"),
    **dict.fromkeys((".mht", ".mhtml"), "mhtml"),
    **dict.fromkeys((".srt", ".vtt"), "subtitles"),
    ".mbox": "mbox", ".ipynb": "notebook", ".bib": "bibtex",
    **dict.fromkeys((".fodt", ".fodp"), "fodt"), ".fods": "fods",
    **dict.fromkeys((".xml", ".opml", ".rdf", ".xsl", ".plist"), "markup: XML; save what it says as HTML or text"),
    **dict.fromkeys((".svg", ".svgz"), "markup: an SVG picture; save what it says as text"),
}  # fmt: skip
_TEXT = ("text", "markdown", "csv")
_MAIL = re.compile(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:\s*\d\.\d\s*?(?:\(|\n|\Z)", re.IGNORECASE)
_MAILBOX = re.compile(rb"From [^\n]*\d\d:\d\d[^\n]*\n[!-9;-~]+:")
_SUBTITLES = re.compile(rb"WEBVTT\b[^\n]*\r?\n|\s*\d+\r?\n\d\d:\d\d:\d\d,\d{3} --> ")
_XML = re.compile(rb"\s*<\?xml\s+version\s*=")
_CODED = re.compile(rb"[\x00-\x08\x0e-\x1a]|%%EOF|startxref|\A\{\\rtf\d")
"""What is in a file that is of another format than plain text, and not in a text that only begins so."""
_BINARY = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole",
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"II*\0": "a TIFF picture", b"MM\0*": "a TIFF picture", b"ID3": "a sound file", b"OggS": "a sound file",
    b"\x1f\x8b": "gzip data", b"7z\xbc\xaf": "a 7-Zip archive", b"Rar!": "a RAR archive", b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data", b"%!PS": "a PostScript file",
    b"\x7fELF": "a program", b"MZ": "a program", b"\0asm": "a program", b"SQLite format 3": "a database",
}  # fmt: skip
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article)\b", re.I | re.S
)
_HTML_END = re.compile(rb"</(?:html|head|title|body|p|div)>", re.IGNORECASE)
_HTML_INSIDE = re.compile(rb"<(?:html|body|p|div|h1|table)\b[^>]*>", re.IGNORECASE)


def tell(data: bytes, *, name: str) -> str:
    """Return the format of a file: ``html``, ``pdf``, …; ``binary: WHAT`` or ``markup: WHAT`` for what has no reader.

    The content wins where it is certain (a PDF called ``report.html`` is a PDF); the
    name decides among the formats that are plain text, and is believed where a text only
    begins with the words that another format begins with.
    """
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    named = _SUFFIXES.get(PurePath(name).suffix.lower(), "")
    said = named in _TEXT
    coded = not said or _CODED.search(data[:65_536]) is not None
    if coded and b"%PDF-" in head[:1024]:
        return "pdf"
    if coded and head.startswith(b"{\\rtf"):
        return "rtf"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _tell_zip(data, named)
    for start, what in _BINARY.items():
        if coded and head.startswith(start) and not (start in (b"MZ", b"BZh") and head.isascii()):
            return f"binary: {what}"
    is_page = data[:2] not in (b"\xff\xfe", b"\xfe\xff") and _HTML_START.match(head) and named != "markdown"
    if is_page and (not said or _HTML_END.search(data)):
        return "html"
    for form, suffix in ((_MAIL, ".eml"), (_MAILBOX, ".mbox"), (_XML, ".xml")):
        if (said or not named) and form.match(head):
            return _SUFFIXES[suffix]
    if _SUBTITLES.match(head) and named in ("", "text"):
        return "subtitles"
    has_tags = _HTML_INSIDE.search(head) is not None
    if named in _PACKED:
        return "html" if has_tags else f"not {named}"
    return named or ("html" if has_tags and head.lstrip().startswith(b"<") else "text")


def _tell_zip(data: bytes, named: str) -> str:
    """Return which of the formats that are zip files a file is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.replace("\\", "/") for name in archive.namelist()}
            kind = archive.read("mimetype")[:80].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return named if named in _PACKED else "zip"
    if "epub" in kind or "META-INF/container.xml" in names:
        return "epub"
    for form, what in _OPEN_DOCUMENT.items():
        if form in kind:
            return what
    if "[Content_Types].xml" in names or names & set(_OFFICE.values()):
        folders = {name.partition("/")[0] for name in names}
        return next((kind for kind, main in _OFFICE.items() if main.partition("/")[0] in folders), "zip")
    if "opendocument" in kind:
        return "binary: a drawing"
    return "zip"
