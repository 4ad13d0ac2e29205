"""The functions for programs, many readers at once, and the rules of the door; no browser needed."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.interfaces.browser import library
from tests.interfaces.browser.library import HARBOUR_LIGHT
from tests.interfaces.browser.serving import Server, free_port, serving

PAID = "Who paid for the electric lamp of the Skerry lighthouse?"
READERS = 30


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url, verbose=False)


def test_ask_gives_checked_citations(client: Client) -> None:
    answer = client.predict(PAID, api_name="/ask")
    assert answer["outcome"] == "answer"
    citation = answer["citations"][0]
    assert citation["source_id"] == "letter-1931"
    assert citation["status"] == "verified"
    assert library.LETTER.count(citation["quote"]) == 1
    follow_up = client.predict(
        "And in which year was it given?",
        history=[{"question": PAID, "answer": answer["text"]}],
        api_name="/ask",
    )
    assert PAID.rstrip("?") in follow_up["resolved_question"]
    messages = [{"role": "user", "content": PAID}, {"role": "assistant", "content": answer["text"]}]
    same = client.predict("And in which year was it given?", history=messages, api_name="/ask")
    assert same["resolved_question"] == follow_up["resolved_question"]


def test_retrieve_and_sources(client: Client) -> None:
    passages = client.predict("ferry to Holm", k=2, kinds=["news"], api_name="/retrieve")
    assert [p["source_id"] for p in passages] == ["ferry-2022"]
    sources = client.predict(api_name="/sources")
    assert {s["id"] for s in sources} == {"harbour-2021", "survey-2019", "ferry-2022", "letter-1931", "storm"}


def test_errors_reach_the_caller_in_words(client: Client) -> None:
    with pytest.raises(AppError, match="the question is empty"):
        client.predict(" ", api_name="/ask")
    with pytest.raises(AppError, match="no source has the id 'nobody'"):
        client.predict(PAID, sources=["nobody"], api_name="/retrieve")
    with pytest.raises(AppError, match=r"history\[0\] is .*; expected"):
        client.predict(PAID, history=[{"role": "system", "content": "x"}], api_name="/ask")
    with pytest.raises(AppError, match="k is 0; expected a number of passages from 1 to 200"):
        client.predict(PAID, k=0, api_name="/retrieve")


def test_the_endpoints_are_four_and_say_what_they_take(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {"/ask", "/retrieve", "/sources", "/rebuild"}
    names = [p["parameter_name"] for p in endpoints["/ask"]["parameters"]]
    assert names == ["question", "history", "sources", "kinds", "publishers", "since", "until", "k", "written"]
    assert "every statement a checked quote" in endpoints["/ask"]["description"]


def test_the_functions_are_mcp_tools(server: Server) -> None:
    """A session of its own thread: the browser tests keep an event loop in this one."""

    async def session() -> tuple[dict[str, Any], dict[str, Any], list[Any], dict[str, Any]]:
        async with (
            streamable_http_client(f"{server.url}/gradio_api/mcp/") as (incoming, outgoing, _),
            ClientSession(incoming, outgoing) as tools,
        ):
            await tools.initialize()
            listed = {tool.name: tool for tool in (await tools.list_tools()).tools}
            answer = await tools.call_tool("ask", {"question": PAID})
            passages = await tools.call_tool("retrieve", {"question": "height of the lighthouse", "k": 2})
            report = await tools.call_tool("rebuild", {})
            return listed, *(json.loads(r.content[0].text) for r in (answer, passages, report))  # type: ignore[union-attr]

    with ThreadPoolExecutor(1) as pool:
        listed, answer, passages, report = pool.submit(lambda: asyncio.run(session())).result(60)
    assert set(listed) == {"ask", "retrieve", "sources", "rebuild"}
    assert "at most 2,000 characters" in json.dumps(listed["ask"].inputSchema)
    assert answer["citations"][0]["source_id"] == "letter-1931"
    assert [p["number"] for p in passages] == [1, 2]
    assert report["swapped"] is False


def test_thirty_readers_are_answered_at_once_and_nobody_waits_for_a_rebuild(server: Server, tmp_path: Path) -> None:
    added = [server.corpus / "documents" / f"long-{n}.txt" for n in range(4)]
    for n, path in enumerate(added):
        path.write_text("\n\n".join(f"Boat {n}-{i} of the long list was built in {1700 + i}." for i in range(300)))
    done: list[float] = []
    builder = Client(server.url, verbose=False, httpx_kwargs={"timeout": 120})

    def rebuild() -> None:
        report = builder.predict(api_name="/rebuild")
        assert report["swapped"]
        done.append(time.monotonic() - start)

    clients = [Client(server.url, verbose=False, httpx_kwargs={"timeout": 120}) for _ in range(READERS)]
    building = threading.Thread(target=rebuild)
    start = time.monotonic()
    try:
        building.start()

        def read(client: Client) -> tuple[str, float]:
            outcome = client.predict(PAID, api_name="/ask")["citations"][0]["source_id"]
            return outcome, time.monotonic() - start

        with ThreadPoolExecutor(READERS) as pool:
            answers = list(pool.map(read, clients))
        building.join(120)
        assert [source for source, _ in answers] == ["letter-1931"] * READERS
        assert min(when for _, when in answers) < done[0], "the first answer came only after the rebuild"
    finally:
        for path in added:
            path.unlink()
        building.join(120)
        Client(server.url, verbose=False).predict(api_name="/rebuild")


def test_a_new_generation_is_used_without_a_restart(server: Server, client: Client) -> None:
    path = server.corpus / "documents" / "tarn.md"
    path.write_text(HARBOUR_LIGHT, encoding="utf-8")
    try:
        assert client.predict(api_name="/rebuild")["swapped"]
        answer = client.predict("When was the harbour light of Tarn lit first?", api_name="/ask")
        assert answer["citations"][0]["source_id"] == "tarn"
    finally:
        path.unlink()
        assert client.predict(api_name="/rebuild")["swapped"]


def fetch(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body="{}" if method == "POST" else None, headers=named)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


def test_the_page_may_reach_its_own_server_only(server: Server) -> None:
    status, headers, body = fetch(server, "/")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "fonts.googleapis" not in body


def test_other_sites_and_other_names_are_refused(server: Server) -> None:
    assert fetch(server, "/healthz", Host="rebound.example")[0] == 403
    assert fetch(server, "/gradio_api/queue/join", "POST", Origin="https://evil.example")[0] == 403
    assert fetch(server, "/gradio_api/call/rebuild", "POST", Origin="null")[0] == 403
    assert fetch(server, "/healthz", Host="localhost:1")[0] == 200


def test_no_file_of_the_machine_is_served(server: Server) -> None:
    for path in ("/etc/passwd", str(server.corpus / "corpus.toml"), str(server.index / "CURRENT"), "pyproject.toml"):
        assert fetch(server, f"/gradio_api/file={path}")[0] in (403, 404)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A chat behind a login, under a path, on a library without an index."""
    folder = tmp_path_factory.mktemp("guarded")
    corpus = library.write(folder / "corpus")
    with serving(corpus, folder, ["--auth", "ines:falk"]) as running:
        yield running


def test_the_page_is_there_while_the_first_index_is_built_and_progress_is_told(guarded: Server) -> None:
    told = guarded.wait("loading", "ready", seconds=60)
    assert told["status"] in ("loading", "ready")
    assert fetch(guarded, "/login")[0] == 401
    assert guarded.wait("ready")["detail"] == "Ready"
    output = guarded.output.read_text()
    assert "First start: building the index, once." in output
    assert "embedding" in output
    assert f"The chat is at {guarded.url}" in output


def test_a_login_guards_the_functions(guarded: Server) -> None:
    guarded.wait("ready")
    with pytest.raises(Exception, match=r"(?i)auth|login|401"):
        Client(guarded.url, verbose=False).predict(PAID, api_name="/ask")
    asked = {"question": PAID}
    assert httpx.post(f"{guarded.url}/v1/ask", json=asked).status_code == 401
    answer = httpx.post(f"{guarded.url}/v1/ask", json=asked, auth=("ines", "falk"), timeout=60).json()
    assert answer["citations"][0]["source_id"] == "letter-1931"
    client = Client(guarded.url, auth=("ines", "falk"), verbose=False)
    assert client.predict(PAID, api_name="/ask")["citations"][0]["source_id"] == "letter-1931"


def test_a_port_that_is_taken_is_said_in_a_line(server: Server, tmp_path: Path) -> None:
    import subprocess
    import sys

    port = urlsplit(server.url).port
    command = [
        sys.executable,
        "-m",
        "rag.interfaces.cli",
        "serve",
        "--corpus",
        str(server.corpus),
        "--index",
        str(server.index),
    ]
    done = subprocess.run([*command, "--port", str(port)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"rag: port {port} of 127.0.0.1 cannot be opened: Address already in use; ")
    assert done.stderr.count("\n") == 1
    assert free_port() != port


def test_the_server_has_asked_for_no_other_machine(server: Server, guarded: Server) -> None:
    """Runs last in this module: every address that the processes resolved or connected to."""
    here = {"'127.0.0.1'", "'localhost'", "'::1'", "None", "''"}
    for served in (server, guarded):
        assert set(served.resolved.read_text().split("\n")) - {""} <= here
