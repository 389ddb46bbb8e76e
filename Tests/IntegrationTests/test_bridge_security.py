"""Settings for security, which are librdkafka's own: they reach it, and secrets stay out of the log."""

import socket
import ssl
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from kafka_client import PATIENCE

pytestmark = pytest.mark.programs("tda-bridge")


@pytest.fixture
def certificate(folder):
    """A certificate for localhost that vouches for itself, and its key under the password hunter2hunter2."""
    files = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-passout", "pass:hunter2hunter2"]
    subprocess.run([*command, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def first_request(listener, certificate):
    """The kind of the first request that somebody sends within TLS who shows the certificate too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate, password="hunter2hunter2")
    context.load_verify_locations(certificate[0])
    context.verify_mode = ssl.CERT_REQUIRED
    while True:
        connection, _ = listener.accept()
        # A client that is slow here gives up, and comes again.
        with (
            suppress(ssl.SSLError, ConnectionError),
            context.wrap_socket(connection, server_side=True) as secured,
        ):
            head = secured.recv(6)
            if len(head) == 6:
                return struct.unpack(">ih", head)[1]


def test_brokers_are_reached_by_tls_on_both_sides(start, folder, certificate):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        listener.settimeout(PATIENCE)
        request = pool.submit(first_request, listener, certificate)
        properties = folder / "kafka.properties"
        properties.write_text(
            f"ssl.certificate.location={certificate[0]}\nssl.key.location={certificate[1]}\n"
        )
        settings = {
            "KAFKA_BOOTSTRAP_SERVERS": f"localhost:{listener.getsockname()[1]}",
            "KAFKA_PROPERTIES_FILE": str(properties),
            "KAFKA_SECURITY_PROTOCOL": "SSL",
            "KAFKA_SSL_CA_LOCATION": str(certificate[0]),
            "KAFKA_SSL_KEY_PASSWORD": "hunter2hunter2",
            "TDA_DATA_DIR": str(folder),
            "TDA_METRICS_PORT": "0",
            "LOG_LEVEL": "trace",
        }
        bridge = start.program("tda-bridge", environment=settings)
        api_versions = 18
        assert request.result(PATIENCE) == api_versions
    assert "hunter2" not in bridge.output()


def test_settings_for_security_reach_the_client_and_secrets_stay_out_of_the_log(start, folder):
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "someone",
        "KAFKA_SASL_PASSWORD": "hunter2hunter2",
        "TDA_DATA_DIR": str(folder),
        "TDA_METRICS_PORT": "0",
        "LOG_LEVEL": "trace",
    }
    bridge = start.program("tda-bridge", "--require-broker", environment=settings)
    assert bridge.process.wait(PATIENCE) == 1
    assert "security.protocol=SASL_PLAINTEXT" in bridge.output()
    assert "hunter2" not in bridge.output()

    settings["KAFKA_SECURITY_PROTOCOL"] = "NONSENSE"
    bridge = start.program("tda-bridge", environment=settings)
    assert bridge.process.wait(PATIENCE) == 1
    assert "security.protocol" in bridge.output() and "hunter2" not in bridge.output()
