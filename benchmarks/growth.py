"""Draw how a library's figures grow with its passages: ``python -m benchmarks.growth FIGURES.json PICTURE.svg``.

The figures are a list of objects with ``passages`` and the fields of `PANELS`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.table import short


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel."""

    key: str
    label: str
    colour: str


PANELS: tuple[tuple[str, tuple[Line, ...]], ...] = (
    ("seconds", (Line("build_s", "build", "#3b6ea8"), Line("open_s", "open", "#c2571a"))),
    ("milliseconds", (Line("retrieve_p50_ms", "retrieve p50", "#3b6ea8"), Line("retrieve_p95_ms", "p95", "#c2571a"))),
    ("MB", (Line("resident_mb", "resident memory", "#3b6ea8"), Line("disk_mb", "disk", "#c2571a"))),
)
"""What is drawn side by side: the unit of a panel and its lines; both axes are logarithmic."""

WIDTH, HEIGHT = 300, 250
"""Of a panel."""
LEFT, RIGHT, TOP, BOTTOM = 52, 34, 46, 40
"""From a panel's edge to its axes."""


def picture(rows: Sequence[Mapping[str, float]]) -> str:
    """Draw figures as SVG.

    Raises:
        ValueError: there are fewer than two rows, or a figure is missing or not above 0.
    """
    if len(rows) < 2:
        raise ValueError(f"growth needs figures of two sizes at least, found {len(rows)}")
    for row in rows:
        for key in ("passages", *(line.key for _, lines in PANELS for line in lines)):
            if not row.get(key, 0) > 0:
                raise ValueError(
                    f"the row of {row.get('passages')!r} passages has {key}={row.get(key)!r}, expected > 0"
                )
    panels = [_panel(rows, place * WIDTH, unit, lines) for place, (unit, lines) in enumerate(PANELS)]
    size = f'width="{WIDTH * len(PANELS)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(PANELS)} {HEIGHT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11" fill="#333" '
        'role="img" aria-label="Figures against passages">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{"".join(panels)}</svg>\n'
    )


def _panel(rows: Sequence[Mapping[str, float]], shift: int, unit: str, lines: Sequence[Line]) -> str:
    ordered = sorted(rows, key=lambda row: row["passages"])
    across = _decades(row["passages"] for row in ordered)
    up = _decades(row[line.key] for row in ordered for line in lines)

    def x(value: float) -> float:
        return round(LEFT + (math.log10(value) - across[0]) / (across[-1] - across[0]) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (math.log10(value) - up[0]) / (up[-1] - up[0]) * (HEIGHT - TOP - BOTTOM), 1)

    parts = [_text(LEFT, 14, unit, weight="bold")]
    for power in across:
        place, label = x(10.0**power), _text(x(10.0**power), HEIGHT - BOTTOM + 15, _number(power), anchor="middle")
        parts += [f'<path d="M{place} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>', label]
    for power in up:
        place, label = y(10.0**power), _text(LEFT - 6, y(10.0**power) + 4, _number(power), anchor="end")
        parts += [f'<path d="M{LEFT} {place}H{WIDTH - RIGHT}" stroke="#ddd"/>', label]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "passages", anchor="middle"))
    for number, line in enumerate(lines):
        points = [(x(row["passages"]), y(row[line.key])) for row in ordered]
        path = " ".join(f"{a},{b}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"/>')
        for row, (a, b) in zip(ordered, points, strict=True):
            told = escape(f"{line.label}, {row['passages']:,.0f} passages: {short(row[line.key], 3)} {unit}")
            parts.append(f'<circle cx="{a}" cy="{b}" r="3" fill="{line.colour}"><title>{told}</title></circle>')
        parts.append(_text(LEFT + 120 * number, 32, line.label, colour=line.colour))
    return f'<g transform="translate({shift})">\n' + "\n".join(parts) + "\n</g>\n"


def _decades(values: Iterable[float]) -> list[int]:
    """The powers of ten from below the least to above the greatest value, at least two."""
    logs = [math.log10(value) for value in values]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    return list(range(low, max(high, low + 1) + 1))


def _number(power: int) -> str:
    return f"{10.0**power:,.{max(0, -power)}f}"


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal", colour: str = "#333"
) -> str:
    style = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def main(figures: Path, out: Path) -> None:
    """Draw the figures of a file."""
    try:
        out.write_text(picture(json.loads(figures.read_text(encoding="utf-8"))), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SystemExit(f"{figures} cannot be drawn: {error}") from error


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
