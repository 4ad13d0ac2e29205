"""A real server under load, in short: `make soak` is the long form, with the real models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measures import soak


@pytest.mark.slow
def test_clients_get_answers_that_hold_while_the_index_is_swapped(tmp_path: Path) -> None:
    found = soak.run(tmp_path, "stand-ins", asked=200, clients=8, swaps=3, most=260)
    assert (found["errors"], found["citations that fail"], found["errors that doctor finds"]) == ({}, [], [])
    assert sum(found["answered"].values()) == 200 and found["citations"] >= 200
    assert sum(found["swaps"].values()) == 3 and found["generations that answered"] >= 3
    overload = found["overload"]
    assert overload["told to try again"] > 0 and overload["answered"] > 0
    assert overload["told to try again"] + overload["answered"] == 260
    stopping = found["stopping"]
    assert stopping["under way"] == stopping["answered"] and stopping["under way"] > 0
    assert stopping["exit"] in (0, -15)
