"""Windows over streams: tda_events in, barcodes and dead letters out."""

import json
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import service
from kafka_client import PATIENCE, Topics, metrics, schema

pytestmark = pytest.mark.programs("tdad", "tda-bridge", "tda-dev-broker")

CIRCLE = [[1, 0], [0.7, 0.7], [0, 1], [-0.7, 0.7], [-1, 0], [-0.7, -0.7], [0, -1], [0.7, -0.7]]


class Stage:
    """Broker, daemon and bridges, without a gateway."""

    def __init__(self, start, folder, *arguments, daemon=(), session=60_000, **environment):
        # In ms. The broker in memory lets a group that has lost a member wait for the session to time out.
        self.start, self.folder, self.arguments, self.environment = start, folder, arguments, environment
        self.properties = folder / "kafka.properties"
        self.properties.write_text(f"session.timeout.ms={session}\nheartbeat.interval.ms=300\n")
        self.socket = folder / "tda.sock"
        self.broker = start.broker(folder)
        self.topics = Topics(self.broker.servers)
        start.daemon(self.socket, *daemon)
        self.bridge = self.start_bridge()
        service.wait_until(
            lambda: metrics(self.bridge)["tda_rebalances_total"] >= 1, PATIENCE, "its partitions"
        )

    def start_bridge(self):
        environment = {"KAFKA_PROPERTIES_FILE": str(self.properties), **self.environment}
        return self.start.bridge(
            self.broker.servers, self.socket, self.folder / "data", *self.arguments, environment=environment
        )

    def results(self):
        return self.topics.reader("tda_results")

    def letters(self):
        return self.topics.reader("tda_events.dlq")


@pytest.fixture
def stage(start, folder):
    return Stage(start, folder)


def test_two_events_a_second_apart_give_one_result_when_the_stream_is_quiet(stage):
    reader = stage.results()
    stage.topics.event(
        "sensor",
        CIRCLE[:4],
        "2026-01-31T12:00:01Z",
        traceparent=b"00-11111111111111111111111111111111-2222222222222222-01",
    )
    stage.topics.event("sensor", CIRCLE[4:], "2026-01-31T12:00:02Z")
    stage.topics.flush()
    record = reader.wait_count(1)[0]
    schema("tda_results").validate(record.json)
    assert record.key == "sensor" and record.type == "stream.window.completed"
    payload = record.payload
    assert payload["window_metadata"]["window_start"] == "2026-01-31T12:00:00.000Z"
    assert payload["window_metadata"]["window_end"] == "2026-01-31T12:00:10.000Z"
    assert payload["window_metadata"]["event_count"] == 2 and payload["window_metadata"]["point_count"] == 8
    assert payload["window_metadata"]["closed_by"] == "idle"
    assert payload["stream_processing"]["engine"] == "tda-bridge"
    assert payload["betti_numbers"] == {"beta_0": 1, "beta_1": 0}
    assert sum(pair["dimension"] == 1 for pair in payload["persistence_pairs"]) == 1
    assert record.header("ce_id") == record.id
    assert record.header("traceparent").startswith("00-1111")
    reader.close()


def test_event_time_closes_windows_and_times_are_understood_as_people_write_them(start, folder):
    stage = Stage(start, folder, TDA_WINDOW_IDLE_SECONDS="600")
    reader = stage.results()
    base = 1_769_860_800  # 2026-01-31T12:00:00Z
    for stamp in (
        base + 1,
        (base + 2) * 1000,
        "2026-01-31T12:00:03",
        "2026-01-31T13:00:04.5+01:00",
        base + 12,
    ):
        stage.topics.event("s", [[len(str(stamp)), 1.5]], stamp)
        stage.topics.flush()
    record = reader.wait_count(1)[0]
    assert record.payload["window_metadata"]["event_count"] == 4
    assert record.payload["window_metadata"]["closed_by"] == "watermark"
    reader.close()


def test_sliding_and_count_windows(start, folder):
    stage = Stage(start, folder, TDA_WINDOW_COUNT="3")
    for index in range(7):
        stage.topics.event("s", [[index, 0]], 1000 + index)
    stage.topics.flush()
    records = stage.results().wait_count(3)
    assert [r.payload["window_metadata"]["event_count"] for r in records] == [3, 3, 1]
    assert [r.payload["window_metadata"]["closed_by"] for r in records] == ["count", "count", "idle"]


def test_confluents_prefix_is_understood(stage):
    event = {
        "metadata": {"message_id": "framed", "message_type": "stream.event"},
        "payload": {"stream_id": "s", "points": [[0, 0], [1, 1]], "timestamp": 0},
    }
    stage.topics.publish("tda_events", b"\0\0\0\0\x07" + json.dumps(event).encode(), key="s")
    stage.topics.flush()
    assert stage.results().wait_count(1)[0].payload["window_metadata"]["point_count"] == 2


def test_poison_of_every_kind_ends_in_the_dead_letters_and_the_stream_goes_on(start, folder):
    stage = Stage(start, folder, TDA_MAX_EVENT_BYTES="500K", daemon=("--memory-limit", "8M"))
    topics = stage.topics

    def event(**payload):
        return {"metadata": {"message_id": "x", "message_type": "stream.event"}, "payload": payload}

    good = {"stream_id": "p", "points": [[0, 0]], "timestamp": 1}
    poison = {
        "not_json": b"this is not JSON",
        "wrong schema": {"hello": "world"},
        "huge": b'{"metadata": "' + b"x" * 600_000 + b'"}',
        "empty": b"",
        "tombstone": None,
        "wrong types": event(**{**good, "points": [["a", "b"]]}),
        "NaN": json.dumps(event(**{**good, "points": [[float("nan"), 0]]})).encode(),
        "deep nesting": b"[" * 50_000,
        "bad UTF-8": b'{"metadata": {"message_id": "\xff\xfe"}}',
        "ragged": event(**{**good, "points": [[0, 0], [1]]}),
        "no time": event(**{**good, "timestamp": "yesterday"}),
    }
    reasons = {
        "not_json": "not_json", "wrong schema": "schema", "huge": "too_large", "empty": "empty",
        "tombstone": "tombstone", "wrong types": "schema", "NaN": "not_json", "deep nesting": "not_json",
        "bad UTF-8": "not_json", "ragged": "invalid", "no time": "invalid",
    }  # fmt: skip
    # Over the budget of the daemon, in a stream of its own.
    cloud = [[random.Random(i).random(), i % 97] for i in range(12_000)]
    topics.event("alive", [[0, 0]], 1000)
    for kind, value in poison.items():
        topics.publish("tda_events", value, key=kind, headers=[("mine", b"\x00\xff")])
    topics.event("over budget", cloud, 1000, mine=b"\x00\xff")
    topics.event("alive", [[1, 1]], 1001)
    topics.flush()

    results = stage.results()
    letters = stage.letters()
    letters.wait_count(len(poison) + 1)
    found = {record.key: record for record in letters.records}
    for kind, value in poison.items():
        letter = found[kind]
        sent = json.dumps(value).encode() if isinstance(value, dict) else value
        assert letter.value == sent, kind
        assert letter.headers["mine"] == b"\x00\xff"
        assert letter.header("dlq.error.code") == reasons[kind], kind
        assert letter.header("dlq.error.message") and letter.header("dlq.topic") == "tda_events"
        assert int(letter.header("dlq.partition")) >= 0 and int(letter.header("dlq.offset")) >= 0
    assert found["over budget"].header("dlq.error.code") == "refused"
    assert "resource_exhausted" in found["over budget"].header("dlq.error.message")
    results.wait(lambda records: any(r.key == "alive" for r in records))
    assert [r.payload["window_metadata"]["event_count"] for r in results.records] == [2]
    assert metrics(stage.bridge)['tda_dead_letters_total{reason="tombstone"}'] == 1


def test_redrive_sends_dead_letters_back_once(start, folder):
    stage = Stage(start, folder)
    stage.topics.publish("tda_events", b"broken", key="k", headers=[("mine", b"1")])
    stage.topics.flush()
    stage.letters().wait_count(1)

    def redrive(*arguments):
        settings = {"KAFKA_BOOTSTRAP_SERVERS": stage.broker.servers}
        program = start.program("tda-bridge", "redrive", *arguments, environment=settings)
        assert program.process.wait(PATIENCE) == 0, program.output()
        return program.output()

    assert "1 would be sent to tda_events" in redrive("--dry-run")
    assert "1 sent to tda_events" in redrive()
    events = stage.topics.reader("tda_events").wait_count(2)
    assert [(r.key, r.value, r.headers) for r in events] == [("k", b"broken", {"mine": b"1"})] * 2
    # It fails again, and is a new letter; the old one is not sent a second time.
    stage.letters().wait_count(2)
    assert "1 sent" in redrive()


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
    # A member that the group has given up as dead, on a machine that stood still, cannot know what was published.
    outputs = [stage.bridge.output(), steady.output(), *(output for _, output in guests.result())]
    if not any("lost=true" in output for output in outputs):
        assert len(reader.records) == len(sent), "a window came twice"
    assert {r.id for r in reader.records} == {r.id for r in windows.values()}
    assert steady.process.poll() is None
    assert metrics(stage.bridge)["tda_rebalances_total"] >= 3


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


def test_transactions_are_wired(start, folder):
    """Results arrive through a transactional producer. That offsets commit with them the dev broker cannot
    prove: it drops them."""
    stage = Stage(start, folder, TDA_KAFKA_TRANSACTIONS="on")
    stage.topics.event("s", [[0, 0], [1, 1]], 1000)
    stage.topics.publish("tda_events", b"broken", key="k")
    stage.topics.flush()
    assert stage.results().wait_count(1)[0].key == "s"
    assert stage.letters().wait_count(1)[0].key == "k"


def test_our_validator_agrees_with_jsonschema(tmp_path):
    """Mutations of good messages, judged by tda-bridge validate and by Python's jsonschema."""
    randomness = random.Random(7)
    metadata = {"message_id": "1", "timestamp": "2026-01-01T00:00:00Z", "source": "x", "version": "1.0"}
    pairs = [{"dimension": 0, "birth": 0, "death": "infinity", "persistence": "infinity"}]
    good = {
        "tda_jobs": {
            "job_id": "j", "algorithm": "a", "status": "failed", "parameters": {},
            "error": {"code": "C", "message": ""},
        },
        "tda_results": {
            "job_id": "j", "result_id": "r", "result_type": "persistence_diagram", "persistence_pairs": pairs,
            "betti_numbers": {"beta_0": 1}, "statistics": {},
        },
        "tda_events": {"event_type": "point_cloud_update", "stream_id": "s", "points": [[0, 1.5]], "timestamp": 0},
        "tda_requests": {"point_cloud": {"points": [[0]], "dimension": 1}, "parameters": {}},
    }  # fmt: skip
    types = {
        "tda_jobs": "job.failed",
        "tda_results": "result.generated",
        "tda_events": "stream.event",
        "tda_requests": "compute.request",
    }
    values = [
        None,
        True,
        0,
        1,
        -1,
        2.0,
        2.5,
        1e300,
        "",
        "x",
        "infinity",
        "é" * 300,
        [],
        {},
        [[]],
        [1],
        {"a": 1},
    ]

    def mutated(value):
        if randomness.random() < 0.15:
            return randomness.choice(values)
        if isinstance(value, dict):
            return {k: mutated(v) for k, v in value.items() if randomness.random() > 0.05}
        if isinstance(value, list):
            return [mutated(each) for each in value * randomness.randint(1, 2)]
        return value

    for topic, payload in good.items():
        message = {"metadata": {**metadata, "message_type": types[topic]}, "payload": payload}
        assert schema(topic).is_valid(message)
        tries = [message] + [mutated(message) for _ in range(1500)]
        lines = "\n".join(json.dumps(each) for each in tries)
        ours = subprocess.run(
            [service.PROGRAMS / "tda-bridge", "validate", topic], input=lines, capture_output=True, text=True
        ).stdout.splitlines()
        assert len(ours) == len(tries)
        judge = schema(topic)
        for each, verdict in zip(tries, ours, strict=True):
            assert (verdict == "ok") == judge.is_valid(each), (topic, each, verdict)
