"""Inputs by chance from a seed: bytes changed, cut, doubled, joined, and words that parsers trip over."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
import zlib
from collections.abc import Sequence

WORDS = (
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"9" * 400, b"-1", b"1e999", b"{" * 200, b"[" * 200,
    b"<" * 200, b"\xf0\x9f\x98\x80", b"Content-Transfer-Encoding: base64\n",
    b"&#x110000;", b"&amp;" * 50, b"\r", b"\n\n", b"\t", b'"', b"'", b"\\", b"%00", b"../", b"\\bin99999999999 ",
    b"<![CDATA[", b"-->", b"<?xml version='1.0'?>", b"]]>", b"<table>" * 30, b"[kq7x", b"<think>", b"</think>",
    b"00:00:00,000 --> 99:99:99,999\n", b"= [1]\n", b"[a]\n", b"--x--", b"|", b"# ", b"- ",
    b"\xef\xac\x81", b"\xcc\x81" * 60, b"\x85", b"\xe2\x80\xa8", b"\x0c", b"\x1f",
)  # fmt: skip


def mutated(data: bytes, seeds: Sequence[bytes], draw: random.Random) -> bytes:
    """Change an input; one that is a zip is changed in a member as often as from outside."""
    if data[:2] == b"PK" and draw.random() < 0.7:
        with contextlib.suppress(
            ValueError, OSError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error
        ):
            return _in_member(data, draw)
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        at, end = sorted((draw.randint(0, len(out)), draw.randint(0, len(out))))
        match draw.randrange(7):
            case 0 if out:
                out[min(at, len(out) - 1)] = draw.randrange(256)
            case 1:
                del out[at : min(end, at + 40)]
            case 2:
                out[at:at] = draw.choice(WORDS)
            case 3:
                out[at:at] = out[at : min(end, at + 200)] * draw.choice((1, 2, 20))
            case 4:
                other = draw.choice(seeds)
                out[at:end] = other[: draw.randint(0, len(other))]
            case 5:
                del out[at:]
            case _:
                out[at:at] = draw.randbytes(draw.randint(1, 8))
    return bytes(out[:200_000])


def _in_member(data: bytes, draw: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as changed:
        names = archive.namelist()
        chosen = draw.choice(names)
        for name in names:
            part = archive.read(name)
            changed.writestr(name, mutated(part, [part], draw) if name == chosen else part)
    return made.getvalue()
