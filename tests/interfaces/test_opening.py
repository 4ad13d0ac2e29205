"""The library behind the page while what it needs is not there yet."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.errors import ConfigError, EngineError
from rag.interfaces.web import engine
from rag.interfaces.web.engine import Engine
from rag.interfaces.web.server import listen
from tests.conftest import Place


def test_a_server_waits_for_the_engine_that_holds_its_index(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.library.build()
    tries: list[str] = []

    def opened(own: Engine) -> Assistant:
        tries.append(own.status.text)
        if len(tries) < 3:
            raise EngineError("the engine at http://127.0.0.1:9 cannot be reached")
        return place.open()

    monkeypatch.setattr(Engine, "_open", opened)
    monkeypatch.setattr(engine, "LOCK_PAUSE", 0.0)
    said: list[str] = []
    behind = Engine(place.settings, sync=False, announce=said.append)
    behind.start()
    assert behind.assistant().ask("When did the Harbour Bridge open?").citations
    assert said == ["the engine at http://127.0.0.1:9 cannot be reached; waiting for it.", "Ready for questions."]
    assert tries[1:] == ["the engine at http://127.0.0.1:9 cannot be reached"] * 2


def test_a_number_that_is_no_port_is_refused_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match=r"port 99999 is none; .* `rag serve --port N`"):
        listen("127.0.0.1", 99_999)
