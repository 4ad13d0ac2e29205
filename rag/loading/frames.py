"""Messages between a worker and who asks it: eight bytes of length, then the bytes."""

from __future__ import annotations

from typing import IO

_LENGTH = 8


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message whole."""
    stream.write(len(message).to_bytes(_LENGTH, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a message; None where the other side has ended."""
    length = int.from_bytes(stream.read(_LENGTH), "big")
    message = stream.read(length)
    return message if length and len(message) == length else None
