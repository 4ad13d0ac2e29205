"""What a question is limited to, read from what the page sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import ConfigError
from rag.records import Filters
from rag.text.dates import bounds


class DateError(ConfigError):
    """A date of the scope cannot be used; `field` names the one."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched, how many passages are looked at, and who words the answer."""

    filters: Filters
    k: int | None = None
    written: bool = False

    @classmethod
    def read(cls, told: object) -> Scope:
        """Take the scope that a page sends; what it does not say limits nothing.

        Raises:
            DateError: a date is malformed, or the range is empty.
        """
        told = told if isinstance(told, dict) else {}
        since, until = (_date(told, name) for name in ("since", "until"))
        first, last = (bounds(since) if since else None), (bounds(until) if until else None)
        if first and last and first[0] > last[1]:
            raise DateError("until", f"the range of dates is empty: {since!r} is after {until!r}")
        sources, kinds, publishers = (_names(told.get(name)) for name in ("sources", "kinds", "publishers"))
        k = told.get("k")
        return cls(
            Filters(sources, kinds, publishers, since, until),
            k if isinstance(k, int) else None,
            told.get("written") is True,
        )


def _date(told: Mapping[str, Any], field: str) -> str:
    value = str(told.get(field) or "").strip()
    try:
        if value:
            bounds(value)
    except ConfigError as error:
        raise DateError(field, str(error)) from error
    return value


def _names(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
