"""The schema registry client, against a small server that keeps to Confluent's REST API."""

import base64
import http.server
import io
import json
import struct
import threading
import uuid

import pytest
import service
from kafka_client import PATIENCE, Topics

pytestmark = pytest.mark.programs("tdad", "tda-bridge", "tda-dev-broker")

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"


class Registry(http.server.ThreadingHTTPServer):
    """Subjects and versions in memory. `mode` makes it incompatible, invalid or broken."""

    def __init__(self, mode="", user=None, guids=False):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode, self.user, self.guids = mode, user, guids
        self.subjects, self.requests = {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", MEDIA_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        registry = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.split("?")[0]
        registry.requests.append((path, self.headers["Content-Type"]))
        if registry.user:
            wanted = "Basic " + base64.b64encode(registry.user.encode()).decode()
            if self.headers["Authorization"] != wanted:
                return self.answer(401, {"error_code": 40101, "message": "Unauthorized"})
        if registry.mode == "broken":
            return self.answer(500, {"error_code": 50001, "message": "Error in the backend data store"})
        assert body["schemaType"] == "JSON" and self.headers["Content-Type"] == MEDIA_TYPE
        json.loads(body["schema"])
        parts = path.strip("/").split("/")
        if parts[0] == "compatibility":
            if parts[2] not in registry.subjects:
                return self.answer(404, {"error_code": 40401, "message": f"Subject '{parts[2]}' not found."})
            compatible = (
                registry.mode != "incompatible" and registry.subjects[parts[2]]["schema"] == body["schema"]
            )
            return self.answer(
                200,
                {
                    "is_compatible": compatible,
                    "messages": [] if compatible else ["PROPERTY_REMOVED at #/properties"],
                },
            )
        if registry.mode == "conflict":
            return self.answer(409, {"error_code": 409, "message": "Schema being registered is incompatible"})
        if registry.mode == "invalid":
            return self.answer(422, {"error_code": 42201, "message": "Invalid schema"})
        subject = registry.subjects.setdefault(
            parts[1],
            {"id": 100 + len(registry.subjects), "guid": str(uuid.uuid4()), "schema": body["schema"]},
        )
        answer = {"id": subject["id"]} | ({"guid": subject["guid"]} if registry.guids else {})
        return self.answer(200, answer)


def bridge(start, folder, url, *arguments):
    broker = start.broker(folder)
    start.daemon(folder / "tda.sock")
    running = start.bridge(
        broker.servers,
        folder / "tda.sock",
        folder / "data",
        *arguments,
        environment={"SCHEMA_REGISTRY_URL": url},
    )
    return Topics(broker.servers), running


@pytest.mark.parametrize("guids", [False, True])
def test_schemas_are_registered_and_their_ids_travel_in_a_header(start, folder, guids):
    with Registry(guids=guids) as registry:
        topics, _ = bridge(start, folder, registry.url)
        assert set(registry.subjects) == {
            f"tda_{name}-value" for name in ("jobs", "results", "events", "requests")
        }
        for subject, registered in registry.subjects.items():
            assert (
                registered["schema"]
                == (service.ROOT / f"schemas/{subject.removesuffix('-value')}.json").read_text()
            )
        topics.event("s", [[0, 0], [1, 1]], 1000)
        topics.flush()
        (record,) = topics.reader("tda_results").wait_count(1)
        json.loads(record.value)
        registered = registry.subjects["tda_results-value"]
        header = record.headers["__value_schema_id"]
        if guids:
            assert header == b"\x01" + uuid.UUID(registered["guid"]).bytes
        else:
            assert header == b"\x00" + struct.pack(">I", registered["id"])


def test_confluents_own_reader_understands_the_header(start, folder):
    serde = pytest.importorskip("confluent_kafka.schema_registry.serde")
    if not hasattr(serde, "SchemaId"):
        pytest.skip("this confluent-kafka has no SchemaId")
    with Registry(guids=True) as registry:
        topics, _ = bridge(start, folder, registry.url)
        topics.event("s", [[0, 0], [1, 1]], 1000)
        topics.flush()
        (record,) = topics.reader("tda_results").wait_count(1)
        schema_id = serde.SchemaId("JSON")
        schema_id.from_bytes(io.BytesIO(record.headers["__value_schema_id"]))
        assert str(schema_id.guid) == registry.subjects["tda_results-value"]["guid"]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("incompatible", "PROPERTY_REMOVED"),
        ("conflict", "incompatible"),
        ("invalid", "42201: Invalid schema"),
    ],
)
def test_a_schema_that_does_not_fit_stops_the_bridge(start, folder, mode, reason):
    with Registry(mode=mode) as registry:
        if mode == "incompatible":
            registry.subjects["tda_jobs-value"] = {"id": 1, "guid": "", "schema": "{}"}
        settings = {"SCHEMA_REGISTRY_URL": registry.url, "TDA_DATA_DIR": str(folder), "TDA_METRICS_PORT": "0"}
        running = start.program("tda-bridge", environment=settings)
        assert running.process.wait(PATIENCE) == 1
        assert reason in running.output() and "tda_jobs-value" in running.output()


def test_a_registry_that_is_away_is_asked_again(start, folder):
    with Registry(mode="broken") as registry:
        topics, running = bridge(start, folder, registry.url)
        assert "schemas are not registered yet" in running.output()
        registry.mode = ""
        service.wait_until(lambda: len(registry.subjects) == 4, PATIENCE, "the registration")
        topics.event("s", [[0, 0], [1, 1]], 1000)
        topics.flush()
        assert "__value_schema_id" in topics.reader("tda_results").wait_count(1)[0].headers


def test_user_and_password_are_sent_and_not_logged(start, folder):
    with Registry(user="me:secret-word") as registry:
        _, running = bridge(start, folder, registry.url.replace("//", "//me:secret-word@"))
        assert len(registry.subjects) == 4
        assert "secret-word" not in running.output()
