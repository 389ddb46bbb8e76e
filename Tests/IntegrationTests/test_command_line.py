"""The command line: exit codes, messages that name the place, and what only it has."""

import io
import json
import os
import pty
import signal
import struct
import subprocess

import clouds
import numpy as np
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

SQUARE = "0,0\n1,0\n1,1\n0,1\n"


def call(*arguments, environment=None, input="", text=True):
    line = [service.PROGRAMS / "tda", *map(str, arguments)]
    surroundings = {**os.environ, **(environment or {})}
    return subprocess.run(line, input=input, capture_output=True, text=text, env=surroundings, timeout=60)


@pytest.fixture
def long_running(shared, folder):
    """Starts a computation that would take very long; its standard error goes where it is told."""
    file = folder / "sphere.csv"
    file.write_text(clouds.csv(clouds.sphere(800, 4, seed=1)))
    line = [service.PROGRAMS / "tda", "rips", "--socket", shared.socket, "--max-dimension", "3"]
    line += ["--representatives", file]
    started = []

    def start(stderr=subprocess.PIPE):
        started.append(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=stderr))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def computations(tda):
    """What `tda status` says the daemon is running."""
    done = tda("status", "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["computations"]


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


def test_points_that_have_no_alpha_complex(tda):
    done = tda("alpha", "-", input="0 0 0 0\n")
    assert done.returncode == BAD_DATA, done.stderr
    assert "2 or 3 coordinates" in done.stderr


def test_a_file_that_is_not_there(tda, folder):
    done = tda("rips", folder / "nowhere.csv")
    assert done.returncode in (USAGE, BAD_DATA, 66)
    assert "nowhere.csv" in done.stderr


def test_no_daemon(folder):
    done = call("rips", "-", "--socket", folder / "tda.sock", input="0,0\n1,0\n")
    assert done.returncode == NO_DAEMON
    assert "tdad" in done.stderr
    assert str(folder / "tda.sock") in done.stderr


def test_an_interrupt_cancels_the_computation(tda, long_running):
    """A computation that would take very long ends soon after Ctrl-C, in the daemon too."""
    running = long_running()
    service.wait_until(lambda: len(computations(tda)) == 1, 60, "the start of the computation")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == INTERRUPTED
    service.wait_until(lambda: not computations(tda), 60, "the end of the computation")


def test_cancel_by_number(tda, long_running):
    running = long_running()
    service.wait_until(lambda: len(computations(tda)) == 1, 60, "the start of the computation")
    done = tda("cancel", computations(tda)[0]["id"])
    assert done.returncode == 0, done.stderr
    _, error = running.communicate(timeout=60)
    assert running.returncode == 1
    assert b"cancelled" in error


def test_cancel_of_what_is_not_there(tda):
    done = tda("cancel", "4711")
    assert done.returncode != 0
    assert "4711" in done.stderr


def test_progress_is_shown_on_a_terminal_and_wiped(tda, long_running):
    ours, theirs = pty.openpty()
    running = long_running(theirs)
    os.close(theirs)
    seen = b""
    while b" % " not in seen:
        seen += os.read(ours, 1024)
    running.terminate()
    assert running.wait(60) == 130
    while b"interrupted" not in seen:
        seen += os.read(ours, 1024)
    os.close(ours)
    assert b"\r\x1b[Ktda: interrupted" in seen


@pytest.mark.parametrize("command", ["status", "devices"])
def test_commands_that_only_ask(tda, command):
    done = tda(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_estimate(tda):
    done = tda("estimate", "-", "--max-dimension", "2", input="0,0\n1,0\n0,1\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(option):
    for name in ("tda", "tdad", "tda-gateway"):
        done = subprocess.run([service.PROGRAMS / name, option], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (name, done.stderr)
        assert done.stdout.strip(), name


def test_the_socket_may_be_named_by_the_environment(shared):
    assert call("status", environment={"TDA_SOCKET": str(shared.socket)}).returncode == 0


def test_an_unknown_variable_is_an_error_that_names_the_nearest():
    done = call("status", environment={"TDA_SOKET": "/tmp/x"})
    assert done.returncode == 64
    assert "TDA_SOKET" in done.stderr
    assert "TDA_SOCKET?" in done.stderr
    assert call("--help", environment={"TDA_SOKET": "/tmp/x"}).returncode == 0


def test_dipha_and_fortran_order(tda, folder):
    matrix = clouds.random_distances(12, seed=3).astype(np.float64)
    header = struct.pack("<qqq", 8067171840, 7, len(matrix))
    (folder / "matrix.dipha").write_bytes(header + matrix.tobytes())
    np.save(folder / "matrix.npy", np.asfortranarray(matrix))
    (folder / "matrix.csv").write_text("\n".join(",".join(map(repr, row)) for row in matrix.tolist()))
    outputs = {
        tda("rips", folder / "matrix.dipha").stdout,
        tda("rips", "--input", "distances", folder / "matrix.npy").stdout,
        tda("rips", "--input", "distances", folder / "matrix.csv").stdout,
    }
    assert len(outputs) == 1
    assert outputs.pop().startswith("0 0 ")


def test_precision(tda):
    found = {
        precision: tda("rips", "-", "--precision", precision, input=SQUARE).stdout.splitlines()[-1]
        for precision in ("float32", "float64")
    }
    assert found == {"float32": "1 1 1.4142135", "float64": "1 1 1.4142135623730951"}


def test_representatives(shared, tda):
    """The cocycle of the square's circle is the one edge by which it closes, in every output."""
    text = tda("rips", "-", "--representatives", input=SQUARE).stdout.splitlines()[-1]
    assert len(text.split()) == 6
    simplex = sorted(int(vertex) for vertex in text.split()[5].split("-"))
    results = json.loads(tda("rips", "-", "--representatives", "--output", "json", input=SQUARE).stdout)
    cocycle = results["persistence_pairs"][-1]["representative"]
    assert [sorted(each) for each in cocycle["simplices"]] == [simplex]
    assert cocycle["coefficients"] == [1]
    birth, death = ([int(vertex) for vertex in edge.split("-")] for edge in text.split()[3:5])
    assert (cocycle["birth"], cocycle["death"]) == (birth, death)
    assert sorted(birth) in [[0, 1], [1, 2], [2, 3], [0, 3]]
    assert sorted(death) in [[0, 2], [1, 3]]
    flags = ["--representatives", "--output", "npz", "--socket", shared.socket]
    arrays = np.load(io.BytesIO(call("rips", "-", *flags, input=SQUARE.encode(), text=False).stdout))
    assert sorted(arrays["h1_simplices"][0].tolist()) == simplex
    assert arrays["h1_offsets"].tolist() == [0, 1]
    assert arrays["h1_coefficients"].tolist() == [1]
    assert arrays["h0_offsets"][-1] == len(arrays["h0_simplices"])
    assert arrays["h1_edges"].tolist() == [birth + death]
    assert arrays["h0_edges"].shape == (4, 4)
