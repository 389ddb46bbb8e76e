"""The programs as processes: starting, stopping, and one of them dying under the other."""

import math
import os
import signal
import socket
import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import clouds
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway", "tda")

SQUARE = {"point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}}
RIPS = "/tda/compute/vietoris-rips"


def status(path):
    return subprocess.run(
        [service.PROGRAMS / "tda", "status", "--socket", path, "--output", "json"],
        capture_output=True,
        text=True,
    )


def is_running(path):
    return '"running":1' in status(path).stdout.replace(" ", "")


def test_the_socket_is_for_owner_and_group(folder, start):
    start.daemon(folder / "tda.sock")
    assert stat.S_IMODE(os.stat(folder / "tda.sock").st_mode) == 0o660


def test_one_line_when_ready(folder, start):
    daemon = start.daemon(folder / "tda.sock")
    gateway = start.gateway(folder / "tda.sock", folder / "data")
    for program, place in ((daemon, str(folder / "tda.sock")), (gateway, gateway.base.split("/")[2])):
        service.wait_until(
            lambda text=place, each=program: text in each.output(), 60, f"{program.name}'s line"
        )


def test_a_stale_socket_is_replaced(folder, start):
    path = folder / "tda.sock"
    start.daemon(path).kill()
    assert path.exists()
    start.daemon(path)


def test_a_file_that_is_no_socket_is_left_alone(folder, start):
    path = folder / "tda.sock"
    path.write_text("precious")
    daemon = start.program("tdad", "--socket", str(path))
    assert daemon.process.wait(60) != 0
    assert str(path) in daemon.output()
    assert path.read_text() == "precious"


def test_a_second_daemon_is_refused(folder, start):
    path = folder / "tda.sock"
    start.daemon(path)
    second = start.program("tdad", "--socket", str(path))
    assert second.process.wait(60) != 0
    assert len(second.output().strip().splitlines()) == 1
    assert str(path) in second.output()
    assert status(path).returncode == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_the_programs_cleanly(folder, start, how):
    path = folder / "tda.sock"
    daemon = start.daemon(path)
    gateway = start.gateway(path, folder / "data")
    for program in (gateway, daemon):
        program.process.send_signal(how)
        assert program.process.wait(60) == 0, program.output()
    assert not path.exists()


def test_a_bad_setting_is_named(folder, start):
    for name, variable in (("tdad", "TDA_SOCKET"), ("tda-gateway", "TDA_HTTP_PORT")):
        bad = start.program(name, environment={variable: "/" + "x" * 200 if name == "tdad" else "http"})
        assert bad.process.wait(60) != 0
        assert variable in bad.output() or "xxx" in bad.output()


def test_without_tokens_the_gateway_stays_on_loopback(folder, start):
    start.daemon(folder / "tda.sock")
    environment = {
        "TDA_SOCKET": str(folder / "tda.sock"),
        "TDA_HTTP_HOST": "0.0.0.0",
        "TDA_HTTP_PORT": str(service.free_port()),
        "TDA_DATA_DIR": str(folder),
    }
    gateway = start.program("tda-gateway", environment=environment)
    assert gateway.process.wait(60) != 0
    assert "TDA_API_TOKENS" in gateway.output()


def test_a_taken_port_is_named(folder, start):
    start.daemon(folder / "tda.sock")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        environment = {
            "TDA_SOCKET": str(folder / "tda.sock"),
            "TDA_HTTP_PORT": port,
            "TDA_DATA_DIR": str(folder),
        }
        gateway = start.program("tda-gateway", environment=environment)
        assert gateway.process.wait(60) != 0
        assert port in gateway.output()


def test_sigterm_lets_running_work_end(folder, start):
    """A request that the daemon has accepted is answered before it goes; what comes after is refused."""
    path = folder / "tda.sock"
    daemon = start.daemon(path)
    base = start.gateway(path, folder / "data").base
    body = {
        "point_cloud": {"points": clouds.uniform(400, 3, seed=1).tolist()},
        "parameters": {"max_dimension": 2},
    }
    answers = []
    asking = threading.Thread(target=lambda: answers.append(service.fetch(base + RIPS, body)))
    asking.start()
    service.wait_until(lambda: is_running(path) or answers, 60, "the start of the computation")
    daemon.process.terminate()
    asking.join(120)
    assert [answer.status for answer in answers] == [200]
    assert daemon.process.wait(60) == 0


def test_a_daemon_killed_and_started_again(folder, start):
    path = folder / "tda.sock"
    daemon = start.daemon(path)
    base = start.gateway(path, folder / "data").base
    assert service.fetch(base + RIPS, SQUARE).status == 200

    daemon.kill()
    service.wait_until(lambda: service.fetch(base + "/health").status == 503, 60, "an unhealthy gateway")
    answer = service.fetch(base + RIPS, SQUARE | {"job_options": {"cache_results": False}})
    assert (answer.status, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0
    assert service.fetch(base + "/health/live").status == 200

    start.daemon(path)
    service.wait_until(lambda: service.fetch(base + "/health").status == 200, 60, "a healthy gateway")
    assert service.fetch(base + RIPS, SQUARE).status == 200


def test_a_daemon_killed_in_the_middle_of_a_request(folder, start):
    path = folder / "tda.sock"
    daemon = start.daemon(path)
    # Long enough that the gateway does not make a job of it.
    patient = {"TDA_SYNC_LIMIT_MS": "600000"}
    base = start.gateway(path, folder / "data", environment=patient).base
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(service.fetch(base + RIPS, clouds.long_request()))
    )
    asking.start()
    service.wait_until(lambda: is_running(path), 60, "the start of the computation")
    daemon.kill()
    asking.join(120)
    assert [answer.status for answer in answers] == [503]


def test_a_client_that_leaves_cancels_what_it_asked_for(folder, start):
    path = folder / "tda.sock"
    start.daemon(path)
    file = folder / "sphere.csv"
    file.write_text(clouds.csv(clouds.sphere(800, 4, seed=1)))
    asking = subprocess.Popen(
        [
            service.PROGRAMS / "tda",
            "rips",
            "--socket",
            path,
            "--max-dimension",
            "3",
            "--representatives",
            file,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    service.wait_until(lambda: is_running(path), 60, "the start of the computation")
    asking.kill()
    asking.wait()
    service.wait_until(lambda: not is_running(path), 60, "the end of the computation")


def test_sixteen_connections_at_once(shared, compute):
    """Every answer belongs to its request: cloud k is a regular polygon whose loop is born at its side."""
    body = {
        sides: {"point_cloud": {"points": polygon(sides)}, "parameters": {"max_dimension": 1}}
        for sides in range(8, 40)
    }
    requests = [8 + index % 32 for index in range(320)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda sides: compute(body[sides]), requests))
    for sides, answer in zip(requests, answers, strict=True):
        assert answer.status == 200, answer.body.decode()
        pairs = answer.json()["results"]["persistence_pairs"]
        loops = [pair["birth"] for pair in pairs if pair["dimension"] == 1]
        assert loops == pytest.approx([2 * math.sin(math.pi / sides)], rel=1e-5)
        assert sum(pair["dimension"] == 0 for pair in pairs) == sides


def polygon(sides):
    angles = [2 * math.pi * index / sides for index in range(sides)]
    return [[math.cos(angle), math.sin(angle)] for angle in angles]


def test_the_gateway_and_the_command_line_link_no_compute_libraries():
    for name in ("tda-gateway", "tda"):
        linked = subprocess.run(
            ["ldd", service.PROGRAMS / name], capture_output=True, text=True, check=True
        ).stdout
        for library in ("libhwloc", "libOpenCL", "openblas", "librdkafka"):
            assert library not in linked, f"{name} links {library}"
