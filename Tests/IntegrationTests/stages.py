"""The programs of a stream joined by a broker in memory, as the tests of the bridge set them up."""

import service
from kafka_client import PATIENCE, Topics, metrics

SQUARE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]], "dimension": 2}


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
