"""Windows over streams: tda_events in, barcodes and dead letters out."""

import asyncio
import json
import random
import shutil
import subprocess
from contextlib import closing

import pytest
import service
from kafka_client import PATIENCE, Topics, aiokafka, metrics, read_by_aiokafka, read_by_kcat, schema
from stages import Stage
from wire_tap import Tap

pytestmark = pytest.mark.programs("tdad", "tda-bridge", "tda-dev-broker")

CIRCLE = [[1, 0], [0.7, 0.7], [0, 1], [-0.7, 0.7], [-1, 0], [-0.7, -0.7], [0, -1], [0.7, -0.7]]


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


@pytest.mark.parametrize("reuse", ["on", "off"])
def test_sliding_windows_overlap_whether_or_not_they_share_distances(start, folder, reuse):
    stage = Stage(
        start,
        folder,
        TDA_WINDOW_SECONDS="4",
        TDA_WINDOW_SLIDE_SECONDS="1",
        TDA_WINDOW_REUSE_DISTANCES=reuse,
        TDA_WINDOW_IDLE_SECONDS="600",
    )
    for second, point in enumerate(CIRCLE):
        stage.topics.event("s", [point], 1000 + second)
    stage.topics.flush()
    # The last event has closed the windows that end when it happened, or before.
    records = stage.results().wait_count(len(CIRCLE) - 1)
    assert [r.payload["window_metadata"]["event_count"] for r in records] == [1, 2, 3, 4, 4, 4, 4]
    for record in records:
        count = record.payload["window_metadata"]["point_count"]
        deaths = [p["death"] for p in record.payload["persistence_pairs"] if p["dimension"] == 0]
        neighbours = (0.3**2 + 0.7**2) ** 0.5
        assert deaths[:-1] == pytest.approx([neighbours] * (count - 1)) and deaths[-1] == "infinity"
    if reuse == "on":
        reused = "tda_window_distances_reused_total"
        service.wait_until(lambda: metrics(stage.bridge)[reused] > 0, PATIENCE, "the count")


def test_count_windows(start, folder):
    stage = Stage(start, folder, TDA_WINDOW_COUNT="3")
    for index in range(7):
        stage.topics.event("s", [[index, 0]], 1000 + index)
    stage.topics.flush()
    records = stage.results().wait_count(3)
    assert [r.payload["window_metadata"]["event_count"] for r in records] == [3, 3, 1]
    assert [r.payload["window_metadata"]["closed_by"] for r in records] == ["count", "count", "idle"]


def update(stream):
    """An event of two points, as any client may publish it."""
    return {
        "metadata": {"message_id": f"event of {stream}", "message_type": "stream.event"},
        "payload": {"stream_id": stream, "points": [[0, 0], [1, 1]], "timestamp": 0},
    }


def test_events_that_aiokafka_and_kcat_publish_come_back_to_them_as_windows(stage):
    async def publish():
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=stage.broker.servers) as producer:
            await producer.send_and_wait(
                "tda_events", json.dumps(update("aiokafka")).encode(), key=b"aiokafka"
            )

    asyncio.run(publish())
    streams = {"aiokafka"}
    if shutil.which("kcat"):
        command = ["kcat", "-b", stage.broker.servers, "-P", "-t", "tda_events", "-K", "|"]
        line = f"kcat|{json.dumps(update('kcat'))}"
        subprocess.run(command, input=line, text=True, check=True, timeout=PATIENCE)
        streams.add("kcat")
    results = stage.results()
    results.wait(lambda records: {record.key for record in records} == streams)
    assert all(record.payload["window_metadata"]["point_count"] == 2 for record in results.records)
    windows = {(stream, "stream.window.completed") for stream in streams}
    assert set(read_by_aiokafka(stage.broker.servers, "tda_results", len(streams))) == windows
    if "kcat" in streams:
        assert set(read_by_kcat(stage.broker.servers, "tda_results")) == windows


def test_confluents_prefix_is_understood(stage):
    framed = b"\0\0\0\0\x07" + json.dumps(update("s")).encode()
    stage.topics.publish("tda_events", framed, key="s")
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


def test_results_letters_and_offsets_are_committed_in_one_transaction(start, folder):
    """As seen on the wire. What becomes of it is up to the brokers; the one in memory drops such offsets."""
    broker = start.broker(folder)
    with closing(Tap(broker.servers)) as tap:
        start.daemon(folder / "tda.sock")
        settings = {"TDA_KAFKA_TRANSACTIONS": "on"}
        start.bridge(tap.servers, folder / "tda.sock", folder / "data", environment=settings)
        topics = Topics(broker.servers)

        def transaction(publish, marker, answers):
            """Publishes a record; the transaction in which the answer with the marker goes, and the record's place."""
            before = len(tap.transactions())
            publish()
            topics.flush()
            topics.reader(answers).wait(lambda records: any(marker in r.value for r in records))
            service.wait_until(
                lambda: any(marker in records for records, _ in tap.transactions()[before:]),
                PATIENCE,
                "the end of the transaction",
            )
            (found,) = [offsets for records, offsets in tap.transactions()[before:] if marker in records]
            (place,) = [
                (r.topic, r.partition, r.offset)
                for r in topics.reader("tda_events").wait(
                    lambda records: any(marker in r.value for r in records)
                )
                if marker in r.value
            ]
            return found, place

        for publish, marker, answers in (
            (lambda: topics.publish("tda_events", b"broken", key="k"), b"broken", "tda_events.dlq"),
            (lambda: topics.event("mine", [[0, 0], [1, 1]], 1000), b"mine", "tda_results"),
        ):
            offsets, (topic, partition, offset) = transaction(publish, marker, answers)
            assert offsets[topic, partition] == offset + 1
