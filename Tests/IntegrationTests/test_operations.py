"""docs/operations.md names metrics; the programs have to have them."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
import service

PAGE = service.ROOT / "docs/operations.md"


@pytest.mark.programs("tdad", "tda-gateway")
def test_the_gateways_metrics_on_the_page_are_those_it_serves(shared):
    base = shared.base.removesuffix("/api/v1")
    served = service.fetch(f"{base}/metrics").body.decode()
    named = set(re.findall(r"`(tda_(?:daemon|store|cache|http|jobs)[a-z_]*)`", PAGE.read_text()))
    assert named
    assert {name for name in named if f"# TYPE {name} " not in served} == set()


def test_the_bridges_metrics_on_the_page_stand_in_its_source():
    written = "".join(file.read_text() for file in (service.ROOT / "Sources").glob("*ridge*/**/*.swift"))
    named = set(
        re.findall(r"`(tda_(?:outbox|consumer|stream|dead|bridge|rebalances)[a-z_]*)`", PAGE.read_text())
    )
    assert named
    assert {name for name in named if f'"{name}"' not in written} == set()


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
