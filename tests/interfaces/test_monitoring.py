"""What a server tells of itself: lines of JSON without anybody's words, and figures that add up."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import fastapi
import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.errors import AnswererError
from rag.interfaces.web import admission, http_api
from rag.interfaces.web.engine import ANSWERS_AT_ONCE, Engine, Status
from rag.interfaces.web.monitoring import BOUNDS, JsonLines, Monitor, resident
from rag.interfaces.web.server import ServerOptions, watched
from rag.interfaces.web.watching import Watcher
from rag.testing import OverlapReader
from tests.conftest import Place

COST = "What did the Harbour Bridge cost?"
SECRET = "hunter2-is-no-password"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What `--log-format json` would write, a dict a line; filled when it is asked for."""
    caplog.set_level(logging.INFO, "rag.serve")

    class Lines(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return iter([json.loads(JsonLines().format(record)) for record in caplog.records])

    yield Lines()


@pytest.fixture
def engine(place: Place) -> Engine:
    """An engine whose library is open."""
    place.library.build()
    engine = Engine(place.settings, sync=False, announce=lambda line: None)
    engine._assistant = place.open(OverlapReader())
    engine._done.set()
    engine.status = Status("ready", "Ready")
    return engine


def client_of(engine: Engine, **options: Any) -> TestClient:
    api = http_api.http_api(engine, **{"locked": False, "root_path": "", "managed": True, **options})
    return TestClient(api, raise_server_exceptions=False)


def figures(text: str) -> dict[str, float]:
    """Read Prometheus' text format; every line must be of it."""
    found = {}
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+', line), line
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def test_a_question_is_one_line_with_its_stages_and_without_its_words(
    engine: Engine, lines: list[dict[str, Any]]
) -> None:
    answer = client_of(engine).post("/ask", json={"question": f"{COST} {SECRET}"}, headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    question, request = lines
    assert (question["event"], question["id"], question["door"]) == ("question", "abc-1", "http")
    assert question["outcome"] == answer.json()["outcome"] and question["generation"] == "00000001"
    assert list(question["stages"]) == ["understanding", "searching", "reading", "composing", "total"]
    assert 0 < sum(question["stages"].values()) / 2 <= question["stages"]["total"] * 1.01
    assert (request["event"], request["id"], request["path"], request["status"]) == ("request", "abc-1", "/ask", 200)
    assert all(SECRET not in json.dumps(line) and "Harbour" not in json.dumps(line) for line in lines)


def test_the_words_stand_in_a_line_where_that_is_asked_for(engine: Engine, lines: list[dict[str, Any]]) -> None:
    engine.monitor = Monitor(questions=True)
    client_of(engine).post("/ask", json={"question": COST})
    assert [line.get("question") for line in lines] == [COST, None]


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "é", '"}{'])
def test_an_id_that_is_none_is_replaced(engine: Engine, given: str) -> None:
    told = client_of(engine).get("/sources", headers={b"X-Request-ID": given.encode("latin-1")}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", told)


def test_what_fails_is_told_by_its_kind_and_place_alone(
    engine: Engine, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(Assistant, "ask", broken)
    assert client_of(engine).post("/ask", json={"question": COST}).status_code == 500
    assert client_of(engine).post("/ask", json={"question": " "}).status_code == 500
    try:
        broken()
    except LookupError:
        logging.getLogger("elsewhere").exception("it broke")
    told = list(lines)
    assert [line.get("error") for line in told if line["event"] == "question"] == ["LookupError", "LookupError"]
    assert told[-1]["error"] == "LookupError" and told[-1]["at"][-1].endswith(" broken")
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(GeneratorExit(), "stopped"), (AnswererError("it broke off"), "refused"), (LookupError(), "failed")],
)
def test_what_ends_after_its_first_piece_is_no_answer(engine: Engine, error: BaseException, outcome: str) -> None:
    answer = engine.assistant().ask(COST)
    with pytest.raises(type(error)), engine.monitor.question("chat", COST) as noted:
        noted.answer = answer
        raise error
    done = [line for line in engine.monitor.metrics("").splitlines() if line.startswith("rag_questions_total")]
    assert done == [f'rag_questions_total{{door="chat",outcome="{outcome}"}} 1']


def test_the_figures_add_up(engine: Engine) -> None:
    client = client_of(engine)
    for question in (COST, COST, "Who won the 1998 World Cup?", " "):
        client.post("/ask", json={"question": question})
    client.post("/retrieve", json={"question": COST})
    told = figures(engine.monitor.metrics(engine.generation))
    done = {name: value for name, value in told.items() if name.startswith("rag_questions_total")}
    assert sum(done.values()) == told["rag_question_seconds_count"] == 5
    assert done['rag_questions_total{door="http",outcome="refused"}'] == 1
    assert done['rag_questions_total{door="http",outcome="found"}'] == 1
    buckets = [told[f'rag_question_seconds_bucket{{le="{bound}"}}'] for bound in (*map(str, BOUNDS), "+Inf")]
    assert buckets == sorted(buckets) and buckets[-1] == 5
    assert told["rag_questions_answering"] == told["rag_requests_inside"] == told["rag_busy_total"] == 0
    assert told["rag_ready"] == 1 and told['rag_generation_info{generation="00000001"}'] == 1
    assert told["process_resident_memory_bytes"] == pytest.approx(resident(), rel=0.5)


def test_health_names_the_generation_and_metrics_are_prometheus_text(engine: Engine) -> None:
    app = fastapi.FastAPI()
    watched(app, engine, ServerOptions(), Watcher(engine, lambda line: None))
    client = TestClient(app)
    told = client.get("/healthz")
    assert told.status_code == 200 and told.json()["status"] == "ready" and told.json()["generation"] == "00000001"
    metrics = client.get("/metrics")
    assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert figures(metrics.text)["rag_ready"] == 1
    engine.status = Status("loading", "Building")
    assert client.get("/healthz").json()["generation"] == ""


def test_who_would_wait_too_long_is_told_when_to_come_back(engine: Engine) -> None:
    engine.monitor.usual, engine.monitor.inside = 40.0, ANSWERS_AT_ONCE + 4
    refused = client_of(engine).get("/sources")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "40")
    assert refused.json() == {"error": "busy: 4 questions are waiting; try again in 40 s"}


def test_a_stopping_server_refuses_what_comes_and_what_still_waits(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.places.total_tokens = 1
    go_on, begun = threading.Event(), threading.Event()

    def slow(_: Any) -> list[Any]:
        begun.set()
        return [go_on.wait(20)]

    monkeypatch.setattr("rag.interfaces.web.calls.sources", slow)
    told: list[int] = []
    with client_of(engine) as client:
        threads = [threading.Thread(target=lambda: told.append(client.get("/sources").status_code)) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert begun.wait(20)
        while engine.monitor.inside < 2:
            pass
        engine.monitor.stopping = True
        late = client.get("/sources")
        assert (late.status_code, late.json()) == (503, {"error": admission.STOPPING})
        assert engine.monitor.under_way
        engine.monitor.closed = True
        go_on.set()
        for thread in threads:
            thread.join()
    assert sorted(told) == [200, 503] and not engine.monitor.under_way


def test_a_trace_is_given_where_it_is_asked_for(engine: Engine, place: Place) -> None:
    client = client_of(engine)
    assert client.post("/ask", json={"question": COST}).json()["trace"] is None
    trace = client.post("/ask", json={"question": COST, "trace": True}).json()["trace"]
    assert list(trace) == ["understanding", "searching", "reading", "composing", "total"]
    assert all(seconds >= 0 for seconds in trace.values())
    answer = place.open(OverlapReader()).ask("Compare the cost of the Harbour Bridge and of a ferry ticket.")
    assert sum(answer.trace.values()) - answer.trace["total"] <= answer.trace["total"]
