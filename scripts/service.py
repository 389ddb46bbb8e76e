"""Starts the built programs as real processes, waits until they are ready, and stops them tidily.

Standard library only: `make run`, the integration tests and the benchmarks all stand on it.
"""

import contextlib
import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / ".build/release"


class StartFailed(Exception):
    """A program ended, or stayed silent, before it was ready; the message carries its last words."""


def free_port(first=0):
    """A TCP port on loopback that nobody listens on: `first` or the next free one after it; any where 0."""
    # Any: below those that the kernel gives to clients, one of which could take it before it is listened on.
    ports = range(first, first + 100) if first else random.Random().sample(range(10_000, 32_000), 100)
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise StartFailed(f"no free port from {min(ports)} to {max(ports)}")


def wait_until(condition, seconds, what):
    """Polls `condition` until it is true; raises TimeoutError with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds} s")
        time.sleep(0.02)


def end_with_parent():
    """Asks the kernel to send this process SIGTERM when the one that started it dies, however it dies."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


class Program:
    """A running program of ours, in a process group of its own, its output in a file."""

    def __init__(self, name, *arguments, environment=None):
        self.name = name
        self.log = tempfile.TemporaryFile(prefix=f"{name}-")  # noqa: SIM115 - lives as long as the program
        self.process = subprocess.Popen(
            [PROGRAMS / name, *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def output(self):
        """All that the program has written so far."""
        self.log.flush()
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")

    def wait_ready(self, ready, seconds=120):
        """Waits until `ready()`; raises StartFailed with its output when it ends or is too slow."""
        try:
            wait_until(lambda: self.process.poll() is not None or ready(), seconds, f"{self.name}: readiness")
        except TimeoutError as error:
            raise StartFailed(f"{error}; it said:\n{self.output()}") from None
        if self.process.poll() is not None:
            status = self.process.returncode
            raise StartFailed(f"{self.name} ended with status {status}:\n{self.output()}")

    def stop(self, seconds=60):
        """SIGTERM, then SIGKILL for one that does not end; returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self):
        """SIGKILL, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_daemon(path, *arguments, environment=None):
    """tdad on the Unix socket at `path`, ready."""
    daemon = Program("tdad", "--socket", str(path), *arguments, environment=environment)
    return started(daemon, lambda: " ready on " in daemon.output())


def start_gateway(path, port, folder, *arguments, environment=None):
    """tda-gateway on loopback at `port`, its data in `folder`, asking the daemon at `path`; alive."""
    settings = {"TDA_SOCKET": str(path), "TDA_HTTP_PORT": str(port), "TDA_DATA_DIR": str(folder)}
    gateway = Program("tda-gateway", *arguments, environment={**settings, **(environment or {})})
    return started(gateway, lambda: fetch(f"http://127.0.0.1:{port}/api/v1/health/live").status == 200)


class Broker(Program):
    """tda-dev-broker, ready: `servers` for clients, `command` to disturb it."""

    def __init__(self, folder, *arguments):
        self.control = str(folder / "broker.sock")
        bootstrap = folder / "bootstrap"
        super().__init__(
            "tda-dev-broker", "--bootstrap-file", str(bootstrap), "--control", self.control, *arguments
        )
        started(self, lambda: "bootstrap servers" in self.output())
        self.servers = bootstrap.read_text().strip()

    def command(self, line):
        """Carries out one line of the broker's commands; raises for what it does not understand."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.control)
            connection.sendall(line.encode() + b"\n")
            answer = connection.makefile().readline().strip()
        if answer.startswith("error"):
            raise ValueError(f"{line}: {answer}")
        return answer


def start_bridge(servers, daemon, folder, *arguments, environment=None):
    """tda-bridge between the brokers at `servers`, the outbox in `folder` and the daemon; joined to Kafka."""
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TDA_SOCKET": str(daemon),
        "TDA_DATA_DIR": str(folder),
        "TDA_METRICS_PORT": "0",
    }
    bridge = Program("tda-bridge", *arguments, environment={**settings, **(environment or {})})
    return started(bridge, lambda: "joined to Kafka" in bridge.output())


def started(program, ready):
    try:
        program.wait_ready(ready)
    except BaseException:
        program.kill()
        raise
    return program


class Answer:
    """An HTTP answer: `status` (0 when nobody answered), `headers`, `body` in bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def fetch(url, body=None, headers=None, method=None, timeout=120):
    """GET, or POST of `body`: bytes as they are, anything else as JSON. Error statuses are answers too."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})} if body is not None else headers or {}
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return Answer(0, {}, b"")
