"""A build may be killed at any moment."""

from __future__ import annotations

import pytest

from tests.measures.kill import run


@pytest.mark.slow
def test_a_killed_build_leaves_a_whole_index() -> None:
    assert run(24, seed=3)["killed"] == 24
