"""Who comes in, who may change the library, and when a session ends."""

from __future__ import annotations

import json
import logging
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.errors import ConfigError
from rag.interfaces import users as users_file
from rag.interfaces.cli import main
from rag.interfaces.users import User, Users
from rag.interfaces.web import sessions
from rag.interfaces.web.sessions import FORGOTTEN, IDLE, LONGEST, MOST_FAILURES, Attempts, Sessions
from tests.conftest import Place
from tests.interfaces.served import INES, NILS, served, users

COST = {"question": "What did the Harbour Bridge cost?"}
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_file, "COST", {"n": 2**4, "r": 8, "p": 1})


@pytest.fixture
def door(place: Place) -> Iterator[TestClient]:
    with served(place, users=users(), mcp=True) as client:
        yield client


def sign_in(client: TestClient, name: str, password: str, **headers: str) -> Any:
    return client.post("/login", data={"username": name, "password": password}, headers=headers)


def tool(client: TestClient, name: str, arguments: dict[str, Any], **options: Any) -> Any:
    """Call an MCP tool; gives the answer and, where there is one, what the tool said."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    accept = {"Accept": "application/json, text/event-stream", **options.pop("headers", {})}
    answer = client.post("/gradio_api/mcp/", json=message, headers=accept, **options)
    if answer.status_code != 200:
        return answer, None
    [data] = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    return answer, json.loads(data)["result"]


def call(client: TestClient, name: str, **options: Any) -> Any:
    """Call one of the page's endpoints in gradio's protocol."""
    return client.post(f"/gradio_api/run/{name}", json={"data": [False]}, **options)


def test_nothing_but_the_monitors_page_is_shown_to_a_stranger(door: TestClient) -> None:
    paths = ["/", "/config", "/gradio_api/info", "/v1/sources", "/v1/openapi.json", "/gradio_api/mcp/", "/theme.css"]
    for path in [
        *paths,
        "/gradio_api/file=/etc/passwd",
        "/nothing",
        "/healthz/",
        "//healthz",
        "/login",
        "/logout",
        "/metrics",
    ]:
        assert door.get(path).status_code == 401, path
    for path in ("/v1/ask", "/gradio_api/mcp/", "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/run/ask"):
        assert door.post(path, json=COST).status_code == 401, path
    assert door.get("/healthz").json()["status"] == "ready"
    page = door.get("/", headers=HTML)
    assert page.status_code == 401 and 'name="password"' in page.text and "www-authenticate" not in page.headers


def test_a_session_begins_with_the_right_password_and_ends_with_sign_out(door: TestClient) -> None:
    assert sign_in(door, "ines", NILS).status_code == 401
    assert sign_in(door, "nobody", INES).status_code == 401
    assert sign_in(door, "ines", "").status_code == 401
    answer = sign_in(door, "ines", INES, **HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert door.get("/", headers=HTML).status_code == 200
    assert "Sign out" in door.get("/", headers=HTML).text
    kept = dict(door.cookies)
    assert door.post("/logout").status_code == 303
    door.cookies.update(kept)
    assert door.get("/v1/sources").status_code == 401


def test_a_cookie_is_for_https_only_where_the_page_is(place: Place) -> None:
    with served(place, users=users()) as client:
        client.base_url = "https://library.test"
        assert "Secure" in sign_in(client, "ines", INES).headers["set-cookie"]


def test_http_basic_opens_every_program_door(door: TestClient) -> None:
    wrong = door.post("/v1/ask", json=COST, auth=("ines", NILS))
    assert wrong.headers["www-authenticate"] == "Basic"
    assert wrong.json() == {"error": "user and password are missing or wrong; send them as HTTP Basic"}
    for header in ("Basic", "Basic é", "Bearer x", "Basic aW5lcw=="):
        raw = {b"Authorization": header.encode("latin-1")}
        assert door.get("/v1/sources", headers=raw).status_code == 401
    assert "310 million" in door.post("/v1/ask", json=COST, auth=("nils", NILS)).json()["text"]
    assert "310 million" in tool(door, "ask", COST, auth=("nils", NILS))[1]["content"][0]["text"]


def test_only_a_manager_changes_the_library_by_whichever_door(door: TestClient) -> None:
    nils, ines = ("nils", NILS), ("ines", INES)
    refused = call(door, "rebuild", auth=nils)
    assert refused.status_code == 500 and "login of a manager" in refused.text
    told = tool(door, "rebuild", {}, auth=nils)[1]
    assert told["isError"] and "login of a manager" in told["content"][0]["text"]
    assert door.post("/gradio_api/upload", files={"files": b"x"}, auth=nils).status_code == 403
    assert call(door, "rebuild", auth=ines).json()["data"][0]["swapped"] is False
    assert json.loads(tool(door, "rebuild", {}, auth=ines)[1]["content"][0]["text"])["swapped"] is False
    assert door.post("/gradio_api/upload", files={"files": b"x"}, auth=ines).status_code == 200


def test_no_event_of_the_page_changes_the_library_for_a_reader(door: TestClient, place: Place) -> None:
    before = sorted(path.name for path in place.corpus.rglob("*"))
    config = door.get("/config", auth=("nils", NILS)).json()
    refused = set()
    for one in config["dependencies"]:
        kind = one["targets"][0][1] if one["targets"] else ""
        if kind not in ("submit", "apply", "change", "edit", "delete"):
            continue
        body = {
            "data": [None] * len(one["inputs"]),
            "fn_index": one["id"],
            "trigger_id": one["targets"][0][0],
            "session_hash": "s",
            "event_data": {"address": "https://a.test/", "source": "ferry-note", "on": True, "facts": {"title": "x"}},
        }
        answer = door.post("/gradio_api/run/predict", json=body, auth=("nils", NILS))
        assert "Changed" not in answer.text and "Added" not in answer.text
        if "login of a manager" in answer.text:
            refused.add(kind)
    assert refused == {"submit", "apply", "change", "edit", "delete"}
    assert sorted(path.name for path in place.corpus.rglob("*")) == before


def test_without_users_this_machine_manages_and_no_other(place: Place) -> None:
    with served(place) as client:
        assert call(client, "rebuild").json()["data"][0]["swapped"] is False
    with served(place, host="0.0.0.0") as client:
        assert "login of a manager" in call(client, "rebuild").text
        assert client.post("/gradio_api/upload", files={"files": b"two"}).status_code == 413


def test_attempts_are_counted_by_address_and_by_name(door: TestClient) -> None:
    assert door.get("/v1/sources", auth=("ines", INES)).status_code == 200
    for _ in range(MOST_FAILURES["address"]):
        assert sign_in(door, "ines", "wrong").status_code == 401
    late = sign_in(door, "ines", INES)
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 200
    assert door.get("/v1/sources", auth=("ines", INES)).status_code == 429


def test_wrong_passwords_sent_together_are_counted_as_those_sent_one_by_one(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    check = Users.check

    def slow(self: Users, name: str, password: str) -> User | None:
        looked_at.append(password)
        time.sleep(0.05)
        return check(self, name, password)

    monkeypatch.setattr(Users, "check", slow)
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: sign_in(door, "ines", f"wrong {n}").status_code, range(16)))
    assert len(looked_at) == told.count(401) == MOST_FAILURES["address"]
    assert told.count(429) == 16 - MOST_FAILURES["address"]


def test_right_passwords_are_not_counted(door: TestClient) -> None:
    for _ in range(MOST_FAILURES["address"] + 1):
        assert sign_in(door, "ines", INES).status_code == 200


def test_failures_are_forgotten_after_a_while_and_a_network_counts_as_one() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for number in range(MOST_FAILURES["address"]):
        assert attempts.wait(f"2001:db8::{number}", "") == 0
        attempts.begin(f"2001:db8::{number}", f"name {number}")
        now[0] += 1
    assert attempts.wait("2001:db8::ffff", "ines") == FORGOTTEN - 10
    assert attempts.wait("2001:db8:0:1::1", "ines") == 0
    now[0] = FORGOTTEN + 1
    assert attempts.wait("2001:db8::ffff", "ines") == 0
    for number in range(MOST_FAILURES["name"]):
        attempts.begin(f"10.0.0.{number}", "ines")
    assert attempts.wait("10.1.1.1", "ines") > 0
    now[0] += 2 * FORGOTTEN
    attempts.begin("10.0.0.1", "nils")
    assert len(attempts._failures) == 2


def test_a_session_ends_when_idle_and_in_any_case() -> None:
    now = [0.0]
    everyone = users()
    ines = everyone.get("ines")
    assert ines
    held = Sessions(everyone, lambda: now[0])
    key = held.begin(ines)
    now[0] = IDLE - 1
    assert held.user(key) == ines
    now[0] = 2 * IDLE
    assert held.user(key) is None
    key = held.begin(ines)
    for _ in range(5):
        now[0] += IDLE - 1
        assert held.user(key) == ines
    now[0] = 2 * IDLE + LONGEST
    assert held.user(key) is None
    assert held.user("guessed") is None


def test_sessions_are_bounded_and_keys_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    everyone = users()
    ines = everyone.get("ines")
    assert ines
    held = Sessions(everyone)
    keys = [held.begin(ines) for _ in range(5)]
    assert [held.user(key) is not None for key in keys] == [False, False, True, True, True]
    assert not any(key in repr(held._open) for key in keys)


def test_who_is_removed_or_changed_is_out_at_once(place: Place) -> None:
    users_file.add(place.corpus, "ines", INES, "manager")
    users_file.add(place.corpus, "nils", NILS, "reader")
    with served(place, users=Users.of(place.corpus)) as client:
        sign_in(client, "nils", NILS)
        assert client.get("/v1/sources").status_code == 200
        users_file.add(place.corpus, "nils", NILS + "2", "reader")
        assert client.get("/v1/sources").status_code == 401
        sign_in(client, "nils", NILS + "2")
        assert client.get("/v1/sources").status_code == 200
        users_file.remove(place.corpus, "nils")
        assert client.get("/v1/sources").status_code == 401
        (place.corpus / "users.toml").unlink()
        assert client.get("/v1/sources", auth=("ines", INES)).status_code == 401


def test_an_unknown_name_takes_as_long_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_file, "COST", {"n": 2**12, "r": 8, "p": 1})
    everyone = users()

    def seconds(name: str) -> float:
        began = time.perf_counter()
        assert everyone.check(name, "wrong") is None
        return time.perf_counter() - began

    runs = [(seconds("ines"), seconds("nobody")) for _ in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*runs, strict=True))
    assert 0.7 < known / unknown < 1.4


# The file


def test_the_file_holds_no_password_and_only_its_owner_reads_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", iter_line(INES))
    assert main(["user", "add", "ines", "--role", "manager", "--corpus", str(place.corpus)]) == 0
    file = place.corpus / "users.toml"
    assert file.stat().st_mode & 0o077 == 0
    assert INES not in file.read_text()
    assert main(["user", "list", "--json", "--corpus", str(place.corpus)]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out[told.out.index("[") :]) == [{"name": "ines", "role": "manager"}]
    assert INES not in told.out + told.err
    found = Users.of(place.corpus)
    assert found and found.check("ines", INES) and not found.check("ines", INES + " ")


def iter_line(text: str) -> Any:
    import io

    return io.StringIO(text + "\n")


@pytest.mark.parametrize(
    ("name", "password", "role", "told"),
    [
        ("in:es", INES, "reader", "the name is 'in:es'; expected"),
        ('"]\n[x', INES, "reader", "expected at most 64 letters"),
        ("", INES, "reader", "the name is ''"),
        ("ines", "short", "reader", "the password has 5 characters; expected 12 to 1,024"),
        ("ines", "x" * 1025, "reader", "the password has 1025 characters"),
        ("ines", INES, "owner", "the role is 'owner'; expected reader or manager"),
    ],
)
def test_what_cannot_be_taken_is_said_and_holds_no_password(
    place: Place, name: str, password: str, role: str, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        users_file.add(place.corpus, name, password, role)
    assert told in str(caught.value) and password not in str(caught.value)
    assert not (place.corpus / "users.toml").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[ines]\nrole = 'manager'",
        "[ines]\nrole = 'owner'\nsalt = ''\nscrypt = ''",
        "[ines]\nrole = 'manager'\nsalt = ''\nscrypt = ''",
        "[ines]\nrole = 'manager'\nsalt = 'é'\nscrypt = 'x'",
        "ines = 'secret'",
        "[ines]\npassword = 'secret'",
    ],
)
def test_a_damaged_file_lets_nobody_in(place: Place, text: str) -> None:
    (place.corpus / "users.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"users\.toml .*`rag user add") as caught:
        Users.of(place.corpus)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_damaged_while_it_is_served_lets_nobody_in(place: Place) -> None:
    users_file.add(place.corpus, "ines", INES, "manager")
    found = Users.of(place.corpus)
    assert found and found.check("ines", INES)
    (place.corpus / "users.toml").write_text("[ines")
    assert found.check("ines", INES) is None


def test_the_last_user_stays(place: Place) -> None:
    users_file.add(place.corpus, "ines", INES, "manager")
    with pytest.raises(ConfigError, match="'ines' is the only user; to serve without a login, delete"):
        users_file.remove(place.corpus, "ines")
    with pytest.raises(ConfigError, match="no user is called 'nils'"):
        users_file.remove(place.corpus, "nils")


def test_users_that_are_added_at_a_time_are_all_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    write = users_file._write

    def slow(*told: Any) -> None:
        time.sleep(0.05)
        write(*told)

    monkeypatch.setattr(users_file, "_write", slow)
    names = [f"reader-{n}" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: users_file.add(place.corpus, name, INES, "reader"), names))
    assert sorted(users_file.read(place.corpus / "users.toml")) == names


def test_what_cannot_be_written_leaves_nothing_behind(place: Place) -> None:
    (place.corpus / "users.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        users_file.add(place.corpus, "ines", INES, "reader")
    with pytest.raises(OSError, match="directory"):
        users_file._write(place.corpus / "users.toml", {})
    assert [path.name for path in place.corpus.glob("users.toml?*")] == ["users.toml.lock"]
    with pytest.raises(ConfigError, match="cannot be written"):
        users_file.add(place.corpus / "nowhere", "ines", INES, "reader")
    assert not (place.corpus / "nowhere").exists()


def test_only_the_first_user_asks_for_a_restart(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for name in ("ines", "nils"):
        monkeypatch.setattr("sys.stdin", iter_line(INES))
        assert main(["user", "add", name, "--corpus", str(place.corpus)]) == 0
        told.append("restart a `rag serve` that is running without users" in capsys.readouterr().out)
    assert told == [True, False]


def test_one_way_to_name_users_at_a_time(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    users_file.add(place.corpus, "ines", INES, "manager")
    assert main(["serve", "--corpus", str(place.corpus), "--auth", "nils:hidden"]) == 1
    said = capsys.readouterr().err
    assert "leave out --auth" in said and "hidden" not in said
    (place.corpus / "users.toml").unlink()
    assert main(["serve", "--corpus", str(place.corpus), "--auth", "hidden"]) == 1
    assert "hidden" not in capsys.readouterr().err


# Secrets


def test_secrets_stand_in_no_log_error_page_or_index(
    place: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-a-key-of-the-service"
    monkeypatch.setenv("RAG_LLM_API_KEY", key)
    monkeypatch.setenv("RAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("RAG_LLM_MODEL", "small")
    caplog.set_level(logging.DEBUG)
    users_file.add(place.corpus, "ines", INES, "manager")
    told: list[str] = []
    with served(place, users=Users.of(place.corpus)) as client:
        sign_in(client, "ines", INES)
        session = next(iter(dict(client.cookies).values()))
        sign_in(client, INES, "mistaken for a name")
        for path in ("/", "/config", "/v1/sources", "/v1/openapi.json", "/healthz", "/gradio_api/info"):
            told.append(client.get(path, headers=HTML).text)
        told.append(client.post("/v1/ask", json={**COST, "written": True}).text)
        told.append(client.post("/v1/ask", content="{", auth=("ines", INES)).text)
    main(["info", "--corpus", str(place.corpus), "--index", str(place.settings.index)])
    main(["ask", "x", "--llm", "--corpus", str(place.corpus), "--index", str(place.settings.index)])
    output = capfd.readouterr()
    held = [path.read_bytes() for path in place.settings.index.rglob("*") if path.is_file()]
    salt = next(iter(users_file.read(place.corpus / "users.toml").values())).salt
    for secret in (INES, session, key):
        assert secret not in "".join([*told, caplog.text, output.out, output.err])
        assert not any(secret.encode() in data for data in held)
    assert not any(salt in data or b"scrypt" in data for data in held)
    assert "users" not in [status.source.id for status in place.library.sources()]
    assert INES not in repr(User.new("ines", INES, "manager"))
