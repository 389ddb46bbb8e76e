"""Clients that drip, stall or leave: they are dropped, what they held comes back, and the others do not notice."""

import socket
import threading
import time
from pathlib import Path

import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

RIPS = "/api/v1/tda/compute/vietoris-rips"
SQUARE = {
    "point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]},
    "job_options": {"cache_results": False},
}


def resources(program):
    """Open files, threads and resident megabytes of a program."""
    process = Path(f"/proc/{program.process.pid}")
    status = dict(
        line.split(":\t") for line in (process / "status").read_text().splitlines() if ":\t" in line
    )
    return {
        "files": len(list((process / "fd").iterdir())),
        "threads": int(status["Threads"]),
        "megabytes": int(status["VmRSS"].split()[0]) / 1024,
    }


def ask(base, count):
    """`count` healthy requests, each of which must be answered."""
    for _ in range(count):
        answer = service.fetch(base + "/tda/compute/vietoris-rips", SQUARE)
        assert answer.status == 200, answer.body


def connect(base):
    host, port = base.split("/")[2].split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def has_ended(connection):
    """Reads what there is; whether that was all."""
    connection.setblocking(False)
    try:
        while True:
            if connection.recv(4096) == b"":
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.setblocking(True)


def test_five_hundred_dripping_clients(folder, start):
    """500 connections that send a byte a second hold nobody up and are gone after the head's time."""
    start.daemon(folder / "tda.sock")
    gateway = start.gateway(folder / "tda.sock", folder / "data")
    ask(gateway.base, 20)
    before = resources(gateway)

    head = f"POST {RIPS} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n".encode()
    drips = [connect(gateway.base) for _ in range(500)]
    try:
        # Half of them drip the head, half the body.
        for index, drip in enumerate(drips):
            drip.sendall(head if index % 2 else head[:5])
        deadline = time.monotonic() + 120
        while drips and time.monotonic() < deadline:
            for drip in drips:
                try:
                    drip.send(b"x")
                except OSError:
                    continue
            # Each is answered; how fast is the benchmark's.
            ask(gateway.base, 10)
            gone = [drip for drip in drips if has_ended(drip)]
            for drip in gone:
                drip.close()
            drips = [drip for drip in drips if drip not in gone]
            time.sleep(0.5)
        assert not drips, f"{len(drips)} of 500 are still connected"
    finally:
        for drip in drips:
            drip.close()
    service.wait_until(lambda: resources(gateway)["files"] <= before["files"] + 2, 60, "the files' return")
    after = resources(gateway)
    assert after["threads"] <= before["threads"] + 2
    assert after["megabytes"] < before["megabytes"] + 40


def test_ten_thousand_clients_that_leave(folder, start):
    """Clients that leave in mid-computation, 100 at a time: what they asked for is cancelled, nothing is left."""
    start.daemon(folder / "tda.sock")
    gateway = start.gateway(folder / "tda.sock", folder / "data")
    body = (
        b'{"point_cloud": {"points": ['
        + b",".join(b"[%d.%d, %d, %d]" % (i % 7, i, i * i % 11, i % 13) for i in range(150))
        + b']}, "parameters": {"max_dimension": 2}, "job_options": {"cache_results": false}}'
    )
    request = f"POST {RIPS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def leave(times):
        for _ in range(times):
            with connect(gateway.base) as client:
                client.sendall(request)

    def wave(clients):
        threads = [threading.Thread(target=leave, args=(clients // 20,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def settled(files):
        """Nothing is computed, and no more files are open than before but for a connection or two."""
        idle = service.fetch(gateway.base + "/health").json()["components"]["daemon"]["computations"] == 0
        return idle and resources(gateway)["files"] <= files + 2

    ask(gateway.base, 20)
    files = resources(gateway)["files"]
    wave(1000)
    service.wait_until(lambda: settled(files), 120, "quiet after the first wave")
    ask(gateway.base, 20)
    before = resources(gateway)
    wave(9000)
    service.wait_until(lambda: settled(before["files"]), 120, "quiet after the last client")
    after = resources(gateway)
    assert after["threads"] <= before["threads"] + 2
    assert after["megabytes"] < before["megabytes"] + 40
    ask(gateway.base, 20)
