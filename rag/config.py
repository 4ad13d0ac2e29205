"""Settings: one frozen value, checked when it is made, passed down from there.

A value comes from the first of: an argument, an environment variable
``RAG_<NAME>``, the ``[settings]`` table of the library's ``corpus.toml``, the
default below. An unknown name is an error wherever it stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import ConfigError

HOME = Path(__file__).resolve().parent.parent
"""The checkout, whose ``corpus`` and ``index`` serve when nothing else is named."""

ENVIRONMENT_PREFIX = "RAG_"

ALIASES = {
    "llm_base_url": "OPENAI_BASE_URL",
    "llm_api_key": "OPENAI_API_KEY",
    "llm_model": "OPENAI_MODEL",
}
"""Environment variables of other programs that serve where ours is not set."""


MOST_PASSAGES = 200
"""Passages that one search may return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Fields named in `REBUILD` are fingerprinted in the manifest."""

    corpus: Path
    """Folder with sources.toml, corpus.toml, notes/ and documents/."""
    index: Path
    """Folder that holds the built index; `load` knows which is whose."""
    index_url: str = ""
    """Engine that answers are searched in: ``http://HOST:19530`` of Milvus, or a path that ends in ``.db`` of Milvus
    Lite; empty means the files of the index folder. A builder keeps its files there all the same."""
    embedding_model: str = "all-MiniLM-L6-v2"
    """Name on the Hugging Face Hub, or a local folder, of a sentence-transformers model."""
    embedding_languages: str = ""
    """ISO 639-1 codes, joined by commas, of the languages that the embedding model knows; empty: its card says."""
    chunk_tokens: int = 220
    """Most word pieces in a chunk with its title and heading; the embedder's window caps it."""
    top_k: int = 5
    """Passages that a search returns, 1 to 200."""
    candidates: int = 100
    """Chunks of each channel that fusion looks at, 10 to 1,000."""
    reader_model: str = "ms-marco-MiniLM-L-12-v2"
    """Name on the Hugging Face Hub, or a local folder, of a cross-encoder that reads sentences; empty means none."""
    reader_seconds: float = 2.0
    """Time that reading may take for one part of a question, 0.01 to 60; what it has not reached counts as not read."""
    generations_kept: int = 3
    """Generations of the index kept for `rag rollback`, at least 1."""
    llm_base_url: str = ""
    """Root of an OpenAI-compatible service; empty means that nothing is sent anywhere."""
    llm_model: str = ""
    llm_api_key: str = ""
    llm_temperature: float = 0.0
    """0 to 2."""
    llm_context_tokens: int = 3000
    """Budget for the passages shown to the model."""
    llm_answer_tokens: int = 500
    """Budget for the model's answer."""
    llm_timeout: float = 60.0
    """Seconds without a word from the model before it counts as failed."""

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            ConfigError: a value is out of range.
        """
        _check("chunk_tokens", self.chunk_tokens, 16, 8192)
        _check("top_k", self.top_k, 1, MOST_PASSAGES)
        _check("candidates", self.candidates, 10, 1000)
        _check("reader_seconds", self.reader_seconds, 0.01, 60)
        _check("generations_kept", self.generations_kept, 1, 100)
        _check("llm_temperature", self.llm_temperature, 0, 2)
        _check("llm_context_tokens", self.llm_context_tokens, 100, 1_000_000)
        _check("llm_answer_tokens", self.llm_answer_tokens, 16, 100_000)
        _check("llm_timeout", self.llm_timeout, 0.1, 3600)

    @classmethod
    def load(cls, **given: Any) -> Settings:
        """Collect the settings from arguments, environment and corpus.toml.

        An argument that is None counts as not given. An index belongs to one library:
        where none is named it stands in the library's own folder, ``corpus/index``; that
        of the checkout beside it. RAG_INDEX and RAG_INDEX_URL name the index of the library
        that the environment means (RAG_CORPUS, or the checkout's), so they are left aside
        when an argument names another library.

        Raises:
            ConfigError: a name is unknown, or a value has the wrong type or range.
        """
        chosen = {name: value for name, value in given.items() if value is not None}
        environment = _from_environment(os.environ)
        corpus, index = _folders(chosen, environment)
        if corpus.resolve() != _meant(environment).resolve():
            environment.pop("index_url", None)
        merged = {**_from_corpus(corpus), **environment, **chosen, "corpus": corpus, "index": index}
        known = {f.name: str(f.type) for f in fields(cls)}
        unknown = sorted(set(merged) - set(known))
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return cls(**{name: _convert(name, known[name], value) for name, value in merged.items()})

    def fingerprint(self) -> str:
        """Digest of the settings that change what a build writes."""
        values = {name: getattr(self, name) for name in REBUILD}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


REBUILD = ("chunk_tokens", "embedding_model")
"""Settings that force a rebuild when they change."""


def _folders(chosen: Mapping[str, Any], environment: Mapping[str, Any]) -> tuple[Path, Path]:
    """Choose the library's folder and that of its own index."""
    meant = _meant(environment)
    corpus: Path = _convert("corpus", "Path", chosen.get("corpus") or meant)
    index = chosen.get("index") or (environment.get("index") if corpus.resolve() == meant.resolve() else None)
    own = HOME / "index" if corpus.resolve() == HOME / "corpus" else corpus / "index"
    return corpus, _convert("index", "Path", index or own)


def _meant(environment: Mapping[str, Any]) -> Path:
    """The library that the environment means."""
    meant: Path = _convert("corpus", "Path", environment.get("corpus") or HOME / "corpus")
    return meant


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Pick the settings out of the environment; variables of other kinds are left alone."""
    names = {f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name in names:
        for variable in (ENVIRONMENT_PREFIX + name.upper(), ALIASES.get(name, "")):
            if environment.get(variable):
                values[name] = environment[variable]
                break
    # A key alone says that some other program uses the service, not that this one may.
    if "llm_base_url" not in values and ENVIRONMENT_PREFIX + "LLM_MODEL" not in environment:
        values.pop("llm_model", None)
        values.pop("llm_api_key", None)
    return values


def _from_corpus(corpus: Path) -> dict[str, Any]:
    path = corpus / "corpus.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("settings", {})
    except OSError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    misplaced = sorted({"corpus", "index", "index_url", "llm_api_key"} & set(table))
    if misplaced:
        raise ConfigError(f"{path} sets {misplaced[0]!r}, which only the environment or an option may set")
    return dict(table)


def _convert(name: str, kind: str, value: Any) -> Any:
    converters: dict[str, Callable[[Any], Any]] = {
        "int": int,
        "float": float,
        "str": str,
        "Path": lambda v: Path(v).expanduser(),
    }
    try:
        return converters[kind](value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"setting {name} is {value!r}, expected {kind}") from error


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"setting {name} is {value!r}, expected {low} to {high}")
