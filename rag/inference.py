"""Transformers on ONNX Runtime: texts in, numbers out, each text by itself.

What a text gives must not depend on its neighbours (integer arithmetic scales by the whole
batch, and padding shifts sums), so each is run alone, and as many at once as there are cores.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class TextModel:
    """A transformer in ONNX with its tokenizer. Safe to share between threads.

    Args:
        model: the ONNX file; its inputs are named as those of BERT, its first output is what counts.
        tokenizer: the file of a fast tokenizer.
        longest: tokens of one input, special ones counted; what is over is cut, of a pair from the longer text.

    Raises:
        Exception: the libraries below raise whatever they meet in a damaged file.
    """

    def __init__(self, model: Path, tokenizer: Path, *, longest: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(longest, strategy="longest_first")
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = [entry.name for entry in self._session.get_inputs()]

    def run(self, *texts: str) -> NDArray[np.float32]:
        """Run one text or pair; gives the model's output for it, flat."""
        encoding = self._tokenizer.encode(*texts)
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([rows[name]], np.int64) for name in self._inputs}
        return np.asarray(self._session.run(None, feed)[0], np.float32).reshape(-1)

    def run_all(self, inputs: Sequence[tuple[str, ...]], *, seconds: float = math.inf) -> list[NDArray[np.float32]]:
        """Run texts or pairs in their order until the time is up; gives an output each, or fewer."""
        end = time.monotonic() + seconds

        def timed(texts: tuple[str, ...]) -> NDArray[np.float32] | None:
            return self.run(*texts) if time.monotonic() < end else None

        outputs: list[NDArray[np.float32]] = []
        for output in map(timed, inputs) if len(inputs) == 1 else self._pool.map(timed, inputs):
            if output is None:
                break
            outputs.append(output)
        return outputs

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="inference")
