"""The programs of a stream joined by a broker in memory, as the tests of the bridge set them up."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import service
from kafka_client import IN_TURN, PATIENCE, Topics, metrics

SQUARE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]], "dimension": 2}


def kafka_properties(folder, properties):
    """A file of them, for KAFKA_PROPERTIES_FILE."""
    file = folder / "kafka.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    return file


class Platform:
    """All programs, joined."""

    def __init__(self, start, folder, **environment):
        self.start, self.folder = start, folder
        self.socket = folder / "tda.sock"
        self.environment = environment
        self.broker = start.broker(folder)
        self.topics = Topics(self.broker.servers)
        start.daemon(self.socket)
        settings = {"KAFKA_BOOTSTRAP_SERVERS": self.broker.servers}
        self.gateway = start.gateway(self.socket, folder / "data", environment=settings)
        self.bridge = self.start_bridge()

    def start_bridge(self, **environment):
        settings = {
            "TDA_GATEWAY_URL": self.gateway.base.removesuffix("/api/v1"),
            **self.environment,
            **environment,
        }
        return self.start.bridge(self.broker.servers, self.socket, self.folder / "data", environment=settings)

    def compute(self, asynchronous=False, points=SQUARE, headers=None):
        body = {"point_cloud": points, "job_options": {"async": asynchronous, "cache_results": False}}
        answer = service.fetch(f"{self.gateway.base}/tda/compute/vietoris-rips", body, headers)
        assert answer.status in (200, 202), answer.body
        return answer.json()["job_id"]


class Stage:
    """Broker, daemon and bridges, without a gateway."""

    def __init__(self, start, folder, *arguments, daemon=(), session=60_000, **environment):
        # In ms. The broker in memory lets a group that has lost a member wait for the session to time out.
        self.start, self.folder, self.arguments, self.environment = start, folder, arguments, environment
        timing = {"session.timeout.ms": session, "heartbeat.interval.ms": 300}
        self.properties = kafka_properties(folder, timing | IN_TURN)
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


# Errors that pass, for each kind of request that the broker in memory can answer with one.
#
# Not for OffsetCommit one upon which librdkafka drops its connection to the coordinator (NOT_COORDINATOR and
# COORDINATOR_NOT_AVAILABLE): a JoinGroup may wait on it already, and the mock cluster reads no connection whose
# JoinGroup waits. So it does not see the end of this one, and the member's next JoinGroup trips its assertion
# `!member->resp` (rdkafka_mock_cgrp.c, in 2.0.2 and still in 2.15.0).
PASSING = [
    ("Produce", "NOT_LEADER_FOR_PARTITION"),
    ("Metadata", "LEADER_NOT_AVAILABLE"),
    ("JoinGroup", "COORDINATOR_NOT_AVAILABLE"),
    ("Produce", "REQUEST_TIMED_OUT"),
    ("InitProducerId", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("FindCoordinator", "COORDINATOR_NOT_AVAILABLE"),
    ("SyncGroup", "NOT_COORDINATOR"),
    ("Fetch", "NOT_LEADER_FOR_PARTITION"),
    ("AddPartitionsToTxn", "CONCURRENT_TRANSACTIONS"),
    ("ListOffsets", "LEADER_NOT_AVAILABLE"),
    ("OffsetFetch", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("Heartbeat", "COORDINATOR_NOT_AVAILABLE"),
    ("AddOffsetsToTxn", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("OffsetCommit", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("Produce", "NOT_ENOUGH_REPLICAS"),
    ("TxnOffsetCommit", "COORDINATOR_LOAD_IN_PROGRESS"),
    ("ApiVersion", "REQUEST_TIMED_OUT"),
    ("EndTxn", "COORDINATOR_NOT_AVAILABLE"),
    ("LeaveGroup", "COORDINATOR_NOT_AVAILABLE"),
]


@contextmanager
def disturbed(broker):
    """Meanwhile one broker after the other goes down for a moment, and requests of every kind fail now and then; each
    kind once at the least."""
    stopping = threading.Event()

    def disturb():
        for turn, (kind, error) in enumerate(itertools.cycle(PASSING)):
            if stopping.is_set() and turn >= len(PASSING):
                break
            broker.command(f"error {kind} {error} 2")
            broker.command(f"down {turn % 3 + 1}")
            time.sleep(0.2)
            broker.command(f"up {turn % 3 + 1}")
            time.sleep(0.3)

    with ThreadPoolExecutor(1) as pool:
        disturbing = pool.submit(disturb)
        try:
            yield
        finally:
            stopping.set()
            disturbing.result()
    for kind, _ in PASSING:
        broker.command(f"clear {kind}")
