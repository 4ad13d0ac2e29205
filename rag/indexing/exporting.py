"""An embedding model as a file of ONNX Runtime's, made once from the original and checked against it.

Loading PyTorch takes most of a short run, and integer weights encode two to three times as many
passages a second; docs/performance.md has the figures. The export is kept in the user's cache
folder by the digest of the original's weights, and used only where its vectors agree.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from rag.digests import file_digest
from rag.indexing.encoder import (
    Embedder,
    FloatArray,
    SentenceTransformerEmbedder,
    unit_rows,
)
from rag.indexing.exported import Card, ExportedEmbedder
from rag.inference import TextModel
from rag.kept import keep

RECIPE = "1"
"""Raised when another export is made of the same weights."""

LEAST_COSINE: dict[str, tuple[float, float]] = {"int8": (0.99, 0.97), "float32": (0.9999, 0.999)}
"""Mean and worst cosine with the original's vectors that an export needs. Per-channel int8 of the default model
has 0.993 and 0.986, and finds what the original finds; per-tensor int8 has 0.957 and does not."""

GAIN = 0.8
"""Share of the time of float32 that int8 must stay below to be worth its rounding."""

SAMPLE = (
    "Who signed the treaty?",
    "The harbour was closed for eleven days after the storm, and 1,204 ships waited outside.",
    "In 1998 the ministry spent $3.5 million on lamps; a year later it spent nothing.",
    "Rates of infection fell by 12.4 percent between March and June, the agency said, though not everywhere.",
    "“We never promised that,” the minister answered, and left.",
    "No. 7: the valve must be turned off first.",
    "El puente fue construido en 1932 y reparado dos veces.",
    "Die Brücke wurde 1932 gebaut und zweimal repariert.",
    "Le rapport ne dit pas qui a payé les travaux.",
    "Мост был построен в 1932 году.",
    "这座桥建于1932年。",
    "pH 6.8 ± 0.2 at 25 °C; n = 48; p < 0.05",
)
"""Texts on which an export is compared with the original, besides all of them in one, as long as the window."""

_log = logging.getLogger(__name__)


@lru_cache(maxsize=2)
def default_embedder(name: str, languages: str = "") -> Embedder:
    """Open a model once a process, as its export where it has one; see `rag.config.Settings` for both values.

    Raises:
        ModelError: see `SentenceTransformerEmbedder`.
    """
    import platformdirs

    codes = tuple(code.strip() for code in languages.split(",") if code.strip())
    return exported(
        SentenceTransformerEmbedder(name, codes), platformdirs.user_cache_path("cited-qa-assistant") / "models"
    )


def exported(original: SentenceTransformerEmbedder, kept: Path) -> Embedder:
    """Open the export of a model, making it first where there is none.

    Args:
        kept: folder in which exports are kept, by what they were made from.

    Returns:
        The export; the original where a GPU runs it, or where it cannot be exported or kept, which is logged.
    """
    folder = kept / hashlib.sha256(f"{original.digest} {RECIPE}".encode()).hexdigest()[:16]
    refused = folder.with_suffix(".refused")
    if folder.is_dir():
        try:
            return ExportedEmbedder(original.name, folder, original.stated_languages)
        except (OSError, ValueError) as error:
            _log.warning("The prepared model cannot be used and is prepared anew: %s", error)
            shutil.rmtree(folder, ignore_errors=True)
    slow = f"{original.name} runs on PyTorch, slower"
    if refused.is_file():
        _log.warning("%s: %s; remove %s to try again", slow, refused.read_text(encoding="utf-8"), refused)
        return original
    if original.device != "cpu":
        return original
    _log.warning("Preparing the model %s for this machine, once ...", original.name)
    try:
        keep(folder, partial(export, original))
        return ExportedEmbedder(original.name, folder, original.stated_languages)
    except OSError as error:
        _log.warning("%s: it cannot be kept in %s: %s", slow, kept, error)
    except Exception as error:  # an exporter raises whatever it meets
        cause = error.__cause__ or error
        reason = f"it cannot be exported ({type(cause).__name__}: {' '.join(str(cause).split())[:300]})"
        refused.write_text(reason, encoding="utf-8")
        _log.warning("%s: %s", slow, reason)
    return original


def export(original: SentenceTransformerEmbedder, folder: Path) -> Card:
    """Write a model, its tokenizer and its card into an empty folder, in int8 where the processor gains.

    Raises:
        ValueError: the export's vectors are not the original's.
        Exception: whatever the exporter meets in a model that it cannot take.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
    tokenizer.write_text(original.tokenizer_json, encoding="utf-8")
    texts = [*SAMPLE, *[" ".join(SAMPLE) * 4] * 2]
    wanted = np.concatenate([original.encode(texts), original.encode_queries(texts)])
    prompted = [(prompt + text,) for prompt in (original.text_prompt, original.query_prompt) for text in texts]
    _to_onnx(original, model)

    def opened(path: Path) -> tuple[Callable[[], FloatArray], tuple[float, float]]:
        loaded = TextModel(path, tokenizer, longest=original.longest)

        def encode() -> FloatArray:
            return unit_rows(np.stack(loaded.run_all(prompted)))

        cosines = (encode() * wanted).sum(axis=1)
        return encode, (float(cosines.mean()), float(cosines.min()))

    whole, agreement = opened(model)
    if not _agrees("float32", agreement):
        raise ValueError(f"its vectors differ from the original's (cosine: mean, worst = {agreement})")
    small = folder / "int8.onnx"
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        quantize_dynamic(model, small, weight_type=QuantType.QInt8, per_channel=True)
    quick, rounded = opened(small)
    precision: Literal["int8", "float32"] = "float32"
    if _agrees("int8", rounded) and _faster(quick, whole):
        precision, agreement = "int8", rounded
        small.replace(model)
    small.unlink(missing_ok=True)
    card = Card(
        digest=original.digest,
        dim=original.dim,
        window=original.window,
        longest=original.longest,
        languages=original.languages,
        query_prompt=original.query_prompt,
        text_prompt=original.text_prompt,
        precision=precision,
        mean_cosine=round(agreement[0], 5),
        worst_cosine=round(agreement[1], 5),
        files={path.name: file_digest(path) for path in (model, tokenizer)},
    )
    (folder / "card.json").write_bytes(msgspec.json.encode(card))
    return card


def _to_onnx(original: SentenceTransformerEmbedder, path: Path) -> None:
    """Trace the model over one text of any length; a GPU or a batch is for the original."""
    import torch

    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        module, inputs = original.traceable(SAMPLE[1])
        length = torch.export.Dim("length", min=2, max=original.longest)
        program = torch.onnx.export(
            module,
            tuple(inputs.values()),
            dynamo=True,
            dynamic_shapes=(({1: length},) * len(inputs),),
            input_names=list(inputs),
            output_names=["vector"],
            verbose=False,
        )
    if program is None:
        raise ValueError("the exporter gave nothing")
    program.save(str(path), external_data=False)


def _agrees(precision: str, agreement: tuple[float, float]) -> bool:
    return all(found >= least for found, least in zip(agreement, LEAST_COSINE[precision], strict=True))


def _faster(quick: Callable[[], FloatArray], slow: Callable[[], FloatArray]) -> bool:
    """Whether one takes at most `GAIN` of the other's time, by the shortest of three runs in turn."""

    def seconds(encode: Callable[[], FloatArray]) -> float:
        start = time.perf_counter()
        encode()
        return time.perf_counter() - start

    runs = [(seconds(quick), seconds(slow)) for _ in range(3)]
    return min(q for q, _ in runs) <= GAIN * min(s for _, s in runs)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' advice to their own developers off the terminal."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
