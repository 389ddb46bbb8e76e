"""Reading and writing topics with confluent-kafka, a client that is not ours.

Whoever imports this is skipped where it, aiokafka or jsonschema is missing.
"""

import asyncio
import json
import subprocess
import time
import uuid

import pytest
import service

# Seconds that a slow and busy machine may take for anything that is waited for.
PATIENCE = 120

# For producers whose requests are made to fail. The broker in memory does not check the sequence of an idempotent
# producer without transactions: it takes a batch after one that failed, which tells the producer that both are there.
IN_TURN = {"max.in.flight.requests.per.connection": 1}

confluent = pytest.importorskip("confluent_kafka")
aiokafka = pytest.importorskip("aiokafka")
jsonschema = pytest.importorskip("jsonschema")


def schema(topic):
    """The schema of a topic, as Python's jsonschema understands it."""
    return jsonschema.Draft7Validator(json.loads((service.ROOT / f"schemas/{topic}.json").read_text()))


class Topics:
    """The topics of one broker."""

    def __init__(self, servers):
        self.servers = servers
        self.producer = confluent.Producer(
            {"bootstrap.servers": servers, "enable.idempotence": True, **IN_TURN}
        )

    def publish(self, topic, value, key=None, headers=None):
        """Sends bytes as they are, None as a tombstone, anything else as JSON; not waited for."""
        if value is not None and not isinstance(value, bytes):
            value = json.dumps(value).encode()
        while True:
            try:
                return self.producer.produce(topic, key=key, value=value, headers=headers)
            except BufferError:
                self.producer.poll(0.1)

    def flush(self):
        assert self.producer.flush(PATIENCE) == 0

    def event(self, stream, points, timestamp, message_id=None, **headers):
        """Publishes a point_cloud_update."""
        value = {
            "metadata": {"message_id": message_id or str(uuid.uuid4()), "message_type": "stream.event"},
            "payload": {
                "event_type": "point_cloud_update",
                "stream_id": stream,
                "points": points,
                "timestamp": timestamp,
            },
        }
        self.publish("tda_events", value, key=stream, headers=list(headers.items()) or None)

    def reader(self, *topics):
        return Reader(self.servers, topics)


class Reader:
    """Reads whole topics from their beginning; `records` grows with each `poll`."""

    def __init__(self, servers, topics):
        self.records = []
        self.consumer = confluent.Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": f"reader-{uuid.uuid4()}",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "allow.auto.create.topics": True,
                # The broker in memory does not end a fetch that waits when a record comes.
                "fetch.wait.max.ms": 20,
                "topic.metadata.refresh.interval.ms": 1000,
                # Back soon after brokers were down, which keep only some megabytes.
                "reconnect.backoff.max.ms": 500,
            }
        )
        # No group, which takes seconds to join. The broker in memory gives topics four partitions.
        beginning = confluent.OFFSET_BEGINNING
        self.consumer.assign(
            [confluent.TopicPartition(topic, n, beginning) for topic in topics for n in range(4)]
        )

    def poll(self, seconds=0.1):
        for message in self.consumer.consume(1000, seconds):
            if message.error() is None:
                self.records.append(Record(message))

    def wait(self, condition, seconds=PATIENCE, what="the records"):
        """Reads until `condition(records)`; returns the records."""
        deadline = time.monotonic() + seconds
        while not condition(self.records):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come within {seconds} s; there are {len(self.records)}")
            self.poll()
        return self.records

    def wait_count(self, count, seconds=PATIENCE):
        return self.wait(lambda records: len(records) >= count, seconds, f"{count} records")

    def close(self):
        self.consumer.close()


class Record:
    def __init__(self, message):
        self.topic, self.partition, self.offset = message.topic(), message.partition(), message.offset()
        self.key = message.key().decode() if message.key() is not None else None
        self.value = message.value()
        self.headers = dict(message.headers() or [])
        self.time = time.monotonic()

    @property
    def json(self):
        return json.loads(self.value)

    @property
    def type(self):
        return self.json["metadata"]["message_type"]

    @property
    def id(self):
        return self.json["metadata"]["message_id"]

    @property
    def payload(self):
        return self.json["payload"]

    def header(self, name):
        value = self.headers.get(name)
        return None if value is None else value.decode()


def metrics(bridge):
    """The bridge's metrics, by name with labels."""
    port = int(bridge.output().split("metrics on port ")[1].split()[0])
    text = service.fetch(f"http://127.0.0.1:{port}/metrics").body.decode()
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def read_by_aiokafka(servers, topic, count):
    """The keys and the types of the first messages of a topic, as that client sees them."""

    async def read():
        consumer = aiokafka.AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
        await consumer.start()
        try:
            records = [await asyncio.wait_for(consumer.getone(), PATIENCE) for _ in range(count)]
        finally:
            await consumer.stop()
        return [(record.key.decode(), kind(record.value)) for record in records]

    return asyncio.run(read())


def read_by_kcat(servers, topic):
    """The keys and the types of all messages of a topic, as kcat sees them."""
    command = ["kcat", "-b", servers, "-C", "-t", topic, "-e", "-q", "-f", "%k %s\n"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    lines = [line.split(" ", 1) for line in run.stdout.splitlines()]
    return [(key, kind(value)) for key, value in lines]


def kind(message):
    return json.loads(message)["metadata"]["message_type"]
