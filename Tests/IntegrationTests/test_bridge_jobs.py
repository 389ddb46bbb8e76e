"""The outbox on its way to Kafka: jobs of the gateway seen by clients that are not ours."""

import json
import re
import shutil
import sqlite3
import threading

import clouds
import pytest
import service
from kafka_client import IN_TURN, PATIENCE, metrics, read_by_aiokafka, read_by_kcat, schema
from stages import Platform, disturbed, kafka_properties

pytestmark = pytest.mark.programs("tdad", "tda-gateway", "tda-bridge", "tda-dev-broker")

EVENT = {
    "topic": "tda_events",
    "event": {
        "type": "point_cloud_update",
        "data": {"stream_id": "s", "points": [[0, 0], [1, 1]], "timestamp": "2026-01-31T12:00:00Z"},
    },
}


@pytest.fixture
def platform(start, folder):
    return Platform(start, folder)


def test_a_jobs_events_arrive_in_order_and_match_their_schemas(platform):
    reader = platform.topics.reader("tda_jobs", "tda_results")
    sync = platform.compute(headers={"X-Request-Id": "request-7"})
    later = platform.compute(asynchronous=True)
    reader.wait_count(7)
    for record in reader.records:
        schema(record.topic).validate(record.json)
        assert record.key == record.payload["job_id"]
        assert record.header("ce_id") == record.id
        assert record.header("ce_type") == record.type
        assert record.header("ce_specversion") == "1.0"
    types = {
        job: [r.type for r in reader.records if r.key == job and r.topic == "tda_jobs"]
        for job in (sync, later)
    }
    assert types[sync] == ["job.submitted", "job.completed"]
    assert types[later] == ["job.submitted", "job.started", "job.completed"]
    results = {r.key: r.payload for r in reader.records if r.topic == "tda_results"}
    assert set(results) == {sync, later}
    loop = results[sync]["persistence_pairs"][-1]
    assert (loop["dimension"], loop["birth"]) == (1, 1.0) and loop["death"] == pytest.approx(2**0.5)
    assert {r.json["metadata"]["correlation_id"] for r in reader.records if r.key == sync} == {"request-7"}
    assert len({r.id for r in reader.records}) == 7
    reader.close()


def test_how_jobs_end_is_told_of(platform):
    def submit(**parameters):
        body = clouds.long_request()
        body["parameters"] |= {"async": True, **parameters}
        answer = service.fetch(f"{platform.gateway.base}/tda/compute/vietoris-rips", body)
        assert answer.status == 202, answer.body
        return answer.json()["job_id"]

    failed, cancelled = submit(timeout_ms=50), submit()
    assert service.fetch(f"{platform.gateway.base}/jobs/{cancelled}/cancel", {}).status == 200
    reader = platform.topics.reader("tda_jobs")
    ends = {failed: "job.failed", cancelled: "job.cancelled"}
    reader.wait(lambda records: set(ends.items()) <= {(r.key, r.type) for r in records})
    for record in reader.records:
        schema("tda_jobs").validate(record.json)
        assert record.payload["status"] == record.type.removeprefix("job.").replace("started", "running")
    (failure,) = [r.payload for r in reader.records if r.type == "job.failed"]
    assert failure["error"]["code"] and failure["error"]["message"]


def test_kcat_and_aiokafka_read_the_same(platform):
    job = platform.compute()
    servers = platform.broker.servers
    wanted = [(job, "job.submitted"), (job, "job.completed")]
    assert read_by_aiokafka(servers, "tda_jobs", 2) == wanted
    assert read_by_aiokafka(servers, "tda_results", 1) == [(job, "result.generated")]
    if shutil.which("kcat"):
        assert read_by_kcat(servers, "tda_jobs") == wanted
        assert read_by_kcat(servers, "tda_results") == [(job, "result.generated")]


def outbox_depth(platform):
    with sqlite3.connect(platform.folder / "data/gateway.sqlite") as database:
        return database.execute("SELECT count(*) FROM outbox").fetchone()[0]


def publish_events(platform, count, streams=10):
    """Through the gateway, from a few connections; returns the ids by stream, in order."""
    ids = {}

    def work(stream):
        for index in range(count // streams):
            body = json.loads(json.dumps(EVENT))
            body["event"]["data"]["stream_id"] = f"s{stream}"
            body["event"]["data"]["points"] = [[index, 0]]
            answer = service.fetch(f"{platform.gateway.base}/stream/publish", body)
            assert answer.status == 202, answer.body
            ids.setdefault(f"s{stream}", []).append(answer.json()["message_id"])

    threads = [threading.Thread(target=work, args=(stream,)) for stream in range(streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ids


def test_rows_gather_while_the_brokers_are_down_and_none_is_lost(platform):
    platform.compute()
    platform.topics.reader("tda_results").wait_count(1)
    platform.broker.command("down all")
    ids = publish_events(platform, 1000)
    jobs = [platform.compute() for _ in range(3)]
    assert outbox_depth(platform) >= 1000
    assert metrics(platform.bridge)["tda_outbox_held"] <= 8000
    platform.broker.command("up all")
    reader = platform.topics.reader("tda_events", "tda_jobs")
    reader.wait(lambda records: sum(r.topic == "tda_events" for r in records) >= 1000)
    reader.wait(lambda records: set(jobs) <= {r.key for r in records if r.type == "job.completed"})
    for stream, wanted in ids.items():
        found = [r.id for r in reader.records if r.key == stream]
        # At least once: repeats have the same id.
        assert list(dict.fromkeys(found)) == wanted
    service.wait_until(lambda: outbox_depth(platform) == 0, PATIENCE, "an empty outbox")
    reader.close()


def test_flapping_brokers_and_errors_of_every_kind_lose_nothing(start, folder):
    platform = Platform(start, folder, KAFKA_PROPERTIES_FILE=str(kafka_properties(folder, IN_TURN)))
    with disturbed(platform.broker):
        ids = publish_events(platform, 300)
        jobs = [platform.compute() for _ in range(10)]
    reader = platform.topics.reader("tda_events", "tda_jobs", "tda_results")
    wanted = {each for some in ids.values() for each in some}
    reader.wait(lambda records: wanted <= {r.id for r in records if r.topic == "tda_events"})
    reader.wait(lambda records: set(jobs) <= {r.key for r in records if r.type == "result.generated"})
    for stream, order in ids.items():
        assert list(dict.fromkeys(r.id for r in reader.records if r.key == stream)) == order
    reader.close()


def test_two_bridges_share_an_outbox_and_keep_the_order(platform):
    platform.start_bridge()
    ids = publish_events(platform, 300)
    reader = platform.topics.reader("tda_events")
    reader.wait_count(300)
    for record in reader.records:
        schema("tda_events").validate(record.json)
    for stream, order in ids.items():
        assert [r.id for r in reader.records if r.key == stream] == order
    reader.close()


def test_what_a_killed_bridge_had_not_delivered_the_next_one_delivers(platform):
    ids = publish_events(platform, 100)
    platform.bridge.kill()
    more = publish_events(platform, 100)
    platform.start_bridge()
    reader = platform.topics.reader("tda_events")
    wanted = {each for some in (*ids.values(), *more.values()) for each in some}
    reader.wait(lambda records: wanted <= {r.id for r in records})
    reader.close()


def test_a_bridge_stops_cleanly(platform):
    assert platform.bridge.stop() == 0


def test_brokers_that_do_not_resolve_are_named_and_tried_again_ever_later(start, folder):
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": "invalid:9092",
        "TDA_DATA_DIR": str(folder),
        "TDA_METRICS_PORT": "0",
    }
    patient = start.program("tda-bridge", environment=settings)
    strict = start.program("tda-bridge", "--require-broker", environment=settings)
    error = r"no Kafka broker answers at invalid:9092: .+; check KAFKA_BOOTSTRAP_SERVERS"
    assert strict.process.wait(PATIENCE) == 1
    assert len(re.findall(error, strict.output())) == 1, strict.output()

    # It stays, and says so once for each attempt, each after twice the pause of the one before.
    def pauses():
        return [int(seconds) for seconds in re.findall(error + r".*in (\d+) s", patient.output())]

    service.wait_until(lambda: len(pauses()) >= 2, PATIENCE, "two attempts")
    assert pauses()[:2] == [1, 2], patient.output()
    assert patient.process.poll() is None
    assert patient.stop() == 0, patient.output()
