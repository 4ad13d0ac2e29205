"""docs/api.md and the README's HTTP example, run as they stand against a chat that is served."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import httpx
import pytest

from rag.config import HOME
from rag.interfaces.web import http_schema
from tests.interfaces.browser.serving import Server
from tests.interfaces.browser.test_programs import PAID

PAGE = (HOME / "docs" / "api.md").read_text(encoding="utf-8")
README = (HOME / "README.md").read_text(encoding="utf-8")


def examples(page: str, language: str, server: Server) -> list[str]:
    """The examples of a page, for this server and its library."""
    found = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return [code.replace("http://127.0.0.1:7860", server.url).replace(http_schema.ASKED, PAID) for code in found]


def shell(code: str) -> list[Any]:
    """What each curl of an example gives."""
    commands = code.replace("\\\n", " ").splitlines()
    done = [subprocess.run(["sh", "-c", c], capture_output=True, text=True, timeout=60, check=True) for c in commands]
    return [json.loads(one.stdout) for one in done]


def test_the_examples_in_the_shell_run(server: Server) -> None:
    first, second = examples(PAGE, "sh", server)
    (answer,) = shell(first)
    assert answer["outcome"] == "answer" and answer["citations"][0]["source_id"] == "letter-1931"
    passages, sources = shell(second)
    assert passages[0]["source_id"] == "letter-1931" and len(passages) == 2
    assert len(sources) == 5


def test_the_examples_in_python_run(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for code in examples(PAGE, "python", server):
        exec(compile(code, "docs/api.md", "exec"), names)
    told = capsys.readouterr().out
    assert told.startswith("answer The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg")
    assert "the source's words: The electric lamp" in told


def test_the_example_of_the_readme_is_three_lines_and_runs(server: Server) -> None:
    (example,) = (code for code in examples(README, "sh", server) if "/v1/" in code)
    assert example.count("\n") == 3
    assert shell(example)[0]["outcome"] == "answer"


def test_every_field_that_is_taken_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))
    assert set(http_schema.AskRequest.model_fields) | set(http_schema.RetrieveRequest.model_fields) <= told
    rows = re.findall(r"^\| (`.+?`) \|", PAGE.split("## When")[0], re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(http_schema.AskRequest.model_fields)


def test_no_rejection_of_other_sites_is_lost(server: Server) -> None:
    asked = {"question": PAID}
    assert httpx.post(f"{server.url}/v1/ask", json=asked, headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.get(f"{server.url}/v1/sources", headers={"Host": "rebound.example"}).status_code == 403
    schema = httpx.get(f"{server.url}/v1/openapi.json")
    assert schema.json()["openapi"].startswith("3.") and schema.headers["x-content-type-options"] == "nosniff"
    missing = httpx.post(f"{server.url}/v1/ask", json={})
    assert (missing.status_code, missing.json()) == (422, {"error": "question is missing"})
