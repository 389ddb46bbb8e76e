"""What computes: calibration, the choice of a device, and the OpenCL kernels under a checking simulator."""

import json
import shutil
import subprocess

import clouds
import numpy as np
import pytest
import service
import tda_client

pytestmark = pytest.mark.programs("tdad", "tda")


def devices(path, *options):
    line = [service.PROGRAMS / "tda", "devices", "--socket", path, "--output", "json", *options]
    return json.loads(subprocess.run(line, capture_output=True, text=True, check=True).stdout)


def test_a_calibration_is_kept_and_made_anew_on_request(folder, start):
    path, file = folder / "tda.sock", folder / "cache" / "calibration"
    environment = {"TDA_CALIBRATION": str(file)}
    start.daemon(path, environment=environment).stop()
    kept = file.read_text()
    assert kept.startswith("tda-calibration 2\nhardware ")

    # The next start takes what is there, to the digit.
    start.daemon(path, environment=environment)
    first = devices(path)["measured"]
    assert file.read_text() == kept
    assert {rate["backend"] for rate in first} >= {"cpu", "openblas"}
    assert {rate["work"] for rate in first} == {"distances", "edges"}

    again = devices(path, "--calibrate")["measured"]
    assert again != first
    assert file.read_text() != kept
    assert devices(path)["measured"] == again


def test_a_calibration_of_other_hardware_or_none_is_not_taken(folder, start):
    path, file = folder / "tda.sock", folder / "calibration"
    for worthless in ("tda-calibration 2\nhardware another machine\nthreads 2\n", "\x00 no calibration"):
        file.write_text(worthless)
        start.daemon(path, environment={"TDA_CALIBRATION": str(file)}).stop()
        assert file.read_text() != worthless


def test_a_calibration_that_cannot_be_kept_hinders_nobody(folder, start):
    path = folder / "tda.sock"
    daemon = start.daemon(path, environment={"TDA_CALIBRATION": "/proc/no/calibration"})
    assert "cannot keep the calibration" in daemon.output()
    assert devices(path)["measured"]


def test_without_a_calibration_nothing_is_measured(folder, start):
    path = folder / "tda.sock"
    start.daemon(path, environment={"TDA_CALIBRATION": "off"})
    assert devices(path)["measured"] == []


def test_an_unknown_device_is_named(folder, start):
    program = start.program("tdad", "--socket", str(folder / "tda.sock"), "--opencl", "no such device")
    assert program.process.wait(20) != 0
    assert 'there is no device "no such device"' in program.output()


def test_no_devices_with_opencl_off(folder, start):
    path = folder / "tda.sock"
    start.daemon(path, "--opencl", "off")
    assert devices(path)["devices"] == []


def test_the_topology_names_every_core(shared):
    told = devices(shared.socket)
    assert len(told["topology"]) == told["cores"]
    assert all(core["processors"] for core in told["topology"])


def test_kernels_under_oclgrind(folder):
    """Distances and the pass over edges on Oclgrind's device: right, without a race or a stray access."""
    oclgrind = shutil.which("oclgrind")
    if not oclgrind:
        pytest.skip("oclgrind is not installed; apt-get install oclgrind")
    path, log = folder / "tda.sock", folder / "oclgrind.log"
    # Accesses out of bounds are always checked; --uninitialized of version 21.10 falls over a write from the host.
    command = [oclgrind, "--data-races", "--check-api", "--log", log]
    command += [service.PROGRAMS / "tdad", "--socket", path, "--opencl", "oclgrind", "--calibration", "off"]
    # Few points: the simulator takes some ten thousand times as long as a processor.
    points = np.asarray(clouds.sphere(22, 3, seed=4), np.float32)
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        service.wait_until(path.exists, 20, "the daemon under oclgrind")
        with tda_client.Client(path) as tda:
            found = tda.rips(points, max_dimension=2, max_edge_length=1.1)
            manhattan = tda.rips(points, max_dimension=0, metric="manhattan")
    finally:
        daemon.terminate()
        said = daemon.communicate(timeout=30)[0]
    assert found.statistics["backend"] == manhattan.statistics["backend"] == "opencl", said
    assert "blocks on opencl" in found.statistics["phases"], found.statistics
    assert not log.exists() or log.read_text() == ""

    plain = folder / "plain.sock"
    with_threads = service.start_daemon(plain, "--opencl", "off")
    try:
        with tda_client.Client(plain) as tda:
            expected = tda.rips(points, max_dimension=2, max_edge_length=1.1)
    finally:
        with_threads.stop()
    for ours, theirs in zip(found.diagrams, expected.diagrams, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
