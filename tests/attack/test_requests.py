"""Requests that mean harm: by other names, from other sites, too large, with lines or paths in them."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder
from starlette.testclient import TestClient

from rag.errors import ConfigError, CorpusError
from rag.interfaces.web.chat import Chat
from rag.interfaces.web.managing import _uploaded
from rag.sources.corpus import Corpus
from tests.conftest import Place, place_in
from tests.interfaces.served import INES, Small, served, users
from tests.interfaces.test_login import call, quick, sign_in, tool

__all__ = ["quick"]  # a fixture that is used by itself

COST = {"question": "What did the Harbour Bridge cost?"}
TYPED = {"Content-Type": "application/json"}
STATE_CHANGING = (
    "/gradio_api/run/rebuild", "/gradio_api/call/rebuild", "/gradio_api/queue/join", "/gradio_api/upload",
    "/gradio_api/mcp/", "/v1/ask", "/login", "/logout",
)  # fmt: skip

HOSTS = (
    "rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example", "10.0.0.1", "0.0.0.0", "2130706433",
    "0x7f.1", "127.1", "evil@127.0.0.1.example", "", " ", "[::ffff:8.8.8.8]", "[", "]:1", "::1",
    "a" * 300, "localhost.",
)  # fmt: skip
"""Names under which a page of another site could be read, if the server answered to them."""

ORIGINS = (
    "https://evil.example", "null", "http://127.0.0.1:7861", "http://localhost:7860", 
    "https://127.0.0.1:7860.evil.example",
    "http://127.0.0.1", "file://", "http://[", "chrome-extension://abc", "http://evil.example:7860",
    "http://127.0.0.1:7860@evil",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return place_in(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def open_here(place: Place) -> Iterator[TestClient]:
    with served(place, mcp=True) as client:
        yield client


@pytest.fixture
def guarded(place: Place) -> Iterator[TestClient]:
    with served(place, users=users(), mcp=True) as client:
        yield client


def test_a_name_that_is_not_this_machines_is_refused(open_here: TestClient) -> None:
    for host in HOSTS:
        for path in ("/", "/healthz", "/v1/sources"):
            assert open_here.get(path, headers={"Host": host}).status_code == 403, (host, path)
    for host in ("127.0.0.1:7860", "localhost:1", "[::1]:7860", "127.8.8.8"):
        assert open_here.get("/healthz", headers={"Host": host}).status_code == 200, host


def test_a_page_of_another_site_changes_nothing_and_reads_nothing(open_here: TestClient) -> None:
    for path in STATE_CHANGING:
        for origin in ORIGINS:
            assert open_here.post(path, headers={"Origin": origin}, json=COST).status_code == 403, (path, origin)
        for site in ("cross-site", "same-site"):
            assert open_here.post(path, headers={"Sec-Fetch-Site": site}, json=COST).status_code == 403, (path, site)
    for origin in ORIGINS:
        assert open_here.get("/v1/sources", headers={"Origin": origin}).status_code == 403
    here = {"Origin": "http://127.0.0.1:7860", "Sec-Fetch-Site": "same-origin"}
    assert open_here.post("/v1/ask", json=COST, headers=here).status_code == 200
    assert open_here.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_a_session_is_of_no_use_to_another_site(guarded: TestClient) -> None:
    assert sign_in(guarded, "ines", INES).status_code == 200
    for path in STATE_CHANGING:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            assert guarded.post(path, headers=headers, json=COST).status_code == 403, path
    assert guarded.get("/v1/sources").status_code == 200, "the session has not ended"
    proxied = {"Origin": "https://library.example", "X-Forwarded-Host": "library.example"}
    assert call(guarded, "rebuild", headers=proxied).status_code == 200


def test_a_request_shown_to_be_of_no_browser_is_never_cacheable_or_framed(guarded: TestClient) -> None:
    for path in ("/", "/v1/sources", "/healthz", "/gradio_api/info"):
        headers = guarded.get(path, headers={"Accept": "text/html"}).headers
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert guarded.get("/", headers={"Accept": "text/html"}).headers["cache-control"] == "no-store"


BODIES = [
    (b"", 422),
    (b"null", 422),
    (b"[]", 422),
    (b"\xff\xfe", 422),
    (b"{" * 100_000, 422),
    (b'{"question": ' + b"[" * 100_000, 422),
    (b'{"question": "' + b"x" * 900_000 + b'"}', 422),
    (b'{"question": "' + b"x" * 2**20 + b'"}', 413),
    (b'{"question": "x", "k": ' + b"9" * 4000 + b"}", 422),
    (b'{"question": "x", "k": 1e400}', 422),
    (b'{"question": "x", "k": NaN}', 422),
    (b'{"question": "\\ud800"}', 200),
    (b'{"question": "a\\u0000b"}', 200),
    (b'{"question": "x", "since": "' + b"9" * 10_000 + b'"}', 422),
    (b'{"question": "x", "sources": [' + b'"a",' * 50_000 + b'"a"]}', 422),
    (b'{"question": "x", "history": [' + b"{}," * 50_000 + b"{}]}", 422),
]


def test_a_body_that_is_odd_or_too_large_gets_a_sentence(open_here: TestClient) -> None:
    for body, status in BODIES:
        for address in ("/v1/ask", "/v1/retrieve"):
            answer = open_here.post(address, content=body, headers=TYPED)
            wanted = 422 if b"history" in body and address == "/v1/retrieve" else status
            assert answer.status_code == wanted, (body[:60], answer.text[:300])
            if wanted != 200:
                assert list(answer.json()) == ["error"] and len(answer.text) < 5000


def test_a_turn_of_the_history_is_what_the_description_says(open_here: TestClient) -> None:
    for turn, status in (({"question": "x"}, 200), ({"question": "x", "answer": 5}, 422), ({"answer": "x"}, 422)):
        assert open_here.post("/v1/ask", json={**COST, "history": [turn]}).status_code == status
    told = open_here.get("/v1/openapi.json").json()["components"]["schemas"]["AskRequest"]["properties"]["history"]
    assert [one["required"] for one in told["items"]["anyOf"]] == [["role", "content"], ["question"]]


def test_what_is_said_of_a_long_wrong_input_is_short(open_here: TestClient) -> None:
    long = "9" * 500_000
    for wrong in ({"k": long}, {"since": long}, {"kinds": [long]}, {"sources": [long]}, {"history": [{long: "x"}]}):
        answer = open_here.post("/v1/ask", json={"question": "x", **wrong})
        assert answer.status_code == 422 and len(answer.text) < 2000


IDS = (
    "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "notes/../../CURRENT", "bridge-report/../../x",
    "C:\\windows\\win.ini", "\\\\host\\share", "file:///etc/passwd", "\0", "bridge-report/notes\0.md", "~/.ssh/id_rsa",
    "", ".", "..", "bridge-report/nothing", "a" * 10_000, "\ud800", "{{7*7}}", "$(id)", "*", "bridge-*",
)  # fmt: skip


def test_an_id_is_no_path(place: Place) -> None:
    place.library.build()
    engine = Small(place)
    engine.start()
    assert engine.wait(30)
    chat = Chat(engine, Corpus.read(place.corpus))
    before = sorted(place.corpus.rglob("*"))
    for name in IDS:
        event = gr.EventData(None, {"doc": name, "start": 0, "end": 5, "quote": ""})
        said = chat.read(event)
        assert "root:" not in said and "<mark" not in said, name
        with pytest.raises(CorpusError):
            place.library.remove(name)
        with pytest.raises(CorpusError):
            place.library.set(name, {"title": "x"})
        with pytest.raises(CorpusError):
            place.library.add(place.corpus / "corpus.toml", source_id=name)
    assert sorted(place.corpus.rglob("*")) == before


ROUTES = ("gradio_api/file=", "gradio_api/file/", "file=", "static/", "assets/", "svelte/", "gradio_api/proxy=")


def test_no_file_of_the_machine_is_served_or_taken(open_here: TestClient, place: Place) -> None:
    secret = str(place.corpus / "corpus.toml")
    up = "/..%2f..%2f..%2f..%2f..%2f..%2f.."
    forms = ("{}", "../../../../../..{}", "/..{}", "/{}", "file://{}", "%2e%2e{}", "{}%252500.png", up + "{}", "\\..{}")
    for path in [form.format(file) for form in forms for file in (secret, "/etc/passwd")]:
        for route in ROUTES:
            answer = open_here.get(f"/{route}{path}")
            assert "main_source" not in answer.text and "root:" not in answer.text, (route, path)
    for path in ("/etc/passwd", secret, "", ".", "../x", "\0"):
        with pytest.raises(ConfigError, match="no file that was uploaded"):
            _uploaded(path)


NAMES = (
    "../../../../tmp/{}",
    "/tmp/{}",
    "..\\..\\{}",
    "a/../../{}",
    "..",
    ".",
    "{}\0.png",
    "C:\\{}",
    "\u202e{}",
    "{}/",
)


def test_the_name_of_an_uploaded_file_leads_nowhere(open_here: TestClient) -> None:
    home, evil = Path(get_upload_folder()).resolve(), "an-evil-name.txt"
    for name in NAMES:
        answer = open_here.post("/gradio_api/upload", files={"files": (name.format(evil), b"The night ferry.")})
        if answer.status_code == 200:
            assert Path(answer.json()[0]).resolve().is_relative_to(home)
    assert not (Path("/tmp") / evil).exists()


def test_a_tool_is_not_led_to_another_machine_by_the_host_of_its_request(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's MCP server asks itself over HTTP at the address that the caller names, for functions in its queue."""
    asked: list[Any] = []
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **options)

    with served(place, host="0.0.0.0", mcp=True) as client:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        for headers in ({"Host": "inside.test"}, {"X-Forwarded-Host": "inside.test"}, {"Host": "169.254.169.254"}):
            answer, told = tool(client, "ask", COST, headers=headers)
            assert told is None or "310 million" in json.dumps(told), answer.text
    assert not [host for host in asked if host not in ("127.0.0.1", "localhost", "::1", None)]


LINES = "x\r\nSet-Cookie: session=1\r\n\r\n<script>\x1b[2J\nroot: forged line"


def test_no_line_of_a_request_becomes_a_header_or_a_line_of_the_log(
    guarded: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    answers = [
        sign_in(guarded, LINES, LINES),
        sign_in(guarded, LINES, LINES, Accept="text/html"),
        guarded.post("/v1/ask", json={"question": LINES, "sources": [LINES]}, auth=("ines", INES)),
        guarded.post("/v1/ask", json={"question": LINES, "since": LINES}, auth=("ines", INES)),
        guarded.get("/v1/" + "x%0d%0aSet-Cookie:%20a=b", auth=("ines", INES)),
        guarded.get("/x%0d%0aSet-Cookie:%20a=b", headers={"Accept": "text/html"}),
    ]
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert "<script>" not in answer.text or answer.headers["content-type"].startswith("application/json")
    written = caplog.text + "".join(capfd.readouterr())
    assert "forged" not in written and "\x1b" not in written
