"""The quick part of `make fuzz`: each target on its seeds and on some hundred inputs by chance."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS

SECONDS = 1.0


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_our_own_errors_and_offsets_that_slice_back(name: str) -> None:
    target, seeds = TARGETS[name]
    draw, end = random.Random(1), time.monotonic() + SECONDS
    for data in seeds:
        target(data)
    while time.monotonic() < end:
        target(mutated(draw.choice(seeds), seeds, draw))


TEXT = st.text(
    st.one_of(st.sampled_from(" \n.,;:!?[]()“”\"'-–<>|#*`=0123456789kq7xThe"), st.characters()), max_size=300
)


@pytest.mark.parametrize("name", ["chunker", "quotes", "stream parser", "thinking", "notes", "settings"])
def test_texts_of_any_kind(name: str) -> None:
    target, _ = TARGETS[name]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(TEXT)
    def run(text: str) -> None:
        target(text.encode("utf-8", "ignore"))

    run()
