"""Let schemathesis try the HTTP API on loopback by its own description: build/fuzz-http.json.

    make fuzz-http

It is installed into a folder of its own, for it brings sixty packages. A small library is served
without models. A finding is an answer of 5xx, one of another form than described, a wrong request
that is taken, or a right one that is refused.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn

from rag.interfaces.web.server import ServerOptions, create_app, listen
from rag.interfaces.web.watching import Watcher
from tests.conftest import place_in
from tests.interfaces.browser.serving import free_port
from tests.interfaces.served import Small

CONFORMING = ("status_code", "content_type", "response_schema")
CHECKS = ",".join(["not_a_server_error", "negative_data_rejection", *(f"{name}_conformance" for name in CONFORMING)])


def main() -> int:
    """Serve, try, and tell; gives schemathesis's exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=Path, default=Path("build/schemathesis"), help="folder that it is installed in")
    parser.add_argument("--examples", type=int, default=300, help="at most, for each operation")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz-http.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = place_in(Path(folder))
        place.library.build()
        engine = Small(place)
        engine.start()
        engine.wait(60)
        app = create_app(engine, ServerOptions(), Watcher(engine, print))
        with listen("127.0.0.1", free_port()) as listening:
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="on"))
            threading.Thread(target=server.run, args=([listening],), daemon=True).start()
            address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/openapi.json"
            command = [sys.executable, "-m", "schemathesis.cli", "run", address, "--checks", CHECKS]
            command += ["--max-examples", str(options.examples), "--seed", "1", "--no-color"]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (options.tool.resolve(), Path.cwd())))}
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
            server.should_exit = True
    print(done.stdout)
    found = re.search(r"(\d[\d,]*) generated", done.stdout)
    told = {"requests": int(found[1].replace(",", "")) if found else 0, "failed": done.returncode, "said": done.stdout}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
