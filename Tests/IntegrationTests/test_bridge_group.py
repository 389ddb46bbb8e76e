"""Bridges as members of a consumer group: they come and go, stop, and wait, and no event is lost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import service
from kafka_client import PATIENCE, metrics
from stages import Stage, disturbed

pytestmark = pytest.mark.programs("tdad", "tda-bridge", "tda-dev-broker")


def test_a_rebalance_every_second_loses_no_event_and_closes_no_window_twice(start, folder):
    stage = Stage(start, folder, session=3000, TDA_WINDOW_SECONDS="1", TDA_WINDOW_LATENESS_SECONDS="60")
    steady = stage.start_bridge()
    reader = stage.results()
    stopping = threading.Event()

    def come_and_go():
        ends = []
        while not stopping.is_set():
            guest = stage.start_bridge()
            stopping.wait(1)
            ends.append((guest.stop(), guest.output()))
        return ends

    sent = []
    with ThreadPoolExecutor(1) as pool:
        guests = pool.submit(come_and_go)
        try:
            for second in range(12):
                for stream in range(20):
                    points = [[second, stream], [second + 1, stream]]
                    sent.append(f"event-{len(sent)}")
                    stage.topics.event(f"s{stream}", points, 1000 + 0.05 * len(sent), sent[-1])
                    stage.topics.flush()
                    time.sleep(0.04)
        finally:
            stopping.set()
    for status, output in guests.result():
        assert status == 0, output

    # One event a window.
    reader.wait(lambda records: len({r.id for r in records}) >= len(sent))
    reader.poll(1)
    windows = {(r.key, r.payload["window_metadata"]["window_start"]): r for r in reader.records}
    assert len(windows) == len(sent)
    assert all(r.payload["window_metadata"]["event_count"] == 1 for r in reader.records)
    # On a machine that stands still the group gives a member up as dead, or a commit or a window takes too long.
    outputs = [stage.bridge.output(), steady.output(), *(output for _, output in guests.result())]
    excuses = ["lost=true", "offsets were not committed", "left to the next owner"]
    if not any(excuse in output for excuse in excuses for output in outputs):
        assert len(reader.records) == len(sent), "a window came twice"
    assert {r.id for r in reader.records} == {r.id for r in windows.values()}
    assert steady.process.poll() is None
    assert metrics(stage.bridge)["tda_rebalances_total"] >= 3


@pytest.mark.parametrize("transactions", ["off", "on"])
def test_flapping_brokers_and_errors_of_every_kind_lose_no_window(start, folder, transactions):
    stage = Stage(
        start,
        folder,
        TDA_WINDOW_SECONDS="1",
        TDA_WINDOW_LATENESS_SECONDS="60",
        # Not by quiet, which a disturbance may last longer than.
        TDA_WINDOW_IDLE_SECONDS="3600",
        TDA_KAFKA_TRANSACTIONS=transactions,
    )
    for _ in range(2):
        stage.start_bridge()
    reader = stage.results()
    sent = 300
    with disturbed(stage.broker):
        for number in range(sent):
            stage.topics.event(f"s{number % 10}", [[number, 0], [number + 1, 0]], 1000 + 0.1 * number)
            stage.topics.producer.poll(0.01)
    for stream in range(10):
        stage.topics.event(f"s{stream}", [[0, 0]], 2000)
    stage.topics.flush()

    # One event a window. What comes twice has the same id: the broker in memory shows what was aborted, too.
    def windows(records):
        return {(r.key, r.payload["window_metadata"]["window_start"]): r.id for r in records}

    reader.wait(lambda records: len(windows(records)) >= sent)
    assert len(windows(reader.records)) == len({r.id for r in reader.records}) == sent
    assert all(r.payload["window_metadata"]["event_count"] == 1 for r in reader.records)


def test_a_bridge_that_never_got_its_partitions_leaves_cleanly(start, folder):
    """librdkafka before 2.3.0 aborts when such a consumer is destroyed (its issue 4312)."""
    broker = start.broker(folder)
    broker.command("error SyncGroup REBALANCE_IN_PROGRESS 1000")
    properties = folder / "kafka.properties"
    properties.write_text("debug=cgrp\n")
    environment = {"KAFKA_PROPERTIES_FILE": str(properties), "LOG_LEVEL": "debug"}
    bridge = start.bridge(broker.servers, folder / "tda.sock", folder / "data", environment=environment)
    told = "SyncGroup response: Broker: Group rebalance in progress"
    service.wait_until(lambda: told in bridge.output(), PATIENCE, "the first refusal")
    assert bridge.stop() == 0, bridge.output()


def test_a_bridge_stops_while_no_broker_answers(start, folder):
    stage = Stage(start, folder, TDA_WINDOW_IDLE_SECONDS="600")
    stage.topics.event("s", [[0, 0], [1, 1]], 1000)
    stage.topics.flush()
    service.wait_until(lambda: metrics(stage.bridge)["tda_streams_open"] == 1, PATIENCE, "an open window")
    stage.broker.command("down all")
    assert stage.bridge.stop() == 0, stage.bridge.output()


def test_a_restart_goes_on_without_closing_windows_again(start, folder):
    stage = Stage(start, folder, session=3000)
    reader = stage.results()
    for stream in ("a", "b"):
        stage.topics.event(stream, [[0, 0]], 1000)
        stage.topics.event(stream, [[1, 1]], 1011)
    stage.topics.flush()
    reader.wait_count(2)
    # The second events wait in open windows.
    assert stage.bridge.stop() == 0
    stage.start_bridge()
    reader.wait_count(4)
    reader.poll(2)
    assert len(reader.records) == 4 and len({r.id for r in reader.records}) == 4
    assert {(r.key, r.payload["window_metadata"]["event_count"]) for r in reader.records} == {
        ("a", 1),
        ("b", 1),
    }


def test_windows_wait_for_a_daemon_that_is_away_while_the_group_stays_together(start, folder):
    stage = Stage(start, folder)
    reader = stage.results()
    daemon = stage.start.programs[1]
    daemon.stop()
    for index in range(1200):
        stage.topics.event(f"s{index}", [[0, 0], [1, index]], 1000)
    stage.topics.flush()
    service.wait_until(lambda: metrics(stage.bridge)["tda_stream_paused"] == 1, PATIENCE, "a pause")
    before = metrics(stage.bridge)["tda_rebalances_total"]
    stage.start.daemon(stage.socket)
    reader.wait(lambda records: len({r.key for r in records}) == 1200)
    assert metrics(stage.bridge)["tda_rebalances_total"] == before
    assert len({r.id for r in reader.records}) == len(reader.records) == 1200
