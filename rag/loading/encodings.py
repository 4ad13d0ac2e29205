"""Turn bytes into text whatever they are encoded in."""

from __future__ import annotations

import codecs
import re

from rag.errors import LoadError
from rag.loading.limits import CHARACTERS
from rag.loading.normalise import clean

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WIDER = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr"), "cp949"),
    "shift_jis": "cp932",
}
"""Declared encodings, and the larger ones that writers mean by them."""
_MARKED = ["utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"]
"""Encodings that are known by their marks or zeros and never guessed from letters."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, *, declared: str = "") -> str:
    """Return bytes as text.

    A byte order mark decides, then UTF-8 if the bytes are valid UTF-8, then what the
    file or the server declares, then a guess from the letters' frequencies. UTF-8
    comes before the declaration since other text is almost never valid UTF-8 by chance,
    while pages that declare the wrong encoding are common.

    Raises:
        LoadError: the bytes are not text in any encoding.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace").removeprefix("\ufeff")
    if wide := _bare_utf16(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        almost = error.start >= len(data) - 4 or _mostly_utf8(data)
    if almost:
        return data.decode("utf-8", "replace")
    name = declared.strip().lower()
    try:
        return data.decode(_WIDER.get(name, name)) if name else _guess(data)
    except (LookupError, UnicodeDecodeError):
        return _guess(data)


def decode_text(data: bytes) -> str:
    """Return the clean text of a file that is nothing but text.

    Raises:
        LoadError: not text, too large, or empty.
    """
    text = decode(data)
    sample = text[:200_000]
    if len(_CONTROLS.findall(sample)) > 0.02 * len(sample) + 10:
        raise LoadError("not text: too many control characters; it may be a damaged or an unknown format")
    text = clean(text)
    if not text.strip():
        raise LoadError("empty: the file holds no text")
    if len(text) > CHARACTERS:
        raise LoadError(f"too large: more than {CHARACTERS} characters of text")
    return text


def _bare_utf16(data: bytes) -> str:
    """Return the kind of UTF-16 of bytes without a mark, by where their zeros stand, else nothing."""
    sample = data[:4000]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.5 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.5 * half and odd < 0.05 * half else ""


def _mostly_utf8(data: bytes) -> bool:
    """Return whether a few broken bytes stand among many sound UTF-8 sequences."""
    text = data.decode("utf-8", "replace")
    wide = sum(char > "\x7f" for char in text)
    return wide > 20 and text.count("\ufffd") * 20 < wide


def _guess(data: bytes) -> str:
    """Return text in the likeliest encoding, or raise a LoadError where none is likely."""
    import charset_normalizer

    found = charset_normalizer.from_bytes(data[:200_000], cp_exclusion=_MARKED).best()
    names = ["cp1252"] if found is None else [found.encoding, "cp1252"]
    if len(data.translate(None, bytes(range(0x80)))) * 12 < len(data):
        # So few bytes beyond ASCII are accents or curly quotes, and too few for a guess.
        names.insert(0, "cp1252")
    for name in names:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    if found is None:
        raise LoadError("not text in any known encoding")
    return data.decode(found.encoding, "replace")
