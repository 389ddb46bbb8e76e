"""tda-dev-broker, seen by clients that are not ours: aiokafka, confluent-kafka and kcat."""

import asyncio
import shutil
import subprocess
import time

import pytest
import service
from kafka_client import PATIENCE, aiokafka, confluent
from stages import PASSING

pytestmark = pytest.mark.programs("tda-dev-broker")


@pytest.fixture
def broker(start, folder):
    return start.broker(folder)


def consume(servers, topic, count, seconds=PATIENCE):
    """The first `count` records of a topic, by confluent-kafka, as (key, value)."""
    consumer = confluent.Consumer(
        {"bootstrap.servers": servers, "group.id": f"test-{time.time_ns()}", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    found = []
    deadline = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            found.append((message.key(), message.value()))
    consumer.close()
    return found


def produce(servers, topic, pairs, **settings):
    producer = confluent.Producer({"bootstrap.servers": servers, **settings})
    for key, value in pairs:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(PATIENCE) == 0


def test_it_says_that_it_is_a_fake(broker):
    assert "fake" in broker.output()
    help_text = subprocess.run(
        [service.PROGRAMS / "tda-dev-broker", "--help"], capture_output=True, text=True
    ).stdout
    assert "fake" in help_text and "tests only" in help_text and "CreateTopics" in help_text


def test_aiokafka_publishes_what_confluent_consumes(broker):
    async def publish():
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=broker.servers)
        await producer.start()
        for index in range(20):
            await producer.send_and_wait("letters", key=b"k", value=b"%d" % index)
        await producer.stop()

    asyncio.run(publish())
    assert consume(broker.servers, "letters", 20) == [(b"k", b"%d" % index) for index in range(20)]


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
def test_confluent_publishes_what_kcat_reads(broker):
    produce(broker.servers, "words", [("k", "one"), ("k", "two")])
    command = ["kcat", "-b", broker.servers, "-C", "-t", "words", "-e", "-q", "-K", ":"]
    read = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert read.stdout.split() == ["k:one", "k:two"]


def test_a_broker_that_is_down_comes_back_with_what_it_had(broker):
    produce(broker.servers, "kept", [("k", "before")])
    broker.command("down all")
    producer = confluent.Producer({"bootstrap.servers": broker.servers, "message.timeout.ms": 1000})
    producer.produce("kept", key="k", value="lost")
    producer.flush(PATIENCE)
    broker.command("up all")
    produce(broker.servers, "kept", [("k", "after")])
    assert consume(broker.servers, "kept", 2) == [(b"k", b"before"), (b"k", b"after")]


def test_errors_are_injected_into_requests(broker):
    failures = []
    producer = confluent.Producer({"bootstrap.servers": broker.servers, "retries": 0})
    broker.command("error Produce TOPIC_AUTHORIZATION_FAILED 1")
    producer.produce("guarded", value="x", callback=lambda error, _: failures.append(error))
    producer.flush(PATIENCE)
    assert failures[0].code() == confluent.KafkaError.TOPIC_AUTHORIZATION_FAILED
    produce(broker.servers, "guarded", [("k", "y")])


@pytest.mark.parametrize(
    "line", ["down 9", "error Produce NO_SUCH_ERROR 1", "error Nothing X 1", "fly", "latency 1"]
)
def test_commands_that_make_no_sense_are_refused(broker, line):
    with pytest.raises(ValueError, match="error: "):
        broker.command(line)


def test_the_tests_disturb_every_kind_of_request(broker):
    help_text = subprocess.run(
        [service.PROGRAMS / "tda-dev-broker", "--help"], capture_output=True, text=True
    ).stdout
    kinds = " ".join(help_text.split()).split("REQUEST is one of ")[1].split(".")[0]
    assert set(kinds.split(", ")) == {kind for kind, _ in PASSING}
    for kind, error in PASSING:
        broker.command(f"error {kind} {error} 1")
        broker.command(f"clear {kind}")


def test_it_stops_cleanly_and_takes_its_files_along(broker, folder):
    assert broker.stop() == 0
    assert not (folder / "bootstrap").exists() and not (folder / "broker.sock").exists()
