"""Recognise the print in a picture, by RapidOCR where it is installed; its wheel carries its models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from rag.loading import deadline
from rag.loading.limits import OCR_SECONDS

NEEDS_OCR = "needs OCR; install it by `pip install 'cited-qa-assistant[ocr]'`, and build anew"
"""What is said of a scan where nothing can read it."""
SIDE = 2_000
"""Points of the longer side of a picture that is recognised; a larger one takes more time and is read no better."""


@dataclass(frozen=True, slots=True)
class Print:
    """A line of print in a picture; lengths in its points, the origin is top left."""

    text: str
    confidence: float
    """That it is read rightly, from 0 to 1, as the recogniser tells it."""
    left: float
    top: float
    right: float
    bottom: float


def is_installed() -> bool:
    """Return whether pictures can be read."""
    return find_spec("rapidocr") is not None


def recognise(picture: Any) -> list[Print]:
    """Return the lines of print in a picture, from top to bottom.

    Args:
        picture: (height, width, 3) uint8, blue first.
    """
    deadline.extend(OCR_SECONDS)
    found = _engine()(picture)
    if found.boxes is None:
        return []
    return [
        Print(text, float(score), *map(float, (*box.min(axis=0), *box.max(axis=0))))
        for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
        if text.strip()
    ]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    # One line at a time: padding to the longest of several takes longer and changes what is read. One thread,
    # since several files are read at once and each thread reserves memory of the worker's.
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": SIDE,
            "Global.use_cls": False,  # it turned one upright line of fifteen upside down
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Rec.rec_batch_num": 1,
        }
    )
