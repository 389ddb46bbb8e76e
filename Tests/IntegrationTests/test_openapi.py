"""The live routes held against /openapi.json by schemathesis: what it generates, valid and not, is answered as the
document says, and nothing fails inside.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")


@pytest.mark.parametrize("tokens", [False, True], ids=["open", "with tokens"])
def test_the_routes_do_as_the_document_says(folder, start, tokens):
    path = folder / "tda.sock"
    start.daemon(path)
    # Quick to become a job, so that no generated cloud holds the test up.
    environment = {"TDA_SYNC_LIMIT_MS": "200", "LOG_LEVEL": "error"}
    options = []
    if tokens:
        environment["TDA_API_TOKENS"] = "secret"
        options = ["--header", "Authorization: Bearer secret"]
    base = start.gateway(path, folder / "data", environment=environment).base
    root = base.removesuffix("/api/v1")
    command = [
        Path(sys.executable).parent / "st",
        "--config-file",
        Path(__file__).parent / "schemathesis.toml",
    ]
    command += ["run", f"{root}/openapi.json", "--seed", 1, *options]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert service.fetch(f"{base}/health").status == 200
