"""What only the command line has: its environment, binary files, representatives, the progress line, cancel."""

import io
import json
import os
import pty
import struct
import subprocess

import clouds
import numpy as np
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda")

SQUARE = "0,0\n1,0\n1,1\n0,1\n"


def call(*arguments, environment=None, input=b""):
    line = [service.PROGRAMS / "tda", *map(str, arguments)]
    surroundings = {**os.environ, **(environment or {})}
    return subprocess.run(line, input=input, capture_output=True, env=surroundings, timeout=60)


@pytest.fixture
def long_running(shared, folder):
    """Starts a computation that would take very long; its standard error goes where it is told."""
    file = folder / "sphere.csv"
    file.write_text("\n".join(",".join(map(str, point)) for point in clouds.sphere(400, 4, seed=1)))
    line = [service.PROGRAMS / "tda", "rips", "--socket", shared.socket, "--max-dimension", "3", file]
    started = []

    def start(stderr):
        started.append(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=stderr))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def computations(tda):
    return json.loads(tda("status", "--output", "json").stdout)["computations"]


def test_the_socket_may_be_named_by_the_environment(shared):
    assert call("status", environment={"TDA_SOCKET": str(shared.socket)}).returncode == 0


def test_an_unknown_variable_is_an_error_that_names_the_nearest():
    done = call("status", environment={"TDA_SOKET": "/tmp/x"})
    assert done.returncode == 64
    assert b"TDA_SOKET" in done.stderr
    assert b"TDA_SOCKET?" in done.stderr
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
    arrays = np.load(io.BytesIO(call("rips", "-", *flags, input=SQUARE.encode()).stdout))
    assert sorted(arrays["h1_simplices"][0].tolist()) == simplex
    assert arrays["h1_offsets"].tolist() == [0, 1]
    assert arrays["h1_coefficients"].tolist() == [1]
    assert arrays["h0_offsets"][-1] == len(arrays["h0_simplices"])
    assert arrays["h1_edges"].tolist() == [birth + death]
    assert arrays["h0_edges"].shape == (4, 4)


def test_progress_is_shown_on_a_terminal_and_wiped(tda, long_running):
    ours, theirs = pty.openpty()
    running = long_running(theirs)
    os.close(theirs)
    seen = b""
    while b" % " not in seen:
        seen += os.read(ours, 1024)
    running.terminate()
    assert running.wait(10) == 130
    while b"interrupted" not in seen:
        seen += os.read(ours, 1024)
    os.close(ours)
    assert b"\r\x1b[Ktda: interrupted" in seen


def test_cancel_by_number(tda, long_running):
    running = long_running(subprocess.PIPE)
    service.wait_until(lambda: len(computations(tda)) == 1, 20, "the start of the computation")
    done = tda("cancel", computations(tda)[0]["id"])
    assert done.returncode == 0, done.stderr
    _, error = running.communicate(timeout=10)
    assert running.returncode == 1
    assert b"cancelled" in error
