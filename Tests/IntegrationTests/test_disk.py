"""What the gateway does when its disk is full, cannot be written, or when it may open no more files."""

import os
import resource
import socket
import subprocess
import time
from contextlib import ExitStack

import ledger
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

SQUARE = ledger.polygon(4)


@pytest.fixture
def small_disk(folder):
    """A file system of 8 MiB."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tda-test", place]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def submit(base):
    return service.fetch(base + ledger.RIPS, SQUARE.body)


def upload(base, content):
    edge = "edge"
    form = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="points.csv"\r\n\r\n'.encode()
        + content
        + f"\r\n--{edge}--\r\n".encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return service.fetch(f"{base}/data/upload", form, headers=headers)


def end_of(base, job):
    def ended():
        return service.fetch(f"{base}/jobs/{job}").json()["status"] not in ("submitted", "running")

    service.wait_until(ended, 60, "the end of the job")
    return service.fetch(f"{base}/jobs/{job}").json()


def test_a_full_disk(small_disk, folder, start):
    start.daemon(folder / "tda.sock")
    base = start.gateway(folder / "tda.sock", small_disk).base
    accepted = [submit(base).json()["job_id"]]

    filler = small_disk / "filler"
    with open(filler, "wb") as file, pytest.raises(OSError):
        while True:
            file.write(bytes(1 << 16))
            file.flush()
    refused = 0
    for _ in range(50):
        answer = submit(base)
        assert answer.status in (202, 503), answer.body
        if answer.status == 202:
            accepted.append(answer.json()["job_id"])
        else:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["error"]["code"] == "UNAVAILABLE"
            refused += 1
    assert refused > 0
    answer = upload(base, b"0,1\n" * 500_000)
    assert (answer.status, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    # What needs no room goes on.
    body = SQUARE.body.replace(b'"async": true', b'"async": false')
    assert service.fetch(base + ledger.RIPS, body).status == 200

    filler.unlink()
    service.wait_until(lambda: submit(base).status == 202, 60, "room")
    assert upload(base, b"0,1\n2,3\n").status == 201
    for job in accepted:
        job = end_of(base, job)
        assert job["status"] == "completed" and SQUARE.is_right(job["results"]["persistence_pairs"])
    assert not [name for name in os.listdir(small_disk / "uploads") if name.startswith("part-")]


def test_a_store_that_cannot_be_written(small_disk, folder, start):
    start.daemon(folder / "tda.sock")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    environment = {
        "TDA_SOCKET": str(folder / "tda.sock"),
        "TDA_HTTP_PORT": str(service.free_port()),
        "TDA_DATA_DIR": str(small_disk),
    }
    gateway = start.program("tda-gateway", environment=environment)
    assert gateway.process.wait(60) != 0
    assert str(small_disk) in gateway.output()
    assert len(gateway.output().strip().splitlines()) == 1


def test_too_many_open_files(folder, start):
    start.daemon(folder / "tda.sock")
    gateway = start.gateway(folder / "tda.sock", folder / "data")
    host, port = gateway.base.split("/")[2].split(":")
    assert end_of(gateway.base, submit(gateway.base).json()["job_id"])["status"] == "completed"
    used = len(os.listdir(f"/proc/{gateway.process.pid}/fd"))
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (used + 8, used + 8))
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
        time.sleep(0.2)
        assert gateway.process.poll() is None
    service.wait_until(lambda: submit(gateway.base).status == 202, 60, "an answer")
    assert end_of(gateway.base, submit(gateway.base).json()["job_id"])["status"] == "completed"
