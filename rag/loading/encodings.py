"""Turn bytes into text whatever they are encoded in."""

from __future__ import annotations

import codecs
import contextlib
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
_LAST_LETTERS = frozenset(bytes([code]) for code in range(0xC4, 0xF5))
"""Accented letters of Windows-1252 that a text may end with, each the first byte of a letter of UTF-8 too."""
_SAMPLE = 200_000
"""Bytes that a guess is made from."""
_SURE = 0.05
"""Confidence below which a few accents are taken for those of Western Europe."""
_WIDE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A letter of UTF-8 beyond ASCII."""
_PAYLOAD = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*,[^\s\"'<>()]{60,}")
"""A picture or a file that stands in a text itself, in base64 or with escapes."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, *, declared: str = "") -> str:
    """Return bytes as text.

    A byte order mark decides, then UTF-8 if the bytes are valid UTF-8 or UTF-8 with
    strays, then what the file or the server declares, then a guess from the letters and their pairs. UTF-8
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
        cut = error.reason == "unexpected end of data" and data[error.start :] not in _LAST_LETTERS
    if cut or _is_mixed(data):
        return data.decode("utf-8", _STRAY)
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
    text = without_payload(clean(text))
    if not text.strip():
        raise LoadError("empty: the file holds no text")
    if len(text) > CHARACTERS:
        raise LoadError(f"too large: more than {CHARACTERS} characters of text")
    return text


def without_payload(text: str) -> str:
    """Return a text with `#data` in the place of each picture or file that stands in it."""
    return _PAYLOAD.sub("#data", text)


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


def _is_mixed(data: bytes) -> bool:
    """Return whether a text is UTF-8 with strays of Windows-1252, such as pasted or appended lines.

    In other encodings hardly a pair of bytes looks like a letter of UTF-8; a third of
    all is far more than chance gives.
    """
    letters = sum(1 for _ in _WIDE.finditer(data))
    strays = len(_WIDE.sub(b"", data).translate(None, bytes(range(0x80))))
    least = strays if re.search(rb"[A-Za-z]", data) else strays + 1
    return letters > 0 and 2 * letters >= least


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252, but for the rest of a letter that was cut off at the end."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.reason == "unexpected end of data":
        return "\ufffd", len(error.object)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_STRAY = "rag.stray"
codecs.register_error(_STRAY, _stray)


def _guess(data: bytes) -> str:
    """Return text in the likeliest encoding, or raise a LoadError where none is likely."""
    import chardet

    found = chardet.detect(data[:_SAMPLE], encoding_era=chardet.EncodingEra.MODERN_WEB)
    wide = len(data.translate(None, bytes(range(0x80))))
    unsure = found["confidence"] < _SURE and wide * 4 <= len(data)
    for name in (None if unsure else found["encoding"], "cp1252", found["encoding"]):
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            if name:
                return data.decode(name)
    if found["encoding"] is None:
        raise LoadError("not text in any known encoding")
    return data.decode(found["encoding"], "replace")
