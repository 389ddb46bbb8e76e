"""Requests by Kafka: compute.request in, results with the same key and correlation id out."""

import pytest
import service
from kafka_client import schema
from stages import Platform

pytestmark = pytest.mark.programs("tdad", "tda-gateway", "tda-bridge", "tda-dev-broker")

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]


@pytest.fixture
def platform(start, folder):
    return Platform(start, folder)


def request(platform, key, payload, message_id="request-1", correlation_id="c-1"):
    metadata = {"message_id": message_id, "message_type": "compute.request", "correlation_id": correlation_id}
    platform.topics.publish("tda_requests", {"metadata": metadata, "payload": payload}, key=key)
    platform.topics.flush()


def answers(records, key):
    return [record for record in records if record.key == key]


def test_a_request_is_answered_with_its_key_and_correlation_id(platform):
    reader = platform.topics.reader("tda_results")
    request(platform, "my-key", {"algorithm": "vietoris_rips", "point_cloud": {"points": SQUARE}})
    reader.wait(lambda records: answers(records, "my-key"))
    (answer,) = answers(reader.records, "my-key")
    schema("tda_results").validate(answer.json)
    assert answer.type == "result.generated"
    assert answer.json["metadata"]["correlation_id"] == "c-1"
    assert answer.payload["betti_numbers"] == {"beta_0": 1, "beta_1": 0}
    job = service.fetch(f"{platform.gateway.base}/jobs/{answer.payload['job_id']}").json()
    assert job["status"] == "completed"
    # The job itself is told of as every job is.
    reader.wait(lambda records: answers(records, answer.payload["job_id"]))


def test_a_request_that_comes_twice_is_one_job(platform):
    reader = platform.topics.reader("tda_results")
    for _ in range(2):
        request(platform, "twice", {"point_cloud": {"points": SQUARE}})
    reader.wait(lambda records: len(answers(records, "twice")) == 2)
    first, second = answers(reader.records, "twice")
    assert first.id == second.id and first.payload["job_id"] == second.payload["job_id"]


def test_what_the_gateway_refuses_is_answered_and_kept(platform):
    reader = platform.topics.reader("tda_results", "tda_requests.dlq")
    request(platform, "ragged", {"point_cloud": {"points": [[0, 0], [1]]}})
    request(platform, "neither", {"parameters": {}}, message_id="request-2")
    reader.wait(lambda records: len(answers(records, "ragged")) == 2 and answers(records, "neither"))
    by_topic = {record.topic: record for record in answers(reader.records, "ragged")}
    failure = by_topic["tda_results"]
    assert failure.type == "compute.failed" and failure.json["metadata"]["correlation_id"] == "c-1"
    assert failure.payload["error"]["code"] == "VALIDATION_ERROR"
    assert by_topic["tda_requests.dlq"].header("dlq.error.code") == "refused"
    assert answers(reader.records, "neither")[0].header("dlq.error.code") == "schema"


def test_requests_wait_for_a_gateway_that_is_away(platform):
    port = int(platform.gateway.base.split(":")[2].split("/")[0])
    platform.gateway.stop()
    reader = platform.topics.reader("tda_results")
    for index in range(30):
        request(platform, f"k{index}", {"point_cloud": {"points": SQUARE}}, message_id=f"request-{index}")
    reader.poll(1)
    assert not reader.records
    gateway = service.start_gateway(
        platform.socket,
        port,
        platform.folder / "data",
        environment={"KAFKA_BOOTSTRAP_SERVERS": platform.broker.servers},
    )
    platform.start.keep(gateway)
    reader.wait(lambda records: {f"k{index}" for index in range(30)} <= {record.key for record in records})
