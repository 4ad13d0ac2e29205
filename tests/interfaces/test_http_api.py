"""``/v1`` without a browser: what it takes, what it gives, and every refusal in words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import pytest
from anyio import CapacityLimiter
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.errors import IndexDamagedError
from rag.interfaces.web import admission, calls, http_api, http_schema
from rag.interfaces.web.engine import Status
from rag.interfaces.web.monitoring import Monitor
from rag.records import Turn
from rag.testing import OverlapReader
from tests.conftest import Place

COST = "What did the Harbour Bridge cost?"


@dataclass
class Opened:
    """Stands in for the engine, with a library that is open."""

    library: Assistant
    status: Status = field(default_factory=lambda: Status("ready", "Ready"))
    monitor: Monitor = field(default_factory=Monitor)
    places: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))
    mended: int = 0

    @property
    def ready(self) -> bool:
        return self.status.state == "ready"

    def assistant(self) -> Assistant:
        return self.library

    def mend(self) -> None:
        self.mended += 1


@pytest.fixture
def engine(place: Place) -> Opened:
    place.library.build()
    return Opened(place.open(OverlapReader()))


def client_of(engine: Any, **options: Any) -> TestClient:
    api = http_api.http_api(engine, **{"locked": False, "root_path": "", "managed": True, **options})
    return TestClient(api, raise_server_exceptions=False)


@pytest.fixture
def client(engine: Opened) -> Iterator[TestClient]:
    with client_of(engine) as opened:
        yield opened


def refusal(answer: Any) -> tuple[int, str]:
    told = answer.json()
    assert list(told) == ["error"]
    return answer.status_code, told["error"]


def names(value: Any, model: Any) -> None:
    """Hold a JSON object's names to those that the schema documents, all the way down."""
    if isinstance(value, list):
        for one in value:
            names(one, model)
    elif isinstance(value, dict) and isinstance(model, type) and issubclass(model, BaseModel):
        assert set(value) == set(model.model_fields), model
        for name, told in model.model_fields.items():
            inner = getattr(told.annotation, "__args__", (told.annotation,))[0]
            names(value[name], inner)


def test_an_answer_is_as_documented(client: TestClient) -> None:
    answer = client.post("/ask", json={"question": COST, "k": 2})
    assert answer.status_code == 200
    told = answer.json()
    assert "310 million crowns" in told["text"] and told["citations"]
    http_schema.Answer.model_validate(told, strict=True)
    names(told, http_schema.Answer)


def test_passages_and_sources_are_as_documented(client: TestClient) -> None:
    passages = client.post("/retrieve", json={"question": "ferry ticket", "k": 1, "kinds": ["news"]}).json()
    assert [p["source_id"] for p in passages] == ["ferry-note"]
    sources = client.get("/sources").json()
    assert [s["id"] for s in sources] == ["bridge-report", "ferry-note"]
    for rows, model in ((passages, http_schema.Passage), (sources, http_schema.Source)):
        TypeAdapter(list[model]).validate_python(rows, strict=True)  # type: ignore[valid-type]
        names(rows, model)


def test_the_schema_names_types_and_an_example_of_each(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert told["info"]["version"] == "1"
    assert told["servers"] == [{"url": "/v1"}]
    assert set(told["paths"]) == {"/ask", "/retrieve", "/sources"}
    for path in told["paths"].values():
        for operation in path.values():
            given = operation["responses"]["200"]["content"]["application/json"]
            schema = {**given["schema"], "components": told["components"]}
            Draft202012Validator(schema).validate(given["example"])
            assert {"413", "422", "503"} < set(operation["responses"])
            problem = operation["responses"]["422"]["content"]["application/json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}
    for name in ("AskRequest", "RetrieveRequest"):
        taken = {**told["components"]["schemas"][name], "components": told["components"]}
        Draft202012Validator(taken).validate(taken["example"])
    assert "HTTPValidationError" not in told["components"]["schemas"]
    history = told["components"]["schemas"]["AskRequest"]["properties"]["history"]
    assert [set(one["properties"]) for one in history["items"]["anyOf"]] == [
        {"role", "content"},
        {"question", "answer"},
    ]


def test_both_forms_of_history_mean_the_same() -> None:
    turns = (Turn("How tall is it?", "41 metres. Truly."), Turn("And Holm?", ""))
    messages = [
        {"role": "assistant", "content": "Welcome."},
        {"role": "user", "content": "How tall is it?"},
        {"role": "assistant", "content": "41 metres."},
        {"role": "assistant", "content": "Truly."},
        {"role": "user", "content": "And Holm?"},
    ]
    assert calls.earlier(messages) == turns
    assert calls.earlier([{"question": t.question, "answer": t.answer} for t in turns]) == turns
    assert calls.earlier([{"role": "user", "content": str(n)} for n in range(9)])[0].question == "3"


def test_a_follow_up_leans_on_messages(client: TestClient) -> None:
    history = [{"role": "user", "content": COST}, {"role": "assistant", "content": "310 million crowns."}]
    answer = client.post("/ask", json={"question": "And when did it open?", "history": history}).json()
    assert "Harbour Bridge" in answer["resolved_question"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "question is missing"),
        ({"question": " "}, "the question is empty; write what you want to know"),
        ({"question": 7}, "question is 7: input should be a valid string"),
        ({"question": COST, "k": 0}, "k is 0; expected a number of passages from 1 to 200"),
        ({"question": COST, "k": "5"}, "k is '5': input should be a valid integer"),
        ({"question": COST, "limit": 5}, "limit is unknown; /v1/openapi.json lists what is taken"),
        ({"question": COST, "sources": ["x"]}, "no source has the id 'x'; `rag sources` lists the ids"),
        ({"question": COST, "since": "May"}, "'May' is not a date; expected YYYY, YYYY-MM, YYYY-MM-DD or 'unknown'"),
        ({"question": COST, "since": "2024", "until": "2023"}, "the range of dates is empty: '2024' is after '2023'"),
        (
            {"question": COST, "kinds": ["blog"]},
            "no kind of source is called 'blog'; "
            "expected one of article, government, news, un, think-tank, journal, document",
        ),
        (
            {"question": COST, "history": [{"role": "system", "content": "Be brief."}]},
            "history[0] is {'role': 'system', 'content': 'Be brief.'}; "
            'expected "role" (user or assistant) and "content", or "question" and "answer"',
        ),
        (
            {"question": COST, "history": ["hello"]},
            'history[0] is \'hello\'; expected "role" (user or assistant) and "content", or "question" and "answer"',
        ),
        (
            {"question": COST, "written": True},
            "no language model is set; set RAG_LLM_BASE_URL and RAG_LLM_MODEL, or leave written out",
        ),
    ],
)
def test_wrong_input_is_told_in_words(client: TestClient, body: dict[str, Any], told: str) -> None:
    assert refusal(client.post("/ask", json=body)) == (422, told)


def test_a_long_question_and_a_body_that_is_no_json_are_told_in_words(client: TestClient) -> None:
    status, told = refusal(client.post("/ask", json={"question": "x" * 2001}))
    assert (status, told[:42]) == (422, "the question has 2,001 characters, at most")
    json_type = {"Content-Type": "application/json"}
    assert refusal(client.post("/ask", content="{", headers=json_type))[1].startswith("the body is not JSON: ")
    untyped = client.post("/ask", content=json.dumps({"question": COST}), headers={"Content-Type": "text/plain"})
    assert refusal(untyped) == (422, "the body must be a JSON object, sent with Content-Type: application/json")


def test_other_addresses_ways_and_sizes_are_told_in_words(client: TestClient) -> None:
    assert refusal(client.get("/nothing")) == (404, http_api.WORDS[404])
    assert refusal(client.get("/ask")) == (405, http_api.WORDS[405])
    huge = {"question": COST, "history": [{"role": "user", "content": "x" * 2**20}]}
    told = "a request must tell its length in Content-Length, at most 1,048,576 bytes"
    assert refusal(client.post("/ask", json=huge)) == (413, told)
    assert refusal(client.post("/ask", content=iter([b"{}"]))) == (413, told)


def test_the_schema_says_that_a_login_is_asked_for(engine: Opened) -> None:
    schema = client_of(engine, locked=True, root_path="/chat").get("/openapi.json").json()
    assert schema["servers"] == [{"url": "/chat/v1"}]
    assert schema["paths"]["/sources"]["get"]["security"] == [{"HTTPBase": []}]


def test_a_library_that_is_not_open_is_told(engine: Opened) -> None:
    engine.status = Status("loading", "Building the index: 3 of 9")
    answer = client_of(engine).get("/sources")
    assert refusal(answer) == (503, "Building the index: 3 of 9") and answer.headers["retry-after"] == "2"
    engine.status = Status("failed", "/home/ines/index is damaged")
    assert refusal(client_of(engine).get("/sources")) == (503, "/home/ines/index is damaged")
    assert refusal(client_of(engine, managed=False).get("/sources")) == (503, "The library cannot be opened.")


def test_a_damaged_index_names_no_folder_to_strangers(engine: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(_: Assistant) -> None:
        raise IndexDamagedError("/home/ines/index differs")

    monkeypatch.setattr(Assistant, "sources", damaged)
    assert refusal(client_of(engine, managed=False).get("/sources")) == (503, "The library cannot be opened.")
    assert engine.mended == 1


def test_more_than_may_wait_are_refused(engine: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST_WAITING", 1)
    monkeypatch.setattr(admission, "ANSWERS_AT_ONCE", 1)
    engine.places.total_tokens = 1
    go_on = threading.Event()
    monkeypatch.setattr(calls, "sources", lambda _: [go_on.wait(20)])
    with client_of(engine) as client, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(client.get, "/sources") for _ in range(3)]
        try:
            first = next(as_completed(asked, timeout=20)).result()
        finally:
            go_on.set()
        assert refusal(first) == (503, "busy: 1 questions are waiting; try again in 1 s")
        assert first.headers["retry-after"] == "1"
        assert engine.monitor.refused == 1
        assert sorted(one.result().status_code for one in asked) == [200, 200, 503]
