"""Spellings of one quantity are written alike, different ones never."""

from __future__ import annotations

import pytest

from rag.text.quantities import plain_quantities


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a dose of 250 µg", "a dose of 250 micrograms"),
        ("640 kWh and 5 MW, not 5 mW", "640 kilowatt-hours and 5 megawatts, not 5 milliwatts"),
        ("50 mg/l at 110 km/h", "50 milligrams per litre at 110 kilometres per hour"),
        ("0.4 km² at 4 °C", "0.4 square kilometres at 4 degrees Celsius"),
        ("1½ cups, ¾ inch, 5/8 of it", "1.5 cups, 0.75 inch, 0.625 of it"),
        ("one and a half cups", "1.5 cups"),
        ("−14 m, minus 3, +2 and (87) thousand", "-14 metres, -3, 2 and -87 thousand"),
        ("at 6:15 p.m. and 7 am", "at 18:15 and 07:00"),
        ("from noon to midnight, at 6:05", "from 12:00 to 00:00, at 06:05"),
        ("from 12 noon to 12 midnight", "from 12:00 to 00:00"),
        ("€450, CHF 75,000 and $5m", "450 euros, 75,000 Swiss francs and 5 million dollars"),
        ("10⁶ cells, 3.2 × 10⁴ years", "1000000 cells, 32000 years"),
        ("< 5 bar, ≥ 4 m, 18 or older", "less than 5 bars, at least 4 metres, at least 18"),
        ("twice a day, weekly, every month", "2 times per day, per week, per month"),
        ("for a decade, for a week, 36 hours a week", "for 10 years, for 1 week, 36 hours per week"),
        ("the 1990s, 5 in May, 120 a head", "the 1990s, 5 in May, 120 a head"),
    ],
)
def test_a_quantity_is_written_in_one_form(text: str, plain: str) -> None:
    assert plain_quantities(text) == plain
    assert plain_quantities(plain) == plain
