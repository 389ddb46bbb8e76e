"""What docs/operations.md tells of metrics and of traces, beside the programs that serve them."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
import service

PAGE = service.ROOT / "docs/operations.md"


@pytest.mark.programs("tdad", "tda-gateway", "tda-bridge", "tda-dev-broker")
def test_the_page_tells_what_every_metric_means_and_names_no_other(folder, start):
    broker = start.broker(folder)
    start.daemon(folder / "tda.sock")
    gateway = start.gateway(folder / "tda.sock", folder / "data")
    bridge = start.bridge(broker.servers, folder / "tda.sock", folder / "data")
    port = bridge.output().split("metrics on port ")[1].split()[0]
    served = set()
    for base in gateway.base.removesuffix("/api/v1"), f"http://127.0.0.1:{port}":
        served |= set(
            re.findall(r"^# TYPE (\S+) ", service.fetch(f"{base}/metrics").body.decode(), re.MULTILINE)
        )
    rows = [line.split("|")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `tda_")]
    assert served and set(re.findall(r"`(tda_[a-z_]+)`", " ".join(rows))) == served


@pytest.mark.programs("tdad", "tda-gateway")
def test_a_trace_is_followed_through_both_logs_and_the_outbox(folder, start):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    logging = {"LOG_LEVEL": "info", "LOG_FORMAT": "json", "KAFKA_BOOTSTRAP_SERVERS": "localhost:1"}
    daemon = start.daemon(folder / "tda.sock", environment=logging)
    gateway = start.gateway(folder / "tda.sock", folder / "data", environment=logging)
    square = {"point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}}

    def ask(**headers):
        answer = service.fetch(gateway.base + "/tda/compute/vietoris-rips", square, headers=headers)
        assert answer.status == 200

    def traced(program):
        lines = [json.loads(line) for line in program.output().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("traceparent") == trace]

    ask(traceparent=trace)
    for program in daemon, gateway:
        service.wait_until(lambda each=program: traced(each), 60, f"the trace in {program.name}'s log")
    with closing(sqlite3.connect(folder / "data/gateway.sqlite")) as database:
        headers = [json.loads(row[0]) for row in database.execute("SELECT headers FROM outbox")]
    assert headers and all(each["traceparent"] == trace for each in headers)
    # What is not well formed is nobody's trace.
    ask(traceparent="00-zz-00-01")
    assert len(traced(gateway)) == 1
