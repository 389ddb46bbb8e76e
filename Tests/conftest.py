"""Fixtures: the built programs as real processes on temporary sockets, ports and folders."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import service

# Measured by the first daemon of a test run, for all of them; the user's own calibration is left alone.
CACHE = Path(tempfile.mkdtemp(prefix="tda-cache-"))
os.environ.setdefault("TDA_CALIBRATION", str(CACHE / "calibration"))


def pytest_unconfigure():
    shutil.rmtree(CACHE, ignore_errors=True)


def pytest_collection_modifyitems(items):
    """Skips the tests marked `programs(…)` whose programs have not been built, with the way to build them."""
    for item in items:
        for marker in item.iter_markers("programs"):
            missing = [name for name in marker.args if not (service.PROGRAMS / name).exists()]
            if missing:
                reason = f"{', '.join(missing)} not built; make build"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def folder():
    """A temporary folder with a short path, since a Unix socket's path is at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="tda-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start():
    """A function that starts programs of ours: start.daemon(path, …), start.gateway(…); stopped at the end."""
    starter = Starter()
    yield starter
    for program in reversed(starter.programs):
        program.stop()


class Starter:
    def __init__(self):
        self.programs = []

    def daemon(self, path, *arguments, environment=None):
        return self.keep(service.start_daemon(path, *arguments, environment=environment))

    def gateway(self, path, folder, *arguments, environment=None):
        """A gateway on a free port, ready when it is alive; `base` is the root of its API."""
        port = service.free_port()
        gateway = service.start_gateway(path, port, folder, *arguments, environment=environment)
        gateway.base = f"http://127.0.0.1:{port}/api/v1"
        return self.keep(gateway)

    def broker(self, folder, *arguments):
        return self.keep(service.Broker(folder, *arguments))

    def bridge(self, servers, daemon, folder, *arguments, environment=None):
        return self.keep(service.start_bridge(servers, daemon, folder, *arguments, environment=environment))

    def program(self, name, *arguments, environment=None):
        """Any program, not waited for."""
        return self.keep(service.Program(name, *arguments, environment=environment))

    def keep(self, program):
        self.programs.append(program)
        return program


@pytest.fixture(scope="session")
def shared():
    """One daemon and one gateway for the tests that only ask: `shared.socket`, `shared.base`."""
    path = Path(tempfile.mkdtemp(prefix="tda-"))
    starter = Starter()
    try:
        starter.socket = path / "tda.sock"
        starter.daemon(starter.socket)
        starter.base = starter.gateway(starter.socket, path / "data").base
        yield starter
    finally:
        for program in reversed(starter.programs):
            program.stop()
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def compute(shared):
    """compute(body) posts to the Vietoris–Rips route and returns the answer."""
    return lambda body: service.fetch(f"{shared.base}/tda/compute/vietoris-rips", body)


@pytest.fixture
def tda(shared):
    """tda("rips", …, input=…) runs the command line on the shared daemon; returns the finished process."""

    def run(command, *arguments, input=""):
        line = [service.PROGRAMS / "tda", command, "--socket", shared.socket, *map(str, arguments)]
        return subprocess.run(line, input=input, capture_output=True, text=True, timeout=120)

    return run
