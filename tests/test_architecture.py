"""The folder list is the architecture: imports go down, and heavy libraries have one home each."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "rag").rglob("*.py"))

LAYERS: dict[str, int] = {
    "errors": 0, "records": 0, "config": 0, "digests": 0, "inference": 0, "kept": 0, "models": 0, "text": 0,
    "tracing": 0,
    "loading": 1, "verification": 1, "sources": 2, "indexing": 3, "testing": 4, "retrieval": 4, "library": 4,
    "asking": 5, "reading": 5, "composing": 6, "writing": 6, "pipeline": 7, "assistant": 8, "api": 9, "evaluation": 9,
    "interfaces": 10,
}  # fmt: skip
"""Where each module stands; one imports from a lower layer, and on the ground from its own."""

HOMES = {
    "gradio": {"rag/interfaces/web"},
    "torch": {"rag/indexing/encoder.py", "rag/indexing/exporting.py", "rag/reading/reader.py"},
    "sentence_transformers": {"rag/indexing/encoder.py", "rag/reading/reader.py"},
    "onnxruntime": {"rag/indexing/exporting.py", "rag/inference.py"},
    "tokenizers": {"rag/indexing/encoder.py", "rag/inference.py"},
    "faiss": {"rag/indexing/dense.py"},
    "sklearn": {"rag/asking/intents.py", "rag/evaluation"},
    "spacy": {"rag/verification/parsing.py"},
    "spellchecker": {"rag/text/english.py"},
    "openai": {"rag/writing/endpoint.py"},
    "httpx": {"rag/sources/fetching.py", "rag/sources/responses.py", "rag/sources/transport.py"},
    "markdown_it": {"rag/loading/markdown.py"},
    "openpyxl": {"rag/loading/spreadsheets.py"},
    "grpc": {"rag/indexing/engine/client.py"},
    "protego": {"rag/sources/fetching.py"},
    "pybtex": {"rag/loading/bibtex.py"},
    "pymilvus": {"rag/indexing/engine/client.py"},
    "pypdfium2": {"rag/loading"},
    "rapidocr": {"rag/loading/ocr.py"},
    "striprtf": {"rag/loading/rtf.py"},
    "tomlkit": {"rag/library/facts.py", "rag/library/starting.py"},
    "trafilatura": {"rag/loading"},
    "yaml": {"rag/loading/front_matter.py"},
}
"""The only places that may import a library."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "rag":
                yield from (f"rag.{alias.name}" for alias in node.names)


def part(name: str) -> str:
    """The module or package of `rag` that a dotted name stands in."""
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_go_down(path: Path) -> None:
    own = path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")
    if own == "__init__":
        pytest.skip("the package's surface names every layer")
    for name in imports(path):
        if name.split(".")[0] != "rag" or part(name) in ("", own):
            continue
        assert part(name) in LAYERS, f"{name} has no place in LAYERS"
        assert LAYERS[part(name)] < LAYERS[own] or LAYERS[own] == 0 == LAYERS[part(name)], f"{path.name} imports {name}"


def test_every_module_has_a_layer() -> None:
    found = {p.relative_to(ROOT / "rag").parts[0].removesuffix(".py") for p in MODULES} - {"__init__"}
    assert found - LAYERS.keys() == set()


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_heavy_library_has_one_home(library: str) -> None:
    users = {p.relative_to(ROOT).as_posix() for p in MODULES if any(n.split(".")[0] == library for n in imports(p))}
    assert [u for u in users if not any(u.startswith(home) for home in HOMES[library])] == []


def test_only_the_command_line_prints() -> None:
    for path in MODULES:
        calls = re.findall(r"(?<![\w.])print\(", path.read_text(encoding="utf-8"))
        assert not calls or path.name == "cli.py", path


def test_import_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import rag; seconds = time.perf_counter() - t; "
        "print(seconds, *[m for m in ('torch', 'faiss', 'gradio', 'sentence_transformers', 'sklearn', 'openai', "
        "'onnxruntime', 'tokenizers', 'spacy', 'spellchecker') if m in sys.modules])"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    words = [run.stdout.split() for run in runs]
    assert min(float(w[0]) for w in words) < 0.3
    assert all(w[1:] == [] for w in words)


def test_the_surface_is_sorted_and_whole() -> None:
    import rag

    assert list(rag.__all__) == sorted(rag.__all__)
    assert all(getattr(rag, name) is not None for name in rag.__all__)


def test_every_package_has_its_floor_in_the_architecture_page() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", page, re.MULTILINE)
    told = {name.removesuffix(".py"): int(floor) for floor, names in rows for name in re.findall(r"`([\w.]+)`", names)}
    assert told == LAYERS
