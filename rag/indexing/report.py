"""What a build tells: how far it is, and what it did with each text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how much of it is done, and how much there is."""

Status = Literal["added", "changed", "unchanged", "removed", "failed", "skipped"]
"""``skipped``: nobody means the file as a text, such as a lock file."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What a build did with one text of one source."""

    source_id: str
    text_kind: str
    file: str
    status: Status
    reason: str
    """Why it failed or was skipped, or what was odd; empty when all is well."""
    chunks: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    generation: str
    swapped: bool
    """Whether a new generation took over; false when nothing had changed."""
    rows: tuple[ReportRow, ...]
    embedded: int
    """Texts that had to be embedded anew; the others kept their vectors."""

    @property
    def failed(self) -> tuple[ReportRow, ...]:
        """The texts that could not be read."""
        return tuple(row for row in self.rows if row.status == "failed")


def silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""
