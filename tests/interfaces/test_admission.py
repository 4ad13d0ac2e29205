"""Programs' questions by whichever door: one number of places, and the same refusals to the same askers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.errors import IndexDamagedError
from rag.interfaces.web import calls
from rag.interfaces.web.admission import CLOSED, STOPPING
from rag.interfaces.web.engine import Engine, Status
from tests.conftest import Place
from tests.interfaces.served import served
from tests.interfaces.test_login import call, tool

FOLDER = "/home/ines/index"


def by_http(client: TestClient) -> str:
    return client.get("/v1/sources").text


def by_gradio(client: TestClient) -> str:
    return str(call(client, "sources").text)


def by_mcp(client: TestClient) -> str:
    return str(tool(client, "sources", {})[1])


DOORS = (by_http, by_gradio, by_mcp)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """The engines whose sources were asked for; the index of each is damaged."""
    asked: list[Engine] = []

    def damaged(engine: Engine) -> Any:
        asked.append(engine)
        raise IndexDamagedError(f"{FOLDER} differs")

    monkeypatch.setattr(calls, "sources", damaged)
    return asked


def test_a_failure_names_no_folder_to_strangers_and_is_mended(
    place: Place, engines: list[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    mended: list[Engine] = []
    monkeypatch.setattr(Engine, "mend", lambda engine: mended.append(engine))
    with served(place, host="0.0.0.0", mcp=True) as client:
        for number, ask in enumerate(DOORS, 1):
            told = ask(client)
            assert CLOSED in told and FOLDER not in told, ask
            assert len(mended) == number, ask
        engines[0].status = Status("failed", f"{FOLDER} is damaged")
        for ask in DOORS:
            told = ask(client)
            assert CLOSED in told and FOLDER not in told, ask
        assert len(engines) == len(DOORS)
    with served(place, mcp=True) as client:
        assert all(FOLDER in ask(client) for ask in DOORS)


def test_a_stopping_server_takes_nothing_new(place: Place, engines: list[Engine]) -> None:
    with served(place, mcp=True) as client:
        by_http(client)
        [engine] = engines
        engine.wait(30)
        engine.monitor.stopping = True
        assert all(STOPPING in ask(client) for ask in DOORS)
        assert STOPPING in call(client, "rebuild").text
        assert engines == [engine]


def test_the_doors_share_their_places(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float] = []

    def seen(engine: Engine) -> list[Any]:
        taken.append(engine.places.borrowed_tokens)
        return []

    monkeypatch.setattr(calls, "sources", seen)
    with served(place, mcp=True) as client:
        for ask in DOORS:
            ask(client)
    assert taken == [1, 1, 1]
