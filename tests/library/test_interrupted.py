"""A change that ends between any two of its steps on the disk loses no text, and is taken up by the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.measures import kill


class Died(BaseException):
    """Stands for SIGKILL: nothing catches it."""


def dying(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the process die after so many files were put in their places, before the next is."""
    replace, put = Path.replace, list[Path]()

    def counted(self: Path, target: Any) -> Path:
        if len(put) == step:
            raise Died
        put.append(Path(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", counted)


@pytest.mark.parametrize("operation", ["add", "remove", "sync"])
def test_nothing_is_lost_wherever_a_change_ends(
    operation: kill.Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kill.made(tmp_path)
    wanted = {f"text-{number}" for number in range(kill.TEXTS)} | {"tide-table"}
    wanted -= {kill.CHANGING["remove"]} if operation == "remove" else set()
    for step in range(20):
        kill.prepare(settings, operation, step + 1)
        with monkeypatch.context() as patched:
            dying(patched, step)
            try:
                kill.act(settings, operation, step + 1)
                ended = True
            except Died:
                ended = False
        kill.check(settings, wanted)
        kill.finish(settings, operation, step + 1)
        if ended:
            return
    raise AssertionError(f"{operation} does not end")
