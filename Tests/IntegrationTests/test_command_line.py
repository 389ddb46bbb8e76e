"""The command line's exit codes, and messages that name the place."""

import json
import signal
import subprocess

import clouds
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda")

USAGE, BAD_DATA, NO_DAEMON, INTERRUPTED = 64, 65, 69, 130

BAD_USAGE = {
    "no file": ["rips"],
    "an unknown command": ["sheaf"],
    "an unknown flag": ["rips", "-", "--maximum", "1"],
    "an unknown metric": ["rips", "-", "--metric", "taxicab"],
    "a field that is not prime": ["rips", "-", "--field", "4"],
    "a negative dimension": ["rips", "-", "--max-dimension", "-1"],
    "a length in words": ["rips", "-", "--max-edge-length", "long"],
    "an unknown precision": ["rips", "-", "--precision", "float16"],
    "an unknown output": ["rips", "-", "--output", "xml"],
    "no threads": ["rips", "-", "--threads", "0"],
}

# What is read, its format, and the line and column of the first thing that is wrong with it.
BAD_FILES = {
    "a word among numbers": ("0,0\n1,one\n", "auto", (2, 3)),
    "a row that is too short": ("0,0,0\n1,1,1\n2,2\n", "auto", (3, None)),
    "not a number": ("0,0\n1,nan\n", "points", (2, 3)),
    "infinity": ("0,0\ninf,1\n", "points", (2, 1)),
    "a matrix that is not square": ("0,1,2\n1,0,3\n", "distances", None),
    "a matrix that is not symmetric": ("0,1\n2,0\n", "distances", None),
    "a negative distance": ("0\n1,0\n-2,1,0\n", "lower-distances", (3, 1)),
    "a vertex that is no number": ("0 1 0.5\n0 x 0.5\n", "sparse", (2, 3)),
    "an edge without a length": ("0 1 0.5\n0 2\n", "sparse", (2, None)),
    "nothing": ("", "auto", None),
    "not numpy": ("\x01NUMPY", "npy", None),
}


def call(*arguments, input=""):
    line = [service.PROGRAMS / "tda", *map(str, arguments)]
    return subprocess.run(line, input=input, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", BAD_USAGE.values(), ids=BAD_USAGE.keys())
def test_bad_usage(shared, arguments):
    done = call(*arguments, input="0,0\n1,0\n")
    assert done.returncode == USAGE, done.stderr
    assert done.stderr
    assert not done.stdout


@pytest.mark.parametrize(("text", "form", "place"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_data(tda, text, form, place):
    done = tda("rips", "-", "--input", form, input=text)
    assert done.returncode == BAD_DATA, done.stderr
    if place is not None:
        line, column = place
        assert str(line) in done.stderr
        assert column is None or str(column) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def test_a_file_that_is_not_there(tda, folder):
    done = tda("rips", folder / "nowhere.csv")
    assert done.returncode in (USAGE, BAD_DATA, 66)
    assert "nowhere.csv" in done.stderr


def test_no_daemon(folder):
    done = call("rips", "-", "--socket", folder / "tda.sock", input="0,0\n1,0\n")
    assert done.returncode == NO_DAEMON
    assert "tdad" in done.stderr
    assert str(folder / "tda.sock") in done.stderr


def test_an_interrupt_cancels_the_computation(shared, tda, folder):
    """A computation that would take very long ends within seconds of Ctrl-C, in the daemon too."""
    file = folder / "sphere.csv"
    file.write_text("\n".join(",".join(map(str, point)) for point in clouds.sphere(400, 4, seed=1)))
    line = [service.PROGRAMS / "tda", "rips", "--socket", shared.socket, "--max-dimension", "3", file]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    service.wait_until(lambda: in_flight(tda) == 1, 20, "the start of the computation")
    running.send_signal(signal.SIGINT)
    assert running.wait(10) == INTERRUPTED
    service.wait_until(lambda: in_flight(tda) == 0, 10, "the end of the computation")


def in_flight(tda):
    """How many computations `tda status` says the daemon is running."""
    done = tda("status", "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["running"]


@pytest.mark.parametrize("command", ["status", "devices"])
def test_commands_that_only_ask(tda, command):
    done = tda(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_estimate(tda):
    done = tda("estimate", "-", "--max-dimension", "2", input="0,0\n1,0\n0,1\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_cancel_of_what_is_not_there(tda):
    done = tda("cancel", "4711")
    assert done.returncode != 0
    assert "4711" in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(option):
    for name in ("tda", "tdad", "tda-gateway"):
        done = subprocess.run([service.PROGRAMS / name, option], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (name, done.stderr)
        assert done.stdout.strip(), name
