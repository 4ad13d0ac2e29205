"""What a library outlives: a short form of every fault that `make faults` tries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.measures import kill
from tests.measures.faults import FAULTS, UntriedError


@pytest.mark.slow
@pytest.mark.parametrize("operation", kill.OPERATIONS)
def test_a_killed_operation_leaves_everything_whole(operation: kill.Operation, tmp_path: Path) -> None:
    assert kill.run(operation, 5, tmp_path, seed=3)["killed"] == 5


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_and_nothing_is_lost(fault: Callable[[Path], Counter[str]], tmp_path: Path) -> None:
    try:
        assert fault(tmp_path).total() > 0
    except UntriedError as why:
        pytest.skip(str(why))
