"""What a bench ran on, in words."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8", "asimd", "i8mm")
"""Of a processor that make integer or short floating arithmetic quick."""

VERSIONS = ("torch", "sentence-transformers", "onnxruntime", "faiss-cpu")
PEERS = ("langchain-core", "langchain-community", "txtai", "llama-index-core", "haystack-ai")


def machine() -> str:
    """Processor with what it can, cores, and versions of system and Python."""
    name, able = _processor()
    told = f"{name} ({', '.join(able)})" if able else name
    return f"{told}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def versions(peers: Path) -> str:
    """Names and versions of the libraries that run, those of peers too where they are installed."""
    found = {d.name.lower(): d.version for place in (sys.path, [str(peers)]) for d in distributions(path=place)}
    return _listed(found, [*VERSIONS, *PEERS])


def load() -> str:
    """How many processes wanted the processor over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _listed(found: dict[str, str], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {found[name]}" for name in names if name in found)


def _processor() -> tuple[str, list[str]]:
    """Name and features as Linux tells them; elsewhere what Python knows."""
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return platform.processor() or platform.machine(), []
    rows = [line.partition(":")[::2] for line in path.read_text(encoding="utf-8").splitlines()]
    told = {key.strip().lower(): value.strip() for key, value in reversed(rows)}
    flags = (told.get("flags") or told.get("features") or "").split()
    return told.get("model name") or platform.machine(), [name for name in FEATURES if name in flags]
