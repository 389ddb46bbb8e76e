"""What the benchmarks of the gateway share: the programs, the requests, and wrk."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "bench")]

import machine  # noqa: E402
import service  # noqa: E402

MACHINE = machine.describe()

CLOUDS, POINTS, SECONDS = 64, 100, int(os.environ.get("BENCH_SECONDS", "5"))
ROUTE = "/api/v1/tda/compute/vietoris-rips"


@contextlib.contextmanager
def gateway(folder, environment=None):
    """A daemon and a gateway of ours: the gateway's URL, the daemon's socket, the gateway as a program."""
    socket = folder / "tda.sock"
    with contextlib.ExitStack() as running:
        daemon = service.start_daemon(socket, "--log-level", "warning")
        running.callback(daemon.stop)
        port = service.free_port()
        program = service.start_gateway(
            socket, port, folder / "data", "--log-level", "warning", environment=environment
        )
        running.callback(program.stop)
        yield f"http://127.0.0.1:{port}", socket, program


def requests(cached):
    """The bodies, from a fixed seed."""
    random = np.random.default_rng(7)
    options = {"parameters": {"max_dimension": 1}, "job_options": {"cache_results": cached}}
    return [
        {"point_cloud": {"points": random.random((POINTS, 3)).round(6).tolist()}, **options}
        for _ in range(CLOUDS)
    ]


def wrk(url, bodies, connections, seconds=SECONDS):
    """POSTs the bodies in turn; requests a second, and the median and the 99th percentile of what one takes, in ms.

    A first second, in which caches fill, is not counted. Raises where a request was not answered with 2xx.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(body) + "\n" for body in bodies)
        file.flush()
        command = ["wrk", "-t", 1, "-c", connections, "--timeout", "10s"]
        command += ["-s", Path(__file__).parent / "load.lua"]
        for length in (1, seconds):
            done = subprocess.run(
                [*map(str, command), "-d", f"{length}s", url, "--", file.name],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
    run = json.loads(done.stdout.strip().splitlines()[-1])
    if run["failed"]:
        raise SystemExit(f"{run['failed']} requests to {url} failed")
    return run["requests"] / run["microseconds"] * 1e6, run["p50_us"] / 1000, run["p99_us"] / 1000


def write(name, text):
    """Keeps a page of results, the machine under its title, and shows it."""
    title, rest = text.split("\n\n", 1)
    text = f"{title}\n\n{MACHINE}\n\n{rest}"
    page = ROOT / "bench/results" / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
    print(text)
