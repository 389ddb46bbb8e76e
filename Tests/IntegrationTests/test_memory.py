"""The memory budget: it holds under a storm of computations, and what is counted is what the process takes."""

import asyncio
import json
import resource
import subprocess

import clouds
import numpy as np
import pytest
import service
import tda_client

pytestmark = pytest.mark.programs("tdad", "tda")

MEGABYTE = 1 << 20
CONNECTIONS = 5
EACH = 100


def held(program, name):
    """A line of the process's status, in bytes."""
    with open(f"/proc/{program.process.pid}/status") as file:
        line = next(line for line in file if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


def reserved(path):
    """What the daemon has reserved for computations, in bytes."""
    run = subprocess.run(
        [service.PROGRAMS / "tda", "status", "--socket", path, "--output", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)["memory_reserved_bytes"]


async def storm(path, inputs):
    """Sends all `inputs` at once on one connection; the result of each, or the error."""
    async with tda_client.AsyncClient(path) as tda:
        return await asyncio.gather(*(tda.rips(points) for points in inputs), return_exceptions=True)


async def storms(path, inputs, count):
    """The same on `count` connections side by side."""
    return await asyncio.gather(*(storm(path, inputs) for _ in range(count)))


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.diagrams, other.diagrams, strict=True))


def test_500_computations_at_once_stay_within_the_budget(folder, start):
    path = folder / "tda.sock"
    limit = 20 * MEGABYTE
    # A computation of 600 points takes about 5 MB: 450 of them want a hundred times the budget, and every
    # tenth wants more than all of it by itself.
    daemon = start.daemon(path, "--memory-limit", str(limit), "--queue", "1000", "--threads", "2")
    kinds = [np.asarray(clouds.sphere(600, 3, seed=seed), np.float32) for seed in range(3)]
    with tda_client.Client(path) as tda:
        expected = [tda.rips(points) for points in kinds]
    too_large = np.asarray(clouds.sphere(4000, 3, seed=9), np.float32)
    base = held(daemon, "VmRSS")
    cap = held(daemon, "VmData") + limit + 64 * MEGABYTE
    resource.prlimit(daemon.process.pid, resource.RLIMIT_DATA, (cap, cap))

    inputs = [too_large if index % 10 == 9 else kinds[index % 3] for index in range(EACH)]
    right = refused = 0
    for found in asyncio.run(storms(path, inputs, CONNECTIONS)):
        for index, result in enumerate(found):
            if isinstance(result, tda_client.Result):
                assert same(result, expected[index % 3])
                right += 1
            else:
                assert isinstance(result, tda_client.ResourceExhausted | tda_client.Overloaded), result
                assert result.message
                refused += 1
    assert right + refused == CONNECTIONS * EACH
    assert refused >= CONNECTIONS * EACH // 10
    assert right >= CONNECTIONS * EACH // 2

    assert daemon.process.poll() is None
    service.wait_until(lambda: reserved(path) == 0, 60, "the budget's return")
    service.wait_until(lambda: held(daemon, "VmRSS") < base + 24 * MEGABYTE, 60, "memory back to base")
    with tda_client.Client(path) as tda:
        square = tda.rips(np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]))
    assert square.diagrams[1] == pytest.approx(np.array([[1, 2**0.5]]))


# More than 100 MB each.
LARGE = {
    "a matrix": (lambda: clouds.sphere(5500, 3, seed=1), ["--max-dimension", "1"]),
    "high dimension": (
        lambda: np.random.default_rng(1).random((5500, 256)),
        ["--max-dimension", "0"],
    ),
    "a sparse graph": (
        lambda: np.random.default_rng(2).random((60_000, 3)),
        ["--max-dimension", "0", "--max-edge-length", "0.08"],
    ),
}


@pytest.mark.parametrize(("make", "options"), LARGE.values(), ids=LARGE.keys())
def test_counted_memory_is_what_the_process_takes(folder, start, make, options):
    np.save(folder / "points.npy", np.asarray(make(), np.float32))
    path = folder / "tda.sock"
    daemon = start.daemon(path)
    before = held(daemon, "VmRSS")
    run = subprocess.run(
        [
            service.PROGRAMS / "tda",
            "rips",
            folder / "points.npy",
            "--socket",
            path,
            "--output",
            "json",
            *options,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    counted = json.loads(run.stdout)["statistics"]["memory_peak_mb"]
    grown = (held(daemon, "VmHWM") - before) / MEGABYTE
    assert counted > 100
    assert counted == pytest.approx(grown, rel=0.15)
