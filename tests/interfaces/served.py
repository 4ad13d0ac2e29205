"""The whole server in this process, on a small library and without models, for tests of its door."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.interfaces.users import User, Users
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.server import ServerOptions, create_app
from rag.interfaces.web.watching import Watcher
from rag.library.library import Library
from rag.testing import OverlapReader
from tests.conftest import Place

INES, NILS = "a long word of Ines", "a long word of Nils"


def users() -> Users:
    """Ines, who manages, and Nils, who reads."""
    return Users({"ines": User.new("ines", INES, "manager"), "nils": User.new("nils", NILS, "reader")})


class Small(Engine):
    """The engine over a test's library."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.settings, sync=False, announce=lambda line: None)
        self._place = place

    def library(self) -> Library:
        return self._place.library

    def _open(self) -> Assistant:
        return self._place.open(OverlapReader())


@contextmanager
def served(place: Place, **options: Any) -> Iterator[TestClient]:
    """Serve a library that is built; the client is on this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # gradio leaves event loops behind
        yield from _served(place, options)
        gc.collect()


def _served(place: Place, options: dict[str, Any]) -> Iterator[TestClient]:
    place.library.build()
    engine = Small(place)
    engine.start()
    assert engine.wait(30) and engine.ready, engine.status
    app = create_app(engine, ServerOptions(**options), Watcher(engine, lambda line: None))
    with TestClient(app, base_url="http://127.0.0.1:7860", client=("127.0.0.1", 5), follow_redirects=False) as client:
        yield client
    del app, client, engine
