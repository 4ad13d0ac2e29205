"""What is installed: every file by its digest where that is noted, every licence permissive or named."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

from rag.config import HOME
from tests.measures.licences import EXCEPTIONS, canonical, permissive, rows
from tests.measures.lock import CARRIED, UNNOTED

LOCK = HOME / "hashes" / "linux-x86_64-cp311.txt"
PINS = {
    canonical(name): version
    for name, version in (line.split("==") for line in (HOME / "constraints.txt").read_text().split())
}


def noted(path: str) -> dict[str, str]:
    """The versions that a file of digests names; each line has a digest."""
    text = (HOME / "hashes" / path).read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert len(found) == len(text.splitlines())
    return dict(found)


def test_digests_are_of_the_versions_that_are_pinned() -> None:
    for name, version in {**noted(LOCK.name), **noted("carried.txt")}.items():
        assert name == "setuptools" or PINS[name] == version, name
    assert set(noted("carried.txt")) == set(CARRIED)


def test_whatever_the_default_install_needs_has_a_digest_but_pytorch() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    held, waiting, seen = noted(LOCK.name), [Requirement(text) for text in project["dependencies"]], set()
    while waiting:
        needed = waiting.pop()
        name = canonical(needed.name)
        extras = {"", *needed.extras}
        if (name, *sorted(extras)) in seen:
            continue
        seen.add((name, *sorted(extras)))
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if sys.platform == "linux" and sys.version_info[:2] == (3, 11) and not name.startswith(("nvidia-", "triton")):
            assert name in held or name in UNNOTED, name
        further = [Requirement(text) for text in found.requires or ()]
        waiting += [r for r in further if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in extras)]


def test_make_has_pip_check_the_digests() -> None:
    told = subprocess.run(
        ["make", "-n", "build", "VENV=/tmp/none", f"PYTHON={sys.executable}"],
        cwd=HOME, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.count("--require-hashes") == 1 + len(CARRIED)
    assert "if [ -f hashes/" in told


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True), ("BSD-3-Clause", True), ("Apache-2.0 OR GPL-3.0-only", True), ("BUSL-1.1", False),
        ("GPL-3.0-only", False), ("MIT AND GPL-2.0-only", False), ("", False), ("LGPL-2.1-or-later", False),
        ("MPL-2.0 AND MIT", False), ("Apache-2.0 WITH LLVM-exception", True), ("AGPL-3.0", False),
        ("CC-BY-NC-4.0", False), ("SSPL-1.0", False), ("(MIT)", True), ("Proprietary", False), ("MIT License", True),
    ],
)  # fmt: skip
def test_permissive_licences_are_told_from_others(licence: str, allowed: bool) -> None:
    assert permissive(licence) == allowed


def test_no_package_of_the_default_install_has_another_licence() -> None:
    found = list(rows())
    assert len(found) > 100
    assert [name for name, *_, verdict in found if verdict == "NOT PERMISSIVE"] == []
    assert set(EXCEPTIONS) >= {name for name, *_, verdict in found if verdict != "permissive"}
